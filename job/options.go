package job

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/runner"
)

// Resources are what a process that works on a job may use. They change no result.
type Resources struct {
	Threads int            `json:"threads,omitempty"` // as in pixtrend.Options
	Pin     runner.Pinning `json:"pin,omitempty"`
	Memory  int64          `json:"memory,omitempty"` // bytes, as in raster.Options
	Window  [2]int         `json:"window,omitzero"`  // width and height
}

// resourcesOf returns the resources that options ask for.
func resourcesOf(o raster.Options) Resources {
	return Resources{o.Fit.Threads, o.Fit.Pin, o.Memory, [2]int{o.Fit.WindowWidth, o.Fit.WindowHeight}}
}

// or returns r with what it leaves out from others.
func (r Resources) or(others Resources) Resources {
	if r.Threads == 0 {
		r.Threads = others.Threads
	}
	if r.Pin == runner.PinAuto {
		r.Pin = others.Pin
	}
	if r.Memory == 0 {
		r.Memory = others.Memory
	}
	if r.Window == [2]int{} {
		r.Window = others.Window
	}
	return r
}

// in returns options with the resources r.
func (r Resources) in(o raster.Options) raster.Options {
	o.Fit.Threads, o.Fit.Pin, o.Memory = r.Threads, r.Pin, r.Memory
	o.Fit.WindowWidth, o.Fit.WindowHeight = r.Window[0], r.Window[1]
	return o
}

// fitOptions are the options of a fit that decide its results. In JSON they have the names of the Go
// fields, and those that are not set are left out.
type fitOptions struct{ raster.Options }

// deciding returns the options that decide results: all but resources and those of a process.
func deciding(o raster.Options) fitOptions {
	o = Resources{}.in(o)
	o.Fit.ISA, o.Overwrite = "", false
	return fitOptions{o}
}

// perProcess are the options that belong to one process, which a plan does not have.
var perProcess = map[string]bool{"Began": true, "Explain": true, "Progress": true}

// MarshalJSON writes the options that are set.
func (o fitOptions) MarshalJSON() ([]byte, error) {
	set := map[string]any{}
	addSet(set, reflect.ValueOf(o.Options))
	return json.Marshal(set)
}

// addSet adds the exported fields of a struct that are not zero to an object of JSON. Fields of
// embedded structs are added like its own, as encoding/json reads them.
func addSet(to map[string]any, v reflect.Value) {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		switch {
		case f.Anonymous:
			addSet(to, value)
		case !f.IsExported() || perProcess[f.Name] || value.IsZero():
		default:
			to[f.Name] = jsonOf(value)
		}
	}
}

// jsonOf returns a value as encoding/json writes it, without the zero fields of structs.
func jsonOf(v reflect.Value) any {
	if _, ok := v.Interface().(encoding.TextMarshaler); ok {
		return v.Interface()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return jsonOf(v.Elem())
	case reflect.Struct:
		set := map[string]any{}
		addSet(set, v)
		return set
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = jsonOf(v.Index(i))
		}
		return list
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return strconv.FormatFloat(x, 'g', -1, 64) // which JSON has no number for
		}
	}
	return v.Interface()
}

// UnmarshalJSON reads what MarshalJSON writes. An option that is not known is an error.
func (o *fitOptions) UnmarshalJSON(data []byte) error {
	read := struct {
		raster.Options
		Nodata *raster.Value // in place of that of Options: it may be NaN
	}{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&read); err != nil {
		return err
	}
	o.Options = read.Options
	o.Nodata = (*float64)(read.Nodata)
	return nil
}
