package gdal

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// attributes are those of a variable. The CF conventions say which of them decide what samples mean.
type attributes interface {
	numbers(name string) []float64 // nil if there is none, or one that is no list of numbers
	text(name string) string       // "" if there is none
	isFloat(name string) bool      // of floating-point numbers
}

// meaning is what a file says about the samples of a variable.
type meaning struct {
	scale, offset float64     // a sample s means s·scale + offset
	missing       []float64   // the values of samples that mean missing
	valid         *[2]float64 // the limits of valid samples; nil if the file gives none
	remarks       []string    // what was assumed
}

// missingIn returns the values that attributes give for missing samples, each once.
func missingIn(a attributes) []float64 {
	return different(append(slices.Clone(a.numbers("_FillValue")), a.numbers("missing_value")...))
}

// different returns each number once, without NaN, which always means missing.
func different(values []float64) (once []float64) {
	for _, v := range values {
		if v == v && !slices.Contains(once, v) {
			once = append(once, v)
		}
	}
	return once
}

// validIn returns the limits that attributes give for valid samples, in stored units; nil if they give
// none. Limits of whole numbers that are packed are of the unpacked values if they are floating-point numbers.
func (m *meaning) validIn(a attributes, whole bool) *[2]float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	of := ""
	if r := a.numbers("valid_range"); len(r) == 2 {
		lo, hi, of = r[0], r[1], "valid_range"
	} else {
		if text := a.text("valid_range"); text != "" {
			m.remarks = append(m.remarks, fmt.Sprintf("its valid_range is %q, which is no pair of numbers: it is not used", foreign.Printable(text)))
		}
		if r := a.numbers("valid_min"); len(r) == 1 {
			lo, of = r[0], "valid_min"
		}
		if r := a.numbers("valid_max"); len(r) == 1 {
			hi, of = r[0], "valid_max"
		}
	}
	if of == "" {
		return nil
	}
	if (m.scale != 1 || m.offset != 0) && a.isFloat(of) && whole {
		lo, hi = (lo-m.offset)/m.scale, (hi-m.offset)/m.scale
		if m.scale < 0 {
			lo, hi = hi, lo
		}
		lo, hi = math.Ceil(lo-1e-6), math.Floor(hi+1e-6)
	}
	return &[2]float64{lo, hi}
}

// texts are attributes that GDAL shows as texts.
type texts map[string]string

func (a texts) text(name string) string { return a[name] }

func (a texts) numbers(name string) (numbers []float64) {
	for _, field := range strings.FieldsFunc(a[name], func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		x, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return nil
		}
		numbers = append(numbers, x)
	}
	return numbers
}

// number returns the only number of an attribute, or usual if there is none.
func (a texts) number(name string, usual float64) (float64, error) {
	x := a.numbers(name)
	switch {
	case a[name] == "":
		return usual, nil
	case len(x) != 1:
		return 0, contentError("its %s is %q, which is no number", name, foreign.Printable(a[name]))
	}
	return x[0], nil
}

// isFloat reports whether a number has a fraction: texts do not say of which type they were.
func (a texts) isFloat(name string) bool {
	return slices.ContainsFunc(a.numbers(name), func(x float64) bool { return x != math.Trunc(x) })
}

// findMeaning sets what the attributes of a variable of HDF4 or HDF5 say about its samples, of which GDAL
// obeys some, depending on the driver, its version and the library that wrote the file.
func (d *Dataset) findMeaning() error {
	a := d.hdfAttributes()
	if a == nil || len(d.bands) == 0 {
		return nil
	}
	t, _, known := d.bands[0].Type()
	m := &meaning{missing: missingIn(a)}
	if nodata, has := d.bands[0].Nodata(); has {
		m.missing = different(append(m.missing, nodata))
	}
	m.scale, m.offset = d.bands[0].Scaling()
	if m.scale == 1 && m.offset == 0 { // GDAL has found none
		var err error
		if m.scale, err = a.number("scale_factor", 1); err == nil {
			m.offset, err = a.number("add_offset", 0)
		}
		if err != nil {
			return err
		}
	}
	whole := known && !t.IsFloat()
	if whole && m.scale > 1 && m.scale == math.Trunc(m.scale) {
		m.remarks = append(m.remarks, fmt.Sprintf("its scale factor %v is taken for a divisor, as in MOD13 and MOD09, whose samples are to be divided by it", m.scale))
		m.scale = 1 / m.scale
	}
	if m.offset != 0 {
		m.remarks = append(m.remarks, fmt.Sprintf("its offset %v is added to the scaled samples: if its documentation subtracts it before, slopes are right, and means and intercepts are not", m.offset))
	}
	m.valid = m.validIn(a, whole)
	d.meaning = m
	return nil
}

// hdfAttributes returns the attributes of a variable of HDF4 or HDF5; nil for other formats. GDAL before version 3.7 puts
// the path of a variable of HDF5 before their names.
func (d *Dataset) hdfAttributes() texts {
	if !strings.HasPrefix(d.Driver(), "HDF") {
		return nil
	}
	all := d.ds.Metadatas()
	if strings.HasPrefix(d.Driver(), "HDF5") && len(d.bands) > 0 {
		all = d.bands[0].AllMetadata()
	}
	found := texts{}
	for _, name := range []string{"scale_factor", "add_offset", "_FillValue", "missing_value", "valid_range", "valid_min", "valid_max"} {
		for key, value := range all {
			if key == name || strings.HasSuffix(key, "_"+name) && found[name] == "" {
				found[name] = strings.TrimSpace(value)
			}
		}
	}
	return found
}

// Missing returns the values that mean that a sample is missing, where the file may give several.
func (d *Dataset) Missing() []float64 {
	if d.meaning == nil {
		return nil
	}
	return d.meaning.missing
}

// ValidRange returns the range of valid samples, in stored units; has is false if the file gives none.
// Limits that are infinite are none.
func (d *Dataset) ValidRange() (lo, hi float64, has bool) {
	if d.meaning == nil || d.meaning.valid == nil {
		return 0, 0, false
	}
	return d.meaning.valid[0], d.meaning.valid[1], true
}

// Remarks returns what was assumed about the raster, a sentence each without a subject.
func (d *Dataset) Remarks() (remarks []string) {
	if d.array != nil {
		remarks = append(remarks, d.array.remarks...)
	}
	if d.meaning != nil {
		remarks = append(remarks, d.meaning.remarks...)
	}
	return remarks
}
