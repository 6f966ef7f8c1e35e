package raster

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

func ptr[T any](x T) *T { return &x }

var gap = math.NaN()

// How the samples lie in a file never changes a bit of what is fitted to them, whether windows are
// whole blocks or cut through them.
func TestLayoutsAreTheSame(t *testing.T) {
	// No side is a multiple of a tile, so that every layout has blocks that stand out over the
	// edge.
	s := newPlanes(150, 131, 6, -500, 500).gappy(gap)
	want := fitted(t, s.files(t, nil), all())
	checkTwoPass(t, "one row a strip", want, s)

	windows := func(t *testing.T, what string, inputs []string) {
		t.Helper()
		for _, w := range [][2]int{{0, 0}, {37, 41}} {
			o := all()
			o.Fit.WindowWidth, o.Fit.WindowHeight = w[0], w[1]
			sameBands(t, fmt.Sprint(what, " windows ", w), want, fitted(t, inputs, o))
		}
	}
	const tiled = "TILED=YES BLOCKXSIZE="
	for _, layout := range []string{
		"",
		"BLOCKYSIZE=1",
		"BLOCKYSIZE=7",
		"BLOCKYSIZE=131", // a single strip
		tiled + "16 BLOCKYSIZE=16",
		tiled + "64 BLOCKYSIZE=64",
		tiled + "256 BLOCKYSIZE=256",
		tiled + "16 BLOCKYSIZE=128",
		"COMPRESS=DEFLATE BLOCKYSIZE=1",
		"COMPRESS=DEFLATE BLOCKYSIZE=131 PREDICTOR=3",
		"COMPRESS=LZW PREDICTOR=2",
		"COMPRESS=LZW PREDICTOR=3 " + tiled + "64 BLOCKYSIZE=64",
		"COMPRESS=DEFLATE PREDICTOR=2 " + tiled + "16 BLOCKYSIZE=16",
		"COMPRESS=PACKBITS",
		"COMPRESS=ZSTD " + tiled + "256 BLOCKYSIZE=256",
		"BIGTIFF=YES",
		"BIGTIFF=YES COMPRESS=DEFLATE " + tiled + "64 BLOCKYSIZE=64",
		"ENDIANNESS=BIG",
		"ENDIANNESS=BIG " + tiled + "64 BLOCKYSIZE=64",
		"ENDIANNESS=BIG COMPRESS=LZW PREDICTOR=2",
	} {
		t.Run("files "+layout, func(t *testing.T) {
			inputs, err := s.tryFiles(t.TempDir(), func(_ int, m *made) { m.creation = strings.Fields(layout) })
			if err != nil && strings.Contains(layout, "ZSTD") {
				t.Skip("this GDAL is built without ZSTD:", err)
			} else if err != nil {
				t.Fatal(err)
			}
			windows(t, layout, inputs)
		})
		if strings.Contains(layout, "ZSTD") {
			continue
		}
		for _, interleave := range []string{" INTERLEAVE=PIXEL", " INTERLEAVE=BAND"} {
			t.Run("bands "+layout+interleave, func(t *testing.T) {
				name := s.multiband(t, func(m *made) { m.creation = strings.Fields(layout + interleave) })
				windows(t, layout+interleave, []string{name})
			})
		}
	}
	mixed := []string{"BLOCKYSIZE=7", tiled + "64 BLOCKYSIZE=64", "COMPRESS=LZW " + tiled + "16 BLOCKYSIZE=16",
		"COMPRESS=DEFLATE BLOCKYSIZE=131", "BIGTIFF=YES", "ENDIANNESS=BIG"}
	t.Run("mixed", func(t *testing.T) {
		windows(t, "mixed", s.files(t, func(i int, m *made) { m.creation = strings.Fields(mixed[i%len(mixed)]) }))
	})
	t.Run("band 2", func(t *testing.T) {
		for _, interleave := range []string{"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"} {
			inputs := s.files(t, func(i int, m *made) {
				m.creation = []string{interleave}
				m.bands = [][]float64{s.dates[(i+1)%6], m.bands[0], s.dates[(i+2)%6]}
			})
			o := all()
			o.Band = 2
			sameBands(t, "band 2 "+interleave, want, fitted(t, inputs, o))
		}
	})
}

// Every type gives the bits of the same numbers as Float64, file by file, as bands and mixed in one
// stack.
func TestTypesAreTheSame(t *testing.T) {
	signedByte := []string{"PIXELTYPE=SIGNEDBYTE"}
	for _, c := range []struct {
		name     string
		dtype    godal.DataType
		creation []string
		lo, hi   float64
	}{
		{"Byte", godal.Byte, nil, 0, 255},
		{"signed byte", godal.Byte, signedByte, -128, 127},
		{"UInt16", godal.UInt16, nil, 0, math.MaxUint16},
		{"Int16", godal.Int16, nil, math.MinInt16, math.MaxInt16},
		{"UInt32", godal.UInt32, nil, 0, math.MaxUint32},
		{"Int32", godal.Int32, nil, math.MinInt32, math.MaxInt32},
		{"Float32", godal.Float32, nil, -1 << 20, 1 << 20},
		{"Float64", godal.Float64, nil, -1 << 40, 1 << 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newPlanes(70, 9, 5, c.lo, c.hi)
			s.dates[1][5], s.dates[2][6] = c.lo, c.hi
			nodata := s.dates[0][8] // a value of the data, which every type can hold
			as := func(dtype godal.DataType, creation []string) func(int, *made) {
				return func(_ int, m *made) { m.dtype, m.creation, m.nodata = dtype, creation, &nodata }
			}
			want := fitted(t, s.files(t, as(godal.Float64, nil)), all())
			gaps := s.with(func(_, _ int, y float64) float64 {
				if y == nodata {
					return gap
				}
				return y
			})
			// Sums of numbers near 2^40 have fewer digits after the point.
			if c.hi <= math.MaxUint16 {
				checkTwoPass(t, "Float64", want, gaps)
			}
			files := as(c.dtype, c.creation)
			sameBands(t, "files", want, fitted(t, s.files(t, files), all()))
			sameBands(t, "bands", want, fitted(t, []string{s.multiband(t, func(m *made) { files(0, m) })}, all()))
			sameBands(t, "beside Float64", want, fitted(t, s.files(t, func(i int, m *made) {
				if as(godal.Float64, nil)(i, m); i%2 == 0 {
					files(i, m)
				}
			}), all()))
		})
	}
}

func TestMixedTypesAreAsFloat32(t *testing.T) {
	s := newPlanes(100, 40, 6, -2000, 2000)
	want := fitted(t, s.files(t, nil), Options{})
	got := fitted(t, s.files(t, func(i int, m *made) { m.dtype = []godal.DataType{godal.Int16, godal.Float32}[i%2] }), Options{})
	sameBands(t, "Int16 and Float32", want, got)
}

func TestTypesThatAreRefused(t *testing.T) {
	s := newPlanes(4, 3, 2, 0, 9)
	const gdtInt64 = 13 // of GDAL 3.5, which godal has no name for
	for name, dtype := range map[string]godal.DataType{"CInt16": godal.CInt16, "CFloat32": godal.CFloat32, "Int64": gdtInt64} {
		t.Run(name, func(t *testing.T) {
			inputs, err := s.tryFiles(t.TempDir(), func(i int, m *made) {
				if i == 1 {
					m.dtype = dtype
				}
			})
			if err != nil {
				t.Skip("GDAL cannot make one:", err)
			}
			fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput, inputs[1], "gdal_translate")
		})
	}
}

// What nodata, sidecars and options say is a gap is one, and nothing else.
func TestNodata(t *testing.T) {
	plain := newPlanes(60, 20, 6, 0, 250)
	s := plain.gappy(gap)
	lowest := -math.MaxFloat32
	double := -3.4028234663852886e38 // as GDAL prints the lowest float32
	filled := func(value func(i int) float64) planes {
		return s.with(func(i, _ int, y float64) float64 {
			if math.IsNaN(y) {
				return value(i)
			}
			return y
		})
	}
	constant := func(x float64) func(int) float64 { return func(int) float64 { return x } }
	as := func(dtype godal.DataType, nodata *float64) func(int, *made) {
		return func(_ int, m *made) { m.dtype, m.nodata = dtype, nodata }
	}
	override := all()
	override.Nodata = ptr(251.0)
	perFile := func(i int) float64 { return 251 + float64(i%2) }
	mixedNodata := func(i int) float64 { return []float64{-9999, lowest, 255}[i%3] }

	want := fitted(t, s.files(t, as(godal.Float32, nil)), all())
	checkTwoPass(t, "NaN", want, s)
	for _, c := range []struct {
		name    string
		samples planes
		each    func(int, *made)
		o       Options
		want    planes
	}{
		{"-9999 int16", filled(constant(-9999)), as(godal.Int16, ptr(-9999.0)), all(), s},
		{"255 byte", filled(constant(255)), as(godal.Byte, ptr(255.0)), all(), s},
		{"0 byte", filled(constant(0)).with(func(i, p int, y float64) float64 {
			if y == 0 && !math.IsNaN(s.dates[i][p]) {
				return 0
			}
			return y
		}), as(godal.Byte, ptr(0.0)), all(), s.with(func(_, _ int, y float64) float64 {
			if y == 0 {
				return gap
			}
			return y
		})},
		{"NaN float64", s, as(godal.Float64, ptr(math.NaN())), all(), s},
		{"NaN samples beside -9999", s, as(godal.Float32, ptr(-9999.0)), all(), s},
		{"Inf samples", filled(func(i int) float64 { return math.Inf(i%2*2 - 1) }), as(godal.Float32, nil), all(), s},
		{"lowest float32", filled(constant(lowest)), as(godal.Float32, ptr(lowest)), all(), s},
		{"lowest float32 as text", filled(constant(lowest)), as(godal.Float32, &double), all(), s},
		{"0.1 float32 is rounded", filled(constant(0.1)), as(godal.Float32, ptr(0.1)), all(), s},
		{"300 is no byte", plain, as(godal.Byte, ptr(300.0)), all(), plain},
		{"-1 is no byte", plain, as(godal.Byte, ptr(-1.0)), all(), plain},
		{"1.5 is no integer", plain, as(godal.Int16, ptr(1.5)), all(), plain},
		{"another in each file", filled(perFile), func(i int, m *made) { m.nodata = ptr(perFile(i)) }, all(), s},
		{"another in each file and type", filled(mixedNodata), func(i int, m *made) {
			m.dtype, m.nodata = []godal.DataType{godal.Int16, godal.Float32, godal.Byte}[i%3], ptr(mixedNodata(i))
		}, all(), s},
		{"in some files", filled(func(i int) float64 { return []float64{-9999, gap}[i%2] }), func(i int, m *made) {
			if i%2 == 0 {
				m.nodata = ptr(-9999.0)
			}
		}, all(), s},
		{"given by option", filled(constant(251)), as(godal.Byte, nil), override, s},
		{"option beats file", filled(constant(251)), as(godal.Byte, ptr(7.0)), override, s},
	} {
		t.Run(c.name, func(t *testing.T) {
			reference := want
			if &c.want.dates[0] != &s.dates[0] {
				reference = fitted(t, c.want.files(t, as(godal.Float64, nil)), all())
				checkTwoPass(t, c.name, reference, c.want)
			}
			sameBands(t, "files", reference, fitted(t, c.samples.files(t, c.each), c.o))
			if strings.Contains(c.name, "file") {
				return // a GeoTIFF has one nodata value
			}
			sameBands(t, "bands", reference, fitted(t, []string{c.samples.multiband(t, func(m *made) { c.each(0, m) })}, c.o))
		})
	}

	// GDAL leaves in a sidecar what it may not write into the file; godal does not look for it.
	t.Run("in the sidecar", func(t *testing.T) {
		const pam = "<PAMDataset>\n<PAMRasterBand band=\"1\"><NoDataValue>-9999</NoDataValue></PAMRasterBand>\n</PAMDataset>\n"
		inputs := filled(constant(-9999)).files(t, as(godal.Int16, nil))
		for _, name := range inputs {
			if err := os.WriteFile(name+".aux.xml", []byte(pam), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		sameBands(t, "sidecars", want, fitted(t, inputs, all()))
	})
}

// A mask hides samples, be it in the file or beside it; a fourth band of bytes does not, though
// GDAL calls it alpha.
func TestMasks(t *testing.T) {
	s := newPlanes(90, 40, 4, 0, 99)
	hidden := s.gappy(gap)
	want := fitted(t, hidden.files(t, nil), all())
	for _, internal := range []string{"YES", "NO"} {
		inputs := s.files(t, func(_ int, m *made) { m.dtype = godal.Byte })
		for i, name := range inputs {
			visible := make([]byte, len(s.dates[i]))
			for p, y := range hidden.dates[i] {
				if !math.IsNaN(y) {
					visible[p] = 255
				}
			}
			addMask(t, name, visible, internal)
		}
		if internal == "NO" && !atomicfile.Exists(inputs[0]+".msk") {
			t.Fatal("the mask is not beside the file")
		}
		for _, window := range []int{0, 7} {
			o := all()
			o.Fit.WindowWidth, o.Fit.WindowHeight = window, window
			sameBands(t, "internal mask "+internal, want, fitted(t, inputs, o))
		}
	}

	name := s.multiband(t, func(m *made) { m.dtype = godal.Byte })
	sameBands(t, "alpha", fitted(t, s.files(t, nil), all()), fitted(t, []string{name}, all()))
}

func addMask(t *testing.T, path string, visible []byte, internal string) {
	t.Helper()
	ds, err := godal.Open(path, godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	st := ds.Structure()
	const perDataset = 2
	mask, err := ds.CreateMaskBand(perDataset, godal.ConfigOption("GDAL_TIFF_INTERNAL_MASK="+internal))
	if err == nil {
		err = mask.Write(0, 0, visible, st.SizeX, st.SizeY)
	}
	if err := errors.Join(err, ds.Close()); err != nil {
		t.Fatal(err)
	}
}

// Blocks that were never written are nodata, or 0 where there is none.
func TestSparseFiles(t *testing.T) {
	s := newPlanes(100, 90, 3, 0, 99)
	for _, layout := range []string{"", "TILED=YES BLOCKXSIZE=16", "COMPRESS=DEFLATE", "COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=16"} {
		for _, nodata := range []*float64{nil, ptr(-9999.0)} {
			rest := 0.0
			if nodata != nil {
				rest = gap
			}
			want := s.with(func(_, p int, y float64) float64 {
				if p >= 32*100 {
					return rest
				}
				return y
			})
			got := fitted(t, s.files(t, func(_ int, m *made) {
				m.creation, m.nodata, m.written = append(strings.Fields(layout), "SPARSE_OK=TRUE", "BLOCKYSIZE=16"), nodata, 32
			}), all())
			sameBands(t, fmt.Sprint(layout, " ", nodata != nil), fitted(t, want.files(t, nil), all()), got)
		}
	}
}

func TestScaleAndOffset(t *testing.T) {
	raw := newPlanes(60, 20, 6, -3000, 3000).gappy(-9999)
	// Powers of two, so that scaling is exact and the test may ask for it to the last bit.
	scaled := func(scale, offset func(i int) float64) planes {
		return raw.with(func(i, _ int, y float64) float64 {
			if y == -9999 {
				return gap
			}
			return y*scale(i) + offset(i)
		})
	}
	one := func(x float64) func(int) float64 { return func(int) float64 { return x } }
	perFile := func(i int) float64 { return 1 / float64(int(4)<<i) }
	for _, c := range []struct {
		name          string
		scale, offset func(int) float64
	}{
		{"uniform", one(0.25), one(8)},
		{"negative", one(-0.5), one(0)},
		{"another in each file", perFile, func(i int) float64 { return float64(i) }},
		{"another offset", one(0.25), func(i int) float64 { return float64(i) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fitted(t, raw.files(t, func(i int, m *made) {
				m.dtype, m.nodata, m.scale, m.offset = godal.Int16, ptr(-9999.0), c.scale(i), c.offset(i)
			}), all())
			checkTwoPass(t, c.name, got, scaled(c.scale, c.offset))
		})
	}
	t.Run("decimal", func(t *testing.T) {
		got := fitted(t, raw.files(t, func(i int, m *made) {
			m.dtype, m.nodata, m.scale, m.offset = godal.Int16, ptr(-9999.0), 1e-4, -0.2
		}), all())
		checkTwoPass(t, "decimal", got, scaled(one(1e-4), one(-0.2)))
	})
	t.Run("zero", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "zero.tif")
		m := made{width: 2, height: 2, bands: [][]float64{{1, 2, 3, 4}, {2, 3, 4, 5}}, scale: math.Inf(1), descriptions: []string{"2001", "2002"}}
		if err := m.write(name); err != nil {
			t.Skip("GDAL cannot make one:", err)
		}
		fails(t, []string{name}, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput, name, "scale")
	})
}

// utm places a raster of 30 m pixels in EPSG:32617.
var utm = [6]float64{500010, 30, 0, 4500000, 0, -30}

func TestGrids(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	want := fitted(t, s.files(t, nil), all()) // without georeferencing, which is no error
	shift := func(i int, by float64) [6]float64 { g := utm; g[i] += by; return g }
	// The second file's geotransform and CRS beside utm, EPSG:32617 in the others.
	for _, c := range []struct {
		name      string
		transform *[6]float64
		epsg      int
		how       string // in the error; "" if it is accepted
	}{
		{"the same", &utm, 32617, ""},
		{"half a pixel east", ptr(shift(0, 15)), 32617, "0.5 pixels"},
		{"half a pixel south", ptr(shift(3, -15)), 32617, "0.5 pixels"},
		{"1e-4 pixel", ptr(shift(0, 30e-4)), 32617, ""},
		{"1e-2 pixel", ptr(shift(0, 30e-2)), 32617, "0.01 pixels"},
		{"1e-4 pixel at the far corner", ptr(shift(1, 30e-4/20)), 32617, ""},
		{"1e-2 pixel at the far corner", ptr(shift(1, 30e-2/20)), 32617, "0.01 pixels"},
		{"other pixel size", &[6]float64{500010, 10, 0, 4500000, 0, -10}, 32617, "pixels off"},
		{"south up", &[6]float64{500010, 30, 0, 4499700, 0, 30}, 32617, "pixels off"},
		{"NaN", &[6]float64{math.NaN(), 30, 0, 4500000, 0, -30}, 32617, "pixels off"},
		{"other CRS", &utm, 32618, "EPSG:32618"},
		{"no CRS", &utm, 0, "none"},
		{"no geotransform", nil, 32617, "georeferenced"},
		{"bare", nil, 0, "georeferenced"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inputs := s.files(t, func(i int, m *made) {
				if m.transform, m.epsg = &utm, 32617; i == 1 {
					m.transform, m.epsg = c.transform, c.epsg
				}
			})
			if c.how == "" {
				sameBands(t, c.name, want, fitted(t, inputs, all()))
				return
			}
			fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, inputs[1], inputs[0], c.how)
		})
	}
	t.Run("other size", func(t *testing.T) {
		inputs := s.files(t, func(i int, m *made) {
			if i == 2 {
				m.width, m.height = m.height, m.width
			}
		})
		fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, inputs[2], "10 × 20", "20 × 10")
	})
}

// What is georeferenced, rotated or not, stays where it is.
func TestGeoreferenceIsKept(t *testing.T) {
	s := newPlanes(20, 10, 3, 0, 99)
	for name, transform := range map[string]*[6]float64{"upright": &utm, "rotated": {500010, 26, 15, 4500000, 15, -26}, "none": nil} {
		t.Run(name, func(t *testing.T) {
			epsg := 32617
			if transform == nil {
				epsg = 0
			}
			job, err := Prepare(t.Context(), s.files(t, func(_ int, m *made) { m.transform, m.epsg = transform, epsg }), filepath.Join(t.TempDir(), "out.tif"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = job.Close() }()
			if _, err := job.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			ds, err := openRaster(job.Output)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ds.Close() }()
			got, err := ds.GeoTransform()
			if transform == nil {
				if err == nil || ds.Projection() != "" || job.CRS() != "none" {
					t.Errorf("georeferenced at %v, CRS %q (%s), though the inputs are not", got, ds.Projection(), job.CRS())
				}
				return
			}
			if err != nil || got != *transform {
				t.Errorf("geotransform %v, %v, want %v", got, err, *transform)
			}
			if name := gdal.CRSName(ds.Projection()); name != "EPSG:32617" || job.CRS() != name {
				t.Errorf("CRS %s, planned %s, want EPSG:32617", name, job.CRS())
			}
			if job.PixelSize != [2]float64{math.Hypot(transform[1], transform[4]), math.Hypot(transform[2], transform[5])} {
				t.Errorf("pixel size %v", job.PixelSize)
			}
		})
	}
}

// Files and bands come in any order; dates decide.
func TestOrderOfDates(t *testing.T) {
	s := newPlanes(30, 10, 5, 0, 99)
	inputs := s.files(t, nil)
	want := fitted(t, inputs, all())
	reversed := slices.Clone(inputs)
	slices.Reverse(reversed)
	sameBands(t, "reversed files", want, fitted(t, reversed, all()))

	name := s.multiband(t, func(m *made) {
		m.bands, m.descriptions = slices.Clone(m.bands), slices.Clone(m.descriptions)
		slices.Reverse(m.bands)
		slices.Reverse(m.descriptions)
	})
	sameBands(t, "reversed bands", want, fitted(t, []string{name}, all()))

	// Scenes of one date go by their names. Tenths, whose sums depend on the order of the terms.
	s = newPlanes(60, 50, 4, 0, 999).with(func(_, _ int, y float64) float64 { return y / 10 })
	inputs = s.files(t, func(_ int, m *made) { m.dtype = godal.Float64 })
	for i, name := range []string{"a_2001.tif", "b_2001.tif", "c_2001.tif", "d_2004.tif"} {
		renamed := filepath.Join(filepath.Dir(inputs[i]), name)
		if err := os.Rename(inputs[i], renamed); err != nil {
			t.Fatal(err)
		}
		inputs[i] = renamed
	}
	want = fitted(t, inputs, all())
	slices.Reverse(inputs)
	sameBands(t, "scenes of one date", want, fitted(t, inputs, all()))
	stack, err := Open(t.Context(), inputs, OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stack.Close() }()
	if w := stack.Warnings(); len(w) != 1 || !strings.Contains(w[0], "2001") {
		t.Errorf("warnings %q: want one of the date that three scenes share", w)
	}
}

// Blocks that GDAL must hold as a whole bound the threads, and end where one alone is too much.
func TestLargeBlocks(t *testing.T) {
	s := newPlanes(1000, 1200, 2, 0, 9)
	one := func(_ int, m *made) { m.creation = []string{"COMPRESS=DEFLATE", "BLOCKYSIZE=1200"} } // 4.6 MiB
	prepare := func(memory int64, inputs ...string) (*Job, error) {
		return Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), Options{Memory: memory, Fit: pixtrend.Options{Threads: 2, WindowWidth: 100, WindowHeight: 100}})
	}
	inputs := s.files(t, one)
	interleaved := s.multiband(t, func(m *made) { one(0, m); m.creation = append(m.creation, "INTERLEAVE=PIXEL") })
	plain := s.files(t, func(_ int, m *made) { m.creation = []string{"BLOCKYSIZE=1200"} })
	for _, c := range []struct {
		name    string
		memory  int64
		inputs  []string
		threads int // 0: refused
	}{
		{"room", 80 << 20, inputs, 2},
		{"room for one", 72 << 20, inputs, 1},
		{"room for one with both bands", 140 << 20, []string{interleaved}, 1},
		{"none", 18 << 20, inputs, 0},
		{"none with both bands", 24 << 20, []string{interleaved}, 0},
		{"read by the row", 16 << 20, plain, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			job, err := prepare(c.memory, c.inputs...)
			if c.threads == 0 {
				checkError(t, err, fault.ErrInput, c.inputs[0], "the option Memory")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = job.Close() }()
			if got := len(job.Plan.Workers); got != c.threads {
				t.Errorf("%d threads, want %d", got, c.threads)
			}
			if warned := len(job.Warnings) > 0; warned != (c.threads == 1) {
				t.Errorf("warnings %q", job.Warnings)
			}
		})
	}
}
