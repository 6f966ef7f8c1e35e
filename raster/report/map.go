package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster/trendmap"
)

// Map returns the summary of a map that was drawn, with its legend.
func Map(s *trendmap.Map) string {
	var b strings.Builder
	unit := ""
	if s.Unit != "" && s.Unit != "1" {
		unit = " (" + s.Unit + ")"
	}
	b.WriteString(foreign.Sprintf("%s: %s%s of %s", s.Output, s.Field, unit, s.Raster))
	if s.Description != "" {
		fmt.Fprintf(&b, ", %s", strings.ToLower(s.Description[:1])+s.Description[1:])
	}
	b.WriteByte('\n')
	wide := 0
	for _, e := range s.Legend {
		wide = max(wide, utf8.RuneCountInString(e.Label))
	}
	for _, e := range s.Legend {
		fmt.Fprintf(&b, "  %-*s  %8s\n", wide, foreign.Line(e.Label), e.Share) // fmt counts runes
	}
	if s.QGIS != "" {
		b.WriteString(foreign.Sprintf("%s: the same classes for QGIS\n", s.QGIS))
	}
	if s.Colors != "" {
		b.WriteString(foreign.Sprintf("%s: the same colours for gdaldem color-relief\n", s.Colors))
	}
	return b.String()
}
