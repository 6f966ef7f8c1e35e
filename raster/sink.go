package raster

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Spec describes a GeoTIFF to be written.
type Spec struct {
	Width, Height int
	Type          kernel.DType // Float32 or Float64
	Bands         []Band
	GeoTransform  [6]float64 // all zero: none
	CRS           string     // WKT, EPSG:n or whatever else GDAL reads; "": none
	Metadata      map[string]string
	Creation      []string // creation options, KEY=VALUE; they come before the defaults
	Overwrite     bool     // whether an existing target is replaced
}

// Band describes a band.
type Band struct {
	Name     string // becomes the band's description
	Unit     string
	Metadata map[string]string
}

// File is a GeoTIFF under way: a temporary file beside its target until Commit. Its nodata value is
// NaN. It is a pixtrend.Sink.
type File struct {
	target, tmp string
	spec        Spec
	ds          *godal.Dataset
	bands       []godal.Band
}

// defaultCreation are the creation options where the caller gives no others: tiles, as most
// readers want windows, and no compression, since the low bits of a slope are noise that costs
// twenty times the fit to compress and grows by it.
var defaultCreation = []string{"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER"}

// creation returns the creation options of s: its own and the defaults that it leaves.
func (s Spec) creation() ([]string, error) {
	var options []string
	keys := map[string]bool{}
	for _, o := range s.Creation {
		key, value, ok := strings.Cut(o, "=")
		key = strings.ToUpper(strings.TrimSpace(key))
		if !ok || key == "" || value == "" {
			return nil, outputErrorf("the creation option %q is not KEY=VALUE, such as COMPRESS=DEFLATE", o)
		}
		keys[key] = true
		options = append(options, key+"="+value)
		if key == "TILED" && strings.EqualFold(value, "NO") {
			keys["BLOCKXSIZE"] = true // no tiles, no tile size
			keys["BLOCKYSIZE"] = true
		}
	}
	for _, o := range defaultCreation {
		if key, _, _ := strings.Cut(o, "="); !keys[key] {
			options = append(options, o)
		}
	}
	return options, nil
}

// checkCreation tries creation options on a small raster in memory.
func checkCreation(given []string) error {
	if len(given) == 0 {
		return nil // the defaults are good
	}
	options, err := Spec{Creation: given}.creation()
	if err != nil {
		return err
	}
	if err := register(); err != nil {
		return err
	}
	name := "/vsimem/pixtrend-" + rand.Text()
	ds, err := godal.Create(godal.GTiff, name, 1, godal.Float32, 64, 64, godal.CreationOption(options...))
	if err == nil {
		err = ds.Close()
	}
	_ = godal.VSIUnlink(name, godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return outputErrorf("cannot write a GeoTIFF with the creation options %s: %s",
			strings.Join(given, " "), strings.TrimSuffix(sentence(err), ", ignoring"))
	}
	return nil
}

// checkTarget reports whether path can become the output, without writing anything.
func checkTarget(path string, overwrite bool) error {
	if path == "" {
		return outputErrorf("the output has no name")
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return outputErrorf("the output %s is a folder: name a file, such as %s", path, filepath.Join(path, "slope.tif"))
	case err == nil && !info.Mode().IsRegular():
		return outputErrorf("the output %s is not a regular file: name another", path)
	case err == nil && !overwrite:
		return outputErrorf("the output %s exists: name another, or replace it with --overwrite", path)
	case errors.Is(err, fs.ErrNotExist) && !overwrite:
		if _, err := os.Lstat(path); err == nil {
			return outputErrorf("the output %s exists, as a link to nothing: name another, or replace it with --overwrite", path)
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return outputErrorf("cannot write %s: %v", path, reason(err))
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return outputErrorf("cannot write %s: the folder %s does not exist, make it first", path, dir)
	case err != nil:
		return outputErrorf("cannot write %s: %v", path, reason(err))
	case !info.IsDir():
		return outputErrorf("cannot write %s: %s is not a folder", path, dir)
	}
	return nil
}

// Create begins a GeoTIFF. Nothing stands under path until Commit; whoever gets a File ends it
// with Commit or Abort.
func Create(path string, s Spec) (*File, error) {
	if err := register(); err != nil {
		return nil, err
	}
	if err := checkTarget(path, s.Overwrite); err != nil {
		return nil, err
	}
	if s.Type != kernel.Float32 && s.Type != kernel.Float64 {
		return nil, outputErrorf("cannot write %s: results are float32 or float64, not %v", path, s.Type)
	}
	options, err := s.creation()
	if err != nil {
		return nil, err
	}
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".pixtrend-"+strings.ToLower(rand.Text()[:10]))
	// Made by us before GDAL writes it: the system then says plainly why it cannot be.
	file, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, outputErrorf("cannot write %s: its folder refuses new files (%v), name another", path, reason(err))
	}
	if err := file.Close(); err != nil {
		return nil, outputErrorf("cannot write %s: %v", path, reason(err))
	}
	f := &File{target: path, tmp: tmp, spec: s}
	if err := f.begin(options); err != nil {
		f.Abort()
		return nil, err
	}
	return f, nil
}

// begin writes the header and opens the file for its blocks.
func (f *File) begin(options []string) error {
	s := f.spec
	dtype := godal.Float32
	if s.Type == kernel.Float64 {
		dtype = godal.Float64
	}
	// SPARSE_OK keeps this first step, which is over before the first block, from filling the file.
	ds, err := godal.Create(godal.GTiff, f.tmp, len(s.Bands), dtype, s.Width, s.Height,
		godal.CreationOption(append(slices.Clone(options), "SPARSE_OK=TRUE")...))
	if err != nil {
		return f.failed(err)
	}
	if err := errors.Join(f.describe(ds), ds.Close()); err != nil {
		return f.failed(err)
	}
	units := make([]string, len(s.Bands))
	for i, b := range s.Bands {
		units[i] = b.Unit
	}
	if err := setUnits(f.tmp, units); err != nil {
		return f.failed(err)
	}
	f.ds, err = godal.Open(f.tmp, godal.Update(), godal.Drivers("GTiff"))
	if err != nil {
		return f.failed(err)
	}
	f.bands = f.ds.Bands()
	return nil
}

// describe sets all that is known of the raster but its samples.
func (f *File) describe(ds *godal.Dataset) error {
	s := f.spec
	var errs []error
	if s.GeoTransform != [6]float64{} {
		errs = append(errs, ds.SetGeoTransform(s.GeoTransform))
	}
	if s.CRS != "" {
		sr, err := godal.NewSpatialRef(s.CRS, godal.ErrLogger(ignoreWarnings))
		if err != nil {
			return err
		}
		defer sr.Close()
		errs = append(errs, ds.SetSpatialRef(sr))
	}
	// NaN, which GDAL keeps once a file.
	errs = append(errs, ds.SetNoData(nan))
	for key, value := range s.Metadata {
		errs = append(errs, ds.SetMetadata(key, value))
	}
	for i, b := range ds.Bands() {
		errs = append(errs, b.SetDescription(s.Bands[i].Name))
		for key, value := range s.Bands[i].Metadata {
			errs = append(errs, b.SetMetadata(key, value))
		}
	}
	return errors.Join(errs...)
}

func (f *File) failed(err error) error {
	return outputErrorf("cannot write %s: %s", f.target, strings.ReplaceAll(sentence(err), f.tmp, "the file"))
}

// Write stores a window of every band.
func (f *File) Write(w pixtrend.Window, planes kernel.Tile) error {
	for i, band := range f.bands {
		if err := band.Write(w.X, w.Y, buffer(planes, i, false), w.Width, w.Height); err != nil {
			return f.failed(err)
		}
	}
	return nil
}

// Commit finishes the file, checks it, brings it to the disk and gives it the target's name. On
// error nothing is left, and a file that stood there before still stands.
func (f *File) Commit() error {
	ds := f.ds
	f.ds = nil
	if err := ds.Close(); err != nil {
		f.Abort()
		return f.failed(err)
	}
	if err := f.check(); err != nil {
		f.Abort()
		return err
	}
	if err := f.publish(); err != nil {
		f.Abort()
		return outputErrorf("cannot write %s: %v", f.target, reason(err))
	}
	return nil
}

// check opens the finished file as a reader would. Uncompressed, it must hold all its samples.
func (f *File) check() error {
	ds, err := open(f.tmp, nil)
	if err != nil {
		return f.failed(err)
	}
	defer func() { _ = ds.Close() }()
	st := ds.Structure()
	if st.SizeX != f.spec.Width || st.SizeY != f.spec.Height || st.NBands != len(f.spec.Bands) {
		return outputErrorf("cannot write %s: the file reads back as %d × %d pixels with %d bands", f.target, st.SizeX, st.SizeY, st.NBands)
	}
	info, err := os.Stat(f.tmp)
	if err != nil {
		return f.failed(reason(err))
	}
	need := int64(st.SizeX) * int64(st.SizeY) * int64(st.NBands) * int64(f.spec.Type.Size())
	if ds.Metadata("COMPRESSION", godal.Domain("IMAGE_STRUCTURE")) == "" && info.Size() < need {
		return outputErrorf("cannot write %s: the file has %d bytes of at least %d: is the disk full?", f.target, info.Size(), need)
	}
	return nil
}

// publish syncs the file and gives it its name.
func (f *File) publish() error {
	if err := syncPath(f.tmp); err != nil {
		return err
	}
	if f.spec.Overwrite {
		// Sidecars of what is replaced (statistics, overviews) are not true of what replaces it.
		for _, ext := range []string{".aux.xml", ".ovr", ".msk"} {
			_ = os.Remove(f.target + ext)
		}
		if err := os.Rename(f.tmp, f.target); err != nil {
			return err
		}
	} else {
		// A link, unlike a rename, never replaces a file that came meanwhile. Where the file system
		// has no links, a last look must do.
		switch err := os.Link(f.tmp, f.target); {
		case err == nil:
			_ = os.Remove(f.tmp)
		case errors.Is(err, fs.ErrExist):
			return errors.New("a file of that name has come while it was made")
		default:
			if exists(f.target) {
				return errors.New("a file of that name has come while it was made")
			}
			if err := os.Rename(f.tmp, f.target); err != nil {
				return err
			}
		}
	}
	// GDAL puts into a sidecar what the chosen profile has no room for.
	if sidecar := f.tmp + ".aux.xml"; exists(sidecar) {
		if err := errors.Join(syncPath(sidecar), os.Rename(sidecar, f.target+".aux.xml")); err != nil {
			return err
		}
	}
	return syncPath(filepath.Dir(f.target))
}

func syncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// Abort removes what was written. After Commit it does nothing.
func (f *File) Abort() {
	if f.ds != nil {
		_ = f.ds.Close(godal.ErrLogger(func(godal.ErrorCategory, int, string) error { return nil }))
		f.ds = nil
	}
	_ = os.Remove(f.tmp)
	_ = os.Remove(f.tmp + ".aux.xml")
}
