package pixtrend

import (
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// series says which series of stats.Series and stats.Trajectories are written, a plane a date of each, and how
// many planes of vertices.
type series struct {
	residuals, detrended, deseasoned, fitted bool
	vertices                                 int
}

func (o Options) series() series {
	s := series{o.Residuals, o.Detrended, o.Deseasoned, o.Fitted, 0}
	if o.Vertices {
		s.vertices = o.landTrendr().VertexPlanes()
	}
	return s
}

func (p *StreamPlan) series() series {
	return series{p.Residuals, p.Detrended, p.Deseasoned, p.Fitted, p.VertexPlanes}
}

// planes returns the number of planes that the series take.
func (s series) planes(dates int) (n int) {
	for _, asked := range []bool{s.residuals, s.detrended, s.deseasoned, s.fitted} {
		if asked {
			n += dates
		}
	}
	return n + s.vertices
}

// seriesPlanes are the planes of series. Those of a series that is not written are nil.
type seriesPlanes[F float32 | float64] struct{ residuals, detrended, deseasoned, fitted, vertices [][]F }

// cutSeries takes the planes of the series, which follow each other, off the planes of results.
func cutSeries[F float32 | float64](s series, dates int, planes [][]F) seriesPlanes[F] {
	cut := func(asked bool, n int) (of [][]F) {
		if asked {
			of, planes = planes[:n], planes[n:]
		}
		return of
	}
	return seriesPlanes[F]{cut(s.residuals, dates), cut(s.detrended, dates), cut(s.deseasoned, dates), cut(s.fitted, dates), cut(s.vertices > 0, s.vertices)}
}

// fitTile writes the fields of a tile to the first of planes, and the series to those after them.
func fitTile[F float32 | float64](plan *stats.Plan, scratch *stats.Scratch, t kernel.Tile, s series, planes [][]F) {
	fields := len(planes) - s.planes(t.Dates)
	stats.Fit(plan, scratch, t, planes[:fields])
	of := cutSeries(s, t.Dates, planes[fields:])
	if s.residuals || s.detrended || s.deseasoned {
		stats.Series(plan, scratch, t, of.residuals, of.detrended, of.deseasoned)
	}
	if s.fitted || s.vertices > 0 {
		stats.Trajectories(plan, scratch, t, of.fitted, of.vertices)
	}
}
