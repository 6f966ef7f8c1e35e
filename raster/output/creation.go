package output

import (
	"context"
	"crypto/rand"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
)

// creation is how a file is made.
type creation struct {
	options   []string // for GDAL
	plain     bool     // uncompressed tiles, which need no copy
	overviews []int    // the factors of the overviews
	resample  string   // the resampling of overviews if the caller chose it
}

// defaultCreation are the creation options that the caller does not give. A GeoTIFF has tiles,
// since most readers read windows, and no compression: the low bits of slopes are noise, and
// compressing them takes many times as long as the fit to save a tenth of the size. A COG is read
// over networks. It is compressed with DEFLATE, which every reader knows, at level 1: 4096 × 4096
// noisy slopes shrink to 88 % of their size in less than half the time of the default level, with
// which they shrink to 87 %. Gaps and n shrink to almost nothing.
var defaultCreation = map[Format][]string{
	GTiff: {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER"},
	COG:   {"LEVEL=1", "COMPRESS=DEFLATE", "PREDICTOR=YES", "BLOCKSIZE=512", "BIGTIFF=IF_SAFER"},
}

// plainValues are the creation options that uncompressed tiles can have, and the values of those
// that can have one only.
var plainValues = map[string]string{"TILED": "YES", "BLOCKXSIZE": "", "BLOCKYSIZE": "", "INTERLEAVE": "BAND", "BIGTIFF": "",
	"COMPRESS": "NONE", "PROFILE": "", "NUM_THREADS": "", "GEOTIFF_VERSION": "", "GEOTIFF_KEYS_FLAVOR": "", "SPARSE_OK": "FALSE"}

// resolve returns how s is made: by its own creation options, and the defaults of the others.
func (s Spec) resolve() (creation, error) {
	c := creation{plain: s.Format != COG}
	if s.Format.OfArrays() {
		return creation{}, nil
	}
	values, given := map[string]string{}, map[string]string{}
	for _, o := range s.Creation {
		key, value, ok := strings.Cut(o, "=")
		key = strings.ToUpper(strings.TrimSpace(key))
		if !ok || key == "" || value == "" {
			return c, fault.Outputf("the creation option %q is not KEY=VALUE, such as COMPRESS=DEFLATE", o)
		}
		values[key], given[key] = value, value
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
		case key == "LEVEL" && values["COMPRESS"] != "": // other methods have other levels
		case key == "PREDICTOR" && !predicted(values["COMPRESS"]):
		default:
			values[key] = value
			c.options = append(c.options, o)
		}
	}
	if c.plain {
		return c, nil
	}
	err := c.keepToMemory(s, values, given)
	if s.Format == COG {
		c.cogOverviews(s, values)
	}
	return c, err
}

// predicted reports whether a compression has predictors; "" is the default compression.
func predicted(compress string) bool {
	return slices.Contains([]string{"", "DEFLATE", "LZW", "ZSTD"}, strings.ToUpper(compress))
}

// cogOption checks a creation option of a COG. own reports that it is about overviews, which are
// made here: the driver would resample those of all bands alike.
func (c *creation) cogOption(key, value string) (own bool, err error) {
	switch key {
	case "TILING_SCHEME", "TARGET_SRS", "EXTENT", "RES", "ZOOM_LEVEL", "ZOOM_LEVEL_STRATEGY", "ALIGNED_LEVELS", "ADD_ALPHA", "WARP_RESAMPLING":
		return false, fault.Outputf("the creation option %s would bring the result to another grid: leave it out, and warp the output with gdalwarp", key)
	case "OVERVIEWS":
		if !strings.EqualFold(value, "AUTO") && !strings.EqualFold(value, "NONE") {
			return false, fault.Outputf("the creation option OVERVIEWS=%s cannot be had: overviews are made with AUTO (default) or not with NONE", value)
		}
		return true, nil
	case "OVERVIEW_COUNT":
		if n, err := strconv.Atoi(value); err != nil || n < 0 {
			return false, fault.Outputf("the creation option OVERVIEW_COUNT=%s is no number of overviews: give a whole number, such as 3", value)
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

// cogOverviews chooses the overviews of a COG: as many as it takes for the last to fit into one
// tile.
func (c *creation) cogOverviews(s Spec, values map[string]string) {
	block, err := strconv.Atoi(values["BLOCKSIZE"])
	if err != nil || block < 1 {
		block = 512 // GDAL reports what is wrong with it
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

// Check tries the format and the creation options of s on a small raster in memory. Of s it
// uses the type and the bands too. Gaps must be read back as gaps: libtiff 4.5 loses them in LERC
// with bands interleaved by pixel.
func (s Spec) Check() error {
	if s.Format.OfArrays() {
		return s.checkArrays()
	}
	if s.format() != GTiff && s.Format != COG {
		return fault.Outputf("cannot write the format %q: ask for GTiff, COG, NetCDF or Zarr", string(s.Format))
	}
	if s.Format == COG {
		if err := gdal.RegisterCOG(); err != nil {
			return fault.Outputf("this GDAL cannot write a COG: %s", gdal.Sentence(err))
		}
	}
	if len(s.Creation) == 0 {
		return nil // the defaults are good
	}
	if err := s.checkCompress(); err != nil {
		return err
	}
	// One thread, since GDAL prints the errors of other threads.
	s.Width, s.Height, s.Threads = 64, 64, 1
	c, err := s.resolve()
	if err != nil {
		return err
	}
	from := "/vsimem/pixtrend-" + rand.Text()
	to := from + ".copy"
	defer func() {
		gdal.Remove(from)
		gdal.Remove(to)
		gdal.Release()
	}()
	defer gdal.ShareBlockCache(s.forCopies() / 4)()
	if err = s.trial(from, to, c); err != nil {
		return fault.Outputf("cannot write a %s with the creation options %s: %s", map[Format]string{GTiff: "GeoTIFF", COG: "COG"}[s.format()],
			strings.Join(s.Creation, " "), strings.NewReplacer(to, "the file", from, "the file").Replace(strings.TrimSuffix(gdal.Sentence(err), ", ignoring")))
	}
	return nil
}

// checkCompress refuses a compression that this GDAL does not have. GDAL would only say that the
// value is unexpected.
func (s Spec) checkCompress() error {
	methods := compressions(s.format())
	for _, o := range s.Creation {
		key, value, _ := strings.Cut(o, "=")
		known := slices.ContainsFunc(methods, func(m string) bool { return strings.EqualFold(m, value) })
		if strings.EqualFold(strings.TrimSpace(key), "COMPRESS") && !known && len(methods) > 0 {
			return fault.Outputf("cannot write a %s with the creation option %s: this GDAL compresses with %s", s.format(), o, strings.Join(methods, ", "))
		}
	}
	return nil
}

// trial writes a raster at from, copies it to the other if it is not plain, and reads it.
func (s Spec) trial(from, to string, c creation) error {
	samples := make([]float32, s.Width*s.Height)
	gap := func(p int) bool { return p%7 == 0 || p/s.Width < 9 }
	for p := range samples {
		if samples[p] = float32(p) / 8; gap(p) {
			samples[p] = float32(math.NaN())
		}
	}
	options := []string{"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "INTERLEAVE=BAND"}
	if c.plain {
		options, to = c.options, from
	}
	if err := gdal.CreateGeoTIFF(from, gdal.Header{Width: s.Width, Height: s.Height, Type: s.Type, Bands: make([]gdal.BandHeader, len(s.Bands))}, options, samples); err != nil {
		return err
	}
	if c.resample != "" {
		if err := gdal.BuildOverviews(context.Background(), from, []int{2}, c.methods(s), s.forCopies(), nil); err != nil {
			return err
		}
	}
	if !c.plain {
		if err := gdal.CopyRaster(context.Background(), from, to, string(s.format()), c.options, s.forCopies(), true, nil); err != nil {
			return err
		}
	}
	ds, err := gdal.Open(to, nil, nil)
	if err != nil {
		return err
	}
	defer func() { _ = ds.Close() }()
	for _, b := range ds.Bands() {
		if err := b.Read(pixtrend.Window{Width: s.Width, Height: s.Height}, gdal.Samples{Type: kernel.Float32, Data: kernel.Bytes(samples)}, nil); err != nil {
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
