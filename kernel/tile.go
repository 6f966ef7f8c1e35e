package kernel

import (
	"fmt"
	"math"
	"unsafe"
)

// DType is the type of samples in memory.
type DType uint8

// The sample types. Every kernel reads all of them.
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

// Size returns the size of one sample in bytes, or 0 for an invalid type.
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

// Sample is the set of the Go types that DType describes.
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

// Bytes returns the memory of s as bytes, in the machine's byte order, without copying it.
func Bytes[T Sample](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

// Tile is the input of a kernel call: Dates planes of Pixels samples each. The planes are in the
// order of the axis, oldest first. A Tile is a view that owns no memory, and kernels only read it.
//
// Sample p of plane i is element i*Stride+p of Data. In a packed tile it is element
// (p/64*Dates+i)*64 + p%64: the tile consists of panels of 64 pixels, as many as the kernels carry
// in registers, and each panel holds its planes one after another. A packed tile is therefore read
// as one sequential stream. Its last panel is as long as the others, whatever Pixels is. The
// samples beyond Pixels are read but have no effect.
type Tile struct {
	Type   DType
	Data   []byte // samples in the machine's byte order
	Stride int    // samples from one plane to the next, at least Pixels; unused if Packed
	Dates  int
	Pixels int
	Packed bool
	Mask   Mask

	// InCache says that the samples are already in the L2 cache, and turns prefetching off.
	// Prefetching nearly doubles the speed of reading from memory, but costs a quarter of the speed
	// in cache. InCache has no effect on results.
	InCache bool
}

// PanelPixels is the number of pixels in a panel of a packed tile.
const PanelPixels = 64

// Mask marks the gaps of a tile separately from its samples, as GDAL's mask bands and Arrow's
// validity bitmaps do. An observation has a nonzero byte or a bit that is set. The zero value marks
// no gaps.
//
// The mask of sample p of plane i is byte, or bit, i*Stride+p of Data. Bit 0 is the lowest bit of
// byte 0. In a packed tile, masks have the same index as their samples.
type Mask struct {
	Data   []byte // nil: no mask
	Bits   bool   // the mask has one bit per sample, not one byte
	Stride int    // samples from one plane to the next; a multiple of 8 if Bits; unused in packed tiles
}

// bytes returns the size of the masks of n samples in bytes.
func (m Mask) bytes(n int) int {
	if m.Bits {
		return (n + 7) / 8
	}
	return n
}

// from returns the mask without its first n samples.
func (m Mask) from(n int) Mask {
	if m.Data == nil {
		return m
	}
	if m.Bits {
		if n%8 != 0 {
			panic(fmt.Sprintf("kernel: mask of bits cut at pixel %d, which does not begin a byte", n))
		}
		n /= 8
	}
	m.Data = m.Data[n:]
	return m
}

// observed reports whether the mask says that the sample at index at is an observation.
func (m Mask) observed(at int) bool {
	switch {
	case m.Data == nil:
		return true
	case m.Bits:
		return m.Data[at>>3]>>(at&7)&1 != 0
	}
	return m.Data[at] != 0
}

// TileOf returns a view of data as planes that are stride samples apart.
func TileOf[T Sample](data []T, stride, dates, pixels int) Tile {
	return Tile{Type: DTypeOf[T](), Data: Bytes(data), Stride: stride, Dates: dates, Pixels: pixels}
}

// Panels returns the number of panels of 64 pixels that hold the tile's pixels.
func (t Tile) Panels() int { return (t.Pixels + PanelPixels - 1) / PanelPixels }

// Slice returns a view of the pixels [lo, hi) of t. In a packed tile, lo must be the first pixel of
// a panel. With a mask of bits, lo must be the first pixel of a byte.
func (t Tile) Slice(lo, hi int) Tile {
	if lo < 0 || hi < lo || hi > t.Pixels {
		panic(fmt.Sprintf("kernel: slice [%d:%d] of a tile of %d pixels", lo, hi, t.Pixels))
	}
	t.Pixels = hi - lo
	if lo == 0 {
		return t
	}
	if t.Packed {
		if lo%PanelPixels != 0 {
			panic(fmt.Sprintf("kernel: packed tile cut at pixel %d, which does not begin a panel", lo))
		}
		lo *= t.Dates
	}
	t.Data = t.Data[lo*t.Type.Size():]
	t.Mask = t.Mask.from(lo)
	return t
}

// at returns the index of sample p of plane i.
func (t Tile) at(i, p int) int {
	if t.Packed {
		return (p/PanelPixels*t.Dates+i)*PanelPixels + p%PanelPixels
	}
	return i*t.Stride + p
}

// maskAt returns the index of the mask of sample p of plane i.
func (t Tile) maskAt(i, p int) int {
	if t.Packed {
		return t.at(i, p)
	}
	return i*t.Mask.Stride + p
}

// Row returns the samples of the pixels [lo, hi) at date i. T must be the tile's type. In a packed
// tile, the pixels must be in one panel.
func Row[T Sample](t Tile, i, lo, hi int) []T {
	if DTypeOf[T]() != t.Type {
		panic(fmt.Sprintf("kernel: samples of %s asked from a tile of %s", DTypeOf[T](), t.Type))
	}
	if t.Packed && lo/PanelPixels != (hi-1)/PanelPixels {
		panic(fmt.Sprintf("kernel: pixels [%d:%d] of a packed tile are not of one panel", lo, hi))
	}
	if lo == hi {
		return nil
	}
	from := t.at(i, lo) * t.Type.Size()
	b := t.Data[from : from+(hi-lo)*t.Type.Size()]
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), hi-lo)
}

// Series writes the observations of pixel p, date by date, to the first elements of dst as float64,
// and NaN for gaps.
func (t Tile) Series(dst []float64, p int, v Valid) {
	dst = dst[:t.Dates]
	l := v.lower(t.Type)
	switch t.Type {
	case Uint8:
		seriesOf[uint8](dst, t, p, l)
	case Int8:
		seriesOf[int8](dst, t, p, l)
	case Uint16:
		seriesOf[uint16](dst, t, p, l)
	case Int16:
		seriesOf[int16](dst, t, p, l)
	case Uint32:
		seriesOf[uint32](dst, t, p, l)
	case Int32:
		seriesOf[int32](dst, t, p, l)
	case Float32:
		seriesOf[float32](dst, t, p, l)
	default:
		seriesOf[float64](dst, t, p, l)
	}
}

func seriesOf[T Sample](dst []float64, t Tile, p int, l limits) {
	for i := range dst {
		at := t.at(i, p) * t.Type.Size()
		dst[i] = float64(*(*T)(unsafe.Pointer(&t.Data[at])))
		if !l.observation(dst[i]) || !t.Mask.observed(t.maskAt(i, p)) {
			dst[i] = math.NaN()
		}
	}
}

// Observations writes the observations of date i to dst, pixel by pixel, as float64, and NaN for
// gaps.
func (t Tile) Observations(dst []float64, i int, v Valid) {
	switch t.Type {
	case Uint8:
		observationsOf[uint8](dst, t, i, v)
	case Int8:
		observationsOf[int8](dst, t, i, v)
	case Uint16:
		observationsOf[uint16](dst, t, i, v)
	case Int16:
		observationsOf[int16](dst, t, i, v)
	case Uint32:
		observationsOf[uint32](dst, t, i, v)
	case Int32:
		observationsOf[int32](dst, t, i, v)
	case Float32:
		observationsOf[float32](dst, t, i, v)
	default:
		observationsOf[float64](dst, t, i, v)
	}
}

func observationsOf[T Sample](dst []float64, t Tile, i int, v Valid) {
	l, dst := v.lower(t.Type), dst[:t.Pixels]
	for lo := 0; lo < t.Pixels; lo += PanelPixels {
		hi := min(lo+PanelPixels, t.Pixels)
		for p, sample := range Row[T](t, i, lo, hi) {
			y := float64(sample)
			if !l.observation(y) {
				y = math.NaN()
			}
			dst[lo+p] = y
		}
	}
	if t.Mask.Data == nil {
		return
	}
	for p := range dst {
		if !t.Mask.observed(t.maskAt(i, p)) {
			dst[p] = math.NaN()
		}
	}
}

// Plane returns the samples of date i. T must be the tile's type, and the tile must not be packed.
func Plane[T Sample](t Tile, i int) []T {
	if t.Packed {
		panic("kernel: plane asked from a packed tile")
	}
	return Row[T](t, i, 0, t.Pixels)
}

// PlaneBytes returns the memory of the samples of date i. The tile must not be packed.
func (t Tile) PlaneBytes(i int) []byte {
	if t.Packed {
		panic("kernel: plane asked from a packed tile")
	}
	size := t.Type.Size()
	return t.Data[i*t.Stride*size:][:t.Pixels*size]
}

// Check returns an error if the shape of the tile is wrong.
func (t Tile) Check() error {
	switch {
	case !t.Type.Valid():
		return fmt.Errorf("kernel: tile of unknown type %s", t.Type)
	case t.Dates < 0 || t.Pixels < 0 || t.Stride < 0 || t.Mask.Stride < 0:
		return fmt.Errorf("kernel: tile with negative shape: %d dates, %d pixels, stride %d, of the mask %d", t.Dates, t.Pixels, t.Stride, t.Mask.Stride)
	case t.Dates == 0 || t.Pixels == 0:
		return nil
	}
	samples, err := t.samples(t.Stride)
	if err != nil {
		return err
	}
	if need := samples * uint64(t.Type.Size()); uint64(len(t.Data)) < need {
		return fmt.Errorf("kernel: tile of %d dates × %d pixels, stride %d, of %s needs %d bytes, has %d",
			t.Dates, t.Pixels, t.Stride, t.Type, need, len(t.Data))
	}
	if t.Mask.Data == nil {
		return nil
	}
	if t.Mask.Bits && !t.Packed && t.Mask.Stride%8 != 0 {
		return fmt.Errorf("kernel: planes of a mask of bits %d apart, which is not a multiple of 8", t.Mask.Stride)
	}
	if samples, err = t.samples(t.Mask.Stride); err != nil {
		return fmt.Errorf("%w, in the mask", err)
	}
	if need := t.Mask.bytes(int(samples)); len(t.Mask.Data) < need {
		return fmt.Errorf("kernel: mask of %d dates × %d pixels, stride %d, needs %d bytes, has %d",
			t.Dates, t.Pixels, t.Mask.Stride, need, len(t.Mask.Data))
	}
	return nil
}

// samples returns the number of samples from the start of the first plane to the end of the last,
// for planes that are stride samples apart.
func (t Tile) samples(stride int) (uint64, error) {
	if t.Pixels > math.MaxInt>>8 {
		return 0, fmt.Errorf("kernel: tile of %d pixels is too large", t.Pixels)
	}
	if t.Packed {
		stride = PanelPixels * t.Panels()
	} else if t.Dates > 1 && stride < t.Pixels {
		return 0, fmt.Errorf("kernel: planes overlap: stride %d is less than %d pixels", stride, t.Pixels)
	}
	// With this bound, sizes in samples and in bytes fit into 63 bits.
	if uint64(t.Dates) > math.MaxInt64>>4/uint64(max(stride, t.Pixels)) {
		return 0, fmt.Errorf("kernel: tile of %d dates × %d samples is too large", t.Dates, stride)
	}
	if t.Packed {
		return uint64(t.Dates) * uint64(stride), nil
	}
	return uint64(t.Dates-1)*uint64(stride) + uint64(t.Pixels), nil
}

// Valid defines which samples are observations and which are gaps. NaN and ±Inf are always gaps.
// For the zero value, all other samples are observations.
type Valid struct {
	// If HasNodata is set, samples equal to Nodata are gaps. They are compared in the type of the
	// samples: Nodata is rounded to float32 for float32 samples, and has no effect if the samples
	// have an integer type that cannot represent it. GDAL also takes values for equal that are close
	// to a huge nodata value such as -3.40282e38; HasRange makes these gaps.
	HasNodata bool
	Nodata    float64
	// If HasRange is set, samples outside [Lo, Hi] are gaps.
	HasRange bool
	Lo, Hi   float64
}

// limits is a Valid in the type of the samples, as the kernels compare: for an observation y,
// lo <= y <= hi and, if hasNodata is set, y != nodata.
type limits struct {
	lo, hi, nodata float64 // values of the type
	hasNodata      bool
}

// lower returns the limits for samples of type d. lo and hi are finite, so NaN and ±Inf are
// outside.
func (v Valid) lower(d DType) limits {
	lo, hi := d.limits()
	l := limits{lo: lo, hi: hi, nodata: v.Nodata, hasNodata: v.HasNodata && v.Nodata == v.Nodata}
	if v.HasRange {
		l.lo, l.hi = max(lo, d.up(v.Lo)), min(hi, -d.up(-v.Hi))
		if !(l.lo <= l.hi) {
			l.lo, l.hi = hi, lo // an empty range
		}
	}
	if d == Float32 {
		l.nodata = float64(float32(l.nodata))
	} else if !d.IsFloat() && (l.nodata != math.Trunc(l.nodata) || l.nodata < lo || l.nodata > hi) {
		l.hasNodata = false
	}
	return l
}

// limits returns the smallest and the greatest finite values of the type.
func (d DType) limits() (lo, hi float64) {
	switch d {
	case Uint8:
		return 0, math.MaxUint8
	case Int8:
		return math.MinInt8, math.MaxInt8
	case Uint16:
		return 0, math.MaxUint16
	case Int16:
		return math.MinInt16, math.MaxInt16
	case Uint32:
		return 0, math.MaxUint32
	case Int32:
		return math.MinInt32, math.MaxInt32
	case Float32:
		return -math.MaxFloat32, math.MaxFloat32
	}
	return -math.MaxFloat64, math.MaxFloat64
}

// up rounds x up to a value of the type. It ignores the range of integer types.
func (d DType) up(x float64) float64 {
	switch d {
	case Float64:
		return x
	case Float32:
		f := float32(x)
		if float64(f) < x {
			f = math.Nextafter32(f, float32(math.Inf(1)))
		}
		return float64(f)
	}
	return math.Ceil(x)
}

// bits returns the bits of x, which must be a value of type d, in that type.
func (d DType) bits(x float64) uint64 {
	switch d {
	case Uint8, Uint16, Uint32:
		return uint64(x)
	case Int8, Int16, Int32:
		return uint64(int64(x))
	case Float32:
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// observation reports whether a sample, widened to float64, is an observation and not a gap.
func (l limits) observation(y float64) bool {
	return y >= l.lo && y <= l.hi && !(l.hasNodata && y == l.nodata)
}

// Observation reports whether a sample of type d, widened to float64, is an observation. The
// kernels apply the same test.
func (v Valid) Observation(d DType, y float64) bool { return v.Limits(d).Observation(y) }

// Limits is a Valid converted to one sample type, for testing many samples.
type Limits struct{ limits limits }

// Limits converts v to samples of type d.
func (v Valid) Limits(d DType) Limits { return Limits{v.lower(d)} }

// Observation reports whether a sample, widened to float64, is an observation.
func (l Limits) Observation(y float64) bool { return l.limits.observation(y) }
