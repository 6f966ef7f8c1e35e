package timeaxis

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// table is a dates CSV.
type table struct {
	file     string // its path
	header   int    // line of the row that was taken for a header, or 0
	hasPaths bool   // two columns, path and date; else one of dates
	rows     []row
}

// row is one date of a table.
type row struct {
	line int
	path string // "" if the table has no paths
	date Date
}

// parseTable reads a dates CSV. file is its path, for errors and for the paths
// in it that are relative to it.
func parseTable(file string, data []byte) (table, error) {
	t := table{file: file}
	byteOrderMark := []byte("\xef\xbb\xbf") // as spreadsheets write it
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, byteOrderMark)))
	r.Comment = '#'
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1 // counted below, where the error can say what is expected

	columns := 0 // of the first row, and so of all
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return table{}, fmt.Errorf("reading the dates in %q: %w", file, err)
		}
		cells = trimCells(cells)
		if len(cells) == 0 {
			continue
		}
		line, _ := r.FieldPos(0)
		first := columns == 0
		if first {
			columns = len(cells)
		}
		if len(cells) > 2 || len(cells) != columns {
			return table{}, fmt.Errorf("%s:%d: found %s: write path,YYYY-MM-DD or path,YYYY in every row, or a date alone in every row",
				file, line, count(len(cells), "cell"))
		}
		date, err := Parse(cells[columns-1])
		if err != nil && first {
			t.header = line
			continue
		}
		if err != nil {
			return table{}, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		entry := row{line: line, date: date}
		if columns == 2 {
			if entry.path = cells[0]; entry.path == "" {
				return table{}, fmt.Errorf("%s:%d: the path before %v is empty: write path,%v", file, line, date, date)
			}
		}
		t.rows = append(t.rows, entry)
	}
	if len(t.rows) == 0 {
		return table{}, fmt.Errorf("%w in %q%s: write path,YYYY-MM-DD or path,YYYY in every row", ErrNoDate, file, t.headerNote())
	}
	t.hasPaths = columns == 2
	return t, nil
}

// trimCells cuts the spaces around cells, and the empty cells that spreadsheets
// add to the end of a row.
func trimCells(cells []string) []string {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// headerNote is for errors about a date that is not there: a mistyped date in
// the first row makes that row a header.
func (t table) headerNote() string {
	if t.header == 0 {
		return ""
	}
	return fmt.Sprintf(" (line %d, which holds no date, was taken for the header)", t.header)
}

// dates returns the dates of all rows in their order.
func (t table) dates() []Date {
	dates := make([]Date, len(t.rows))
	for i, r := range t.rows {
		dates[i] = r.date
	}
	return dates
}

// match returns the date that the table's rows give to each name. A row is
// looked for by one likeness of paths after the other, and a row that one
// likeness has found is not offered to the next: a row a.tif in sub/dates.csv
// cannot date both a.tif and sub/a.tif.
func (t table) match(names []string) ([]Date, error) {
	inFolder := func(path string) string {
		if filepath.IsAbs(path) {
			return filepath.Clean(path)
		}
		return filepath.Join(filepath.Dir(t.file), path)
	}
	likenesses := []struct {
		nameKey, rowKey func(path string) string
		unique          bool // a key counts only if no two paths on one side share it
	}{
		// The same string is the same when cleaned, so this finds both.
		{filepath.Clean, filepath.Clean, false},
		{filepath.Clean, inFolder, false},
		{filepath.Base, filepath.Base, true},
	}

	dates := make([]Date, len(names))
	dated := make([]bool, len(names))
	taken := make([]bool, len(t.rows))
	for _, like := range likenesses {
		rowsOf := make(map[string][]int) // indices into t.rows by key
		var rowPaths []string
		for i, r := range t.rows {
			if !taken[i] {
				key := like.rowKey(r.path)
				rowsOf[key] = append(rowsOf[key], i)
				rowPaths = append(rowPaths, r.path)
			}
		}
		var shared map[string]bool
		if like.unique {
			shared = sharedKeys(like.nameKey, names, rowPaths)
		}
		for i, name := range names {
			key := like.nameKey(name)
			if dated[i] || shared[key] || rowsOf[key] == nil {
				continue
			}
			date, err := t.dateOf(name, rowsOf[key])
			if err != nil {
				return nil, err
			}
			dates[i], dated[i] = date, true
			for _, r := range rowsOf[key] {
				taken[r] = true
			}
		}
	}
	for i, name := range names {
		if !dated[i] {
			return nil, fmt.Errorf("%w for the input %q in %q%s: add the row %s,YYYY-MM-DD or %s,YYYY",
				ErrNoDate, name, t.file, t.headerNote(), name, name)
		}
	}
	return dates, nil
}

// dateOf returns the one date that rows, indices into t.rows, give to name.
func (t table) dateOf(name string, rows []int) (Date, error) {
	first := t.rows[rows[0]]
	for _, i := range rows[1:] {
		if r := t.rows[i]; r.date != first.date {
			return Date{}, fmt.Errorf("%w for the input %q in %q, %v in line %d and %v in line %d: keep one of the rows",
				ErrAmbiguous, name, t.file, first.date, first.line, r.date, r.line)
		}
	}
	return first.date, nil
}

// sharedKeys returns the keys that different paths of one side have in common.
func sharedKeys(key func(string) string, sides ...[]string) map[string]bool {
	shared := make(map[string]bool)
	for _, paths := range sides {
		owner := make(map[string]string) // the cleaned path that has a key
		for _, path := range paths {
			k, clean := key(path), filepath.Clean(path)
			if other, seen := owner[k]; seen && other != clean {
				shared[k] = true
			}
			owner[k] = clean
		}
	}
	return shared
}
