package raster

import (
	"math"
	"testing"
	"time"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// daysOf returns dates that are written as year, month, day.
func daysOf(t testing.TB, ymd ...[3]int) (dates []timeaxis.Date) {
	t.Helper()
	for _, d := range ymd {
		date, err := timeaxis.Day(d[0], time.Month(d[1]), d[2])
		if err != nil {
			t.Fatal(err)
		}
		dates = append(dates, date)
	}
	return dates
}

// everyMonths returns days so many months apart.
func everyMonths(t testing.TB, year, month, day, n, step int) []timeaxis.Date {
	t.Helper()
	var ymd [][3]int
	for i := range n {
		m := month - 1 + i*step
		ymd = append(ymd, [3]int{year + m/12, m%12 + 1, day})
	}
	return daysOf(t, ymd...)
}

// The values follow from the definitions by hand, with half a year from January 1 to July 2.
func TestSeasonsByHand(t *testing.T) {
	for _, tt := range []struct {
		name  string
		dates []timeaxis.Date
		want  seasons
	}{
		{"years", []timeaxis.Date{timeaxis.Year(2001), timeaxis.Year(2002), timeaxis.Year(2003)}, seasons{concentration: 1}},
		{"one date", daysOf(t, [3]int{2001, 1, 1}), seasons{concentration: 1}},
		// z = 1 at all dates, but for leap years.
		{"one day of each year", everyMonths(t, 2001, 1, 1, 5, 12), seasons{1, 1, 0}},
		// z = 1, −1, 1, −1 at t = 0, ½, 1, 1½: every year has both. Σ(t − ¾)z = −1, Σ(t − ¾)² = 1¼,
		// 1½·1/1¼.
		{"two seasons of two years", daysOf(t, [3]int{2001, 1, 1}, [3]int{2001, 7, 2}, [3]int{2002, 1, 1}, [3]int{2002, 7, 2}), seasons{0, 0, 1.2}},
		// z = 1, 1, −1, −1 at t = 0, 0, 1½, 1½: a cycle of amplitude 1 takes the line from 1 to −1.
		{"winter, and then summer", daysOf(t, [3]int{2002, 7, 2}, [3]int{2001, 1, 1}, [3]int{2001, 1, 1}, [3]int{2002, 7, 2}), seasons{0, 1, 2}},
		// z = 1, −1, 1, −1 at t = 0, 1½, 2, 3½: Σ(t − 1¾)z = −3, Σ(t − 1¾)² = 6¼, 3½·3/6¼.
		{"seasons that alternate by year", daysOf(t, [3]int{2001, 1, 1}, [3]int{2002, 7, 2}, [3]int{2003, 1, 1}, [3]int{2004, 7, 2}), seasons{0, 1, 1.68}},
		// z = 1, −1, 1 at t = 0, ½, 1: z̄ = 1/3, Σ|z − z̄|² = 8/3, and 2·(1/3)² + 1·(2/3)² between
		// the two years; Σ(t − ½)z = 0.
		{"a year and a date", daysOf(t, [3]int{2001, 1, 1}, [3]int{2001, 7, 2}, [3]int{2002, 1, 1}), seasons{1. / 3, 0.25, 0}},
	} {
		got := seasonsOf(tt.dates)
		for _, x := range []struct {
			what      string
			got, want float64
		}{{"concentration", got.concentration, tt.want.concentration}, {"between", got.between, tt.want.between}, {"change", got.change, tt.want.change}} {
			if !(math.Abs(x.got-x.want) <= 0.02) {
				t.Errorf("%s: %s is %.4f, want %.4f", tt.name, x.what, x.got, x.want)
			}
		}
	}
}

// Which stacks have the warning: those whose line a yearly cycle distorts, and not those of one
// season or of all seasons of every year.
func TestSeasonsThatDistort(t *testing.T) {
	every16 := func(years int) (dates []timeaxis.Date) {
		for year := 2001; year < 2001+years; year++ {
			for day := 1; day <= 365; day += 16 {
				d := time.Date(year, time.January, day, 0, 0, 0, 0, time.UTC)
				dates = append(dates, daysOf(t, [3]int{d.Year(), int(d.Month()), d.Day()})...)
			}
		}
		return dates
	}
	without := func(dates []timeaxis.Date, out func(i int) bool) (kept []timeaxis.Date) {
		for i, d := range dates {
			if !out(i) {
				kept = append(kept, d)
			}
		}
		return kept
	}
	monthly := everyMonths(t, 2001, 1, 15, 240, 1)
	best := []int{20, 3, 28, 14, 9, 25, 1, 17, 30, 6} // days
	var summers, anyDay []timeaxis.Date
	for i, day := range best {
		summers = append(summers, daysOf(t, [3]int{2001 + i, 7 + i%2, day})...)
		anyDay = append(anyDay, daysOf(t, [3]int{2001 + i, 1 + (7*i)%12, min(day, 28)})...)
	}
	for _, tt := range []struct {
		name  string
		dates []timeaxis.Date
		want  bool
	}{
		{"years", []timeaxis.Date{timeaxis.Year(2001), timeaxis.Year(2002), timeaxis.Year(2003)}, false},
		{"one scene each summer", summers, false},
		{"one scene a year, of any season", anyDay, true},
		{"months of 20 years", monthly, false},
		{"months of 20 years from July on", everyMonths(t, 2000, 7, 1, 240, 1), false},
		{"months of 5 years", monthly[:60], false},
		{"months of 2 years, whose season the line takes in", monthly[:24], true},
		{"months of a year", monthly[:12], true},
		{"months of 2½ years", everyMonths(t, 2015, 7, 1, 30, 1), true},
		{"quarters of 10 years", everyMonths(t, 2001, 2, 1, 40, 3), false},
		{"16 days of 10 years", every16(10), false},
		{"16 days of 6 years", every16(6), false},
		{"every 12th month is missing", without(monthly, func(i int) bool { return i%13 == 5 }), false},
		{"months of 20 growing seasons", without(monthly, func(i int) bool { return i%12 < 3 || i%12 > 9 }), false},
		{"winters from the 11th year on", without(monthly, func(i int) bool { return i < 120 && (i%12 < 2 || i%12 == 11) }), true},
		{"summers, and then all seasons", without(monthly, func(i int) bool { return i < 120 && (i%12 < 5 || i%12 > 7) }), true},
	} {
		if got := seasonsOf(tt.dates); got.distort() != tt.want {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestWholeYears(t *testing.T) {
	for _, tt := range []struct {
		from, to [3]int
		want     int
	}{
		{[3]int{2001, 3, 1}, [3]int{2001, 12, 31}, 0}, {[3]int{2001, 3, 1}, [3]int{2002, 2, 28}, 0}, {[3]int{2001, 3, 1}, [3]int{2002, 3, 1}, 1},
		{[3]int{2000, 2, 29}, [3]int{2001, 2, 28}, 0}, {[3]int{2000, 2, 29}, [3]int{2001, 3, 1}, 1}, {[3]int{1969, 12, 31}, [3]int{1970, 12, 31}, 1},
	} {
		if d := daysOf(t, tt.from, tt.to); wholeYears(d[0], d[1]) != tt.want {
			t.Errorf("from %v to %v: %d whole years, want %d", d[0], d[1], wholeYears(d[0], d[1]), tt.want)
		}
	}
}
