package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/stats"
)

// timesText says where the time went: one step after the other, and what the threads did meanwhile.
func timesText(s raster.Summary) string {
	t := s.Times
	reading := "reading"
	if s.Decoded {
		reading = "reading and decoding"
	}
	finishing := "to finish"
	if s.Format == raster.COG {
		finishing = "to make the COG"
	}
	all := t.Windows * float64(s.Threads)
	var parts []string
	for _, p := range []struct {
		seconds float64
		what    string
	}{{t.Read, reading}, {t.Fit, "fitting"}, {t.Wait, "waiting for the writer"}, {all - t.Read - t.Fit - t.Wait, "idle"}} {
		if share := math.Round(100 * p.seconds / all); share >= 1 {
			parts = append(parts, fmt.Sprintf("%.0f %% %s", share, p.what))
		}
	}
	text := fmt.Sprintf("time: %s to start, %s for the windows, %s %s\n", durationText(t.Start), durationText(t.Windows), durationText(t.Finish), finishing)
	if len(parts) > 0 {
		text += fmt.Sprintf("  threads: %s; the writer was at work for %.0f %%\n", strings.Join(parts, ", "), min(100, 100*t.Write/t.Windows))
	}
	return text
}

const barWidth = 40

// histogramText draws the shares of classes of n slopes as bars, those below zero in another way than those above.
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
		zero = fmt.Sprintf(", %s are zero", percentText(h.Zero, n))
	}
	fmt.Fprintf(&b, "%s of the slopes are below zero, %s above%s\n", percentText(h.Negative, n), percentText(n-h.Negative-h.Zero, n), zero)
	return b.String()
}

// classNames names the classes that limits make, with as many decimals as tell the limits apart.
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
			texts[i] = strconv.FormatFloat(x, 'g', -1, 64)
		}
	}
	names := []string{"below " + texts[0]}
	for i := range last {
		names = append(names, texts[i]+" to "+texts[i+1])
	}
	return append(names, texts[last]+" or more")
}

// shareOf is a share in a column of numbers.
func shareOf(part, whole int) string {
	p := 100 * float64(part) / float64(whole)
	if part > 0 && p < 0.05 {
		return "<0.1 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}

// utf8Locale reports whether the environment asks for UTF-8, as POSIX has it.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			value = strings.ToLower(value)
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}

// durationText is secondsText for what may take milliseconds.
func durationText(s float64) string {
	switch {
	case s < 0.00995:
		return fmt.Sprintf("%.1f ms", 1000*s)
	case s < 0.9995:
		return fmt.Sprintf("%.0f ms", 1000*s)
	}
	return secondsText(s)
}
