package kernel

import (
	"fmt"
	"math"
	"unsafe"
)

// DType is the element type of samples as they stand in memory.
type DType uint8

// The element types that every kernel reads.
const (
	Uint8 DType = iota + 1
	Int8
	Uint16
	Int16
	Uint32
	Int32
	Float32
	Float64
)

var dtypeNames = [...]string{Uint8: "uint8", Int8: "int8", Uint16: "uint16", Int16: "int16",
	Uint32: "uint32", Int32: "int32", Float32: "float32", Float64: "float64"}

// String returns the type's Go name.
func (d DType) String() string {
	if !d.Valid() {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return dtypeNames[d]
}

// Valid reports whether d is one of the eight types.
func (d DType) Valid() bool { return d >= Uint8 && d <= Float64 }

// Size returns the bytes of one sample, 0 for an invalid type.
func (d DType) Size() int {
	switch d {
	case Uint8, Int8:
		return 1
	case Uint16, Int16:
		return 2
	case Uint32, Int32, Float32:
		return 4
	case Float64:
		return 8
	}
	return 0
}

// IsFloat reports whether samples of the type can be NaN or infinite.
func (d DType) IsFloat() bool { return d == Float32 || d == Float64 }

// Sample is the set of Go types behind DType.
type Sample interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | float32 | float64
}

// DTypeOf returns the DType of T.
func DTypeOf[T Sample]() DType {
	switch any(*new(T)).(type) {
	case uint8:
		return Uint8
	case int8:
		return Int8
	case uint16:
		return Uint16
	case int16:
		return Int16
	case uint32:
		return Uint32
	case int32:
		return Int32
	case float32:
		return Float32
	}
	return Float64
}

// Bytes returns the memory of s as bytes, in the machine's byte order. Nothing is copied.
func Bytes[T Sample](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

// A Tile is what a kernel call works on: Dates planes of Pixels samples each, a structure of
// arrays. It is a view: it owns no memory, and kernels only read it. Sample p of plane i is
// element i*Stride+p of Data. The planes stand in the order of the axis, oldest first.
type Tile struct {
	Type   DType
	Data   []byte // samples in the machine's byte order
	Stride int    // samples from the start of one plane to the start of the next, at least Pixels
	Dates  int
	Pixels int
}

// TileOf returns the view of data as dates planes of pixels samples, stride samples apart.
func TileOf[T Sample](data []T, stride, dates, pixels int) Tile {
	return Tile{Type: DTypeOf[T](), Data: Bytes(data), Stride: stride, Dates: dates, Pixels: pixels}
}

// Slice returns the view of the pixels [lo, hi) of t.
func (t Tile) Slice(lo, hi int) Tile {
	if lo < 0 || hi < lo || hi > t.Pixels {
		panic(fmt.Sprintf("kernel: slice [%d:%d] of a tile of %d pixels", lo, hi, t.Pixels))
	}
	if lo > 0 {
		t.Data = t.Data[lo*t.Type.Size():]
	}
	t.Pixels = hi - lo
	return t
}

// Plane returns the samples of date i. T must be the tile's type.
func Plane[T Sample](t Tile, i int) []T {
	if DTypeOf[T]() != t.Type {
		panic(fmt.Sprintf("kernel: plane of %s asked from a tile of %s", DTypeOf[T](), t.Type))
	}
	if t.Pixels == 0 {
		return nil
	}
	size := t.Type.Size()
	from := i * t.Stride * size
	b := t.Data[from : from+t.Pixels*size]
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), t.Pixels)
}

// Check returns an error that says what is wrong with the tile's shape, or nil.
func (t Tile) Check() error {
	switch {
	case !t.Type.Valid():
		return fmt.Errorf("kernel: tile of unknown type %s", t.Type)
	case t.Dates < 0 || t.Pixels < 0 || t.Stride < 0:
		return fmt.Errorf("kernel: tile with negative shape: %d dates, %d pixels, stride %d", t.Dates, t.Pixels, t.Stride)
	case t.Dates == 0 || t.Pixels == 0:
		return nil
	case t.Dates > 1 && t.Stride < t.Pixels:
		return fmt.Errorf("kernel: planes overlap: stride %d is less than %d pixels", t.Stride, t.Pixels)
	}
	size := uint64(t.Type.Size())
	// The bounds keep the product below in 64 bits.
	if uint64(t.Dates) > math.MaxInt64>>4/uint64(max(t.Stride, t.Pixels)) {
		return fmt.Errorf("kernel: tile of %d dates × %d samples is too large", t.Dates, t.Stride)
	}
	need := (uint64(t.Dates-1)*uint64(t.Stride) + uint64(t.Pixels)) * size
	if uint64(len(t.Data)) < need {
		return fmt.Errorf("kernel: tile of %d dates × %d pixels, stride %d, of %s needs %d bytes, has %d",
			t.Dates, t.Pixels, t.Stride, t.Type, need, len(t.Data))
	}
	return nil
}

// Valid says which samples are observations; the others are gaps. NaN and ±Inf are always gaps.
// The zero value has no other.
type Valid struct {
	// Nodata marks a gap where HasNodata is set. It is compared in the tile's own type: rounded
	// to float32 for float32 samples, and without effect where an integer type cannot hold it.
	HasNodata bool
	Nodata    float64
	// Samples outside [Lo, Hi] are gaps where HasRange is set.
	HasRange bool
	Lo, Hi   float64
}

// lower returns the limits and the nodata value as every implementation compares them, on
// samples widened to float64 (which is exact): an observation has lo <= y <= hi and y != nodata.
// lo and hi are finite, which keeps NaN and ±Inf out; a NaN nodata equals nothing.
func (v Valid) lower(d DType) (lo, hi, nodata float64) {
	lo, hi, nodata = -math.MaxFloat64, math.MaxFloat64, math.NaN()
	if v.HasRange {
		lo, hi = max(lo, v.Lo), min(hi, v.Hi)
	}
	if v.HasNodata {
		nodata = v.Nodata
		if d == Float32 {
			nodata = float64(float32(nodata))
		}
	}
	return lo, hi, nodata
}

// Observation reports whether a sample of type d, widened to float64, is an observation and not
// a gap. It is what the kernels test in registers.
func (v Valid) Observation(d DType, y float64) bool {
	lo, hi, nodata := v.lower(d)
	return y >= lo && y <= hi && y != nodata
}
