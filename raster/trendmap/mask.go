package trendmap

import (
	"fmt"
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
	FDRMask   Mask = "fdr"         // the same, of a fit with a false discovery rate
)

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
		band := d.Trend.Band(stats.PValue.String())
		if band < 0 {
			return none, fault.Errorf("%v needs a band called pvalue, and %s has %s: fit it again with %v", fault.Option{Field: "MaskP"}, d.Name, d.bandNames(),
				fault.Option{Field: "Fit.Fields", Value: "slope,pvalue"})
		}
		return rule{band, func(p float64) bool { return !(p < o.MaskP) }, fmt.Sprintf("p ≥ %v", o.MaskP)}, nil
	case o.Mask != NoMask:
		band := d.Trend.Band(stats.TrendClass.String())
		if band < 0 {
			return none, fault.Errorf("%v needs a band called trend_class, and %s has %s: fit it again with %v or %v", fault.Option{Field: "Mask", Value: string(o.Mask)}, d.Name, d.bandNames(),
				fault.Option{Field: "FDR", Value: "0.05"}, fault.Option{Field: "Fit.Significance", Value: "0.05"})
		}
		r := rule{band, func(class float64) bool { return !(class < 0 || class > 0) }, "trend_class 0"}
		switch b := d.Bands[band]; {
		case b.FDR != "":
			r.text = "false discovery rate " + b.FDR
		case o.Mask == FDRMask:
			return none, fault.Errorf("trend_class of %s was fitted without a false discovery rate: fit it again with %v, or use %v", d.Name,
				fault.Option{Field: "FDR", Value: "0.05"}, fault.Option{Field: "Mask", Value: string(ClassMask)})
		case b.Significance != "":
			r.text = "p ≥ " + b.Significance
		}
		return r, nil
	}
	return none, nil
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
