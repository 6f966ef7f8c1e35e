package raster

import (
	"context"
	"slices"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/stats"
)

// discovery is the search for the trends of a class for a false discovery rate.
type discovery struct {
	*stats.Discoveries
	of            stats.Field // the class
	pvalue, class int         // the planes of the p-values and of the class
}

// discoveries returns a search for each class among fields.
func discoveries(rate float64, fields []stats.Field) []discovery {
	var all []discovery
	for _, f := range stats.Classes(fields) {
		all = append(all, discovery{stats.NewDiscoveries(rate), f, slices.Index(fields, f.Info().PValue), slices.Index(fields, f)})
	}
	return all
}

// discover settles which of the pixels of a class are trends for a false discovery rate: the
// windows are written with the classes of a level of significance as high as the rate, and those
// whose p-value turns out to be too large become 0. d has counted all p-values once.
func (f *File) discover(ctx context.Context, d discovery) error {
	revise := discover[float32]
	if f.spec.Type == kernel.Float64 {
		revise = discover[float64]
	}
	if err := revise(ctx, f.out, d); ctx.Err() != nil {
		return context.Cause(ctx)
	} else if err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	return nil
}

func discover[F float32 | float64](ctx context.Context, out *tiles, d discovery) error {
	row := func(b []byte) []F {
		n := len(b) / out.Size
		return kernel.Plane[F](kernel.Tile{Type: kernel.DTypeOf[F](), Data: b, Dates: 1, Pixels: n}, 0)
	}
	for d.Next(); !d.Done(); d.Next() {
		if err := out.each(ctx, []int{d.pvalue}, func(rows [][]byte) bool {
			stats.Count(d.Discoveries, row(rows[0]))
			return false
		}); err != nil {
			return err
		}
	}
	threshold, found, _ := d.Threshold()
	return out.each(ctx, []int{d.pvalue, d.class}, func(rows [][]byte) (changed bool) {
		ps, classes := row(rows[0]), row(rows[1])
		for i, p := range ps {
			if classes[i] != 0 && p == p && (found == 0 || float64(p) > threshold) {
				classes[i], changed = 0, true
			}
		}
		return changed
	})
}
