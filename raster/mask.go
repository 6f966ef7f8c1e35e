package raster

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/kernel"
)

// Mask says which samples are gaps by the values of another band at the same place and date: a
// classification such as Fmask, or bit fields such as Landsat's QA_PIXEL. Values are compared as
// they are stored. The zero value is no mask.
type Mask struct {
	// Band is the band that is the mask, counted from 1, of the fitted files themselves or of those
	// of From. With From, 0 is the first, except that the bands of a single file with several are
	// taken as its dates.
	Band int
	// From are rasters, as Expand takes them. Each is the mask of the fitted raster of its date;
	// nil: the mask is in the fitted files. Dates are found as for fitted rasters. If several
	// rasters share a date, the mask of each is the one whose name has the most words in common
	// with its own. Masks are not fitted, even if they are also among the inputs.
	From []string

	// Asset is the asset of each STAC item that is the mask of the fitted one, as in place of From.
	Asset string

	// Either Keep or Drop is set. With Keep, samples are observations if the mask has one of these
	// values, even its nodata value. With Drop, samples are observations if the mask has none of
	// these bits and is not its nodata value.
	Keep []Values
	Drop []Bits
}

// Values are whole numbers from Lo to Hi.
type Values struct{ Lo, Hi int64 }

// Bits are the bits from First to Last of a number, counted from the lowest, which is 0. A number
// has them if these bits form the number Value; with Value -1, if any of them is set.
type Bits struct {
	First, Last int
	Value       int64
}

// ParseKeep reads values and ranges of them, such as 0,1 or 0-1,4.
func ParseKeep(s string) ([]Values, error) {
	var keep []Values
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		// A - at the start is a sign.
		lo, hi, isRange := item, item, false
		if at := strings.Index(item[min(1, len(item)):], "-"); at >= 0 {
			lo, hi, isRange = item[:at+1], item[at+2:], true
		}
		v := Values{}
		var errs [2]error
		v.Lo, errs[0] = strconv.ParseInt(lo, 10, 33)
		v.Hi, errs[1] = strconv.ParseInt(hi, 10, 33)
		switch {
		case errs[0] != nil || errs[1] != nil:
			return nil, errors.New("give whole numbers or ranges of them, such as 0,1 or 0-1,4")
		case isRange && v.Lo > v.Hi:
			return nil, fmt.Errorf("the range %s runs backwards: give %d-%d", item, v.Hi, v.Lo)
		}
		keep = append(keep, v)
	}
	return keep, nil
}

// ParseBits reads bits, such as 1,3,4, ranges of bits of which any may be set, such as 1-4, and
// numbers that several bits form, such as 8-9=3.
func ParseBits(s string) ([]Bits, error) {
	var drop []Bits
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		bits, value, hasValue := strings.Cut(item, "=")
		first, last, isRange := strings.Cut(bits, "-")
		if !isRange {
			last = first
		}
		b := Bits{Value: -1}
		var errs [3]error
		b.First, errs[0] = strconv.Atoi(first)
		b.Last, errs[1] = strconv.Atoi(last)
		if hasValue {
			b.Value, errs[2] = strconv.ParseInt(value, 10, 64)
		}
		switch {
		case errors.Join(errs[:]...) != nil || b.First < 0 || b.Last < 0 || hasValue && b.Value < 0:
			return nil, errors.New("give numbers of bits, such as 1,3,4, of which bit 0 is the lowest, or the number that several form, such as 8-9=3")
		case b.Last > 31:
			return nil, fmt.Errorf("there is no bit %d: masks have 32 bits at most, counted from 0", b.Last)
		case b.First > b.Last:
			return nil, fmt.Errorf("the bits %s run backwards: give %d-%d", bits, b.Last, b.First)
		case b.Value>>(b.Last-b.First+1) > 0:
			return nil, fmt.Errorf("the bits %s never form %d: their greatest number is %d", bits, b.Value, int64(1)<<(b.Last-b.First+1)-1)
		}
		drop = append(drop, b)
	}
	return drop, nil
}

func (v Values) String() string {
	if v.Lo == v.Hi {
		return strconv.FormatInt(v.Lo, 10)
	}
	return fmt.Sprintf("%d-%d", v.Lo, v.Hi)
}

func (b Bits) String() string {
	s := strconv.Itoa(b.First)
	if b.Last > b.First {
		s += "-" + strconv.Itoa(b.Last)
	}
	if b.Value >= 0 {
		s += "=" + strconv.FormatInt(b.Value, 10)
	}
	return s
}

// used reports whether there is a mask.
func (m Mask) used() bool { return m.Band != 0 || m.elsewhere() }

// elsewhere reports whether the mask is in other files than the fitted ones.
func (m Mask) elsewhere() bool { return len(m.From) > 0 || m.Asset != "" }

// inFiles reports whether the mask is a band of the fitted files.
func (m Mask) inFiles() bool { return m.Band != 0 && !m.elsewhere() }

// check returns an error if the options of the mask contradict each other. It opens no file.
func (m Mask) check() error {
	switch given := len(m.Keep) > 0 || len(m.Drop) > 0; {
	case m.Band < 0:
		return fault.Inputf("band %d cannot be a mask: bands count from 1", m.Band)
	case len(m.From) > 0 && m.Asset != "":
		return fault.Inputf("%v and %v exclude each other: the masks are either files or assets of STAC items", Option{Field: "Mask.From"}, Option{Field: "Mask.Asset"})
	case !m.used() && given:
		return fault.Inputf("values of a mask are given and no mask: name its band with %v, its files with %v, or its asset with %v", Option{Field: "Mask.Band"}, Option{Field: "Mask.From"}, Option{Field: "Mask.Asset"})
	case m.used() && !given:
		return fault.Inputf("a mask is given without its meaning: name the values of observations, such as %v, or the bits of gaps, such as %v", Option{Field: "Mask.Keep", Value: "0,1"}, Option{Field: "Mask.Drop", Value: "1,3,4"})
	case len(m.Keep) > 0 && len(m.Drop) > 0:
		return fault.Inputf("%v and %v exclude each other: a mask holds either values or bits", Option{Field: "Mask.Keep"}, Option{Field: "Mask.Drop"})
	}
	return nil
}

// rule returns the rule of the mask, for people.
func (m Mask) rule() string {
	if len(m.Keep) > 0 {
		return "keep " + joined(m.Keep)
	}
	return "drop bits " + joined(m.Drop)
}

func joined[T fmt.Stringer](items []T) string {
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = item.String()
	}
	return strings.Join(words, ",")
}

// keeps reports whether the value of a mask lets a sample be an observation.
func (m Mask) keeps(value int64, hasNodata bool, nodata float64) bool {
	for _, v := range m.Keep {
		if value >= v.Lo && value <= v.Hi {
			return true
		}
	}
	if len(m.Keep) > 0 || hasNodata && float64(value) == nodata {
		return false
	}
	for _, b := range m.Drop {
		field := value >> b.First & (int64(1)<<(b.Last-b.First+1) - 1)
		if b.Value >= 0 && field == b.Value || b.Value < 0 && field != 0 {
			return false
		}
	}
	return true
}

// maskTypes are the types that masks may have, with the range of each.
var maskTypes = map[kernel.DType]Values{
	kernel.Uint8: {0, math.MaxUint8}, kernel.Int8: {math.MinInt8, math.MaxInt8},
	kernel.Uint16: {0, math.MaxUint16}, kernel.Int16: {math.MinInt16, math.MaxInt16},
	kernel.Uint32: {0, math.MaxUint32}, kernel.Int32: {math.MinInt32, math.MaxInt32},
}

// becomeMask makes p, a band that holds a mask, ready to be read as one.
func (p *plane) becomeMask(m Mask) error {
	holds, whole := maskTypes[p.dtype]
	if !whole {
		return fmt.Errorf("band %d holds %s, and the values of a mask are whole numbers: name another band, or convert it, such as with gdal_translate -ot Byte", p.band, TypeName(p.dtype))
	}
	for _, v := range m.Keep {
		if v.Lo < holds.Lo || v.Hi > holds.Hi {
			return fmt.Errorf("band %d, which is the mask, holds %s and never the value %v: its values go from %d to %d", p.band, TypeName(p.dtype), v, holds.Lo, holds.Hi)
		}
	}
	for _, b := range m.Drop {
		if most := 8 * p.dtype.Size(); b.Last >= most {
			return fmt.Errorf("band %d, which is the mask, holds %s and has no bit %d: its bits are 0 to %d", p.band, TypeName(p.dtype), b.Last, most-1)
		}
	}
	v := &maskTable{mask: m, hasNodata: p.hasNodata, nodata: p.nodata}
	if p.dtype.Size() <= 2 {
		v.table = make([]byte, 1<<(8*p.dtype.Size()))
		for i := range v.table {
			value := int64(i)
			if value > holds.Hi {
				value -= int64(len(v.table)) // the same bits, signed
			}
			v.table[i] = v.of(value)
		}
	}
	p.maskTable = v
	return nil
}

// maskTable is the meaning of the values of a mask: 0 for a gap, 255 for none.
type maskTable struct {
	mask      Mask
	hasNodata bool
	nodata    float64
	table     []byte // by the bits of a value, for types of 8 and 16 bits; nil for others
}

func (v *maskTable) of(value int64) byte {
	if v.mask.keeps(value, v.hasNodata, v.nodata) {
		return 255
	}
	return 0
}

// hide sets visible to 0 where a mask, samples of type d, says so.
func (v *maskTable) hide(visible, samples []byte, d kernel.DType) {
	switch t := (kernel.Tile{Type: d, Data: samples, Dates: 1, Pixels: len(visible)}); d {
	case kernel.Uint8, kernel.Int8:
		table := (*[1 << 8]byte)(v.table)
		for i, x := range samples[:len(visible)] {
			visible[i] &= table[x]
		}
	case kernel.Uint16:
		hide(visible, kernel.Plane[uint16](t, 0), v)
	case kernel.Int16:
		hide(visible, kernel.Plane[int16](t, 0), v)
	case kernel.Uint32:
		for i, x := range kernel.Plane[uint32](t, 0) {
			visible[i] &= v.of(int64(x))
		}
	case kernel.Int32:
		for i, x := range kernel.Plane[int32](t, 0) {
			visible[i] &= v.of(int64(x))
		}
	}
}

func hide[T uint16 | int16](visible []byte, samples []T, v *maskTable) {
	table := (*[1 << 16]byte)(v.table)
	for i, x := range samples[:len(visible)] {
		visible[i] &= table[uint16(x)]
	}
}
