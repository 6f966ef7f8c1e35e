package gdal

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// geometry encodes a geometry: its code, and then counts as uint32, coordinates as float64 and
// geometries as bytes.
func geometry(order binary.AppendByteOrder, code uint32, parts ...any) []byte {
	b := []byte{0}
	if order == binary.LittleEndian {
		b[0] = 1
	}
	b = order.AppendUint32(b, code)
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = order.AppendUint32(b, uint32(p))
		case []float64:
			for _, x := range p {
				b = order.AppendUint64(b, math.Float64bits(x))
			}
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

// Lines and rings of every kind of geometry are read, in either byte order and with any dimensions,
// and no damage makes the reader panic.
func TestWKB(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		line := geometry(order, wkbLineString, 2, []float64{1, 2, 3, 4})
		polygon := geometry(order, wkbPolygon, 2, 3, []float64{0, 0, 1, 0, 0, 0}, 3, []float64{5, 5, 6, 5, 5, 5})
		for _, tt := range []struct {
			name string
			wkb  []byte
			want string
		}{
			{"point", geometry(order, wkbPoint, []float64{1, 2}), ""},
			{"line", line, "[1 2 3 4]"},
			{"with Z of ISO", geometry(order, 1000+wkbLineString, 2, []float64{1, 2, 9, 3, 4, 9}), "[1 2 3 4]"},
			{"with M of ISO", geometry(order, 2000+wkbLineString, 2, []float64{1, 2, 9, 3, 4, 9}), "[1 2 3 4]"},
			{"with Z and M of ISO", geometry(order, 3000+wkbLineString, 2, []float64{1, 2, 9, 8, 3, 4, 9, 8}), "[1 2 3 4]"},
			{"with Z of PostGIS", geometry(order, 1<<31|wkbLineString, 2, []float64{1, 2, 9, 3, 4, 9}), "[1 2 3 4]"},
			{"polygon with a hole", polygon, "[0 0 1 0 0 0] [5 5 6 5 5 5]"},
			{"collection", geometry(order, wkbCollection, 3, line, geometry(order, wkbMultiPolygon, 1, polygon), geometry(order, wkbPoint, []float64{7, 8})),
				"[1 2 3 4] [0 0 1 0 0 0] [5 5 6 5 5 5]"},
		} {
			read := func(wkb []byte) (string, error) {
				var lines []string
				d := wkbReader{rest: wkb, line: func(xy []float64) error { lines = append(lines, fmt.Sprint(xy)); return nil }}
				err := d.geometry(0)
				return strings.Join(lines, " "), err
			}
			if got, err := read(tt.wkb); err != nil || got != tt.want {
				t.Errorf("%v, %s: %s, %v, want %s", order, tt.name, got, err, tt.want)
			}
			for n := range tt.wkb {
				if _, err := read(tt.wkb[:n]); err == nil {
					t.Errorf("%v, %s: the first %d bytes pass for all %d", order, tt.name, n, len(tt.wkb))
				}
				flipped := append([]byte{}, tt.wkb...)
				flipped[n] ^= 0xff
				_, _ = read(flipped)
			}
		}
		if err := (&wkbReader{rest: geometry(order, 8, 3)}).geometry(0); err == nil || !strings.Contains(err.Error(), "curves") {
			t.Errorf("%v: a circular string: %v", order, err)
		}
	}
}
