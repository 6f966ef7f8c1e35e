package raster

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
)

// MosaicName returns the name of the VRT that WriteMosaics writes for an output.
func MosaicName(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".vrt"
}

// WriteMosaics writes a VRT for each output of the job, beside it, that shows shards in place of the
// output. It returns their names. Trends of a false discovery rate depend on all pixels, so that
// shards do not have them, which is an error.
func (j *Job) WriteMosaics(ctx context.Context, shards []Shard) (names []string, err error) {
	if j.options.FDR > 0 {
		return nil, fault.Errorf("trends for a false discovery rate are found over all pixels, and shards do not have them: merge the shards, or leave out %v", Option{Field: "FDR"})
	}
	var parts []output.Part
	for _, s := range shards {
		if s.Path != "" {
			parts = append(parts, output.Part{Path: s.Path, Window: s.Window})
		}
	}
	var mosaics []output.Mosaic
	first := 1
	for _, o := range j.outputs {
		m := output.Mosaic{Name: MosaicName(o.path), Spec: o.spec, Parts: parts, First: first}
		mosaics, names, first = append(mosaics, m), append(names, m.Name), first+len(o.spec.Bands)
	}
	return names, output.WriteMosaics(ctx, j.options.Overwrite, mosaics...)
}
