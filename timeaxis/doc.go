// Package timeaxis finds the date of every raster of a stack and turns the
// dates into the numbers that a trend is fitted against.
//
// A [Date] is a year ("2001") or a calendar day ("2001-07-15"). Dates come from
// the file names ([FromName], [FromNames]) or from what the user gives with
// --dates ([ParseSpec], [Spec.Resolve]): a range of years, a list, or a CSV.
// [NewAxis] sorts them, by date and never by file name, into an [Axis].
//
// What every part keeps:
//
//   - Nothing is guessed. A name without a date, or with two readings of one,
//     is an error that says how to give the dates; files are never numbered
//     0, 1, 2 instead.
//   - A set of dates is all years or all days ([ErrMixed] otherwise): t is an
//     integer year, or an integer count of days since 1970-01-01, and a slope
//     times [Axis.PerYear] is per year in both cases.
//   - Several scenes may share a date; [Axis.Duplicates] reports them.
//   - Days are counted in the proleptic Gregorian calendar and UTC. No time
//     zone and no time of day enters.
//
// The package reads no rasters and opens no files but a dates CSV.
package timeaxis
