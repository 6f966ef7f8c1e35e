package timeaxis

// PairsByPath reports whether a CSV has rows of path and date, or path and number. One with a column
// of dates alone gives them by position. An unreadable CSV does not pair.
func PairsByPath(data []byte) bool {
	// The last cell is not looked at, so that one kind does for dates and for numbers.
	text := kind[string]{parse: func(s string) (string, error) { return s, nil }, forms: []string{""}}
	t, err := parseTable(text, "", data)
	return err == nil && t.hasPaths
}
