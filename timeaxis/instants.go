package timeaxis

import (
	"cmp"
	"fmt"
	"math"
	"time"
)

// NewInstantAxis sorts times, counted in days since 1970-01-01 with parts of days, into an axis with
// slopes per year. Of whole days, it is the axis that NewAxis makes of these days. Dates has the day
// of each time, and T the time itself. order is that of NewAxis.
//
// Times that are not finite or lie outside of the years 1 to 9999 are an error; fewer than two
// different ones are ErrTooFew.
func NewInstantAxis(days []float64) (axis Axis, order []int, err error) {
	first, last := Date{1, time.January, 1}.Number(), Date{9999, time.December, 31}.Number()
	for i, t := range days {
		if !(t >= float64(first) && t < float64(last+1)) {
			return Axis{}, nil, fmt.Errorf("time %d is %v days from 1970-01-01, outside of the years 1 to 9999", i, t)
		}
	}
	order = sortedOrder(days, cmp.Compare[float64])
	if len(days) < 2 || days[order[0]] == days[order[len(days)-1]] {
		return Axis{}, nil, fmt.Errorf("%w: a trend needs two or more different times", ErrTooFew)
	}
	axis = Axis{Dates: make([]Date, len(days)), T: make([]float64, len(days)), origin: "1970-01-01"}
	for i, from := range order {
		axis.T[i] = days[from]
		axis.Dates[i] = Date{1970, time.January, 1}.plus(int(math.Floor(days[from])))
	}
	if !axis.Whole() {
		axis.times = axis.T
	}
	return axis.Per(PerYear), order, nil
}
