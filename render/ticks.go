package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"
)

// TimeAxis is the kind of the x axis, which determines its labels.
type TimeAxis int

// The kinds of x axes.
const (
	Numbers TimeAxis = iota // any numbers
	Years                   // whole years
	Days                    // days since 1970-01-01, labelled with dates
)

// seriesTicks is the approximate maximum of labels on an axis of time.
const seriesTicks = 10

func (a TimeAxis) ticks(lo, hi float64) []plot.Tick {
	switch {
	case a == Days && hi-lo < 4e6: // ten thousand years
		return dayTicks(lo, hi)
	case a == Years:
		return yearTicks(lo, hi)
	}
	return numberTicks(lo, hi)
}

// yearTicks returns ticks at whole years.
func yearTicks(lo, hi float64) (ticks []plot.Tick) {
	step := niceStep((hi - lo) / seriesTicks)
	if !(step > 1) {
		step = 1
	}
	for i := math.Ceil(lo / step); i*step <= hi && len(ticks) <= 2*seriesTicks; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'f', -1, 64)})
	}
	return ticks
}

// dayTicks returns ticks at the first days of years or months, or at days.
func dayTicks(lo, hi float64) (ticks []plot.Tick) {
	day := func(t float64) time.Time { return time.Unix(0, 0).UTC().AddDate(0, 0, int(math.Floor(t))) }
	add := func(t time.Time, layout string) {
		if at := math.Floor(float64(t.Unix()) / 86400); at >= lo && at <= hi {
			ticks = append(ticks, plot.Tick{Value: at, Label: t.Format(layout)})
		}
	}
	first, last := day(lo), day(hi)
	if hi-lo < 70 {
		step := max(1, int(math.Ceil((hi-lo)/7)))
		for t := first; !t.After(last); t = t.AddDate(0, 0, step) {
			add(t, "2006-01-02")
		}
		return ticks
	}
	step := 1 // months
	for _, step = range []int{1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12000} {
		if (hi-lo)/30.4 <= float64(step*seriesTicks) {
			break
		}
	}
	layout := "2006-01"
	if step%12 == 0 {
		layout = "2006"
	}
	months := first.Year()*12 + int(first.Month()) - 1
	for m := months - months%step; ; m += step {
		t := time.Date(m/12, time.Month(m%12+1), 1, 0, 0, 0, 0, time.UTC)
		if t.After(last) {
			return ticks
		}
		add(t, layout)
	}
}

// numberTicks returns ticks at 1, 2 or 5 times a power of ten.
func numberTicks(lo, hi float64) (ticks []plot.Tick) {
	step := niceStep((hi - lo) / 7)
	if !(step > 0) || math.IsInf(hi-lo, 0) {
		return []plot.Tick{{Value: lo, Label: fmt.Sprintf("%.4g", lo)}, {Value: hi, Label: fmt.Sprintf("%.4g", hi)}}
	}
	large := math.Max(math.Abs(lo), math.Abs(hi))
	digits := int(math.Max(0, -math.Floor(math.Log10(step))))
	for i := math.Ceil(lo / step); i*step <= hi && len(ticks) <= 2*seriesTicks; i++ {
		if i == 0 {
			i = 0 // it may be -0
		}
		label := strconv.FormatFloat(i*step, 'f', digits, 64)
		if large >= 1e7 || large < 1e-3 {
			label = strconv.FormatFloat(i*step, 'g', 5, 64)
		}
		ticks = append(ticks, plot.Tick{Value: i * step, Label: strings.Replace(label, "-", "−", 1)})
	}
	return ticks
}

// niceStep returns the least number of at least x that is 1, 2 or 5 times a power of ten.
func niceStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x {
			return m * power
		}
	}
	return 10 * power
}
