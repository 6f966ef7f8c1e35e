package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// SeriesCSV returns a row for each date, with all digits. Missing values are empty.
func SeriesCSV(s *raster.Series) (string, error) {
	number := func(v *raster.Value) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(float64(*v), 'g', -1, 64)
	}
	header := []string{firstColumn(s), "t"}
	switch {
	case s.Region != nil:
		header = append(header, "raster", "pixels", "share")
	case s.Composite == "":
		header = append(append(append(header, "raster"), storedColumns(s)...), "mask")
	default:
		header = append(header, "observations", "scenes")
	}
	header = append(header, "observed", "gap", "fitted", "fitted_lo", "fitted_hi", "residual")
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(header) // to memory
	for _, d := range s.Dates {
		row := []string{d.Label, strconv.FormatFloat(d.T, 'g', -1, 64)}
		switch {
		case s.Region != nil:
			row = append(row, foreign.Printable(d.Raster),
				strconv.FormatInt(d.Pixels, 10), strconv.FormatFloat(d.Share, 'g', -1, 64))
		case s.Composite == "":
			row = append(row, foreign.Printable(d.Raster))
			for _, y := range d.Stored {
				row = append(row, number(&y))
			}
			row = append(row, number(d.Mask))
		default:
			row = append(row, strconv.Itoa(d.SceneObservations()), strconv.Itoa(len(d.Scenes)))
		}
		row = append(row, number(d.Observed), d.Gap, number(d.Fitted), number(d.Lo), number(d.Hi), number(d.Residual))
		_ = w.Write(row)
	}
	w.Flush()
	return b.String(), w.Error()
}

// firstColumn returns the name of the first column, date or x.
func firstColumn(s *raster.Series) string {
	if s.Axis.Dates == nil {
		return "x"
	}
	return "date"
}

// storedColumns returns the names of the columns of stored samples.
func storedColumns(s *raster.Series) []string {
	if s.Index == "" {
		return []string{"stored"}
	}
	x, err := raster.ParseIndex(s.Index)
	if err != nil {
		return []string{"a", "b"} // cannot happen: the text of an index can be parsed
	}
	return []string{fmt.Sprintf("band_%d", x.A), fmt.Sprintf("band_%d", x.B)}
}

// Series returns a series and its fit as tables.
func Series(s *raster.Series) string {
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-*s%s\n", Indent, name, foreign.Line(fmt.Sprintf(format, args...)))
	}
	if s.Region != nil {
		row("region", "%s", regionText(s.Region))
	} else {
		row("pixel", "%s", pixelText(s))
	}
	row("dates", "%s: %s", seriesDates(s), observationsText(s))
	row("samples", "%s", sampleText(s))
	if s.Masks != "" {
		row("masks", "%s", s.Masks)
	}
	if s.Model != "" {
		row("model", "%s", s.Model)
	}
	row("t", "%s; slopes are per %s", s.Axis.Counts(), s.Per)
	b.WriteByte('\n')
	b.WriteString(seriesTable(s))
	b.WriteByte('\n')
	if why := s.WhyNoLine(); why != "" {
		row("no line", "%s", why)
	}
	b.WriteString(fieldTable(s))
	return b.String()
}

// seriesDates describes the dates of a series, and the scenes of its composites.
func seriesDates(s *raster.Series) string {
	if s.Composite == "" {
		return Dates(s.Axis, s.Given)
	}
	return composedDates(s.Axis, s.Composite, s.Scenes, s.Given)
}

func pixelText(s *raster.Series) string {
	text := fmt.Sprintf("column %d, row %d", s.Column, s.Row)
	if s.X != nil {
		text += fmt.Sprintf("; centre x %.10g, y %.10g, CRS %s", *s.X, *s.Y, s.CRS)
	}
	return text
}

// regionText says which pixels a series is of, and what they became.
func regionText(r *raster.SeriesRegion) string {
	text := r.String() + ", which count the same"
	if r.Weighted {
		text = r.String() + ", which count by their areas"
	}
	if r.MinShare > 0 {
		text += fmt.Sprintf("; dates with less than %g %% of them are gaps", 100*r.MinShare)
	}
	return text
}

func observationsText(s *raster.Series) string {
	n := s.Observations()
	text := Counted(n, "observation")
	kinds, count := s.Gaps()
	if len(kinds) == 0 {
		return text + ", no gap"
	}
	var words []string
	for _, k := range kinds {
		words = append(words, fmt.Sprintf("%d %s", count[k], k))
	}
	return text + ", " + Counted(len(s.Dates)-n, "gap") + " (" + strings.Join(words, ", ") + ")"
}

// sampleText says which samples are fitted.
func sampleText(s *raster.Series) string {
	var words []string
	switch {
	case s.Index != "":
		words = append(words, s.Index+" of two bands")
	case s.Band > 0:
		words = append(words, fmt.Sprintf("band %d", s.Band))
	default:
		words = append(words, "a band for each date")
	}
	if s.Unit != "" {
		words = append(words, "in "+s.Unit)
	}
	if s.Valid != "" {
		words = append(words, "gaps outside "+s.Valid+", as they are stored")
	}
	return strings.Join(words, ", ")
}

// seriesTable returns a row for each date. Columns that hold nothing new are left out.
func seriesTable(s *raster.Series) string {
	var names []string
	stored, mask, t := s.Index != "" && s.Composite == "" && s.Region == nil, false, false
	for _, d := range s.Dates {
		names = append(names, d.Raster)
		mask = mask || d.Mask != nil
		t = t || s.Axis.Dates != nil && d.Label != timeaxis.Brief(d.T)
		if len(d.Stored) == 0 {
			continue // a composite, or a region
		}
		y := float64(d.Stored[0])
		stored = stored || d.Observed == nil && !math.IsNaN(y) || d.Observed != nil && y != float64(*d.Observed)
	}
	dir := commonFolder(names)
	var columns [][]string // each with its name, and a cell for each date
	add := func(name string, cell func(d raster.SeriesDate) string) {
		column := []string{name}
		for _, d := range s.Dates {
			column = append(column, cell(d))
		}
		columns = append(columns, column)
	}
	add(firstColumn(s), func(d raster.SeriesDate) string {
		if s.Axis.Dates == nil {
			return timeaxis.Brief(d.T)
		}
		return d.Label
	})
	if t {
		add("t", func(d raster.SeriesDate) string { return timeaxis.Brief(d.T) })
	}
	if stored {
		for i, name := range storedColumns(s) {
			add(name, func(d raster.SeriesDate) string { return shortText(d.Stored[i]) })
		}
	}
	if mask {
		add("mask", func(d raster.SeriesDate) string {
			if d.Mask == nil {
				return ""
			}
			return d.Mask.String()
		})
	}
	observed := decimals(s, func(d raster.SeriesDate) *raster.Value { return d.Observed })
	add("observed", func(d raster.SeriesDate) string { return cmp.Or(d.Gap, observed(d.Observed)) })
	fitted := decimals(s, func(d raster.SeriesDate) *raster.Value { return d.Fitted })
	add("fitted", func(d raster.SeriesDate) string { return fitted(d.Fitted) })
	add("residual", func(d raster.SeriesDate) string { return fitted(d.Residual) })
	if r := s.Region; r != nil {
		add("pixels", func(d raster.SeriesDate) string { return strconv.FormatInt(d.Pixels, 10) })
		add("of region", func(d raster.SeriesDate) string { return Percent(d.Pixels, r.Pixels) })
	}
	if s.Composite != "" {
		if s.Region == nil {
			add("made of", func(d raster.SeriesDate) string {
				return fmt.Sprintf("%d of %s", d.SceneObservations(), Counted(len(d.Scenes), "scene"))
			})
		}
		return aligned(columns)
	}
	name := "raster"
	if dir != "" {
		name += " in " + dir
	}
	add(name, func(d raster.SeriesDate) string { return strings.TrimPrefix(d.Raster, dir) })
	return aligned(columns)
}

// shortText returns a stored number with seven significant digits, as many as a float32 has.
func shortText(v raster.Value) string {
	if y := float64(v); y != math.Trunc(y) && math.Abs(y) < 1e30 {
		return strconv.FormatFloat(y, 'g', 7, 64)
	}
	return v.String()
}

// decimals returns the function that formats the numbers of a column: as whole numbers if all are,
// else with the decimals that give the largest six digits.
func decimals(s *raster.Series, of func(raster.SeriesDate) *raster.Value) func(*raster.Value) string {
	largest, whole := 0.0, true
	for _, d := range s.Dates {
		if y := of(d); y != nil {
			largest = max(largest, math.Abs(float64(*y)))
			whole = whole && float64(*y) == math.Trunc(float64(*y))
		}
	}
	n := 0
	if largest > 0 && !whole {
		n = max(5-int(math.Floor(math.Log10(largest))), 0)
	}
	return func(v *raster.Value) string {
		switch {
		case v == nil:
			return ""
		case n > 12 || largest >= 1e12:
			return strconv.FormatFloat(float64(*v), 'g', 6, 64)
		}
		word := strconv.FormatFloat(float64(*v), 'f', n, 64)
		if strings.Trim(word, "-0.") == "" {
			word = strings.TrimPrefix(word, "-")
		}
		return word
	}
}

// fieldTable returns a row for each field of the fit.
func fieldTable(s *raster.Series) string {
	columns := [][]string{{}, {}, {}}
	for _, f := range s.Fields {
		unit := f.Unit
		if unit == "1" {
			unit = ""
		}
		value := "none"
		if f.Value != nil {
			value = strconv.FormatFloat(float64(*f.Value), 'g', 8, 64)
		}
		switch f.Of {
		case stats.Intercept, stats.InterceptStderr, stats.SenIntercept:
			unit += " at " + s.Origin
		case stats.SlopeLo, stats.SlopeHi, stats.SenLo, stats.SenHi:
			unit += fmt.Sprintf(" (%g %%)", 100*s.Confidence)
		case stats.First, stats.Last:
			if f.Value != nil {
				value = timeaxis.Brief(float64(*f.Value))
				for _, d := range s.Dates {
					if s.Axis.Dates != nil && d.T == float64(*f.Value) && d.Label != value {
						unit += ": " + d.Label
						break
					}
				}
			}
		}
		for c, cell := range []string{f.Name, value, strings.TrimSpace(unit)} {
			columns[c] = append(columns[c], cell)
		}
	}
	return aligned(columns)
}
