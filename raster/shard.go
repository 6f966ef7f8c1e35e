package raster

import (
	"context"
	"hash/crc32"
	"io"
	"maps"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/output"
)

// Shard is a window of the results of a job in a file of its own: a GeoTIFF of uncompressed tiles
// that has the bands of all outputs, one output after the other.
type Shard struct {
	Path   string          `json:"-"`              // "": there is no file, since the window has no pixel of the region
	Window pixtrend.Window `json:"window"`         // of the outputs
	Bytes  int64           `json:"bytes"`          // size of the file
	CRC    uint32          `json:"crc32c"`         // of the file, with the polynomial of Castagnoli
	Masked int64           `json:"samples_masked"` // by masks, as in Summary
}

// FitShard fits a window of the outputs and writes the results to path, where a file is replaced.
// items are the metadata of the file. progress, which may be nil, is called with the number of pixels
// written. A job fits its shards one after the other.
func (j *Job) FitShard(ctx context.Context, path string, w pixtrend.Window, items map[string]string,
	progress func(done, total int)) (Shard, error) {
	defer gdal.ShareBlockCache(j.budget.readCache())()
	defer j.stack.returnLargeBlocks()()
	hidden := j.stack.maskedSamples.Load()
	file, err := output.Create(path, j.shardSpec(w, items))
	if err != nil {
		return Shard{}, err
	}
	defer file.Abort()
	if _, err := j.fitWindow(ctx, w, file, progress); err != nil {
		return Shard{}, err
	}
	if _, err := j.unchanged(ctx); err != nil {
		return Shard{}, err
	}
	if err := (output.Files{file}).Commit(ctx, nil, func(float64) {}); err != nil {
		return Shard{}, err
	}
	s := Shard{Path: path, Window: w, Masked: j.stack.maskedSamples.Load() - hidden}
	s.CRC, s.Bytes, err = checksum(ctx, path)
	return s, err
}

// Outside reports whether a window of the outputs has no pixel of the region.
func (j *Job) Outside(w pixtrend.Window) bool {
	c, region := j.stack.cover, j.stack.region
	return c != nil && c.Each(w.X+region.X, w.Y+region.Y, w.Width, w.Height, func(cover.Run) bool { return false })
}

// shardSpec describes the file of a shard.
func (j *Job) shardSpec(w pixtrend.Window, items map[string]string) output.Spec {
	g := j.geo.Window(w)
	s := output.Spec{Width: w.Width, Height: w.Height, Type: j.Plan.Type, CRS: g.WKT, Epoch: g.Epoch,
		Threads: len(j.Plan.Workers), Memory: j.budget.writeCells(), Overwrite: true}
	if g.HasTransform {
		s.GeoTransform = g.Transform
	}
	s.Metadata = map[string]string{}
	maps.Copy(s.Metadata, items)
	for _, mark := range outputMarks { // so that shards are not taken for inputs
		if text, is := j.outputs[0].spec.Metadata[mark]; is {
			s.Metadata[mark] = text
		}
	}
	for _, o := range j.outputs {
		s.Bands = append(s.Bands, o.spec.Bands...)
	}
	return s
}

// fitWindow fits a window of the outputs and passes the results to a sink.
func (j *Job) fitWindow(ctx context.Context, w pixtrend.Window, sink pixtrend.Sink, progress func(done, total int)) (pixtrend.Report, error) {
	if j.sums != nil {
		return pixtrend.Report{}, fault.Errorf("sums are kept and updated by one process, and not in shards: leave %v out, or do not divide the fit", Option{Field: "Keep"})
	}
	w.X, w.Y = w.X+j.stack.region.X, w.Y+j.stack.region.Y
	o := j.options.Fit
	o.TileMemory, o.Threads = j.budget.tiles(), len(j.Plan.Workers)
	source, err := j.stack.fitted(w, o.Threads)
	if err != nil {
		return pixtrend.Report{}, err
	}
	plan, err := j.stack.newPlan(source.Grid(), o)
	if err != nil {
		return pixtrend.Report{}, err
	}
	return plan.Run(ctx, source, sink, progress)
}

// Measure fits a window of the outputs, discards the results, and returns how long that took: reading,
// fitting, and the opening of files that were not open.
func (j *Job) Measure(ctx context.Context, w pixtrend.Window) (time.Duration, error) {
	defer gdal.ShareBlockCache(j.budget.readCache())()
	report, err := j.fitWindow(ctx, w, nowhere{}, nil)
	return report.Elapsed, err
}

// nowhere is a sink that discards results.
type nowhere struct{}

func (nowhere) Write(pixtrend.Window, kernel.Tile) error { return nil }

func (nowhere) Parallel() bool { return true }

// checksum returns the checksum and the size of a file.
func checksum(ctx context.Context, path string) (sum uint32, size int64, err error) {
	file, err := regular.Open(path)
	if err != nil {
		return 0, 0, fault.Because(fault.Outputf("cannot read %s: %v", path, atomicfile.Reason(err)), err)
	}
	defer func() { _ = file.Close() }()
	if sum, size, err = sumOf(ctx, file); err != nil && ctx.Err() == nil {
		err = fault.Because(fault.Outputf("cannot read %s: %v", path, atomicfile.Reason(err)), err)
	}
	return sum, size, err
}

// sumOf reads r to its end.
func sumOf(ctx context.Context, r io.Reader) (sum uint32, size int64, err error) {
	part, table := make([]byte, 1<<20), crc32.MakeTable(crc32.Castagnoli)
	for {
		if ctx.Err() != nil {
			return 0, 0, context.Cause(ctx)
		}
		n, err := r.Read(part)
		sum, size = crc32.Update(sum, table, part[:n]), size+int64(n)
		if err == io.EOF {
			return sum, size, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}
