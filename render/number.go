package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Labels returns the labels of the classes. They are the limits, all with the same number of
// decimals, as many as are needed to tell them apart. unit is the unit of the values; days since a
// date are written as dates.
func (c *Classes) Labels(unit string) []string {
	write := c.writer(unit)
	labels := make([]string, len(c.Pixels))
	for i := range labels {
		lo, hi := c.ends(i)
		switch {
		case c.Given && len(c.Limits) > 0 && i == 0:
			labels[i] = "≤ " + write(hi)
		case c.Given && i == len(c.Limits):
			labels[i] = "> " + write(lo)
		case math.IsNaN(lo):
			labels[i] = "no value"
		default:
			if c.Whole && !c.Given {
				if hi = math.Floor(hi); i > 0 {
					lo = math.Floor(lo) + 1
				}
			}
			if labels[i] = write(lo) + " to " + write(hi); lo == hi || lo == belowZero && hi == 0 {
				labels[i] = write(hi)
			}
		}
	}
	return labels
}

// writer returns a function that formats the numbers of labels.
func (c *Classes) writer(unit string) func(float64) string {
	if origin, found := strings.CutPrefix(unit, "days since "); found {
		if day, err := time.Parse(time.DateOnly, origin); err == nil {
			return func(x float64) string { return day.AddDate(0, 0, int(math.Floor(x))).Format(time.DateOnly) }
		}
	}
	shown := slices.DeleteFunc(slices.Clone(c.Limits), func(x float64) bool { return x == belowZero })
	if !c.Given {
		shown = append(shown, c.Min, c.Max)
	}
	decimals, largest := 0, 0.0
	for _, x := range shown {
		largest = max(largest, math.Abs(x))
	}
	switch {
	case c.Whole && !c.Given:
	case c.Given: // as the user typed them, or shorter
		for _, x := range shown {
			_, behind, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
			decimals = max(decimals, len(behind))
		}
	default:
		decimals = decimalsFor(shown, largest)
	}
	form := byte('f')
	if decimals > 7 || largest >= 1e9 {
		form, decimals = 'e', 2
	}
	return func(x float64) string {
		if x == 0 || x == belowZero {
			return "0" // 0.00 is a small number
		}
		return minus(strconv.FormatFloat(x, form, decimals, 64))
	}
}

// decimalsFor returns the number of decimals that gives the smallest difference between numbers two
// digits, within the seven digits of float32.
func decimalsFor(xs []float64, largest float64) int {
	xs = slices.Compact(slices.Sorted(slices.Values(xs)))
	gap := largest
	for i := 1; i < len(xs); i++ {
		gap = min(gap, xs[i]-xs[i-1])
	}
	if gap == 0 || math.IsInf(largest, 0) {
		return 0
	}
	return max(0, min(int(math.Ceil(-math.Log10(gap)))+1, 6-int(math.Floor(math.Log10(largest)))))
}

// minus replaces a hyphen by a minus sign, which is as wide as a plus, and removes the sign of
// zero.
func minus(s string) string {
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		if mantissa, _, _ := strings.Cut(digits, "e"); strings.Trim(mantissa, "0.") == "" {
			return digits
		}
		return "−" + digits
	}
	return s
}

// Percent formats a share of pixels. It never shows 0 % for a part that is not empty, nor 100 % for
// a part that is not the whole.
func Percent(part, whole int64) string {
	p := 100 * float64(part) / float64(max(whole, 1))
	switch {
	case part > 0 && p < 0.05:
		return "< 0.1 %"
	case part < whole && p >= 99.95:
		return "> 99.9 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}
