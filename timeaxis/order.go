package timeaxis

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Dates and numbers that are given by position, in a range, a list or a column, belong to inputs by
// their order alone. A folder, a pattern and a shell give names in the order of text, where ndvi_10
// is before ndvi_2.

// CompareNames compares names with their runs of digits as numbers: ndvi_2 is before ndvi_10. Names
// that differ in zeros before a number only are compared as texts.
func CompareNames(a, b string) int {
	left, right := partsOf(a), partsOf(b)
	for i := 0; i < min(len(left), len(right)); i++ {
		if c := compareParts(left[i], right[i]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(left), len(right)), strings.Compare(a, b))
}

// partsOf cuts a name into runs of digits and what is between them.
func partsOf(name string) []string {
	var parts []string
	for i := 0; i < len(name); {
		j := i + 1
		for j < len(name) && isDigit(name[j]) == isDigit(name[i]) {
			j++
		}
		parts = append(parts, name[i:j])
		i = j
	}
	return parts
}

// compareParts compares two parts, as numbers if both are.
func compareParts(a, b string) int {
	if !isDigit(a[0]) || !isDigit(b[0]) {
		return strings.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// SortNames sorts names by [CompareNames]. Where the order of text is another one, it returns the
// first two names that change places, the one that comes first now before the other.
func SortNames(names []string) (first, second string) {
	slices.SortStableFunc(names, CompareNames)
	for i := 1; i < len(names); i++ {
		if names[i-1] > names[i] {
			return names[i-1], names[i]
		}
	}
	return "", ""
}

// CheckOrder returns an [ErrOrder] where the order of names is in doubt, so that nothing may be
// given to them by position. typed says that a person gave the order, name by name; else names are
// those of a folder or a pattern, sorted by [SortNames].
//
// There is no doubt where one number in the names grows from each to the next, or several do, or
// the first one that differs is a year. Typed names may be in any order but that of text where it
// is not that of their numbers, for it is the order in which a shell expands a pattern.
func CheckOrder(names []string, typed bool) error {
	if len(names) < 2 {
		return nil
	}
	doubt := func(why string, args ...any) error {
		return &Error{Kind: ErrOrder, Remedy: PairByPath, Inputs: names[:2], Found: fmt.Sprintf("%v: %s", ErrOrder, fmt.Sprintf(why, args...))}
	}
	if typed {
		if !slices.IsSorted(names) {
			return nil // a shell would not have given them so
		}
		for i := 1; i < len(names); i++ {
			if a, b := names[i-1], names[i]; CompareNames(a, b) > 0 {
				return doubt("they are in the order of text, where %q comes before %q, as a shell expands a pattern", a, b)
			}
		}
	}
	numbers, words := slots(names)
	switch {
	case words != nil && monthNamed(words[0]) != 0:
		for i := 1; i < len(words); i++ {
			if monthNamed(words[i-1]) >= monthNamed(words[i]) {
				return doubt("%q comes before %q, which is not the order of the months", names[i-1], names[i])
			}
		}
		return nil
	case words != nil && !typed && !letters(words):
		return doubt("%q and %q differ in words, which have no order", names[0], names[1])
	case !typed && len(numbers) > 0 && !areYears(numbers[0]) && !fractionsGrow(names):
		return doubt("%q comes before %q if numbers behind points are whole numbers, and not if they are fractions", names[0], names[1])
	case len(numbers) < 2 || growTogether(numbers) || areYears(numbers[0]):
		return nil
	}
	return doubt("%q and %q differ in several numbers, and which of them comes first is not known", names[0], names[len(names)-1])
}

var fraction = whenUsed(`\d+\.\d+`)

// fractionsGrow reports whether names that are in the order of their whole numbers are in that of
// their numbers with fractions too: 0.25 is before 0.5, which whole numbers behind the points are
// not.
func fractionsGrow(names []string) bool {
	var last []string
	for _, name := range names {
		now := fraction().FindAllString(name, -1)
		for i := range min(len(last), len(now)) {
			a, _ := strconv.ParseFloat(last[i], 64)
			b, _ := strconv.ParseFloat(now[i], 64)
			if a > b {
				return false
			}
			if a < b {
				break
			}
		}
		last = now
	}
	return true
}

// checkPlaces returns an error where values were given by position and the order of the inputs is
// in doubt. Where it is another one than that of text, the first reading says so. The bands of one
// raster are in the order that they have.
func checkPlaces(inputs []Input, readings []Reading, byPath bool) error {
	if byPath || len(inputs) == 0 || inputs[0].Path == "" {
		return nil
	}
	names := make([]string, len(inputs))
	listed := true
	for i, in := range inputs {
		names[i], listed = in.Name, listed && in.Listed
	}
	if err := CheckOrder(names, listed); err != nil {
		return err
	}
	for i := 1; i < len(names) && !listed; i++ {
		if a, b := names[i-1], names[i]; a > b && readings[0].Warning == "" {
			readings[0].Warning = fmt.Sprintf("the inputs are taken in the order of their numbers, such as %q before %q", a, b)
		}
	}
	return nil
}

// slots returns the numbers at each place where names differ in one, and the words at the first
// place where they differ in anything else; nil if they do not. Names of different shapes differ in
// words as wholes.
func slots(names []string) (numbers [][]string, words []string) {
	rows := make([][]string, len(names))
	for i, name := range names {
		rows[i] = wordsAndGaps(name)
		if len(rows[i]) != len(rows[0]) {
			return nil, names
		}
	}
	for place := range rows[0] {
		column := make([]string, len(names))
		same, digits := true, true
		for i := range rows {
			column[i] = rows[i][place]
			same = same && column[i] == column[0]
			digits = digits && isDigit(column[i][0])
		}
		switch {
		case same:
		case digits:
			numbers = append(numbers, column)
		case words == nil:
			words = column
		}
	}
	return numbers, words
}

// wordsAndGaps cuts a name into runs of letters, runs of digits and what is between them.
func wordsAndGaps(name string) []string {
	var parts []string
	end := 0
	for _, w := range wordsOf(name) {
		if w.start > end {
			parts = append(parts, name[end:w.start])
		}
		parts, end = append(parts, w.in(name)), w.end
	}
	if end < len(name) {
		parts = append(parts, name[end:])
	}
	return parts
}

// letters reports whether all words are single letters, as in a.tif, b.tif, c.tif.
func letters(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return len(w) != 1 })
}

// growTogether reports whether no number falls where another grows.
func growTogether(columns [][]string) bool {
	for _, column := range columns {
		if !slices.IsSortedFunc(column, compareParts) {
			return false
		}
	}
	return true
}

// areYears reports whether all numbers are years that are believed.
func areYears(column []string) bool {
	last := fmt.Sprint(lastYear())
	return !slices.ContainsFunc(column, func(n string) bool { return len(n) != 4 || n < fmt.Sprint(firstYear) || n > last })
}
