package report

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster"
)

// Agreement returns the table of the agreement of breaks with a reference.
func Agreement(a *raster.Agreement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "compared with %s, years within %d:\n", foreign.Printable(a.Reference), a.Within)
	fmt.Fprintf(&b, "  %-6s %10s %9s %10s %11s\n", "year", "reference", "omission", "found", "commission")
	row := func(name string, y raster.YearAgreement) {
		fmt.Fprintf(&b, "  %-6s %10s %9s %10s %11s\n", name, humanize.Comma(y.Reference), errorShare(y.Reference-y.Found, y.Reference),
			humanize.Comma(y.Mapped), errorShare(y.Mapped-y.Right, y.Mapped))
	}
	for _, y := range a.Years {
		row(fmt.Sprint(y.Year), y)
	}
	row("all", a.All)
	return b.String()
}

// errorShare returns a share in percent; "-" of none.
func errorShare(part, of int64) string {
	if of == 0 {
		return "-"
	}
	return Percent(part, of)
}
