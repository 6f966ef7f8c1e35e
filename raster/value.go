package raster

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// Value is the value of a sample. In JSON, which has no numbers for them, NaN and infinities are
// "nan", "inf" and "-inf".
type Value float64

// String returns the value as people type it.
func (v Value) String() string {
	x := float64(v)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return strings.ToLower(strings.TrimPrefix(fmt.Sprint(x), "+"))
	}
	if math.Abs(x) > 1e30 && float64(float32(x)) == x {
		return fmt.Sprint(float32(x)) // -3.4e+38 and the like, of float32 samples
	}
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return fmt.Sprint(x)
}

// MarshalJSON writes the value for a JSON document.
func (v Value) MarshalJSON() ([]byte, error) {
	x := float64(v)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return json.Marshal(v.String())
	}
	return json.Marshal(x)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		return json.Unmarshal(data, (*float64)(v))
	}
	x, err := strconv.ParseFloat(text, 64)
	*v = Value(x)
	return err
}

// NodataOf returns the nodata value of v; nil if it has none.
func NodataOf(v kernel.Valid) *Value {
	if !v.HasNodata {
		return nil
	}
	nodata := Value(v.Nodata)
	return &nodata
}

// TypeName returns GDAL's name of a sample type, except that Byte is UInt8.
func TypeName(d kernel.DType) string {
	name := d.String()
	if rest, ok := strings.CutPrefix(name, "uint"); ok {
		return "UInt" + rest
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
