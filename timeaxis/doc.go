// Package timeaxis finds the date of every raster of a stack and turns the
// dates into the numbers that a trend is fitted against.
//
// A [Date] is a year ("2001") or a calendar day ("2001-07-15"); a month or a
// dekad is its first day. A [Spec] says where dates come from: by default from
// the time coordinate or the description of a band, acquisition metadata or the
// file's name ([ParseSpec]), from names by a pattern of the user's ([ParsePattern]), or
// from a range, a list or a CSV. In place of dates it may give other numbers
// ([ParseX]). [Spec.Resolve] returns a [Reading] for each [Input], a [Selection]
// drops those that are not wanted, and [NewAxis] or [NewXAxis] sorts them, by
// date and never by file name, into an [Axis], whose slopes are per year or
// another [Unit].
//
// [FromNames] reads the names of a set together. A text is cut into words of
// letters and of digits; product ids and notations (rules.go) say which of them
// spell a date, other rules (words.go) which are explained by what is beside
// them. A word that is left over and may be part of a date makes the reading
// doubtful. Other texts of the set settle what one leaves open, and make
// doubtful what looked right alone (set.go).
//
// What every part keeps:
//
//   - Nothing is guessed. An input without a date, with two readings of one, or
//     with a doubtful one, is an [Error] that says what would do; files are
//     numbered 0, 1, 2 only where [PerStep] asks for it.
//   - What is given by position is trusted only where the order of the inputs is
//     beyond doubt ([CheckOrder]).
//   - A set of dates is all years or all days ([ErrMixed] otherwise): t is an
//     integer year, or an integer count of days since 1970-01-01, and a slope
//     times [Axis.PerUnit] is per [Axis.Unit] in both cases.
//   - Several scenes may share a date; [Axis.Duplicates] reports them.
//   - Days are counted in the proleptic Gregorian calendar and UTC. No time
//     zone and no time of day enters.
//
// The package reads no rasters and opens no files but a CSV of dates or numbers.
package timeaxis
