package stats

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// Model says what is fitted. The zero Model is a straight line by ordinary least squares, and Slope
// is its coefficient of time in any other model too.
//
// With u = time − m, m being the middle between the first and the last time of the plan, the model is
//
//	y = c₀ + Slope·u + Quadratic·u² + … + Σₖ (Cosₖ·cos(2πk·t/Period) + Sinₖ·sin(2πk·t/Period))
//	    + Step·[t ≥ Step] + Σ covariate·coefficient
//
// Only the terms that are asked for are fitted. Options.MinObs 0 then means one observation more
// than the model has coefficients.
type Model struct {
	Degree     int         // of the polynomial in time, 1 to MaxDegree; 0: 1
	Harmonics  int         // pairs of a cosine and a sine, of Period, Period/2, …; 0 to MaxHarmonics
	Period     float64     // of the first pair, in the unit of the times; unused without harmonics
	YearPhases bool        // Period is a year: phases are days of the year, of 365.2425 days
	Step       *float64    // the time from which on the level is another; nil: none
	Covariates []Covariate // up to MaxCovariates
	Weights    []float64   // of each time, 0 or more, as lm(weights=) of R has them; nil: all 1
	Robust     Robust      // against outliers; the zero Robust is least squares
	AR1        bool        // standard errors and p-values allow for the autocorrelation of the residuals
}

// Robust says how outliers are given less weight, by iteratively reweighted least squares as rlm of
// R's package MASS does it (Venables and Ripley, Modern Applied Statistics with S, section 6.5). See
// kernel.Kernel.Robust.
type Robust struct {
	Psi      kernel.Psi
	Rounds   int     // at most; 0: 20, as rlm has it
	Accuracy float64 // of the residuals, at which it ends; 0: 1e-4, as rlm has it
}

// isZero reports whether a fit is not robust.
func (r Robust) isZero() bool { return r.Psi == 0 }

// kernel returns what the kernel is given.
func (r Robust) kernel() kernel.Robust {
	return kernel.Robust{Psi: r.Psi, Rounds: cmp.Or(r.Rounds, 20), Accuracy: cmp.Or(r.Accuracy, 1e-4)}
}

// A Covariate is a series that the samples depend on, besides time.
type Covariate struct {
	Name   string    // of the field of its coefficient, see Model.FieldName
	Values []float64 // at each time; nil: every pixel has its own, see Scratch.SetRasters
	// A sample s of a pixel's own values means s·Scale + Offset. Scale 0: 1
	Scale, Offset float64
}

// ofPixels reports whether every pixel has values of its own.
func (c Covariate) ofPixels() bool { return c.Values == nil }

// Rasters returns how many covariates have values of their own in every pixel.
func (m Model) Rasters() int {
	n := 0
	for _, c := range m.Covariates {
		if c.ofPixels() {
			n++
		}
	}
	return n
}

// The largest models.
const (
	MaxDegree     = 4
	MaxHarmonics  = 4
	MaxCovariates = 8
	maxTerms      = 12 // coefficients
)

// termKind is what a coefficient belongs to.
type termKind uint8

const (
	constantTerm termKind = iota
	powerTerm             // of the time
	cosineTerm
	sineTerm
	stepTerm
	covariateTerm
)

// term is one term of a model. Its number counts powers, harmonics and covariates from 1.
type term struct {
	kind   termKind
	number int
}

// terms returns the terms in the order of the columns.
func (m Model) terms() []term {
	terms := []term{{kind: constantTerm}}
	for d := range max(m.Degree, 1) {
		terms = append(terms, term{powerTerm, d + 1})
	}
	for h := range m.Harmonics {
		terms = append(terms, term{cosineTerm, h + 1}, term{sineTerm, h + 1})
	}
	if m.Step != nil {
		terms = append(terms, term{kind: stepTerm})
	}
	for _, ofPixels := range []bool{false, true} {
		for i, c := range m.Covariates {
			if c.ofPixels() == ofPixels {
				terms = append(terms, term{covariateTerm, i + 1})
			}
		}
	}
	return terms
}

// Coefficients returns the number of coefficients, 2 of a line.
func (m Model) Coefficients() int { return len(m.terms()) }

// IsLine reports whether the model is a straight line by ordinary least squares.
func (m Model) IsLine() bool {
	return m.Coefficients() == 2 && m.Weights == nil && m.Robust.isZero() && !m.AR1
}

// LeastObs returns the number of observations that a pixel needs by default.
func (m Model) LeastObs() int {
	if m.IsLine() {
		return 2
	}
	return m.Coefficients() + 1
}

// Has reports whether a field is a result of the model.
func (m Model) Has(f Field) bool {
	info := f.Info()
	switch info.Option {
	case OptionDegree:
		return m.Degree >= info.Number
	case OptionHarmonics:
		return m.Harmonics >= info.Number
	case OptionStep:
		return m.Step != nil
	case OptionAR1:
		return m.AR1
	case OptionRobust:
		return !m.Robust.isZero()
	case OptionCovariates:
		return len(m.Covariates) >= info.Number
	}
	return true
}

// CheckUse returns an *UnusedError if m is not a line alone and none of the fields depends on it. Covariates
// and weights decide which observations count, so that every field but those of ranks depends on
// them. No field stands for Slope.
func (m Model) CheckUse(fields []Field) error {
	depends := func(f Field) bool {
		if int(f) >= len(table) {
			return true // NewPlan refuses it
		}
		return f.Info().Estimator != Rank && (f.OfTrend() || len(m.Covariates) > 0 || m.Weights != nil)
	}
	if len(fields) == 0 || slices.ContainsFunc(fields, depends) {
		return nil
	}
	for _, x := range []struct {
		option string
		set    bool
	}{
		{"Harmonics", m.Harmonics > 0}, {"Degree", m.Degree > 1}, {"Step", m.Step != nil}, {"Covariates", len(m.Covariates) > 0},
		{"Weights", m.Weights != nil}, {"Robust", !m.Robust.isZero()}, {"AR1", m.AR1},
	} {
		if x.set {
			return &UnusedError{"Model." + x.option, Slope}
		}
	}
	return nil
}

// FieldName returns the name of a field: the one in the table of fields, but for the fields of
// covariates, which have the names of these.
func (m Model) FieldName(f Field) string {
	info := f.Info()
	if info.Option != OptionCovariates || !m.Has(f) {
		return f.String()
	}
	return m.Covariates[info.Number-1].Name + info.part.suffix()
}

// AllFields returns what "all" stands for: every field of the model but those that need an option
// without a default.
func (m Model) AllFields() []Field {
	return slices.DeleteFunc(Fields(), func(f Field) bool {
		info := f.Info()
		return info.NotInAll && !info.Option.isOfModel() || !m.Has(f)
	})
}

// ParseFields is the function ParseFields for the fields of the model.
func (m Model) ParseFields(s string) ([]Field, error) {
	var names []string
	for _, f := range Fields() {
		names = append(names, m.FieldName(f))
	}
	var fields []Field
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		add := m.AllFields()
		if name != "all" {
			i := slices.Index(names, name)
			if i < 0 || Field(i).Info().Option == OptionCovariates && !m.Has(Field(i)) {
				return nil, fmt.Errorf("no field is called %q: the fields are %s, and all",
					name, strings.Join(FamilyNames(), ", "))
			}
			add = []Field{Field(i)}
		}
		for _, f := range add {
			if slices.Contains(fields, f) {
				return nil, fmt.Errorf("the field %s is asked for twice", m.FieldName(f))
			}
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// plainName is what a covariate may be called.
var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// CheckName returns an error if a covariate cannot have that name: if it is no plain word, or one
// of its fields would have the name of another.
func CheckName(name string) error {
	if !plainName.MatchString(name) {
		return fmt.Errorf("%q is no name for a covariate: give a word of letters, digits and underscores, such as rain", name)
	}
	for _, part := range []part{estimatePart, stderrPart, pvaluePart} {
		full := name + part.suffix()
		same := func(field string) bool { return strings.EqualFold(field, full) }
		if same("all") || slices.ContainsFunc(FieldNames(), same) || slices.ContainsFunc(FamilyNames(), same) {
			return fmt.Errorf("a covariate cannot be called %s, because %s is a field: give another name", name, full)
		}
	}
	return nil
}

// check returns an error if the model cannot be fitted at the given number of times.
func (m Model) check(times int) error {
	switch {
	case m.Degree < 0 || m.Degree > MaxDegree:
		return fmt.Errorf("stats: a polynomial of degree %d: the degree is 1 to %d", m.Degree, MaxDegree)
	case m.Harmonics < 0 || m.Harmonics > MaxHarmonics:
		return fmt.Errorf("stats: %d harmonics: a model has 0 to %d", m.Harmonics, MaxHarmonics)
	case m.Harmonics > 0 && !(m.Period > 0 && !math.IsInf(m.Period, 1)):
		return fmt.Errorf("stats: a season of period %v: the period is a number above 0", m.Period)
	case m.Step != nil && (math.IsNaN(*m.Step) || math.IsInf(*m.Step, 0)):
		return fmt.Errorf("stats: a step at time %v: times are finite numbers", *m.Step)
	case len(m.Covariates) > MaxCovariates:
		return fmt.Errorf("stats: %d covariates: a model has at most %d", len(m.Covariates), MaxCovariates)
	case m.Robust.Rounds < 0 || m.Robust.Accuracy < 0 || m.Robust.Accuracy != m.Robust.Accuracy:
		return fmt.Errorf("stats: a robust fit of %d rounds to an accuracy of %v: neither is negative", m.Robust.Rounds, m.Robust.Accuracy)
	case m.Coefficients() > maxTerms:
		return fmt.Errorf("stats: a model of %d coefficients: it has at most %d", m.Coefficients(), maxTerms)
	case m.Weights != nil && len(m.Weights) != times:
		return fmt.Errorf("stats: %d weights for %d times", len(m.Weights), times)
	}
	for i, w := range m.Weights {
		if !(w >= 0 && !math.IsInf(w, 1)) {
			return fmt.Errorf("stats: weight %d is %v: weights are numbers, 0 or more", i, w)
		}
	}
	for i, c := range m.Covariates {
		if err := CheckName(c.Name); err != nil {
			return fmt.Errorf("stats: %w", err)
		}
		for _, other := range m.Covariates[:i] {
			if err := CheckNames(other.Name, c.Name); err != nil {
				return fmt.Errorf("stats: %w", err)
			}
		}
		if c.ofPixels() {
			continue
		}
		if len(c.Values) != times {
			return fmt.Errorf("stats: the covariate %s has %d values for %d times", c.Name, len(c.Values), times)
		}
		for j, x := range c.Values {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("stats: value %d of the covariate %s is %v: values are finite numbers", j, c.Name, x)
			}
		}
		if slices.Min(c.Values) == slices.Max(c.Values) {
			return fmt.Errorf("stats: the covariate %s is %v at all times, so that no coefficient can be found", c.Name, c.Values[0])
		}
	}
	return nil
}

// CheckNames returns an error if two covariates cannot have these names, because a field of one
// would have the name of a field of the other.
func CheckNames(a, b string) error {
	x, y := strings.ToLower(a), strings.ToLower(b)
	for _, part := range []part{estimatePart, stderrPart, pvaluePart} {
		if x == y+part.suffix() || y == x+part.suffix() {
			return fmt.Errorf("the covariates %s and %s have fields of one name: give another name to one of them", a, b)
		}
	}
	return nil
}

// basis is the terms of a model at the times of a plan, scaled so that a column lies between −1
// and 1.
type basis struct {
	model     Model
	terms     []term
	mid, half float64     // the middle of the times, and half of their span, in the frame of the plan
	frame     frame       // of the plan
	center    []float64   // of each covariate: the mean of its values, from which they count
	columns   [][]float64 // of the terms that all pixels share, which come first
	units     []float64   // of each term: a coefficient times it is one of the term in the unit of the times
}

// newBasis makes the columns of m at times, of which f is the frame.
func newBasis(m Model, f frame, times []float64) *basis {
	lo, hi := f.in(slices.Min(times)), f.in(slices.Max(times))
	b := &basis{model: m, terms: m.terms(), mid: lo + (hi-lo)/2, half: (hi - lo) / 2, frame: f}
	for _, c := range m.Covariates {
		if c.ofPixels() {
			b.center = append(b.center, math.NaN()) // each has its own
			continue
		}
		sum := 0.0
		for _, x := range c.Values {
			sum += x / float64(len(c.Values))
		}
		b.center = append(b.center, sum)
	}
	for _, t := range b.terms {
		if t.kind == covariateTerm && m.Covariates[t.number-1].ofPixels() {
			b.units = append(b.units, 1/cmp.Or(m.Covariates[t.number-1].Scale, 1))
			continue
		}
		column, unit := make([]float64, len(times)), 1.0
		switch t.kind {
		case powerTerm:
			for range t.number {
				unit /= b.half * f.unit
			}
		case covariateTerm:
			size := 0.0
			for i, x := range m.Covariates[t.number-1].Values {
				column[i] = x - b.center[t.number-1]
				size = max(size, math.Abs(column[i]))
			}
			for i := range column {
				column[i] /= size
			}
			unit = 1 / size
		}
		if t.kind != covariateTerm {
			for i, time := range times {
				column[i] = b.value(t, time)
			}
		}
		b.columns, b.units = append(b.columns, column), append(b.units, unit)
	}
	return b
}

// value returns the value of a term at a time, 0 for covariates, which are then at their mean.
func (b *basis) value(t term, time float64) float64 {
	switch t.kind {
	case constantTerm:
		return 1
	case powerTerm:
		u := (b.frame.in(time) - b.mid) / b.half
		x := u
		for range t.number - 1 {
			x *= u
		}
		return x
	case cosineTerm, sineTerm:
		sin, cos := sincosTurns(turns(time, b.model.Period, t.number))
		if t.kind == cosineTerm {
			return cos
		}
		return sin
	case stepTerm:
		if time >= *b.model.Step {
			return 1
		}
	}
	return 0
}

// index returns the number of the column of a term, -1 if the model has none.
func (b *basis) index(t term) int { return slices.Index(b.terms, t) }

// turns returns the part of a turn that harmonic k of a period has made at time t, from 0 to 1.
func turns(t, period float64, k int) float64 {
	part := math.Mod(float64(k)*t, period) / period // Mod is exact
	if part < 0 {
		part++
	}
	return part
}

// sincosTurns returns the sine and the cosine of a part of a turn. They have the same bits on every
// processor, which those of package math have not where the compiler fuses operations.
func sincosTurns(part float64) (sin, cos float64) {
	quarter := math.Floor(part*4 + 0.5)
	x := (part - quarter/4) * (2 * math.Pi) // −π/4 to π/4
	square := float64(x * x)
	sin, cos = 1, 1
	for i := 20.0; i > 0; i -= 2 {
		cos = 1 - float64(square*cos)/(i*(i-1))
		sin = 1 - float64(square*sin)/(i*(i+1))
	}
	sin *= x
	switch int(quarter) % 4 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}
