package raster

import (
	"math"
	"slices"
	"time"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// seasons describes how dates lie in the year. With zᵢ = exp(2πi·tᵢ) for a date t in years, z̄ the
// mean of all z, z̄ⱼ that of the nⱼ dates of year j, and years counted from the first date:
//
//	concentration = |z̄|
//	between       = Σⱼ nⱼ|z̄ⱼ − z̄|² / Σᵢ |zᵢ − z̄|²
//	change        = (t_last − t_first)·|Σᵢ (tᵢ − t̄)·zᵢ| / Σᵢ (tᵢ − t̄)²
//
// The concentration is the mean resultant length of directional statistics (Mardia and Jupp,
// Directional Statistics, 2000, section 2.3): 1 if all dates are of one day of the year, and 0 if
// they are spread evenly over it. Dates that are spread evenly over 3, 4 and 5 months have 0.90,
// 0.83 and 0.74.
//
// Between is the correlation ratio η² of a one-way analysis of variance of z by year: 0 if every
// year has the same seasons, and 1 if no year has more than one. About 1/n is due to chance where a
// year has n dates.
//
// Change is the bias of a line that is fitted without the yearly cycle (Draper and Smith, Applied
// Regression Analysis, 3rd ed., chapter 10): what a cycle of amplitude 1, in the worst phase, adds
// to the line between the first date and the last. It is about 1.9/Y for a month's raster of every
// month of Y years.
type seasons struct{ concentration, between, change float64 }

// seasonsOf describes dates in any order. Years, and fewer than two different dates, are of one
// season.
func seasonsOf(dates []timeaxis.Date) seasons {
	one := seasons{concentration: 1}
	if len(dates) == 0 || slices.ContainsFunc(dates, timeaxis.Date.IsYear) {
		return one
	}
	dates = slices.SortedFunc(slices.Values(dates), timeaxis.Date.Compare)
	n, first, last := float64(len(dates)), yearsSince1970(dates[0]), yearsSince1970(dates[len(dates)-1])
	if first == last {
		return one
	}
	var meanT float64
	var mean complex128
	years := map[int][]complex128{}
	for _, d := range dates {
		t, z, year := yearsSince1970(d), pointOfYear(d), wholeYears(dates[0], d)
		years[year] = append(years[year], z)
		meanT, mean = meanT+t/n, mean+z/complex(n, 0)
	}
	var between, all, variance float64
	var covariance complex128
	for _, points := range years {
		var sum complex128
		for _, z := range points {
			sum += z
			all += squared(z - mean)
		}
		count := float64(len(points))
		between += count * squared(sum/complex(count, 0)-mean)
	}
	for _, d := range dates {
		t := yearsSince1970(d) - meanT
		variance += t * t
		covariance += complex(t, 0) * pointOfYear(d)
	}
	s := seasons{concentration: math.Sqrt(squared(mean)), change: (last - first) * math.Sqrt(squared(covariance)) / variance}
	if all > 1e-12*n {
		s.between = between / all
	}
	return s
}

// daysPerYear is the mean length of a year of the Gregorian calendar.
const daysPerYear = 365.2425

func yearsSince1970(d timeaxis.Date) float64 { return float64(d.Number()) / daysPerYear }

// pointOfYear returns exp(2πi·t) for a day.
func pointOfYear(d timeaxis.Date) complex128 {
	sin, cos := math.Sincos(2 * math.Pi * yearsSince1970(d))
	return complex(cos, sin)
}

func squared(z complex128) float64 { return real(z)*real(z) + imag(z)*imag(z) }

// wholeYears returns how many whole years of the calendar lie between two days.
func wholeYears(from, to timeaxis.Date) int {
	day := func(d timeaxis.Date) (year, inYear int) {
		t := time.Unix(int64(d.Number())*24*60*60, 0).UTC()
		return t.Year(), 32*int(t.Month()) + t.Day() // which ascends within a year
	}
	first, firstDay := day(from)
	last, lastDay := day(to)
	if lastDay < firstDay {
		last--
	}
	return last - first
}

// severalSeasons is the greatest concentration of dates that are of several seasons, of about four
// months or more.
const severalSeasons = 0.8

// distort reports whether a yearly cycle in the samples would distort a line through these dates:
// they are of several seasons, and these either differ from year to year or change the line by 0.4
// of the cycle's amplitude. At the limit of 0.025, the means of years differ by a tenth of the
// cycle's amplitude (standard deviation) where dates are spread over the year. Rasters of every
// month, or every 16 days, of five or more whole years pass.
func (s seasons) distort() bool {
	return s.concentration <= severalSeasons && (s.between > 0.025 || s.change > 0.4)
}

// seasonWarning returns the warning that a yearly cycle distorts the fit, or "".
func (o OpenOptions) seasonWarning(dates []timeaxis.Date) string {
	if !seasonsOf(dates).distort() {
		return ""
	}
	return o.sentence("the rasters are of several seasons, and a yearly cycle does not average out over their dates: it distorts slopes, standard errors and p-values; %v", oneSeason)
}

// dropSeasonWarning removes the warning that a yearly cycle distorts the fit.
func (s *Stack) dropSeasonWarning(o OpenOptions) {
	if warning := o.seasonWarning(s.fittedDates()); warning != "" {
		s.warnings = slices.DeleteFunc(s.warnings, func(w string) bool { return w == warning })
	}
}

// oneSeason is what to do about a yearly cycle.
var oneSeason = fault.Messagef("fit the months of one season, such as with %v, one composite a year, such as with %v, or ranks within seasons with %v",
	Option{Field: "Select.Months", Value: "6-8"}, Option{Field: "Composite", Value: "median"}, Option{Field: "Fit.Rank.Season", Value: "month"})
