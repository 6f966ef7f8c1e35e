package job

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// texts has an example for each type that options are written as text of. No example is the zero
// value of its type.
var texts = map[reflect.Type]string{
	reflect.TypeFor[timeaxis.Spec]():     "1995-2015",
	reflect.TypeFor[timeaxis.MonthDay](): "middle",
	reflect.TypeFor[timeaxis.Unit]():     "decade",
	reflect.TypeFor[timeaxis.Date]():     "2001-07-15",
	reflect.TypeFor[timeaxis.Months]():   "6,7,8",
	reflect.TypeFor[timeaxis.Period]():   "monthly",
	reflect.TypeFor[timeaxis.Seasons]():  "16",
	reflect.TypeFor[raster.Index]():      "nd:4,3",
	reflect.TypeFor[raster.Range]():      "0,",
	reflect.TypeFor[stats.Composite]():   "p90",
	reflect.TypeFor[stats.Field]():       "mk_pvalue",
	reflect.TypeFor[stats.Event]():       "newest",
	reflect.TypeFor[stats.Method]():      "zhang",
	reflect.TypeFor[kernel.Psi]():        "bisquare",
	reflect.TypeFor[runner.Pinning]():    "node",
}

// fill sets v, and all that is exported in it, to something that is not zero. Options of a process
// stay zero.
func fill(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(texts[v.Type()])); err != nil || v.IsZero() {
			t.Fatalf("%s: no text for a %v: %v", name, v.Type(), err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !perProcess[f.Name] {
				fill(t, name+"."+f.Name, v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, name, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, name, v.Index(0))
		fill(t, name, v.Index(1))
	case reflect.Array:
		for i := range v.Len() {
			fill(t, name, v.Index(i))
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Float64:
		v.SetFloat(0.1)
	default:
		t.Fatalf("%s: a %v cannot be an option: it has no text", name, v.Type())
	}
}

// readBack writes options as JSON and reads them.
func readBack(t *testing.T, o raster.Options) raster.Options {
	t.Helper()
	text, err := json.Marshal(fitOptions{o})
	if err != nil {
		t.Fatal(err)
	}
	var back fitOptions
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return back.Options
}

// Every option there is reads back from JSON as it was. An option that is added and has no text
// fails here.
func TestOptionsReadBack(t *testing.T) {
	var o raster.Options
	fill(t, "Options", reflect.ValueOf(&o).Elem())
	if back := readBack(t, o); !reflect.DeepEqual(back, o) {
		t.Errorf("%+v\nreads back as\n%+v", o, back)
	}
	if back := readBack(t, raster.Options{}); !reflect.DeepEqual(back, raster.Options{}) {
		t.Errorf("no options read back as %+v", back)
	}
	// Zeros that are not the same as no option.
	zero := raster.Options{OpenOptions: raster.OpenOptions{Nodata: new(float64), Valid: &raster.Range{},
		Mask: raster.Mask{Keep: []raster.Values{{}}}, Region: raster.Region{Box: &[4]float64{}}}}
	if back := readBack(t, zero); !reflect.DeepEqual(back, zero) {
		t.Errorf("%+v\nreads back as\n%+v", zero, back)
	}
}

// What JSON has no number for reads back too.
func TestOptionsThatAreNoNumbers(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -0.5} {
		back := readBack(t, raster.Options{OpenOptions: raster.OpenOptions{Nodata: &x, Valid: &raster.Range{Lo: math.Inf(-1), Hi: math.Inf(1)}}})
		if back.Nodata == nil || math.Float64bits(*back.Nodata) != math.Float64bits(x) && !(x != x && *back.Nodata != *back.Nodata) {
			t.Errorf("nodata %v reads back as %v", x, back.Nodata)
		}
		if back.Valid == nil || !math.IsInf(back.Valid.Lo, -1) || !math.IsInf(back.Valid.Hi, 1) {
			t.Errorf("a range without limits reads back as %v", back.Valid)
		}
	}
}

// Ways to give dates read back as they were.
func TestDatesReadBack(t *testing.T) {
	for _, parse := range []func() (timeaxis.Spec, error){
		func() (timeaxis.Spec, error) { return timeaxis.ParseSpec("auto") },
		func() (timeaxis.Spec, error) { return timeaxis.ParseSpec("name") },
		func() (timeaxis.Spec, error) { return timeaxis.ParseSpec("2001,2003,2004") },
		func() (timeaxis.Spec, error) { return timeaxis.ParseSpec("@dates.csv") },
		func() (timeaxis.Spec, error) { return timeaxis.ParseX("0.1,-3e300") },
		func() (timeaxis.Spec, error) { return timeaxis.ParseX("@x.csv") },
		func() (timeaxis.Spec, error) { return timeaxis.ParsePattern(`x:(?P<year>\d{4})`) },
	} {
		spec, err := parse()
		if err != nil {
			t.Fatal(err)
		}
		if back := readBack(t, raster.Options{OpenOptions: raster.OpenOptions{Dates: spec}}); !reflect.DeepEqual(back.Dates, spec) {
			t.Errorf("%v reads back as %v", spec, back.Dates)
		}
	}
}

// Each option decides the digest of a plan, except those of a process.
func TestOptionsDecide(t *testing.T) {
	free := []string{"Overwrite", "Memory", "Fit.Threads", "Fit.Pin", "Fit.ISA", "Fit.WindowWidth", "Fit.WindowHeight"}
	none, err := json.Marshal(deciding(raster.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	var each func(name string, path []int, of reflect.Type)
	each = func(name string, path []int, of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			if !f.IsExported() || perProcess[f.Name] {
				continue
			}
			full, at := name+f.Name, append(slices.Clone(path), i)
			if f.Anonymous || f.Name == "Fit" {
				each(map[bool]string{true: name, false: full + "."}[f.Anonymous], at, f.Type)
				continue
			}
			var o raster.Options
			fill(t, full, reflect.ValueOf(&o).Elem().FieldByIndex(at))
			text, err := json.Marshal(deciding(o))
			if err != nil {
				t.Fatal(err)
			}
			if decides := string(text) != string(none); decides == slices.Contains(free, full) {
				t.Errorf("whether %s decides the results is %v", full, decides)
			}
		}
	}
	each("", nil, reflect.TypeFor[raster.Options]())
}

func TestUnknownOptions(t *testing.T) {
	var o fitOptions
	if err := json.Unmarshal([]byte(`{"Fit": {"Fields": ["slope"], "Speed": 11}}`), &o); err == nil {
		t.Error("an option that there is not is read")
	}
}
