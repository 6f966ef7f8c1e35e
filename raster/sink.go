package raster

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
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

// Format is the kind of file that is written.
type Format string

const (
	GTiff Format = "GTiff" // a GeoTIFF, by default in tiles of 256 × 256
	COG   Format = "COG"   // a cloud-optimized GeoTIFF: tiles of 512 × 512, and overviews
	// NetCDF and Zarr have a variable for each field, compressed in chunks of 256 × 256.
	NetCDF Format = "NetCDF" // NetCDF-4
	Zarr   Format = "Zarr"   // a folder, which cannot take the place of another
)

// formatEnds are the ends of the names of the formats but for GeoTIFF.
var formatEnds = map[Format][]string{NetCDF: {".nc", ".nc4"}, Zarr: {".zarr"}}

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	for _, f := range []Format{GTiff, COG, NetCDF, Zarr} {
		if strings.EqualFold(s, string(f)) {
			return f, nil
		}
	}
	return "", errors.New("give GTiff, COG, NetCDF or Zarr")
}

// Spec describes a GeoTIFF to be written.
type Spec struct {
	Width, Height int
	Type          kernel.DType // Float32 or Float64
	Bands         []Band
	GeoTransform  [6]float64 // all zero: none
	CRS           string     // WKT, EPSG:n or whatever else GDAL reads; "": none
	Epoch         float64    // the coordinate epoch of a dynamic CRS, such as 2021.3; 0: none
	Metadata      map[string]string
	Format        Format   // "": GTiff
	Creation      []string // creation options of the format, KEY=VALUE, which replace the defaults
	Overwrite     bool     // replace a target that exists
	Threads       int      // that call Write, and that compress; 0: one for each CPU
	Memory        int64    // bytes of memory for incomplete tiles; 0: 64 MiB

	copyMemory int64 // bytes of memory to make a compressed file of tiles; 0: half of DefaultMemory
}

// Band describes a band.
type Band struct {
	Name     string // the band's description
	Unit     string
	Metadata map[string]string
	// Nearest makes each pixel of an overview one of the pixels below it, as counts need. Other
	// bands are averaged over the pixels that are not NaN.
	Nearest bool
}

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

// threads returns the number of threads.
func (s Spec) threads() int {
	if s.Threads > 0 {
		return s.Threads
	}
	return runtime.GOMAXPROCS(0)
}

func (s Spec) format() Format {
	if s.Format == "" {
		return GTiff
	}
	return s.Format
}

// rawBytes is the size of all samples.
func (s Spec) rawBytes() int64 {
	return int64(s.Width) * int64(s.Height) * int64(len(s.Bands)) * int64(s.Type.Size())
}

// Create begins a GeoTIFF. No file has the name path until Commit. The caller ends the File with
// Commit or Abort.
func Create(path string, s Spec) (*File, error) {
	if err := gdal.Register(); err != nil {
		return nil, err
	}
	target := s.target(path)
	if err := cmp.Or(s.Format.checkName(path), atomicfile.CheckTargets(s.Overwrite, target)); err != nil {
		return nil, err
	}
	if s.Type != kernel.Float32 && s.Type != kernel.Float64 {
		return nil, fault.Outputf("cannot write %s: results are float32 or float64, not %v", path, s.Type)
	}
	if err := s.checkCreation(); err != nil {
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
	return outputFiles{f}.commit(context.Background(), nil, func(float64) {})
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
	if f.spec.Format.ofArrays() {
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
	if f.spec.Format.ofArrays() {
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

// target returns the names that an output takes. GDAL reads rasters with files beside them, and
// places those that do not say where they lie by world files.
func (s Spec) target(path string) atomicfile.Target {
	t := atomicfile.Target{Path: path, Sidecars: []string{path + ".aux.xml", path + ".msk", path + ".ovr"}}
	if s.GeoTransform == [6]float64{} {
		end := filepath.Ext(path)
		ends := []string{".wld", ".tab"}
		if n := len(end); n > 2 {
			ends = append(ends, end[:2]+end[n-1:]+"w", end+"w") // .tfw and .tifw
		}
		for _, e := range ends {
			t.Sidecars = append(t.Sidecars, strings.TrimSuffix(path, end)+e)
		}
	}
	return t
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
