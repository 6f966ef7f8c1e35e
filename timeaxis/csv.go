package timeaxis

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// kind is what a CSV or a list gives to inputs, and how errors speak of it.
type kind[V comparable] struct {
	parse                     func(string) (V, error)
	singular, plural          string
	forms                     []string              // of a row's last cell
	header                    func() *regexp.Regexp // of the last cell of a header
	errNo, errCount, errTwice error
}

// A cell of dates with a digit is a mistyped date and no header. One of numbers may be a header such
// as CO2, but a number may be nan or inf.
var (
	dateKind = kind[Date]{Parse, "date", "dates", []string{"YYYY-MM-DD", "YYYY"}, whenUsed(`^\D*$`),
		ErrNoDate, ErrCount, ErrAmbiguous}
	xKind = kind[float64]{parseNumber, "number", "numbers", []string{"NUMBER"}, whenUsed(`^\D*$|^[[:alpha:]]{2}`),
		ErrNoX, ErrCountX, ErrAmbiguousX}
)

// isHeader reports whether a cell that cannot be read is that of a header.
func (k kind[V]) isHeader(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return err != nil && k.header().MatchString(cell)
}

// row returns what a row for path looks like, "path,YYYY-MM-DD or path,YYYY".
func (k kind[V]) row(path string) string {
	return path + "," + strings.Join(k.forms, " or "+path+",")
}

func (k kind[V]) noun(n int) string {
	if n == 1 {
		return k.singular
	}
	return k.plural
}

// table is a CSV with a value for each input.
type table[V comparable] struct {
	kind     kind[V]
	file     string // its path
	header   int    // line of the row that was taken for a header, or 0
	hasPaths bool   // two columns, path and value; else one of values
	rows     []row[V]
}

// row is one value of a table.
type row[V comparable] struct {
	line  int
	path  string // "" if the table has no paths
	value V
}

// parseTable reads a CSV. file is its path, for errors and for the paths in it
// that are relative to it.
func parseTable[V comparable](k kind[V], file string, data []byte) (table[V], error) {
	t := table[V]{kind: k, file: file}
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
			return table[V]{}, fmt.Errorf("cannot read the %s in %q: %w: write %s in every row", k.plural, file, err, k.row("path"))
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
			return table[V]{}, fmt.Errorf("%s:%d: found %s: write %s in every row, or a %s alone in every row",
				file, line, count(len(cells), "cell"), k.row("path"), k.singular)
		}
		value, err := k.parse(cells[columns-1])
		switch {
		case err != nil && first && k.isHeader(cells[columns-1]):
			t.header = line
			continue
		case err != nil && first:
			return table[V]{}, fmt.Errorf("%s:%d: %w, or a header without digits", file, line, err)
		case err != nil:
			return table[V]{}, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		entry := row[V]{line: line, value: value}
		if columns == 2 {
			if entry.path = cells[0]; entry.path == "" {
				return table[V]{}, fmt.Errorf("%s:%d: the path before %v is empty: write path,%v", file, line, value, value)
			}
		}
		t.rows = append(t.rows, entry)
	}
	if len(t.rows) == 0 {
		return table[V]{}, fmt.Errorf("%w in %q%s: write %s in every row", k.errNo, file, t.headerNote(), k.row("path"))
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

// headerNote is for errors about a value that is not there: a first row without
// digits, such as n/a, is taken for a header.
func (t table[V]) headerNote() string {
	if t.header == 0 {
		return ""
	}
	return fmt.Sprintf(" (line %d, which holds no %s, was taken for the header)", t.header, t.kind.singular)
}

// values returns the values of all rows in their order.
func (t table[V]) values() []V {
	values := make([]V, len(t.rows))
	for i, r := range t.rows {
		values[i] = r.value
	}
	return values
}

// match returns the value that the table's rows give to each input. A row is
// looked for by one likeness of paths after the other, and a row that one
// likeness has found is not offered to the next: a row a.tif in sub/dates.csv
// cannot date both a.tif and sub/a.tif.
func (t table[V]) match(inputs []Input) ([]V, error) {
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = in.Name
	}
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

	values := make([]V, len(names))
	found := make([]bool, len(names))
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
			if found[i] || shared[key] || rowsOf[key] == nil {
				continue
			}
			value, err := t.valueOf(name, rowsOf[key])
			if err != nil {
				return nil, err
			}
			values[i], found[i] = value, true
			for _, r := range rowsOf[key] {
				taken[r] = true
			}
		}
	}
	for i, name := range names {
		if !found[i] {
			return nil, fmt.Errorf("%w for the input %q in %q%s: add the row %s",
				t.kind.errNo, name, t.file, t.headerNote(), t.kind.row(name))
		}
	}
	return values, nil
}

// valueOf returns the one value that rows, indices into t.rows, give to name.
func (t table[V]) valueOf(name string, rows []int) (V, error) {
	first := t.rows[rows[0]]
	for _, i := range rows[1:] {
		if r := t.rows[i]; r.value != first.value {
			return first.value, fmt.Errorf("%w for the input %q in %q, %v in line %d and %v in line %d: keep one of the rows",
				t.kind.errTwice, name, t.file, first.value, first.line, r.value, r.line)
		}
	}
	return first.value, nil
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
