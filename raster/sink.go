package raster

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/airbusgeo/godal"
	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Format is the kind of file that is written.
type Format string

const (
	GTiff Format = "GTiff" // a GeoTIFF, in tiles of 256 × 256 unless creation options ask for something else
	COG   Format = "COG"   // a cloud-optimized GeoTIFF: tiles of 512 × 512, and overviews
)

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	for _, f := range []Format{GTiff, COG} {
		if strings.EqualFold(s, string(f)) {
			return f, nil
		}
	}
	return "", errors.New("give GTiff or COG")
}

// Spec describes a GeoTIFF to be written.
type Spec struct {
	Width, Height int
	Type          kernel.DType // Float32 or Float64
	Bands         []Band
	GeoTransform  [6]float64 // all zero: none
	CRS           string     // WKT, EPSG:n or whatever else GDAL reads; "": none
	Metadata      map[string]string
	Format        Format   // "": GTiff
	Creation      []string // creation options of the format, KEY=VALUE; they come before the defaults
	Overwrite     bool     // whether an existing target is replaced
	Threads       int      // that windows come from, and that compress; 0: one for each CPU
	Memory        int64    // bytes that samples may take on their way to the file; 0: 64 MiB
}

// Band describes a band.
type Band struct {
	Name     string // becomes the band's description
	Unit     string
	Metadata map[string]string
	// Whether a pixel of an overview is one of those that it stands for, as a count must be. Others
	// are the average of those that are not NaN.
	Nearest bool
}

// File is a GeoTIFF under way: a temporary file beside its target until Commit. Its nodata value is
// NaN. It is a pixtrend.Sink that has to get every window.
//
// Plain tiles go past GDAL to their places in a file that has its size from the start. Whatever else
// is asked for (a COG, compression, strips, pixel interleaving) is a copy that GDAL makes of them in
// Commit, on several threads: so a tile is compressed once, when all of it is there, the same
// samples make the same file, and those who compute never wait for those who compress. It takes the disk
// the room of the uncompressed samples for a while.
type File struct {
	target, tmp string
	raw         string // where plain tiles are written: tmp, or what tmp becomes a copy of
	spec        Spec
	creation    creation
	out         *tiles // nil once it is closed
}

// creation is how a file is to be made.
type creation struct {
	options   []string // for GDAL
	plain     bool     // plain tiles, which need no copy
	overviews []int    // the factors of those to be made
	resample  string   // their resampling where the caller chose it
}

// defaultCreation are the creation options where the caller gives no others: tiles, as most
// readers want windows, and no compression, since the low bits of a slope are noise that costs
// many times the fit to compress and a tenth of the size. A COG is made to be read over a network and
// is compressed, in the way that every reader knows and at the level that pays: of 4096 × 4096 noisy
// slopes it leaves 88 % in less than half of the time of the default level, which leaves 87 %. Of
// gaps, and of n, it leaves next to nothing.
var defaultCreation = map[Format][]string{
	GTiff: {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER"},
	COG:   {"LEVEL=1", "COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=512", "BIGTIFF=IF_SAFER"},
}

// plainValues are the creation options that plain tiles can have: with these values, or any where
// none stands here.
var plainValues = map[string]string{"TILED": "YES", "BLOCKXSIZE": "", "BLOCKYSIZE": "", "INTERLEAVE": "BAND", "BIGTIFF": "",
	"COMPRESS": "NONE", "PROFILE": "", "NUM_THREADS": "", "GEOTIFF_VERSION": "", "GEOTIFF_KEYS_FLAVOR": "", "SPARSE_OK": "FALSE"}

// resolve returns how s is to be made: its own creation options and the defaults that it leaves.
func (s Spec) resolve() (creation, error) {
	c := creation{plain: s.Format != COG}
	values := map[string]string{}
	for _, o := range s.Creation {
		key, value, ok := strings.Cut(o, "=")
		key = strings.ToUpper(strings.TrimSpace(key))
		if !ok || key == "" || value == "" {
			return c, outputErrorf("the creation option %q is not KEY=VALUE, such as COMPRESS=DEFLATE", o)
		}
		values[key] = value
		if s.Format != COG {
			plain, known := plainValues[key]
			c.plain = c.plain && known && (plain == "" || strings.EqualFold(plain, value))
		} else if own, err := c.cogOption(key, value); err != nil {
			return c, err
		} else if own {
			continue
		}
		c.options = append(c.options, key+"="+value)
	}
	for _, o := range defaultCreation[s.format()] {
		key, value, _ := strings.Cut(o, "=")
		switch _, given := values[key]; {
		case given:
		case strings.HasPrefix(key, "BLOCK") && strings.EqualFold(values["TILED"], "NO"): // no tiles, no tile size
		case key == "LEVEL" && values["COMPRESS"] != "": // levels mean something else elsewhere
		case key == "PREDICTOR" && !predicted(values["COMPRESS"]):
		default:
			values[key] = value
			c.options = append(c.options, o)
		}
	}
	if s.Format == COG {
		c.cogOverviews(s, values)
	}
	if _, given := values["NUM_THREADS"]; !given && !c.plain {
		threads := "ALL_CPUS"
		if s.Threads > 0 {
			threads = strconv.Itoa(s.Threads)
		}
		c.options = append(c.options, "NUM_THREADS="+threads)
	}
	return c, nil
}

func (s Spec) format() Format {
	if s.Format == "" {
		return GTiff
	}
	return s.Format
}

// predicted reports whether a compression knows predictors; "" is the default.
func predicted(compress string) bool {
	return slices.Contains([]string{"", "DEFLATE", "LZW", "ZSTD"}, strings.ToUpper(compress))
}

// cogOption looks at a creation option of a COG. It reports whether it was one about overviews,
// which are not left to the driver: it would make those of all bands alike.
func (c *creation) cogOption(key, value string) (own bool, err error) {
	switch key {
	case "TILING_SCHEME", "TARGET_SRS", "EXTENT", "RES", "ZOOM_LEVEL", "ZOOM_LEVEL_STRATEGY", "ALIGNED_LEVELS", "ADD_ALPHA", "WARP_RESAMPLING":
		return false, outputErrorf("the creation option %s would bring the result to another grid: leave it out, and warp the output with gdalwarp", key)
	case "OVERVIEWS":
		if !strings.EqualFold(value, "AUTO") && !strings.EqualFold(value, "NONE") {
			return false, outputErrorf("the creation option OVERVIEWS=%s cannot be had: overviews are made with AUTO (default) or not with NONE", value)
		}
		return true, nil
	case "OVERVIEW_COUNT":
		if n, err := strconv.Atoi(value); err != nil || n < 0 {
			return false, outputErrorf("the creation option OVERVIEW_COUNT=%s is no number of overviews: give a whole number, such as 3", value)
		}
		return true, nil
	case "RESAMPLING", "OVERVIEW_RESAMPLING":
		if c.resample == "" || key == "OVERVIEW_RESAMPLING" {
			c.resample = value
		}
		return true, nil
	}
	return false, nil
}

// cogOverviews settles which overviews a COG gets: as many as make the last fit one tile.
func (c *creation) cogOverviews(s Spec, values map[string]string) {
	block, err := strconv.Atoi(values["BLOCKSIZE"])
	if err != nil || block < 1 {
		block = 512 // GDAL will say what is wrong with it
	}
	count := -1
	if text, given := values["OVERVIEW_COUNT"]; given {
		count, _ = strconv.Atoi(text)
	}
	if strings.EqualFold(values["OVERVIEWS"], "NONE") {
		count = 0
	}
	for f := 2; f < 1<<30 && len(c.overviews) != count; f *= 2 {
		if count < 0 && (max(s.Width, s.Height)-1)/(f/2)+1 <= block || f/2 >= max(s.Width, s.Height) {
			break
		}
		c.overviews = append(c.overviews, f)
	}
	if len(c.overviews) > 0 {
		c.options = append(c.options, "OVERVIEWS=FORCE_USE_EXISTING")
	} else {
		c.options = append(c.options, "OVERVIEWS=NONE")
	}
}

// methods returns how each band of s is resampled for overviews.
func (c *creation) methods(s Spec) []string {
	methods := make([]string, len(s.Bands))
	for i, b := range s.Bands {
		switch {
		case c.resample != "":
			methods[i] = c.resample
		case b.Nearest:
			methods[i] = "NEAREST"
		default:
			methods[i] = "AVERAGE"
		}
	}
	return methods
}

// checkCreation tries the format and the creation options of s, which may lack everything else but
// its type and bands, on a small raster in memory. Gaps must come out of it as gaps: libtiff 4.5 loses
// them in LERC with bands interleaved by pixel.
func (s Spec) checkCreation() error {
	if s.format() != GTiff && s.Format != COG {
		return outputErrorf("cannot write the format %q: ask for GTiff or COG", string(s.Format))
	}
	if s.Format == COG {
		if err := registerCOG(); err != nil {
			return outputErrorf("this GDAL cannot write a COG: %s", sentence(err))
		}
	}
	if len(s.Creation) == 0 {
		return nil // the defaults are good
	}
	if err := s.checkCompress(); err != nil {
		return err
	}
	// One thread, for GDAL prints what goes wrong on others.
	s.Width, s.Height, s.Threads = 64, 64, 1
	c, err := s.resolve()
	if err != nil {
		return err
	}
	if err := register(); err != nil {
		return err
	}
	from := "/vsimem/pixtrend-" + rand.Text()
	to := from + ".copy"
	defer func() {
		for _, name := range []string{from, to} {
			_ = godal.VSIUnlink(name, godal.ErrLogger(ignoreWarnings))
			_ = godal.VSIUnlink(name+".aux.xml", godal.ErrLogger(ignoreWarnings))
		}
	}()
	if err = s.trial(from, to, c); err != nil {
		return outputErrorf("cannot write a %s with the creation options %s: %s", map[Format]string{GTiff: "GeoTIFF", COG: "COG"}[s.format()],
			strings.Join(s.Creation, " "), strings.NewReplacer(to, "the file", from, "the file").Replace(strings.TrimSuffix(sentence(err), ", ignoring")))
	}
	return nil
}

// checkCompress refuses a way to compress that this GDAL does not have; GDAL would only say that the value is unexpected.
func (s Spec) checkCompress() error {
	methods := compressions(s.format())
	for _, o := range s.Creation {
		key, value, _ := strings.Cut(o, "=")
		known := slices.ContainsFunc(methods, func(m string) bool { return strings.EqualFold(m, value) })
		if strings.EqualFold(strings.TrimSpace(key), "COMPRESS") && !known && len(methods) > 0 {
			return outputErrorf("cannot write a %s with the creation option %s: this GDAL compresses with %s", s.format(), o, strings.Join(methods, ", "))
		}
	}
	return nil
}

// trial writes a raster of s by way of another, and reads it.
func (s Spec) trial(from, to string, c creation) error {
	samples := make([]float32, s.Width*s.Height)
	gap := func(p int) bool { return p%7 == 0 || p/s.Width < 9 }
	for p := range samples {
		if samples[p] = float32(p) / 8; gap(p) {
			samples[p] = float32(nan)
		}
	}
	options := defaultCreation[GTiff]
	if c.plain {
		options, to = c.options, from
	}
	ds, err := godal.Create(godal.GTiff, from, len(s.Bands), s.gdalType(), s.Width, s.Height, godal.CreationOption(options...))
	if err != nil {
		return err
	}
	err = ds.SetNoData(nan)
	for _, b := range ds.Bands() {
		err = errors.Join(err, b.Write(0, 0, samples, s.Width, s.Height))
	}
	if err := errors.Join(err, ds.Close()); err != nil {
		return err
	}
	if c.resample != "" {
		if err := buildOverviews(context.Background(), from, []int{2}, c.methods(s), nil); err != nil {
			return err
		}
	}
	if !c.plain {
		if err := copyRaster(context.Background(), from, to, string(s.format()), c.options, true, nil); err != nil {
			return err
		}
	}
	if ds, err = open(to, nil); err != nil {
		return err
	}
	defer func() { _ = ds.Close() }()
	for _, b := range ds.Bands() {
		if err := b.Read(0, 0, samples, s.Width, s.Height); err != nil {
			return err
		}
		for p, y := range samples {
			if (y != y) != gap(p) {
				return errors.New("they do not keep pixels without a value apart from others")
			}
		}
	}
	return nil
}

func (s Spec) gdalType() godal.DataType {
	if s.Type == kernel.Float64 {
		return godal.Float64
	}
	return godal.Float32
}

// rawBytes is the size of all samples.
func (s Spec) rawBytes() int64 {
	return int64(s.Width) * int64(s.Height) * int64(len(s.Bands)) * int64(s.Type.Size())
}

// checkTarget reports whether path can become the output, without writing anything.
func checkTarget(path string, overwrite bool) error {
	if path == "" {
		return outputErrorf("the output has no name")
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return outputErrorf("the output %s is a folder: name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		return outputErrorf("the output %s is not a regular file: name another", path)
	case err == nil && !overwrite:
		return outputErrorf("the output %s exists: name another, or replace it with --overwrite", path)
	case errors.Is(err, fs.ErrNotExist) && !overwrite:
		if _, err := os.Lstat(path); err == nil {
			return outputErrorf("the output %s exists, as a link to nothing: name another, or replace it with --overwrite", path)
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return outputErrorf("cannot write %s: %v: name another", path, reason(err))
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
	if err := s.checkCreation(); err != nil {
		return nil, err
	}
	c, err := s.resolve()
	if err != nil {
		return nil, err
	}
	tmp := besides(path)
	f := &File{target: path, tmp: tmp, raw: tmp, spec: s, creation: c}
	if !c.plain {
		f.raw += ".raw"
	}
	// Made by us before GDAL writes it: the system then says plainly why it cannot be.
	file, err := os.OpenFile(f.raw, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if err != nil {
		return nil, outputErrorf("cannot write %s: its folder refuses new files (%v), name another", path, reason(err))
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

// besides returns the name of a temporary file that can be given the name of path.
func besides(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".pixtrend-"+strings.ToLower(rand.Text()[:10]))
}

// begin writes the header and makes the file ready for its tiles. file is the same file, which stays
// open.
func (f *File) begin(file *os.File) error {
	s := f.spec
	options := f.creation.options
	if !f.creation.plain {
		options = defaultCreation[GTiff]
	}
	var err error
	onThread(func() {
		var ds *godal.Dataset
		// SPARSE_OK keeps this first step from filling the file.
		if ds, err = godal.Create(godal.GTiff, f.raw, len(s.Bands), s.gdalType(), s.Width, s.Height,
			godal.CreationOption(append(slices.Clone(options), "SPARSE_OK=TRUE")...)); err == nil {
			err = errors.Join(f.describe(ds), ds.Close())
		}
	})
	if err != nil {
		return f.failed(err)
	}
	t := tiling{width: s.Width, height: s.Height, bands: len(s.Bands), size: s.Type.Size()}
	if err := layTiles(file, &t); err != nil {
		return f.failed(reason(err))
	}
	switch err := reserve(file, t.end()); {
	case errors.Is(err, syscall.ENOSPC):
		return outputErrorf("cannot write %s: its disk has no room for %s: make room, or name a file on another disk", f.target, humanize.Bytes(uint64(t.end())))
	case err != nil:
		return f.failed(reason(err))
	}
	if s.Memory == 0 {
		s.Memory = 64 << 20
	}
	threads := s.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	// Each thread is in one place, and leaves a row of tiles unfinished where it began that another
	// will finish.
	f.out = newTiles(file, t, s.Memory, 2*threads+1, f.creation.plain)
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
		errs = append(errs, b.SetDescription(s.Bands[i].Name), setUnit(b, s.Bands[i].Unit))
		for key, value := range s.Bands[i].Metadata {
			errs = append(errs, b.SetMetadata(key, value))
		}
	}
	return errors.Join(errs...)
}

func (f *File) failed(err error) error {
	text := strings.ReplaceAll(sentence(err), f.raw, "the file")
	return outputErrorf("cannot write %s: %s", f.target, strings.ReplaceAll(text, f.tmp, "the file"))
}

// Write stores a window of every band.
func (f *File) Write(w pixtrend.Window, planes kernel.Tile) error {
	if err := f.out.write(w, planes); err != nil {
		return f.failed(reason(err))
	}
	return nil
}

// Commit finishes the file, checks it, brings it to the disk and gives it the target's name. On
// error nothing is left, and a file that stood there before still stands.
func (f *File) Commit() error { return f.commit(context.Background(), nil) }

// commit is Commit until ctx ends. progress, which may be nil, hears how much of a copy, from 0 to
// 1, is done.
func (f *File) commit(ctx context.Context, progress func(float64)) error {
	err := f.complete(ctx, progress)
	if err == nil {
		err = f.publish()
	}
	if err != nil {
		f.Abort()
	}
	return err
}

// complete brings all of the file to the disk, and checks it.
func (f *File) complete(ctx context.Context, progress func(float64)) error {
	if err := f.finish(); err != nil {
		return err
	}
	if !f.creation.plain {
		if err := f.copy(ctx, progress); err != nil {
			return err
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
	if f.creation.plain { // what a copy is made of need not survive
		err = out.file.Sync()
	}
	if err := errors.Join(err, out.file.Close()); err != nil {
		return f.failed(reason(err))
	}
	if all := int64(f.spec.Width) * int64(f.spec.Height); out.written != all {
		return outputErrorf("cannot write %s: it got windows of %d pixels, and has %d", f.target, out.written, all)
	}
	return nil
}

// copy makes of the plain tiles what was asked for.
func (f *File) copy(ctx context.Context, progress func(float64)) error {
	debug.FreeOSMemory() // what the fit took, before GDAL takes as much
	part := func(from, to float64) func(float64) {
		if progress == nil {
			return nil
		}
		return func(done float64) { progress(from + done*(to-from)) }
	}
	begun := 0.0
	if len(f.creation.overviews) > 0 {
		begun = 0.25
		if err := buildOverviews(ctx, f.raw, f.creation.overviews, f.creation.methods(f.spec), part(0, begun)); err != nil {
			return f.stopped(ctx, err)
		}
	}
	if err := copyRaster(ctx, f.raw, f.tmp, string(f.spec.format()), f.creation.options, false, part(begun, 1)); err != nil {
		return f.stopped(ctx, err)
	}
	_ = os.Remove(f.raw + ".aux.xml")
	if err := os.Remove(f.raw); err != nil {
		return f.failed(reason(err))
	}
	if err := syncPath(f.tmp); err != nil {
		return f.failed(reason(err))
	}
	return nil
}

// stopped returns the cause of ctx if that ended, or err in a sentence.
func (f *File) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return f.failed(err)
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
	need := f.spec.rawBytes()
	if ds.Metadata("COMPRESSION", godal.Domain("IMAGE_STRUCTURE")) == "" && info.Size() < need {
		return outputErrorf("cannot write %s: the file has %s of at least %s: is the disk full?", f.target, humanize.Bytes(uint64(info.Size())), humanize.Bytes(uint64(need)))
	}
	return nil
}

// publish gives the file, which is on the disk, its name.
func (f *File) publish() error {
	if err := f.rename(); err != nil {
		return outputErrorf("cannot write %s: %v", f.target, reason(err))
	}
	return nil
}

func (f *File) rename() error {
	if f.spec.Overwrite {
		// Sidecars of what is replaced (statistics, overviews) are not true of what replaces it.
		for _, ext := range []string{".aux.xml", ".ovr", ".msk"} {
			_ = os.Remove(f.target + ext)
		}
	}
	if err := moveTo(f.tmp, f.target, f.spec.Overwrite); err != nil {
		return err
	}
	// GDAL puts into a sidecar what the chosen profile has no room for.
	if sidecar := f.tmp + ".aux.xml"; exists(sidecar) {
		if err := errors.Join(syncPath(sidecar), os.Rename(sidecar, f.target+".aux.xml")); err != nil {
			return err
		}
	}
	return syncPath(filepath.Dir(f.target))
}

// moveTo gives a file its name. Only with overwrite it replaces another.
func moveTo(tmp, target string, overwrite bool) error {
	if overwrite {
		return os.Rename(tmp, target)
	}
	// A link, unlike a rename, never replaces a file that came meanwhile. Where the file system has no
	// links, a last look must do.
	switch err := os.Link(tmp, target); {
	case err == nil:
		_ = os.Remove(tmp)
		return nil
	case errors.Is(err, fs.ErrExist), exists(target):
		return errors.New("a file of that name has come while it was made")
	}
	return os.Rename(tmp, target)
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
	if f.out != nil {
		f.out.stop()
		_ = f.out.file.Close()
		f.out = nil
	}
	for _, path := range []string{f.tmp, f.raw} {
		_ = os.Remove(path)
		_ = os.Remove(path + ".aux.xml")
	}
}
