package timeaxis

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Values is a table with a number for each date, such as a weight or the rain of a month. It is read
// from a CSV with rows of date,number.
type Values struct {
	file   string
	header int // line of the row that was taken for a header, or 0
	rows   []valueRow
}

// valueRow is one row: a number at a date, or at a number that stands for one.
type valueRow struct {
	line  int
	key   string // as it is written
	value float64
}

// mostRows is how many numbers a table may have: those of every day of seven centuries. Each takes about
// 130 bytes of memory.
const mostRows = 1 << 18

// ReadValues reads a table of values. Comments (#), blank lines and a header, a first row whose last
// cell is no number, are skipped. read reads the file; nil: os.ReadFile.
func ReadValues(file string, read func(path string) ([]byte, error)) (Values, error) {
	if read == nil {
		read = os.ReadFile
	}
	data, err := read(file)
	if err != nil {
		return Values{}, fmt.Errorf("cannot read the numbers of dates: %w", err)
	}
	v := Values{file: file}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, -1
	const form = "write YYYY-MM-DD,NUMBER or YYYY,NUMBER in every row"
	for first := true; ; {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return Values{}, fmt.Errorf("cannot read the numbers in %q: %w: %s", file, err, form)
		}
		if cells = trimCells(cells); len(cells) == 0 {
			continue
		}
		line, _ := r.FieldPos(0)
		if len(cells) != 2 {
			return Values{}, fmt.Errorf("%s:%d: found %s: %s", file, line, count(len(cells), "cell"), form)
		}
		value, err := parseNumber(cells[1])
		switch {
		case err != nil && first:
			v.header = line
		case err != nil:
			return Values{}, fmt.Errorf("%s:%d: %w", file, line, err)
		case len(v.rows) == mostRows:
			return Values{}, fmt.Errorf("%s has more than %d rows: leave out those of other dates", file, mostRows)
		default:
			v.rows = append(v.rows, valueRow{line, cells[0], value})
		}
		first = false
	}
	if len(v.rows) == 0 {
		return Values{}, fmt.Errorf("no number is in %q: %s", file, form)
	}
	return v, nil
}

// ErrNoValue says that a table has no number for a date.
var ErrNoValue = errors.New("no number is given")

// On returns the number at each plane of an axis. A row belongs to the planes of its date: years
// to years and days to days, and numbers that stand for dates to planes of the same number. Rows of
// other dates are not used. A date without a row is ErrNoValue; rows of one date with different
// numbers, and days where the axis has years or the other way round, are errors too.
func (v Values) On(a Axis) ([]float64, error) {
	at, err := v.byTime(a)
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(a.T))
	for i := range a.T {
		row, found := at[a.place(i)]
		if !found {
			note := ""
			if v.header != 0 {
				note = fmt.Sprintf(" (line %d, whose last cell is no number, was taken for the header)", v.header)
			}
			return nil, fmt.Errorf("%w for %s in %q%s: add the row %s,NUMBER", ErrNoValue, a.Label(i), v.file, note, a.Label(i))
		}
		values[i] = row.value
	}
	return values, nil
}

// place returns what a row has to say to belong to plane i.
func (a Axis) place(i int) any {
	if a.Dates == nil {
		return a.T[i]
	}
	return a.Dates[i]
}

// byTime returns the row of each date, or number that stands for one.
func (v Values) byTime(a Axis) (map[any]valueRow, error) {
	rows := map[any]valueRow{}
	for _, r := range v.rows {
		var key any
		if a.Dates == nil {
			x, err := parseNumber(r.key)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: the inputs have numbers in place of dates: %w", v.file, r.line, err)
			}
			key = x
		} else {
			d, err := Parse(strings.TrimSpace(r.key))
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", v.file, r.line, err)
			}
			if d.IsYear() != a.Dates[0].IsYear() {
				return nil, fmt.Errorf("%w: %v in line %d of %q and %v of the inputs: give numbers of the same dates", ErrMixed, d, r.line, v.file, a.Dates[0])
			}
			key = d
		}
		if other, twice := rows[key]; twice && other.value != r.value {
			return nil, fmt.Errorf("%q gives two numbers for %s, %s in line %d and %s in line %d: keep one of the rows",
				v.file, r.key, number(other.value), other.line, number(r.value), r.line)
		}
		rows[key] = r
	}
	return rows, nil
}
