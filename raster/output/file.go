package output

import (
	"cmp"
	"context"
	"errors"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/tiff"
	"github.com/pixtrend/pixtrend/kernel"
)

// File is a GeoTIFF that is being written: a temporary file beside its target until Commit. Its
// nodata value is NaN. It is a pixtrend.ParallelSink that needs every window.
//
// Uncompressed tiles are written without GDAL, to their places in a file that has its final size
// from the start. For anything else (a COG, compression, strips, pixel interleaving), Commit has
// GDAL copy these tiles on several threads. Hence each tile is compressed once, when it is
// complete, the same samples make the same file, and computing never waits for compressing. Until
// Commit is done, the uncompressed samples need disk space too.
type File struct {
	target   string
	temp     *atomicfile.Temp
	raw      string // the file of uncompressed tiles: that of temp, or the source of a copy there
	spec     Spec
	creation creation
	out      *tiles // nil once it is closed
}

// Create begins a GeoTIFF. No file has the name path until Commit. The caller ends the File with
// Commit or Abort.
func Create(path string, s Spec) (*File, error) {
	if err := gdal.Register(); err != nil {
		return nil, err
	}
	target := atomicfile.Target{Path: path, Sidecars: s.Sidecars(path)}
	if err := cmp.Or(s.Format.CheckName(path), atomicfile.CheckTargets(s.Overwrite, target)); err != nil {
		return nil, err
	}
	if s.Type != kernel.Float32 && s.Type != kernel.Float64 {
		return nil, fault.Outputf("cannot write %s: results are float32 or float64, not %v", path, s.Type)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	c, err := s.resolve()
	if err != nil {
		return nil, err
	}
	temp, err := atomicfile.NewTemp(target, s.Overwrite)
	if err != nil {
		return nil, err
	}
	f := &File{target: path, temp: temp, raw: temp.Path, spec: s, creation: c}
	if !c.plain {
		f.raw = temp.Beside(".raw")
	}
	// GDAL's errors about files that cannot be made do not say why. The system's do.
	file, err := os.OpenFile(f.raw, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if err != nil {
		f.Abort()
		return nil, atomicfile.CreateError(path, err)
	}
	if err := f.begin(file); err != nil {
		if f.out == nil {
			_ = file.Close()
		}
		f.Abort()
		return nil, err
	}
	return f, nil
}

// begin writes the header of the raw file and reserves the space of its tiles. file is the raw
// file, which stays open.
func (f *File) begin(file *os.File) error {
	s := f.spec
	options := f.creation.options
	if !f.creation.plain {
		options = defaultCreation[GTiff]
	}
	err := s.checkTiles(f.target, options)
	if err != nil {
		return err
	}
	h := gdal.Header{Width: s.Width, Height: s.Height, Type: s.Type, GeoTransform: s.GeoTransform, CRS: s.CRS, Epoch: s.Epoch, Metadata: s.Metadata}
	for _, b := range s.Bands {
		h.Bands = append(h.Bands, gdal.BandHeader{Name: b.Name, Unit: b.Unit, Metadata: b.Metadata})
	}
	gdal.OnCRSThread(func() {
		// SPARSE_OK keeps this first step from filling the file.
		err = gdal.CreateGeoTIFF(f.raw, h, append(slices.Clone(options), "SPARSE_OK=TRUE"), nil)
	})
	if err != nil {
		return f.failed(err)
	}
	t := tiff.Tiling{Width: s.Width, Height: s.Height, Bands: len(s.Bands), Size: s.Type.Size()}
	if err := tiff.LayTiles(file, &t); err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	switch err := atomicfile.Reserve(file, t.End()); {
	case errors.Is(err, syscall.ENOSPC):
		full := fault.Outputf("cannot write %s: its disk has no room for %s: make room, or name a file on another disk", f.target, humanize.Bytes(uint64(t.End())))
		return fault.Because(full, err)
	case err != nil:
		return f.failed(atomicfile.Reason(err))
	}
	if s.Memory == 0 {
		s.Memory = 64 << 20
	}
	// Each thread writes in one place, and leaves a row of tiles unfinished where it began, which
	// another thread finishes.
	f.out = newTiles(file, t, s.Memory, 2*s.threads()+1, f.creation.plain)
	return nil
}

func (f *File) failed(err error) error {
	text := strings.ReplaceAll(gdal.Sentence(err), f.raw, "the file")
	return fault.Because(fault.Outputf("cannot write %s: %s", f.target, strings.ReplaceAll(text, f.temp.Path, "the file")), err)
}

// Parallel returns true: Write may be called from several goroutines at once.
func (f *File) Parallel() bool { return true }

// Write stores a window of every band.
func (f *File) Write(w pixtrend.Window, planes kernel.Tile) error {
	if err := f.out.write(w, planes); err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	return nil
}

// Commit completes the file, checks it, syncs it to the disk and renames it to the target. On error
// no temporary file is left, and a file that had the target's name is unchanged.
func (f *File) Commit() error {
	return Files{f}.Commit(context.Background(), nil, func(float64) {})
}

// Each reads some bands, after all windows are written and before Commit. For each row of a tile it
// calls fn with the row in every band, cut at the edge of the raster. If fn changes the row of the last
// band and reports so, the row is written back. When ctx ends, Each returns its cause.
func (f *File) Each(ctx context.Context, bands []int, fn func(rows [][]byte) (changed bool)) error {
	err := f.out.each(ctx, bands, fn)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	return nil
}

// complete finishes the file, syncs it to the disk, and checks it. progress is called with the part
// of a copy that is done, from 0 to 1.
func (f *File) complete(ctx context.Context, progress func(float64)) error {
	if err := f.finish(); err != nil {
		return err
	}
	if !f.creation.plain {
		if err := f.copy(ctx, progress); err != nil {
			return err
		}
	}
	// GDAL writes metadata that the chosen profile cannot hold into a sidecar.
	if sidecar := f.temp.Path + ".aux.xml"; atomicfile.Exists(sidecar) {
		if err := atomicfile.Sync(sidecar); err != nil {
			return f.failed(atomicfile.Reason(err))
		}
	}
	return f.check()
}

// finish ends the writing of tiles.
func (f *File) finish() error {
	out := f.out
	f.out = nil
	out.stop()
	var err error
	if f.creation.plain { // otherwise the copy is synced
		err = out.file.Sync()
	}
	if err := errors.Join(err, out.file.Close()); err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	if all, written := int64(f.spec.Width)*int64(f.spec.Height), out.written.Load(); written != all {
		return fault.Outputf("cannot write %s: it got windows of %d pixels, and has %d", f.target, written, all)
	}
	return nil
}

// copy makes the output of the uncompressed tiles.
func (f *File) copy(ctx context.Context, progress func(float64)) error {
	debug.FreeOSMemory() // of the fit, before GDAL allocates as much
	gdal.Release()
	part := func(from, to float64) func(float64) {
		return func(done float64) { progress(from + done*(to-from)) }
	}
	begun := 0.0
	if len(f.creation.overviews) > 0 {
		begun = 0.25
		if err := gdal.BuildOverviews(ctx, f.raw, f.creation.overviews, f.creation.methods(f.spec), f.spec.forCopies(), part(0, begun)); err != nil {
			return f.stopped(ctx, err)
		}
		gdal.Release()
	}
	if f.spec.Format.OfArrays() {
		if err := f.copyArrays(ctx, progress); err != nil {
			return err
		}
	} else if err := gdal.CopyRaster(ctx, f.raw, f.temp.Path, string(f.spec.format()), f.creation.options, f.spec.forCopies(), false, part(begun, 1)); err != nil {
		return f.stopped(ctx, err)
	}
	_ = os.Remove(f.raw + ".aux.xml")
	if err := os.Remove(f.raw); err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	if err := syncAll(f.temp.Path); err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	return nil
}

// stopped returns the cause of ctx if ctx has ended, else a sentence about err.
func (f *File) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return f.failed(err)
}

// check opens the finished file as a reader would. An uncompressed file must be as large as its
// samples.
func (f *File) check() error {
	if f.spec.Format.OfArrays() {
		return f.checkArrays()
	}
	ds, err := gdal.Open(f.temp.Path, nil, nil)
	if err != nil {
		return f.failed(err)
	}
	defer func() { _ = ds.Close() }()
	if width, height := ds.Size(); width != f.spec.Width || height != f.spec.Height || len(ds.Bands()) != len(f.spec.Bands) {
		return fault.Outputf("cannot write %s: the file reads back as %d × %d pixels with %d bands", f.target, width, height, len(ds.Bands()))
	}
	info, err := os.Stat(f.temp.Path)
	if err != nil {
		return f.failed(atomicfile.Reason(err))
	}
	need := f.spec.rawBytes()
	if ds.Metadata("COMPRESSION", "IMAGE_STRUCTURE") == "" && info.Size() < need {
		return fault.Outputf("cannot write %s: the file has %s of at least %s: is the disk full?", f.target, humanize.Bytes(uint64(info.Size())), humanize.Bytes(uint64(need)))
	}
	return nil
}

// Abort removes the temporary files. After Commit it does nothing.
func (f *File) Abort() {
	if f.out != nil {
		f.out.stop()
		_ = f.out.file.Close()
		f.out = nil
	}
	f.temp.Remove()
}
