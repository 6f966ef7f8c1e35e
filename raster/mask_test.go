package raster

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func keep(t testing.TB, text string) []Values {
	t.Helper()
	v, err := ParseKeep(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func bits(t testing.TB, text string) []Bits {
	t.Helper()
	b, err := ParseBits(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The values of masks of real products, and what their guides say they mean: Fmask (0 clear, 1
// water, 2 shadow, 3 snow, 4 cloud, 255 fill); QA_PIXEL of Landsat Collection 2 (LSDS-1619, table
// 6-3: bit 0 fill, 1 dilated cloud, 3 cloud, 4 cloud shadow, 5 snow, 7 water, 8-9 confidence of
// cloud); state of MOD09 (0-1: 0 clear, 1 cloudy, 2 mixed).
func TestMaskRules(t *testing.T) {
	for _, row := range []struct {
		keep, drop string
		dtype      kernel.DType
		nodata     float64 // NaN: none
		kept, gone []int64
	}{
		{keep: "0,1", dtype: kernel.Uint8, nodata: 255, kept: []int64{0, 1}, gone: []int64{2, 3, 4, 255}},
		{keep: "0-1,3", dtype: kernel.Int16, nodata: -9999, kept: []int64{0, 1, 3}, gone: []int64{2, 4, 255, -1, -9999}},
		{keep: "0", dtype: kernel.Uint8, nodata: 0, kept: []int64{0}, gone: []int64{1, 255}},
		{keep: "-3--1,-128", dtype: kernel.Int8, nodata: gap, kept: []int64{-3, -2, -1, -128}, gone: []int64{-4, 0, 3, 127}},
		{keep: "70000-80000", dtype: kernel.Uint32, nodata: gap, kept: []int64{70000, 80000}, gone: []int64{69999, 80001, 1<<32 - 1}},
		{keep: "-70000", dtype: kernel.Int32, nodata: gap, kept: []int64{-70000}, gone: []int64{70000, 0}},
		{drop: "1,3,4", dtype: kernel.Uint16, nodata: 1,
			kept: []int64{21824, 21888, 22080, 30048, 0},         // clear, water, cloud of medium confidence, snow
			gone: []int64{21826, 21890, 22280, 23888, 23952, 1}}, // dilated cloud, the same over water, cloud, shadow, the same over water, fill
		{drop: "0-5", dtype: kernel.Uint16, nodata: gap, kept: []int64{21824, 21888}, gone: []int64{1, 21826, 22280, 23888, 30048}},
		{drop: "8-9=3", dtype: kernel.Uint16, nodata: gap, kept: []int64{21824, 22080, 21826}, gone: []int64{22280}},
		{drop: "8-9=3,8-9=2", dtype: kernel.Uint16, nodata: gap, kept: []int64{21824}, gone: []int64{22080, 22280}},
		{drop: "0-1=1,0-1=2,2", dtype: kernel.Uint16, nodata: 65535, kept: []int64{0, 3, 8}, gone: []int64{1, 2, 4, 5, 65535}},
		{drop: "15", dtype: kernel.Int16, nodata: gap, kept: []int64{0, 32767}, gone: []int64{-1, -32768}},
		{drop: "31", dtype: kernel.Int32, nodata: gap, kept: []int64{0, 1<<31 - 1}, gone: []int64{-1, -1 << 31}},
		{drop: "31", dtype: kernel.Uint32, nodata: 7, kept: []int64{0, 1<<31 - 1}, gone: []int64{1 << 31, 1<<32 - 1, 7}},
	} {
		m := Mask{Band: 1}
		if row.keep != "" {
			m.Keep = keep(t, row.keep)
		} else {
			m.Drop = bits(t, row.drop)
		}
		p := plane{band: 1, dtype: row.dtype, hasNodata: !math.IsNaN(row.nodata), nodata: row.nodata}
		if err := p.becomeMask(m); err != nil {
			t.Errorf("%s: %v", m.rule(), err)
			continue
		}
		for _, v := range append(slices.Clone(row.kept), row.gone...) {
			// Any mark but 0 stays what it is where the mask lets it.
			var raw []byte
			switch row.dtype {
			case kernel.Uint8, kernel.Int8:
				raw = []byte{byte(v)}
			case kernel.Uint16, kernel.Int16:
				raw = kernel.Bytes([]uint16{uint16(v)})
			default:
				raw = kernel.Bytes([]uint32{uint32(v)})
			}
			for _, mark := range []byte{0, 1, 128, 255} {
				visible := []byte{mark}
				p.maskTable.hide(visible, raw, row.dtype)
				want := mark
				if slices.Contains(row.gone, v) {
					want = 0
				}
				if visible[0] != want {
					t.Errorf("%s of %v: %d makes %d of %d, want %d", m.rule(), row.dtype, v, visible[0], mark, want)
				}
			}
		}
	}
}

func TestParseGapOptions(t *testing.T) {
	// What is read, written again; and what an error is to mention.
	parsers := map[string]func(string) (string, error){
		"keep": func(s string) (string, error) { v, err := ParseKeep(s); return joined(v), err },
		"bits": func(s string) (string, error) { v, err := ParseBits(s); return joined(v), err },
		"range": func(s string) (string, error) {
			r, err := ParseRange(s)
			if err != nil {
				return "", err
			}
			return r.String(), nil
		},
		"index": func(s string) (string, error) { x, err := ParseIndex(s); return x.String(), err },
	}
	for _, row := range []struct{ what, text, want, wrong string }{
		{what: "keep", text: "0,1", want: "0,1"},
		{what: "keep", text: " 0 , 3-5 ", want: "0,3-5"},
		{what: "keep", text: "-5--2,-1", want: "-5--2,-1"},
		{what: "keep", text: "4-4", want: "4"},
		{what: "keep", text: "4294967295", want: "4294967295"},
		{what: "keep", text: "", wrong: "whole numbers"},
		{what: "keep", text: "0,,1", wrong: "whole numbers"},
		{what: "keep", text: "clear", wrong: "whole numbers"},
		{what: "keep", text: "0.5", wrong: "whole numbers"},
		{what: "keep", text: "5-1", wrong: "1-5"},
		{what: "keep", text: "1e9", wrong: "whole numbers"},
		{what: "keep", text: "99999999999", wrong: "whole numbers"},
		{what: "bits", text: "1,3,4", want: "1,3,4"},
		{what: "bits", text: "1-4, 8-9=3,31", want: "1-4,8-9=3,31"},
		{what: "bits", text: "6=0", want: "6=0"},
		{what: "bits", text: "", wrong: "numbers of bits"},
		{what: "bits", text: "-1", wrong: "numbers of bits"},
		{what: "bits", text: "3=", wrong: "numbers of bits"},
		{what: "bits", text: "8-9=-1", wrong: "numbers of bits"},
		{what: "bits", text: "0x8", wrong: "numbers of bits"},
		{what: "bits", text: "32", wrong: "no bit 32"},
		{what: "bits", text: "9-8", wrong: "8-9"},
		{what: "bits", text: "8-9=4", wrong: "greatest number is 3"},
		{what: "range", text: "0,10000", want: "0,10000"},
		{what: "range", text: "-1.5, 2.5e3", want: "-1.5,2500"},
		{what: "range", text: "0,", want: "0,"},
		{what: "range", text: ",10000", want: ",10000"},
		{what: "range", text: "3,3", want: "3,3"},
		{what: "range", text: "", wrong: "LO,HI"},
		{what: "range", text: ",", wrong: "LO,HI"},
		{what: "range", text: "0-10000", wrong: "LO,HI"},
		{what: "range", text: "0,1,2", wrong: "1,2"},
		{what: "range", text: "a,1", wrong: "not a number"},
		{what: "range", text: "nan,1", wrong: "not a number"},
		{what: "range", text: "5,1", wrong: "lower limit first"},
		{what: "index", text: "nd:4,3", want: "nd:4,3"},
		{what: "index", text: " ratio:2, 1", want: "ratio:2,1"},
		{what: "index", text: "diff:10,1", want: "diff:10,1"},
		{what: "index", text: "ndvi", wrong: "nd, ratio, diff"},
		{what: "index", text: "nd", wrong: "nd:4,3"},
		{what: "index", text: "nd:4", wrong: "nd:4,3"},
		{what: "index", text: "nd:4,3,2", wrong: "nd:4,3"},
		{what: "index", text: "nd:4,0", wrong: "count from 1"},
		{what: "index", text: "nd:4,4", wrong: "a constant"},
	} {
		got, err := parsers[row.what](row.text)
		if row.wrong != "" {
			checkError(t, err, nil, row.wrong)
		} else if err != nil || got != row.want {
			t.Errorf("%s %q is %q, %v, want %q", row.what, row.text, got, err, row.want)
		}
	}
}

// What is read is written as it can be read again, and values that are kept are within the type
// they are read for.
func FuzzParseMask(f *testing.F) {
	for _, s := range []string{"0,1", "-5--2", "1,3,4", "8-9=3", "0-1=1,0-1=2", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := ParseKeep(s); err == nil {
			again, err := ParseKeep(joined(v))
			if err != nil || !slices.Equal(v, again) {
				t.Errorf("%q is %v, and again %v, %v", s, v, again, err)
			}
		}
		b, err := ParseBits(s)
		if err != nil {
			return
		}
		if again, err := ParseBits(joined(b)); err != nil || !slices.Equal(b, again) {
			t.Errorf("%q is %v, and again %v, %v", s, b, again, err)
		}
		for _, x := range []int64{0, 1, -1, 21824, 1<<32 - 1, -1 << 31} {
			// All bits are a number of 32: a field is what text makes of its digits.
			want := true
			digits := fmt.Sprintf("%032b", uint32(x))
			for _, field := range b {
				var number int64
				if _, err := fmt.Sscanf(digits[31-field.Last:32-field.First], "%b", &number); err != nil {
					t.Fatal(err)
				}
				if field.Value < 0 && number != 0 || number == field.Value {
					want = false
				}
			}
			if got := (Mask{Drop: b}).keeps(x, false, 0); got != want {
				t.Errorf("%q keeps %d: %v, want %v", s, x, got, want)
			}
		}
	})
}

// scenes are files of three bands of a type: two that an index is of, and a mask of 0 clear, 1
// water, 2 cloud and so on.
type scenes struct{ a, b, mask planes }

func newScenes(width, height, dates int) scenes {
	noise := newPlanes(width, height, 3*dates, 0, 10000)
	part := func(i int) planes { return planes{width, height, noise.dates[i*dates : (i+1)*dates]} }
	s := scenes{part(0).gappy(-9999), part(1), part(2)}
	s.b = s.b.with(func(i, p int, y float64) float64 {
		switch {
		case (p+i)%11 == 0:
			return -9999
		case (p+i)%13 == 0:
			return -s.a.dates[i][p] // a denominator of 0
		}
		return y
	})
	s.mask = s.mask.with(func(_, p int, y float64) float64 { return math.Mod(y, 5) * float64(min(p%89, 1)) })
	return s
}

// files writes the scenes; each may change what is special about one.
func (s scenes) files(t testing.TB, each func(i int, m *made)) []string {
	t.Helper()
	return s.a.files(t, func(i int, m *made) {
		m.bands = [][]float64{s.a.dates[i], s.b.dates[i], s.mask.dates[i]}
		m.dtype, m.nodata = godal.Int16, ptr(-9999.0)
		if each != nil {
			each(i, m)
		}
	})
}

// clear is the samples of a band, with gaps where the mask is neither 0 nor 1.
func (s scenes) clear(band planes) planes {
	return band.with(func(i, p int, y float64) float64 {
		if y == -9999 || s.mask.dates[i][p] > 1 {
			return gap
		}
		return y
	})
}

// nd is the normalized difference of the clear samples; plain arithmetic makes a gap of what is no
// number.
func (s scenes) nd() planes {
	a, b := s.clear(s.a), s.clear(s.b)
	return a.with(func(i, p int, y float64) float64 { return (y - b.dates[i][p]) / (y + b.dates[i][p]) })
}

// Where the samples and their masks stand is nothing that shows in a result: interleaved or not,
// compressed or not, whatever the windows, the threads and the memory.
func TestMasksAndIndicesInEveryLayout(t *testing.T) {
	const tiles = "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=32 "
	s := newScenes(75, 50, 5)
	wantBand := fitted(t, s.clear(s.a).files(t, nil), all())
	wantIndex := fitted(t, s.nd().files(t, func(_ int, m *made) { m.dtype = godal.Float64 }), all())
	checkTwoPass(t, "the index", wantIndex, s.nd().with(func(_, _ int, y float64) float64 {
		if math.IsInf(y, 0) {
			return gap
		}
		return y
	}))
	for _, layout := range []string{"INTERLEAVE=BAND", "INTERLEAVE=PIXEL", tiles + "INTERLEAVE=BAND", tiles + "INTERLEAVE=PIXEL",
		"COMPRESS=DEFLATE INTERLEAVE=PIXEL", "COMPRESS=DEFLATE PREDICTOR=2 INTERLEAVE=BAND", tiles + "COMPRESS=LZW PREDICTOR=2 INTERLEAVE=BAND",
		tiles + "COMPRESS=ZSTD PREDICTOR=2 INTERLEAVE=PIXEL", "ENDIANNESS=BIG INTERLEAVE=BAND"} {
		inputs := s.files(t, func(_ int, m *made) { m.creation = strings.Fields(layout) })
		for _, how := range []struct {
			window, threads int
			memory          int64
		}{{0, 1, 0}, {0, 3, leastMemory}, {7, 2, 0}, {1, 1, 0}, {1 << 20, 1, 0}} {
			o := all()
			o.Fit.WindowWidth, o.Fit.WindowHeight, o.Fit.Threads, o.Memory = how.window, how.window, how.threads, how.memory
			o.Band, o.Mask = 1, Mask{Band: 3, Keep: keep(t, "0,1")}
			what := fmt.Sprintf("%s, %+v", layout, how)
			sameBands(t, what, wantBand, fitted(t, inputs, o))
			o.Band, o.Index = 0, Index{"nd", 1, 2}
			sameBands(t, "index, "+what, wantIndex, fitted(t, inputs, o))
		}
	}
}

// Files that are not alike are brought to one meaning before an index is computed of them.
func TestIndexOfMixedFiles(t *testing.T) {
	s := newScenes(40, 30, 4)
	types := []godal.DataType{godal.Int16, godal.Int32}
	for _, row := range []struct {
		kind string
		of   func(a, b float64) float64
	}{
		{"nd", func(a, b float64) float64 { return (a - b) / (a + b) }},
		{"ratio", func(a, b float64) float64 { return a / b }},
		{"diff", func(a, b float64) float64 { return a - b }},
	} {
		inputs := s.files(t, func(i int, m *made) {
			m.dtype, m.scale, m.offset = types[i%2], 2.75e-5, -0.2 // as Landsat Collection 2 has them
			if i == 2 {
				m.scale, m.offset = 1e-4, 0
			}
			if i > 1 {
				m.creation = []string{"INTERLEAVE=BAND", "TILED=YES"}
			}
		})
		meaning := func(i int, y float64) float64 {
			if i == 2 {
				return y * 1e-4
			}
			return math.FMA(y, 2.75e-5, -0.2)
		}
		a, b := s.clear(s.a), s.clear(s.b)
		want := a.with(func(i, p int, y float64) float64 { return row.of(meaning(i, y), meaning(i, b.dates[i][p])) })
		o := all()
		o.Index, o.Mask = Index{row.kind, 1, 2}, Mask{Band: 3, Drop: bits(t, "1,2")}
		// 2, 3 and 4 have bit 1 or 2.
		sameBands(t, row.kind, fitted(t, want.files(t, func(_ int, m *made) { m.dtype = godal.Float64 }), all()), fitted(t, inputs, o))
	}
}

// Masks of a stack in one file, whose bands are the dates, are a file of as many, in any type.
func TestMaskOfOneFile(t *testing.T) {
	s := newScenes(60, 50, 6)
	want := fitted(t, s.clear(s.a).files(t, nil), all())
	for _, dtype := range []godal.DataType{godal.Byte, godal.UInt16, godal.Int16, godal.UInt32, godal.Int32} {
		for _, interleave := range []string{"PIXEL", "BAND"} {
			layout := func(m *made) { m.creation = []string{"COMPRESS=DEFLATE", "INTERLEAVE=" + interleave} }
			data := s.a.multiband(t, func(m *made) { layout(m); m.dtype, m.nodata = godal.Int16, ptr(-9999.0) })
			mask := s.mask.multiband(t, func(m *made) { layout(m); m.dtype = dtype })
			o := all()
			o.Mask = Mask{From: []string{mask}, Keep: keep(t, "0-1")}
			for _, window := range []int{0, 9} {
				o.Fit.WindowWidth, o.Fit.WindowHeight = window, window
				sameBands(t, fmt.Sprint(dtype, interleave, window), want, fitted(t, []string{data}, o))
			}
		}
	}
}

// save writes planes as files of the given names into a folder.
func (s planes) save(t *testing.T, dir string, names []string, dtype godal.DataType, nodata *float64) {
	t.Helper()
	for i, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		m := made{width: s.width, height: s.height, bands: [][]float64{s.dates[i]}, dtype: dtype, nodata: nodata, transform: &usualPlace}
		if err := m.write(path); err != nil {
			t.Fatal(err)
		}
	}
}

// Masks in files of their own belong to the rasters of their dates and, where these share a date,
// of their names.
func TestMaskFiles(t *testing.T) {
	s := newScenes(40, 30, 4)
	want := fitted(t, s.clear(s.a).files(t, nil), all())
	for _, row := range []struct {
		name        string
		data, masks []string
		inputs      string // in the folder; "": data
		from        string
	}{
		{name: "a pattern beside the rasters, which the folder holds too",
			data: []string{"y_2001.tif", "y_2002.tif", "y_2003.tif", "y_2004.tif"}, masks: []string{"y_2001_QA.tif", "y_2002_QA.tif", "y_2003_QA.tif", "y_2004_QA.tif"},
			inputs: ".", from: "*_QA.tif"},
		{name: "a folder, in another order and with one more",
			data: []string{"y_2001.tif", "y_2002.tif", "y_2003.tif", "y_2004.tif"}, masks: []string{"qa/d2001.tif", "qa/c2002.tif", "qa/b2003.tif", "qa/a2004.tif", "qa/a1999.tif"},
			from: "qa"},
	} {
		dir := t.TempDir()
		s.a.save(t, dir, row.data, godal.Int16, ptr(-9999.0))
		masks := s.mask
		if len(row.masks) > len(masks.dates) {
			masks.dates = append(slices.Clone(masks.dates), masks.dates[0])
		}
		masks.save(t, dir, row.masks, godal.Byte, nil)
		inputs := []string{filepath.Join(dir, row.inputs)}
		if row.inputs == "" {
			inputs = nil
			for _, name := range row.data {
				inputs = append(inputs, filepath.Join(dir, name))
			}
		}
		for _, window := range []int{0, 7} {
			o := all()
			o.Mask = Mask{From: []string{filepath.Join(dir, row.from)}, Keep: keep(t, "0,1")}
			o.Fit.WindowWidth, o.Fit.WindowHeight = window, window
			sameBands(t, row.name, want, fitted(t, inputs, o))
			dated, err := Dates(t.Context(), inputs, o.OpenOptions)
			if err != nil || len(dated) != len(row.data) {
				t.Errorf("%s: %d rasters are dated, %v", row.name, len(dated), err)
			}
		}
	}

	// Two scenes of one orbit on one day, as Landsat has them; the masks are given in no order.
	scenes := []string{"LC08_L2SP_035032_20200612_20200824_02_T1_SR_B4.TIF", "LC08_L2SP_035033_20200612_20200824_02_T1_SR_B4.TIF",
		"LC08_L2SP_035032_20200628_20200824_02_T1_SR_B4.TIF", "LC08_L2SP_035033_20200714_20200824_02_T1_SR_B4.TIF"}
	var masks []string
	for _, name := range scenes {
		masks = append(masks, "qa/"+strings.Replace(name, "SR_B4", "QA_PIXEL", 1))
	}
	dir := t.TempDir()
	s.a.save(t, dir, scenes, godal.Int16, ptr(-9999.0))
	s.mask.save(t, dir, masks, godal.UInt16, nil)
	s.clear(s.a).save(t, dir, []string{"clear/a_20200612.tif", "clear/b_20200612.tif", "clear/20200628.tif", "clear/20200714.tif"}, godal.Float32, nil)
	o := all()
	o.Mask = Mask{Keep: keep(t, "0,1")}
	for _, i := range []int{3, 1, 0, 2} {
		o.Mask.From = append(o.Mask.From, filepath.Join(dir, masks[i]))
	}
	sameBands(t, "scenes of one day", fitted(t, []string{filepath.Join(dir, "clear")}, all()), fitted(t, []string{filepath.Join(dir, "*.TIF")}, o))

	// What is not selected needs no mask.
	o = all()
	o.Select.From, o.Select.To = dateOf(t, "2020-06-20"), dateOf(t, "2020-12-31")
	selected := fitted(t, []string{filepath.Join(dir, "clear")}, o)
	o.Mask = Mask{From: []string{filepath.Join(dir, masks[3]), filepath.Join(dir, masks[2])}, Keep: keep(t, "0,1")}
	sameBands(t, "selected", selected, fitted(t, []string{filepath.Join(dir, "*.TIF")}, o))

	// Numbers in place of dates, and lists of dates, count for masks as for the rasters: in their
	// order.
	for _, spec := range []string{"2001-2004", "2001,2002,2003,2004"} {
		o = all()
		o.Dates = dates(t, spec)
		o.Mask = Mask{Keep: keep(t, "0,1")}
		var inputs []string
		for i := range scenes {
			inputs = append(inputs, filepath.Join(dir, scenes[i]))
			o.Mask.From = append(o.Mask.From, filepath.Join(dir, masks[i]))
		}
		sameBands(t, spec, want, fitted(t, inputs, o))
	}
}

func TestMaskErrors(t *testing.T) {
	s := newScenes(20, 10, 3)
	dir := t.TempDir()
	out := filepath.Join(t.TempDir(), "out.tif")
	s.mask.save(t, dir, []string{"qa/2001.tif", "qa/2002.tif", "qa/2003.tif"}, godal.Byte, nil)
	s.mask.save(t, dir, []string{"two/a_2001.tif", "two/2002.tif", "two/2003.tif"}, godal.Byte, nil)
	s.mask.save(t, dir, []string{"two/b_2001.tif"}, godal.Byte, nil)
	s.mask.save(t, dir, []string{"day/y_20010101_a.tif", "day/y_20010101_b.tif", "day/y_20020101.tif"}, godal.Int16, nil)
	newScenes(21, 10, 3).mask.save(t, dir, []string{"wide/2001.tif", "wide/2002.tif", "wide/2003.tif"}, godal.Byte, nil)
	inputs := s.files(t, nil)
	floats := s.files(t, func(_ int, m *made) { m.dtype = godal.Float32 })
	lone := s.a.multiband(t, func(m *made) { m.dtype = godal.Int16 })
	from := func(names ...string) Mask {
		m := Mask{Keep: keep(t, "0")}
		for _, name := range names {
			m.From = append(m.From, filepath.Join(dir, name))
		}
		return m
	}
	for _, row := range []struct {
		name   string
		inputs []string
		o      OpenOptions
		words  []string
	}{
		{"no such band", inputs, OpenOptions{Mask: Mask{Band: 8, Keep: keep(t, "0")}}, []string{"y_2001.tif", "no band 8, only 3"}},
		{"no such band of an index", inputs, OpenOptions{Index: Index{"nd", 4, 1}}, []string{"y_2001.tif", "no band 4, only 3"}},
		{"a band and an index", inputs, OpenOptions{Band: 1, Index: Index{"nd", 2, 1}}, []string{"band 1", "nd:2,1"}},
		{"an unknown index", inputs, OpenOptions{Index: Index{"evi", 2, 1}}, []string{"evi", "nd, ratio, diff"}},
		{"floats", floats, OpenOptions{Band: 1, Mask: Mask{Band: 3, Keep: keep(t, "0")}}, []string{"y_2001.tif", "band 3", "Float32", "whole numbers"}},
		{"a value beyond", inputs, OpenOptions{Band: 1, Mask: Mask{Band: 3, Keep: keep(t, "0,65535")}}, []string{"65535", "Int16", "32767"}},
		{"a bit beyond", inputs, OpenOptions{Band: 1, Mask: Mask{Band: 3, Drop: bits(t, "3,16")}}, []string{"bit 16", "Int16", "0 to 15"}},
		{"no rule", inputs, OpenOptions{Mask: Mask{Band: 3}}, []string{"Mask.Keep = 0,1", "Mask.Drop = 1,3,4"}},
		{"two rules", inputs, OpenOptions{Mask: Mask{Band: 3, Keep: keep(t, "0"), Drop: bits(t, "1")}}, []string{"exclude each other"}},
		{"no mask", inputs, OpenOptions{Mask: Mask{Keep: keep(t, "0")}}, []string{"Mask.Band", "Mask.From"}},
		{"a band below 1", inputs, OpenOptions{Mask: Mask{Band: -1, Keep: keep(t, "0")}}, []string{"band -1", "count from 1"}},
		{"an empty range", inputs, OpenOptions{Valid: &Range{5, 1}}, []string{"from 5 to 1"}},
		{"a lone raster", []string{lone}, OpenOptions{Mask: Mask{Band: 2, Keep: keep(t, "0")}}, []string{"dates.tif", "bands are dates", "Mask.From"}},
		{"no mask of a date", inputs, OpenOptions{Band: 1, Mask: from("qa/2001.tif", "qa/2003.tif")}, []string{"y_2002.tif", "2002", "no mask"}},
		{"no mask band", inputs, OpenOptions{Band: 1, Mask: Mask{Band: 2, From: []string{filepath.Join(dir, "qa")}, Keep: keep(t, "0")}}, []string{"2001.tif", "no band 2, only 1"}},
		{"another grid", inputs, OpenOptions{Band: 1, Mask: from("wide")}, []string{"mask", "2001.tif", "21 × 10", "20 × 10"}},
		{"two masks of a date", inputs, OpenOptions{Band: 1, Mask: from("two")}, []string{"y_2001.tif", "a_2001.tif", "b_2001.tif", "in common"}},
		{"one mask for two", []string{filepath.Join(dir, "day")}, OpenOptions{Mask: Mask{From: s.mask.files(t, func(i int, m *made) {}), Keep: keep(t, "0")}}, []string{"no mask"}},
		{"itself", []string{filepath.Join(dir, "qa")}, OpenOptions{Mask: from("qa")}, []string{"every input is also a mask"}},
		{"no such file", inputs, OpenOptions{Band: 1, Mask: from("none_*.tif")}, []string{"masks", "none_*.tif"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			fails(t, row.inputs, out, Options{OpenOptions: row.o}, fault.ErrInput, row.words...)
		})
	}
}

// What is outside a valid range is a gap, in stored units: scaled or not, in one type or in
// several.
func TestValidRange(t *testing.T) {
	s := newPlanes(50, 40, 5, -100, 100).gappy(-9999)
	inside := func(lo, hi float64) planes {
		return s.with(func(_, _ int, y float64) float64 {
			if y == -9999 || y < lo || y > hi {
				return gap
			}
			return y
		})
	}
	inf := math.Inf(1)
	for _, r := range []Range{{-50, 50}, {0, inf}, {-inf, -1}, {-0.5, 99.5}, {17, 17}, {200, 300}} {
		o := all()
		o.Valid = &r
		want := inside(r.Lo, r.Hi)
		for _, types := range [][]godal.DataType{{godal.Int16}, {godal.Float32}, {godal.Float64}, {godal.Int16, godal.Float32, godal.Int32}} {
			inputs := s.files(t, func(i int, m *made) { m.dtype, m.nodata = types[i%len(types)], ptr(-9999.0) })
			sameBands(t, fmt.Sprint(r, types), fitted(t, want.files(t, nil), all()), fitted(t, inputs, o))
		}
		scaled := func(i int, m *made) {
			m.scale, m.offset = 0.01, 3
			if i == 1 {
				m.scale = 0.02
			}
		}
		inputs := s.files(t, func(i int, m *made) { m.dtype, m.nodata = godal.Int16, ptr(-9999.0); scaled(i, m) })
		sameBands(t, fmt.Sprint(r, " scaled"), fitted(t, want.files(t, scaled), all()), fitted(t, inputs, o))
	}
}

// An alpha band hides what the other bands hold, unless it is fitted itself, is in an index, or is
// to be left aside.
func TestAlpha(t *testing.T) {
	s := newPlanes(50, 40, 4, 1, 99)
	alpha := s.with(func(i, p int, _ float64) float64 { return []float64{0, 1, 128, 255}[(p*7+i*3+p/13)%4] })
	hidden := s.with(func(i, p int, y float64) float64 {
		if alpha.dates[i][p] == 0 {
			return gap
		}
		return y
	})
	for _, layout := range []string{"INTERLEAVE=PIXEL", "INTERLEAVE=BAND", "INTERLEAVE=PIXEL COMPRESS=DEFLATE", "TILED=YES INTERLEAVE=BAND COMPRESS=LZW", "ALPHA=NO"} {
		inputs := s.files(t, func(i int, m *made) {
			m.bands = [][]float64{s.dates[i], s.dates[i], s.dates[i], alpha.dates[i]}
			m.dtype, m.creation = godal.Byte, strings.Fields(layout)
			if layout == "ALPHA=NO" {
				m.creation = []string{"PHOTOMETRIC=MINISBLACK"} // four bands, and none is alpha
			}
		})
		want, warned := hidden, true
		if layout == "ALPHA=NO" {
			want, warned = s, false
		}
		for _, row := range []struct {
			name string
			o    OpenOptions
			want planes
		}{
			{"a band", OpenOptions{Band: 2}, want},
			{"the first band", OpenOptions{Band: 1}, want},
			{"the alpha band", OpenOptions{Band: 4}, alpha},
			{"no mask", OpenOptions{Band: 2, NoMask: true}, s},
			{"an index", OpenOptions{Index: Index{"diff", 1, 4}}, s.with(func(i, p int, y float64) float64 { return y - alpha.dates[i][p] })},
		} {
			o := all()
			o.OpenOptions = row.o
			sameBands(t, layout+", "+row.name, fitted(t, row.want.files(t, nil), all()), fitted(t, inputs, o))
		}
		stack, err := Open(t.Context(), inputs, OpenOptions{Band: 1})
		if err != nil {
			t.Fatal(err)
		}
		if w := strings.Join(stack.Warnings(), "; "); strings.Contains(w, "alpha") != warned {
			t.Errorf("%s: warnings %q", layout, w)
		}
		if err := stack.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A mask of the file and a band of it hide each what the other lets pass; the samples keep their
// type.
func TestMaskBandsOfBothKinds(t *testing.T) {
	s := newScenes(50, 40, 4)
	inputs := s.files(t, func(_ int, m *made) { m.creation = []string{"COMPRESS=DEFLATE"} })
	for i, name := range inputs {
		visible := make([]byte, len(s.a.dates[i]))
		for p := range visible {
			visible[p] = byte(255 * min((p+i)%3, 1))
		}
		addMask(t, name, visible, "YES")
	}
	o := all()
	o.Band, o.Mask = 1, Mask{Band: 3, Keep: keep(t, "0,1")}
	want := s.clear(s.a).with(func(i, p int, y float64) float64 {
		if (p+i)%3 == 0 {
			return gap
		}
		return y
	})
	sameBands(t, "both", fitted(t, want.files(t, nil), all()), fitted(t, inputs, o))
	o.NoMask = true
	sameBands(t, "the band alone", fitted(t, s.clear(s.a).files(t, nil), all()), fitted(t, inputs, o))

	job, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if job.Grid.Type != kernel.Int16 || !job.Grid.Masked || job.Masks != "band 3, keep 0,1" {
		t.Errorf("a grid of %v, masked %v: %q", job.Grid.Type, job.Grid.Masked, job.Masks)
	}
	summary, err := job.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	hidden := int64(0)
	for _, plane := range s.mask.dates {
		for _, v := range plane {
			if v > 1 {
				hidden++
			}
		}
	}
	if summary.Masked != hidden || summary.Masks != job.Masks {
		t.Errorf("%d samples masked by %q, want %d", summary.Masked, summary.Masks, hidden)
	}
	ds, err := openRaster(job.Output)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ds.Close() }()
	if got := ds.Metadata("PIXTREND_MASK"); got != "band 3, keep 0,1" {
		t.Errorf("PIXTREND_MASK is %q", got)
	}
}

// What the lines leave of samples that a mask hides is a gap, as it is of nodata.
func TestResidualsOfMasked(t *testing.T) {
	s := newScenes(40, 30, 5)
	residuals := func(inputs []string, o Options) [][]float64 {
		o.Residuals = filepath.Join(t.TempDir(), "residuals.tif")
		fit(t, inputs, o)
		bands, _ := readAll(t, o.Residuals)
		return bands
	}
	inputs := s.files(t, nil)
	o := all()
	o.Band, o.Mask = 1, Mask{Band: 3, Keep: keep(t, "0,1")}
	got := residuals(inputs, o)
	sameBands(t, "residuals", residuals(s.clear(s.a).files(t, nil), all()), got)
	gaps := 0
	for i, plane := range s.mask.dates {
		for p, v := range plane {
			if v > 1 {
				gaps++
				if !math.IsNaN(got[i][p]) {
					t.Fatalf("date %d, pixel %d is masked and has the residual %v", i, p, got[i][p])
				}
			}
		}
	}
	if gaps == 0 {
		t.Fatal("nothing is masked")
	}
}

func dateOf(t testing.TB, text string) timeaxis.Date {
	t.Helper()
	d, err := timeaxis.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
