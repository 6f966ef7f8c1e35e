package bench

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
)

// Table writes rows with aligned columns, after an empty line.
func Table(b *strings.Builder, rows [][]string) {
	b.WriteString("\n")
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
	for line := range strings.Lines(text.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// Duration formats seconds with three digits.
func Duration(s float64) string {
	switch {
	case s < 1e-3:
		return fmt.Sprintf("%.0f µs", 1e6*s)
	case s < 1:
		return fmt.Sprintf("%.*f ms", max(0, 2-int(math.Floor(math.Log10(1e3*s)))), 1e3*s)
	}
	return fmt.Sprintf("%.2f s", s)
}
