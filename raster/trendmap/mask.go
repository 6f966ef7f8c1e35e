package trendmap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/stats"
)

// Mask is a rule for which pixels are grey that needs no number, because the fit has applied one.
type Mask string

// The masks.
const (
	NoMask    Mask = ""
	ClassMask Mask = "trend_class" // pixels whose trend_class is 0
	RankMask  Mask = "mk_class"    // pixels whose mk_class is 0
	FDRMask   Mask = "fdr"         // pixels whose class is 0 in a fit with a false discovery rate
)

// Masks are all of them but NoMask.
var Masks = []Mask{ClassMask, RankMask, FDRMask}

// A rule says which pixels are not significant.
type rule struct {
	band int // that decides; -1: there is no rule
	weak func(x float64) bool
	text string // such as "p ≥ 0.05"
}

// rule returns the rule that the options name.
func (d *drawing) rule() (rule, error) {
	none := rule{band: -1}
	switch o := d.o; {
	case o.MaskP > 0:
		band, name := d.testBand(stats.PValue, stats.MKPValue)
		if band < 0 {
			return none, fault.Errorf("%v needs a band called pvalue or mk_pvalue, and %s has %s: fit it again with %v", fault.Option{Field: "MaskP"}, d.Name, d.bandNames(),
				fault.Option{Field: "Fit.Fields", Value: "slope,pvalue"})
		}
		return rule{band, func(p float64) bool { return !(p < o.MaskP) }, fmt.Sprintf("%s ≥ %v", strings.TrimSuffix(name, "value"), o.MaskP)}, nil
	case o.Mask != NoMask:
		classes := []stats.Field{stats.TrendClass, stats.MKClass}
		switch o.Mask {
		case ClassMask:
			classes = classes[:1]
		case RankMask:
			classes = classes[1:]
		}
		band, name := d.testBand(classes...)
		if band < 0 {
			return none, fault.Errorf("%v needs a band called %v, and %s has %s: fit it again with %v or %v", fault.Option{Field: "Mask", Value: string(o.Mask)}, classes[0], d.Name, d.bandNames(),
				fault.Option{Field: "FDR", Value: "0.05"}, fault.Option{Field: "Fit.Significance", Value: "0.05"})
		}
		r := rule{band, func(class float64) bool { return !(class < 0 || class > 0) }, name + " 0"}
		p := "p"
		if name == stats.MKClass.String() {
			p = "mk_p"
		}
		switch b := d.Bands[band]; {
		case b.FDR != "":
			r.text = "false discovery rate " + b.FDR
		case o.Mask == FDRMask:
			return none, fault.Errorf("%s of %s was fitted without a false discovery rate: fit it again with %v, or use %v", name, d.Name,
				fault.Option{Field: "FDR", Value: "0.05"}, fault.Option{Field: "Mask", Value: name})
		case b.Significance != "":
			r.text = p + " ≥ " + b.Significance
		}
		return r, nil
	}
	return none, nil
}

// testBand returns the band of one of the fields, and its name: of the estimator of the field that is
// drawn if there is one, else of any. It returns -1 if there is none.
func (d *drawing) testBand(fields ...stats.Field) (band int, name string) {
	band = -1
	drawn := slices.Index(stats.FieldNames(), strings.ToLower(d.Bands[d.band].Name))
	for _, f := range fields {
		of := d.Trend.Band(f.String())
		own := drawn >= 0 && f.Info().Estimator == stats.Field(drawn).Info().Estimator
		if of >= 0 && (band < 0 || own) {
			band, name = of, f.String()
		}
	}
	return band, name
}

// marks applies the rule to the values of its band. It writes the marks into memory of weak, if
// there is enough.
func (r rule) marks(values []float64, weak []bool) []bool {
	weak = weak[:0]
	for _, x := range values {
		weak = append(weak, r.weak(x))
	}
	return weak
}

// bandNames lists the bands of the raster.
func (d *drawing) bandNames() string {
	var names []string
	for i, b := range d.Bands {
		name := b.Name
		if name == "" {
			name = fmt.Sprintf("band %d, which has no name", i+1)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
