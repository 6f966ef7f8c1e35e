package raster

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Fill values and nodata values that are typed with fewer digits than the samples have are gaps, as
// they are to GDAL.
func TestNodataTypedShort(t *testing.T) {
	const low = -math.MaxFloat32
	s := planes{2, 2, [][]float64{{0, 10, low, 5}, {1, 20, low, 5}, {2, 30, low, 5}, {3, low, low, 5}}}
	for _, tt := range []struct {
		name   string
		dtype  godal.DataType
		nodata float64 // of the file
		given  *float64
		fill   float64 // what the samples hold in place of the least float32
	}{
		{"exact", godal.Float32, low, nil, low},
		{"six digits", godal.Float32, -3.40282e38, nil, low},
		{"two digits", godal.Float32, -3.4e38, nil, low},
		{"rounded away from zero", godal.Float32, -3.40283e38, nil, low},
		{"the least float64", godal.Float32, -math.MaxFloat64, nil, low},
		{"samples with fewer digits", godal.Float32, low, nil, -3.4e38},
		{"the greatest float32", godal.Float32, 3.402823e38, nil, math.MaxFloat32},
		{"given", godal.Float32, -9999, ptr(-3.4028e38), low},
		{"float64", godal.Float64, -1.79769e308, nil, -math.MaxFloat64},
		{"float64 of float32", godal.Float64, -3.4028235e38, nil, low},
	} {
		t.Run(tt.name, func(t *testing.T) {
			filled := s.with(func(_, _ int, y float64) float64 {
				if y == low {
					return tt.fill
				}
				return y
			})
			files := filled.files(t, func(_ int, m *made) { m.dtype, m.nodata = tt.dtype, &tt.nodata })
			o := all()
			o.Nodata = tt.given
			gaps := s.with(func(_, _ int, y float64) float64 {
				if y == low {
					return nan
				}
				return y
			})
			checkTwoPass(t, tt.name, fitted(t, files, o), gaps)
			info := inspect(t, files, o)
			if c := info.Survey.Counts; c.Nodata != 5 || c.Outside != 0 || c.Observations != 11 {
				t.Errorf("the survey counts %+v", c)
			}
		})
	}
}

// A nodata value that samples cannot have is refused if it was given, whatever the files say.
func TestNodataOfAnotherType(t *testing.T) {
	s := planes{2, 1, [][]float64{{0, 10}, {1, 20}, {0, 31}}}
	for _, tt := range []struct {
		dtype godal.DataType
		given float64
		want  string // in the error; "": none
	}{
		{godal.Byte, 256, "samples of UInt8, which cannot be 256"},
		{godal.Byte, -1, "samples of UInt8, which cannot be -1"},
		{godal.Byte, 255.5, "samples of UInt8, which cannot be 255.5"},
		{godal.Byte, 0.5, "samples of UInt8, which cannot be 0.5"},
		{godal.Byte, math.Inf(1), "samples of UInt8, which cannot be inf"},
		{godal.UInt16, 65536, "samples of UInt16, which cannot be 65536"},
		{godal.Int16, -32769, "samples of Int16, which cannot be -32769"},
		{godal.UInt32, 1 << 32, "samples of UInt32, which cannot be 4294967296"},
		{godal.Float32, 1e-46, "samples of Float32, which cannot be 1e-46"},
		{godal.Byte, 255, ""},
		{godal.Byte, nan, ""}, // none
		{godal.Int32, -1 << 31, ""},
		{godal.Float32, 0, ""},
		{godal.Float32, 0.1, ""},
		{godal.Float32, 1e-45, ""},
		{godal.Float32, -math.MaxFloat64, ""}, // the least of any type
		{godal.Float64, 1e-46, ""},
	} {
		files := s.files(t, func(_ int, m *made) { m.dtype = tt.dtype })
		o := Options{}
		o.Nodata = &tt.given
		stack, err := Open(t.Context(), files, o.OpenOptions)
		if err == nil {
			_ = stack.Close()
		}
		if tt.want == "" {
			if err != nil {
				t.Errorf("%v with nodata %v: %v", tt.dtype, tt.given, err)
			}
			continue
		}
		if err == nil || !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), files[0]) {
			t.Errorf("%v with nodata %v: %v, want %q", tt.dtype, tt.given, err, tt.want)
		}
	}
	// A nodata value that the file itself has wrong hides nothing, and info reports it.
	files := s.files(t, func(_ int, m *made) { m.dtype, m.nodata = godal.Byte, ptr(-9999.0) })
	checkTwoPass(t, "a nodata value of the file", fitted(t, files, all()), s)
}

// The comparison is GDAL's, but for two things: what lies beyond a huge nodata value is a gap as
// well, and values that are far smaller than it are none, for which GDAL's sum of the two
// overflows.
func TestNodataRangeIsGDALs(t *testing.T) {
	for _, tt := range []struct {
		dtype   godal.DataType
		nodata  []float64
		samples []float64
	}{
		{godal.Float32, []float64{-math.MaxFloat32, -3.40282e38, -3.4e38, -2e38, 3.4e38, -1e36, -9999},
			[]float64{-math.MaxFloat32, -3.40282e38, -3.4e38, -2e38, -1e36, -1e30, -9999, 0, 1e30, 1e36, 3.4e38}},
		{godal.Float64, []float64{-math.MaxFloat64, -1.79769e308, 1.79e308, -math.MaxFloat32, -3.4028235e38, -9999},
			[]float64{-math.MaxFloat64, -1.79e308, -math.MaxFloat32, -3.40282e38, -1e37, -9999, 0, 1e37, math.MaxFloat64}},
	} {
		for _, nodata := range tt.nodata {
			path := filepath.Join(t.TempDir(), "a.tif")
			if err := (made{width: len(tt.samples), height: 1, bands: [][]float64{tt.samples}, dtype: tt.dtype, nodata: &nodata}).write(path); err != nil {
				t.Fatal(err)
			}
			ds, err := openRaster(path)
			if err != nil {
				t.Fatal(err)
			}
			visible := make([]byte, len(tt.samples))
			if err := ds.Bands()[0].MaskBand().Read(0, 0, visible, len(visible), 1); err != nil {
				t.Fatal(err)
			}
			_ = ds.Close()
			p := &plane{dtype: kernel.Float32, hasNodata: true, nodata: nodata}
			if tt.dtype == godal.Float64 {
				p.dtype = kernel.Float64
			}
			for i, x := range tt.samples {
				if tt.dtype == godal.Float32 {
					x = float64(float32(x))
				}
				gap, toGDAL := !p.valid().Observation(p.dtype, x), visible[i] == 0
				near, far := min(math.Abs(x), math.Abs(nodata)), max(math.Abs(x), math.Abs(nodata))
				switch {
				case gap == toGDAL:
				case gap && far == math.Abs(x) && near >= pixtrend.HugeValue: // beyond nodata
				case toGDAL && far >= pixtrend.HugeValue && near < far/2: // a sum that overflows
				default:
					t.Errorf("%v with nodata %v in %v is a gap: %v, to GDAL %v", x, nodata, p.dtype, gap, toGDAL)
				}
			}
		}
	}
}

// Fill values that nothing says are missing are pointed out, before the fit and after it.
func TestHugeValuesWarn(t *testing.T) {
	s := newPlanes(20, 20, 4, 1, 9).with(func(i, p int, y float64) float64 {
		if p%5 == 0 && i == 1 {
			return -3.4e38
		}
		return y + 0.5
	})
	files := s.files(t, nil)
	summary, err := FitFiles(t.Context(), files, filepath.Join(t.TempDir(), "o.tif"), all())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(summary.Warnings, func(w string) bool {
		return strings.Contains(w, "80 pixels") && strings.Contains(w, "the option Nodata")
	}) {
		t.Errorf("the fit warns of %q", summary.Warnings)
	}
	// Of values without two of a kind there is no fill value to name.
	s = s.with(func(i, p int, y float64) float64 {
		if y < -1e38 {
			return -2e37 * (1 + float64(p)/400)
		}
		return y
	})
	info := inspect(t, s.files(t, nil), Options{})
	if !slices.ContainsFunc(info.Warnings, func(w string) bool { return strings.Contains(w, "no measurement reaches") }) {
		t.Errorf("info warns of %q", info.Warnings)
	}
}
