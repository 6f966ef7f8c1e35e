package raster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
)

// ShardError says that the file of a shard is not the one that FitShard wrote.
type ShardError struct {
	Path string
	Err  error // why
}

func (e *ShardError) Error() string {
	return fmt.Sprintf("the shard %s is not as it was written (%v): remove it, and make it again", e.Path, e.Err)
}

func (e *ShardError) Unwrap() error { return e.Err }

// Merge writes the outputs of the job from shards instead of from the inputs. Shards cover the outputs
// and do not overlap. A shard without a file has no results. The outputs have the same bytes as those of
// Run. When the outputs are complete, and before they get their names, Merge calls ready, which may be
// nil, with the names of their temporary files. A file that is not that of its shard is a ShardError.
func (j *Job) Merge(ctx context.Context, shards []Shard, ready func(files []string) error, progress func(done, total int)) (Summary, error) {
	defer gdal.ShareBlockCache(j.budget.readCache())()
	replay := func(ctx context.Context, sink pixtrend.Sink, progress func(done, total int)) (pixtrend.Report, error) {
		return j.replay(ctx, shards, sink, progress)
	}
	s, err := j.run(ctx, replay, ready, progress)
	if err == nil {
		for _, shard := range shards {
			s.Masked += shard.Masked
			if shard.Path != "" {
				s.Shards++
			}
		}
	}
	return s, err
}

// replayBuffers is how many windows of shards are in memory: one that is read, one that is written,
// and one between them.
const replayBuffers = 3

// replayed is a window of a shard on its way to the sink.
type replayed struct {
	window pixtrend.Window
	planes kernel.Tile
	buf    []byte
}

// replay passes the windows of shards to a sink. A goroutine checks the next shard while another
// reads one, and this one writes.
func (j *Job) replay(ctx context.Context, shards []Shard, sink pixtrend.Sink, progress func(done, total int)) (pixtrend.Report, error) {
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	free, full := make(chan []byte, replayBuffers), make(chan replayed, replayBuffers)
	for range replayBuffers {
		free <- nil
	}
	var wg sync.WaitGroup
	checked := make(chan *shardFile, 1)
	wg.Go(func() {
		defer close(checked)
		for _, s := range shards {
			f, err := j.openShard(ctx, s)
			if err != nil {
				cancel(err)
				return
			}
			checked <- f
		}
	})
	wg.Go(func() {
		defer close(full)
		for f := range checked {
			if err := f.read(ctx, j.replayRows(), free, full); err != nil {
				cancel(err)
			}
			f.close()
		}
	})
	var busy pixtrend.Busy
	done, pixels := 0, j.Grid.Width*j.Grid.Height
	for r := range full {
		if ctx.Err() == nil {
			at := time.Now()
			if err := sink.Write(r.window, r.planes); err != nil {
				cancel(err)
			}
			busy.Write += time.Since(at)
			if done += r.window.Pixels(); progress != nil {
				progress(done, pixels)
			}
		}
		free <- r.buf
	}
	wg.Wait()
	return pixtrend.Report{Pixels: pixels, Dates: len(j.Grid.Axis.T), Threads: len(j.Plan.Workers), Pin: j.Plan.Pin.String(),
		Unbound: j.Plan.Unbound, ISA: j.Plan.ISA.String(), Elapsed: time.Since(start), Busy: busy}, context.Cause(ctx)
}

// shardTile is the side of the tiles of a shard.
const shardTile = 256

// replayRows returns how many rows of a tile of a shard are read at a time.
func (j *Job) replayRows() int {
	rows := shardTile
	for rows > 16 && int64(replayBuffers)*int64(layout.TileBytes(j.Plan.Type, rows*shardTile, j.Bands())) > j.budget.tiles() {
		rows /= 2
	}
	return rows
}

// shardFile is an open shard.
type shardFile struct {
	Shard
	file    *os.File // nil: it has no results
	dtype   kernel.DType
	samples []tiff.Samples // of each band
}

// openShard opens the file of a shard and checks that it has the bytes that were written.
func (j *Job) openShard(ctx context.Context, s Shard) (_ *shardFile, err error) {
	f := &shardFile{Shard: s, dtype: j.Plan.Type}
	if s.Path == "" {
		f.samples = make([]tiff.Samples, j.Bands())
		return f, nil
	}
	if f.file, err = regular.Open(s.Path); err != nil {
		return nil, &ShardError{s.Path, atomicfile.Reason(err)}
	}
	if err = f.check(ctx, j.Bands()); err != nil {
		f.close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &ShardError{s.Path, atomicfile.Reason(err)}
	}
	return f, nil
}

func (f *shardFile) close() {
	if f.file != nil {
		_ = f.file.Close()
	}
}

// check finds the samples of the bands.
func (f *shardFile) check(ctx context.Context, bands int) error {
	sum, size, err := sumOf(ctx, f.file)
	switch {
	case err != nil:
		return err
	case size != f.Bytes:
		return fmt.Errorf("it has %d bytes, and was written with %d", size, f.Bytes)
	case sum != f.CRC:
		return errors.New("its checksum is not that of the file that was written")
	}
	header, err := tiff.Read(f.file, size)
	if err != nil {
		return err
	}
	for band := range bands {
		s, ok := header.Samples(band+1, f.dtype)
		if !ok || s.Width != f.Window.Width || s.Height != f.Window.Height {
			return errors.New("its samples are not those of this shard")
		}
		f.samples = append(f.samples, s)
	}
	return nil
}

// read reads the tiles of the shard, so many rows at a time, into free buffers.
func (f *shardFile) read(ctx context.Context, rows int, free <-chan []byte, full chan<- replayed) error {
	var scratch []byte
	for y := 0; y < f.Window.Height; y += rows {
		for x := 0; x < f.Window.Width; x += shardTile {
			var buf []byte
			select {
			case buf = <-free:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if buf == nil {
				buf = make([]byte, layout.TileBytes(f.dtype, rows*shardTile, len(f.samples)))
			}
			w := pixtrend.Window{X: x, Y: y, Width: min(shardTile, f.Window.Width-x), Height: min(rows, f.Window.Height-y)}
			r := replayed{window: w, planes: layout.NewTile(f.dtype, w.Pixels(), len(f.samples), buf), buf: buf}
			r.window.X, r.window.Y = r.window.X+f.Window.X, r.window.Y+f.Window.Y
			if err := f.readTile(w, r.planes, &scratch); err != nil {
				return err
			}
			full <- r // never blocks: there is room for every buffer
		}
	}
	return nil
}

// readTile reads a window of the shard.
func (f *shardFile) readTile(w pixtrend.Window, planes kernel.Tile, scratch *[]byte) error {
	if f.file == nil {
		nan := kernel.NaN()
		for band := range f.samples {
			if f.dtype == kernel.Float64 {
				fillWith(kernel.Plane[float64](planes, band), nan)
			} else {
				fillWith(kernel.Plane[float32](planes, band), float32(nan))
			}
		}
		return nil
	}
	for band, s := range f.samples {
		if err := s.Read(f.file, w, planes.PlaneBytes(band), scratch); err != nil {
			return &ShardError{f.Path, err}
		}
	}
	return nil
}

func fillWith[F float32 | float64](values []F, x F) {
	for i := range values {
		values[i] = x
	}
}
