package report

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// commonFolder returns the folder that contains all names, with its slash; "" if there is none.
func commonFolder(names []string) string {
	dir := ""
	for i, name := range names {
		if i == 0 {
			dir = name
		}
		for !strings.HasPrefix(name, dir) || !strings.HasSuffix(dir, "/") {
			dir = dir[:strings.LastIndexByte(strings.TrimSuffix(dir, "/"), '/')+1]
			if dir == "" {
				return ""
			}
		}
	}
	return dir
}

// shortened cuts the beginning of a name that is too long, because names differ at their ends.
func shortened(name string, width int) string {
	letters := []rune(name)
	if len(letters) <= width {
		return name
	}
	return "…" + string(letters[len(letters)-width+1:])
}

// About formats an estimated time.
func About(seconds float64) string {
	switch {
	case seconds < 0.1:
		return "less than 0.1 s"
	case seconds < 60:
		return fmt.Sprintf("about %.1g s", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("about %.0f minutes", seconds/60)
	}
	return fmt.Sprintf("about %.0f hours", time.Duration(seconds*float64(time.Second)).Hours())
}

// shareText formats a share, from 0 to 1, as Percent does.
func shareText(x float64) string { return Percent(int(x*1e9), 1e9) }

// Bytes formats a size, such as "1.4 MB".
func Bytes(n int64) string { return humanize.Bytes(uint64(n)) }

// Counted returns a number with its noun: "1 file", "2 files".
func Counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(int64(n)) + " " + noun + "s"
}

// OneLine makes one line of the text of an error, and removes the program's name from its
// beginning.
func OneLine(text string) string {
	return strings.TrimPrefix(OneSentence(text), "pixtrend: ")
}

// List joins words for a sentence: "a, b and c", with last as "and".
func List(words []string, last string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
}

// OneSentence joins the lines of a text with semicolons.
func OneSentence(text string) string { return foreign.Joined(text) }

// Rate formats a rate with an SI prefix, such as "1.2 GB/s".
func Rate(rate float64, unit string) string {
	value, prefix := humanize.ComputeSI(rate)
	return fmt.Sprintf("%.1f %s%s", value, prefix, unit)
}

// Percent formats a part of a whole. A part that is not zero is not written as 0.0 %, nor one that
// is not the whole as 100.0 %.
func Percent[N int | int64](part, whole N) string {
	p := 100 * float64(part) / float64(whole)
	switch {
	case part > 0 && p < 0.05:
		return "less than 0.1 %"
	case part < whole && p >= 99.95:
		return "more than 99.9 %"
	}
	return fmt.Sprintf("%.1f %%", p)
}

// Seconds formats a time, from two minutes on in minutes or hours.
func Seconds(s float64) string {
	switch n := int64(math.Round(s)); {
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	case n < 120:
		return fmt.Sprintf("%.1f s", s)
	case n < 2*3600:
		return fmt.Sprintf("%d min %d s", n/60, n%60)
	default:
		return fmt.Sprintf("%d h %d min", n/3600, n%3600/60)
	}
}

// numbersText formats numbers with the decimals that give the largest four digits.
func numbersText(xs []float64) string {
	largest := 0.0
	for _, x := range xs {
		largest = max(largest, math.Abs(x))
	}
	decimals := 0
	if largest > 0 {
		decimals = max(3-int(math.Floor(math.Log10(largest))), 0)
	}
	var words []string
	for _, x := range xs {
		word := strconv.FormatFloat(x, 'f', decimals, 64)
		if decimals > 9 || largest >= 1e9 {
			word = strconv.FormatFloat(x, 'g', 3, 64)
		}
		if strings.Trim(word, "-0.") == "" {
			word = strings.TrimPrefix(word, "-")
		}
		words = append(words, word)
	}
	return strings.Join(words, "  ")
}

// JSON returns v as one line of JSON, in which characters that do not show are escaped.
func JSON(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return foreign.EscapedJSON(b.String()), err
}

// aligned writes columns beside each other. The first and the last are aligned left, the others
// right.
func aligned(columns [][]string) string {
	var b strings.Builder
	widths := make([]int, len(columns))
	for i, column := range columns {
		for r, cell := range column {
			column[r] = foreign.Line(cell)
			widths[i] = max(widths[i], utf8.RuneCountInString(column[r]))
		}
	}
	for r := range columns[0] {
		var line strings.Builder
		for i, column := range columns {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(column[r]))
			if i == 0 || i == len(columns)-1 {
				line.WriteString(column[r] + pad + "  ")
			} else {
				line.WriteString(pad + column[r] + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// DurationText formats a time as Seconds does, but times below a second in milliseconds.
func DurationText(s float64) string {
	switch {
	case s < 0.00995:
		return fmt.Sprintf("%.1f ms", 1000*s)
	case s < 0.9995:
		return fmt.Sprintf("%.0f ms", 1000*s)
	}
	return Seconds(s)
}
