package pixtrend

import (
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// series says which series of stats.Series are written, a plane a date of each.
type series struct{ residuals, detrended, deseasoned bool }

func (o Options) series() series { return series{o.Residuals, o.Detrended, o.Deseasoned} }

func (p *StreamPlan) series() series { return series{p.Residuals, p.Detrended, p.Deseasoned} }

// planes returns the number of planes that the series take.
func (s series) planes(dates int) (n int) {
	for _, asked := range []bool{s.residuals, s.detrended, s.deseasoned} {
		if asked {
			n += dates
		}
	}
	return n
}

// cutSeries takes the planes of the series, which follow each other, off the planes of results. A
// series that is not written is nil.
func cutSeries[F float32 | float64](s series, dates int, planes [][]F) (residuals, detrended, deseasoned [][]F) {
	cut := func(asked bool) (of [][]F) {
		if asked {
			of, planes = planes[:dates], planes[dates:]
		}
		return of
	}
	return cut(s.residuals), cut(s.detrended), cut(s.deseasoned)
}

// fitTile writes the fields of a tile to the first of planes, and the series to those after them.
func fitTile[F float32 | float64](plan *stats.Plan, scratch *stats.Scratch, t kernel.Tile, s series, planes [][]F) {
	fields := len(planes) - s.planes(t.Dates)
	stats.Fit(plan, scratch, t, planes[:fields])
	if s == (series{}) {
		return
	}
	residuals, detrended, deseasoned := cutSeries(s, t.Dates, planes[fields:])
	stats.Series(plan, scratch, t, residuals, detrended, deseasoned)
}
