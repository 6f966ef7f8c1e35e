package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Dates describes the dates of a fit, and says how many of the given rasters are used.
func Dates(a timeaxis.Axis, given int) string {
	s := a.String()
	if used := len(a.T); used < given {
		s += fmt.Sprintf(" (%d of %d rasters used)", used, given)
	}
	return s
}

// JobDates describes the dates of a job, and the scenes of its composites.
func JobDates(j *raster.Job) string {
	if j.Composite == "" {
		return Dates(j.Grid.Axis, j.Given)
	}
	return composedDates(j.Grid.Axis, j.Composite, j.Scenes, j.Given)
}

// composedDates describes composites and the scenes that they are made of.
func composedDates(axis timeaxis.Axis, composite string, scenes timeaxis.Axis, given int) string {
	return fmt.Sprintf("%v: %s of %s", axis, composite, Dates(scenes, given))
}

// Composites returns the summary of composites. dates is what JobDates returns.
func Composites(s raster.Summary, dates string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d × %d pixels, %s\n", s.Output, s.Width, s.Height, dates)
	b.WriteString(rates(s))
	b.WriteString(timesText(s))
	fmt.Fprintf(&b, "composites without an observation: %s\n", Percent(*s.Gaps, int64(s.Pixels)*int64(s.Dates)))
	if s.Masks != "" {
		fmt.Fprintf(&b, "masks: %s\n", s.Masks)
	}
	return b.String()
}

// rates says how fast a job was.
func rates(s raster.Summary) string {
	if s.Shards > 0 {
		return fmt.Sprintf("%s pixels of %s merged in %s\n", humanize.Comma(int64(s.Pixels)), Counted(s.Shards, "shard"), Seconds(s.Seconds))
	}
	seconds := max(s.Seconds, 1e-9)
	return fmt.Sprintf("%s pixels in %s: %s, %s, %s on %s\n", humanize.Comma(int64(s.Pixels)), Seconds(s.Seconds),
		Rate(float64(s.Pixels)/seconds, "pixel/s"), Rate(float64(s.BytesRead)/seconds, "B/s"),
		s.ISA, Counted(s.Threads, "thread"))
}

// Fit returns the summary of a fit. With unicode, bars of the histogram are drawn with block
// characters.
func Fit(s raster.Summary, dates string, unicode bool) string {
	var b strings.Builder
	kind := ""
	switch s.Format {
	case output.COG:
		kind = ", a COG"
	case output.NetCDF, output.Zarr:
		kind = ", " + string(s.Format)
	}
	fmt.Fprintf(&b, "%s%s: %s of %d × %d pixels over %s\n", foreign.Printable(s.Output), kind, List(s.Fields, "and"), s.Width, s.Height, dates)
	if s.Residuals != "" {
		fmt.Fprintf(&b, "%s: residuals, a band for each of %d dates\n", foreign.Printable(s.Residuals), s.Dates)
	}
	if s.Detrend != "" {
		fmt.Fprintf(&b, "%s: detrended observations, a band for each of %d dates\n", foreign.Printable(s.Detrend), s.Dates)
	}
	if s.Deseason != "" {
		fmt.Fprintf(&b, "%s: observations without their season, a band for each of %d dates\n", s.Deseason, s.Dates)
	}
	if s.Fitting != "" {
		fmt.Fprintf(&b, "%s: the fitted trajectory, a band for each of %d dates\n", foreign.Printable(s.Fitting), s.Dates)
	}
	if s.Vertices != "" {
		fmt.Fprintf(&b, "%s: times and values of its vertices\n", foreign.Printable(s.Vertices))
	}
	if s.Sums != "" {
		fmt.Fprintf(&b, "added to the %s\n", foreign.Printable(s.Sums))
	}
	if s.Keep != "" {
		fmt.Fprintf(&b, "%s: the sums of the line over %d dates\n", foreign.Printable(s.Keep), s.Dates)
	}
	if s.Model != "" {
		fmt.Fprintf(&b, "model: %s\n", s.Model)
	}
	b.WriteString(rates(s))
	b.WriteString(timesText(s))
	if len(s.SlopeQuintiles) > 0 {
		of := ""
		if s.QuintilesOf < s.Fitted {
			of = fmt.Sprintf(" of %s pixels", humanize.Comma(int64(s.QuintilesOf)))
		}
		fmt.Fprintf(&b, "slope per %s, quintile limits%s: %s\n", s.Unit, of, numbersText(s.SlopeQuintiles))
	}
	if s.SlopeHistogram != nil {
		b.WriteString(histogramText(*s.SlopeHistogram, s.QuintilesOf, unicode))
	}
	if s.Gaps != nil {
		fmt.Fprintf(&b, "gaps: %s of the samples\n", Percent(*s.Gaps, int64(s.Pixels)*int64(s.Dates)))
	}
	if s.Masks != "" {
		fmt.Fprintf(&b, "masked (%s): %s of the samples\n", foreign.Line(s.Masks), Percent(s.Masked, int64(s.Pixels)*int64(s.Dates)))
	}
	b.WriteString(discoveryText(s.FDR, "trends"))
	b.WriteString(discoveryText(s.MKFDR, "trends of ranks"))
	if missing := s.Pixels - s.Fitted; missing > 0 {
		what := "trend"
		if s.Breaks {
			what = "change"
		}
		fmt.Fprintf(&b, "pixels without a %s: %s (%s)\n", what, humanize.Comma(int64(missing)), Percent(missing, s.Pixels))
	}
	return b.String()
}

// discoveryText says how many trends a false discovery rate has found; "" without one.
func discoveryText(d *raster.FDR, trends string) string {
	if d == nil {
		return ""
	}
	text := fmt.Sprintf("%s at a false discovery rate of %v: %s of %s pixels", trends, d.Rate, humanize.Comma(d.Trends), humanize.Comma(d.Of))
	if d.Trends > 0 {
		text += fmt.Sprintf(", p up to %.3g", d.PValue)
	}
	return text + "\n"
}

// timesText says how long each step took, and what the threads did meanwhile.
func timesText(s raster.Summary) string {
	t := s.Times
	reading := "reading"
	if s.Decoded {
		reading = "reading and decoding"
	}
	finishing := "to finish"
	if s.Format != "" && s.Format != output.GTiff {
		finishing = "to make the " + string(s.Format)
	}
	all := t.Windows * float64(s.Threads)
	fitting := "fitting"
	if t.Read < 0.005*all { // files in memory are read as they are fitted
		fitting = "reading and fitting"
	}
	var parts []string
	for _, p := range []struct {
		seconds float64
		what    string
	}{{t.Read, reading}, {t.Fit, fitting}, {t.Write, "writing"}, {all - t.Read - t.Fit - t.Write, "idle"}} {
		if share := math.Round(100 * p.seconds / all); share >= 1 {
			parts = append(parts, fmt.Sprintf("%.0f %% %s", share, p.what))
		}
	}
	text := fmt.Sprintf("time: %s to start, %s for the windows, %s %s\n", DurationText(t.Start), DurationText(t.Windows), DurationText(t.Finish), finishing)
	if len(parts) > 0 && s.Shards == 0 {
		text += fmt.Sprintf("  threads: %s\n", strings.Join(parts, ", "))
	}
	return text
}

const barWidth = 40

// histogramText draws the shares of classes of n slopes as bars. Bars below zero have another mark
// than those above.
func histogramText(h stats.Histogram, n int, unicode bool) string {
	below, above, trace := "-", "+", "."
	if unicode {
		below, above, trace = "▒", "█", "·"
	}
	var b strings.Builder
	if len(h.Counts) > 0 {
		names := classNames(h.Limits)
		width, most := 0, 0
		for i, name := range names {
			width, most = max(width, utf8.RuneCountInString(name)), max(most, h.Counts[i])
		}
		for i, name := range names {
			mark := above
			if i < len(h.Limits) && h.Limits[i] <= 0 {
				mark = below
			}
			bar := strings.Repeat(mark, int(math.Round(barWidth*float64(h.Counts[i])/float64(most))))
			if bar == "" && h.Counts[i] > 0 {
				bar = trace
			}
			fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("  %*s  %7s  %s", width, name, shareOf(h.Counts[i], n), bar), " "))
		}
	}
	zero := ""
	if h.Zero > 0 {
		zero = fmt.Sprintf(", %s are zero", Percent(h.Zero, n))
	}
	fmt.Fprintf(&b, "%s of the slopes are below zero, %s above%s\n", Percent(h.Negative, n), Percent(n-h.Negative-h.Zero, n), zero)
	return b.String()
}

// classNames names the classes between limits, with enough decimals to distinguish the limits.
func classNames(limits []float64) []string {
	last := len(limits) - 1
	decimals := 0
	if width := limits[1] - limits[0]; width < 1 {
		decimals = int(math.Ceil(-math.Log10(width) - 1e-9))
	}
	texts := make([]string, len(limits))
	for i, x := range limits {
		if texts[i] = strconv.FormatFloat(x, 'f', decimals, 64); x == 0 {
			texts[i] = "0"
		} else if decimals > 6 || math.Abs(x) >= 1e9 {
			texts[i] = roundedTo(x, limits[1]-limits[0])
		}
	}
	names := []string{"below " + texts[0]}
	for i := range last {
		names = append(names, texts[i]+" to "+texts[i+1])
	}
	return append(names, texts[last]+" or more")
}

// roundedTo writes a multiple of width without the error of the multiplication: 1e38 and not
// 1.0000000000000002e+38.
func roundedTo(x, width float64) string {
	digits := 2 + int(math.Ceil(math.Log10(math.Abs(x)/width)))
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', min(max(digits, 1), 16), 64), 64)
	if err != nil {
		rounded = x
	}
	return strconv.FormatFloat(rounded, 'g', -1, 64)
}

// shareOf formats a share for a column of numbers.
func shareOf(part, whole int) string {
	p := 100 * float64(part) / float64(whole)
	if part > 0 && p < 0.05 {
		return "<0.1 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}
