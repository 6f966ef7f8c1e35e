package raster

import (
	"context"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/output"
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

// settle decides which of the pixels of a class are trends for a false discovery rate: the windows are
// written with the classes of a level of significance as high as the rate, and those whose p-value
// turns out to be too large become 0. d has counted all p-values once. Samples of f have the type.
func (d discovery) settle(ctx context.Context, f *output.File, samples kernel.DType) error {
	if samples == kernel.Float64 {
		return settle[float64](ctx, f, d)
	}
	return settle[float32](ctx, f, d)
}

func settle[F float32 | float64](ctx context.Context, f *output.File, d discovery) error {
	row := func(b []byte) []F {
		t := kernel.Tile{Type: kernel.DTypeOf[F](), Data: b, Dates: 1}
		t.Pixels = len(b) / t.Type.Size()
		return kernel.Plane[F](t, 0)
	}
	for d.Next(); !d.Done(); d.Next() {
		if err := f.Each(ctx, []int{d.pvalue}, func(rows [][]byte) bool {
			stats.Count(d.Discoveries, row(rows[0]))
			return false
		}); err != nil {
			return err
		}
	}
	threshold, found, _ := d.Threshold()
	return f.Each(ctx, []int{d.pvalue, d.class}, func(rows [][]byte) (changed bool) {
		ps, classes := row(rows[0]), row(rows[1])
		for i, p := range ps {
			if classes[i] != 0 && p == p && (found == 0 || float64(p) > threshold) {
				classes[i], changed = 0, true
			}
		}
		return changed
	})
}
