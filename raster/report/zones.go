package report

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster/zones"
)

// zoneColumns are the columns of ZonesCSV, which have the names of the fields in JSON.
var zoneColumns = []string{"zone", "pixels", "area_ha", "valid", "valid_ha", "mean", "min", "p10", "median", "p90", "max",
	"tested", "rising", "falling", "rising_share", "falling_share", "rising_ha", "falling_ha"}

// ZonesCSV returns a row for each zone, with all digits. Missing values are empty.
func ZonesCSV(t *zones.Table) (string, error) {
	number := func(x *float64) string {
		if x == nil {
			return ""
		}
		return strconv.FormatFloat(*x, 'g', -1, 64)
	}
	count := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(zoneColumns) // to memory
	for _, z := range t.Zones {
		_ = w.Write([]string{z.Name, count(&z.Pixels), number(z.Area), count(&z.Valid), number(z.ValidHa), number(z.Mean), number(z.Min), number(z.P10),
			number(z.Median), number(z.P90), number(z.Max), count(&z.Tested), count(z.Rising), count(z.Falling), number(z.Rise), number(z.Fall),
			number(z.RiseHa), number(z.FallHa)})
	}
	w.Flush()
	return b.String(), w.Error()
}

// Zones returns the zones as a table for people, with fewer digits and columns than ZonesCSV.
func Zones(t *zones.Table) string {
	what := t.Field
	if what == "" {
		what = fmt.Sprintf("band %d", t.Band)
	}
	if t.Unit != "" && t.Unit != "1" {
		what += " (" + t.Unit + ")"
	}
	text := foreign.Sprintf("%s of %s in %s of %s\n", what, t.Raster, Counted(len(t.Zones), "zone"), t.Polygons)
	if t.Test != "" {
		text += "rising and falling pixels: " + foreign.Line(t.Test) + "\n"
	}
	if len(t.Zones) == 0 {
		return text
	}
	number := func(x *float64, format string) string {
		if x == nil {
			return "–"
		}
		return fmt.Sprintf(format, *x)
	}
	columns := [][]string{{t.Name}, {"pixels"}, {"hectares"}, {"mean"}, {"median"}, {"p10"}, {"p90"}}
	if t.Test != "" {
		columns = append(columns, []string{"rising"}, []string{"falling"})
	}
	for _, z := range t.Zones {
		row := []string{z.Name, strconv.FormatInt(z.Pixels, 10), number(z.Area, "%.1f"), number(z.Mean, "%.4g"), number(z.Median, "%.4g"), number(z.P10, "%.4g"), number(z.P90, "%.4g")}
		if t.Test != "" {
			row = append(row, sharePart(z.Rising, z.Tested), sharePart(z.Falling, z.Tested))
		}
		for i, cell := range row {
			columns[i] = append(columns[i], cell)
		}
	}
	columns = append(columns, make([]string, len(columns[0]))) // the last is aligned left
	return text + "\n" + aligned(columns)
}

// sharePart returns the share of pixels for people.
func sharePart(part *int64, whole int64) string {
	if part == nil || whole == 0 {
		return "–"
	}
	return Percent(*part, whole)
}
