package layout

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	"github.com/pixtrend/pixtrend/kernel"
)

// sample is the value that the tests store for a date and a pixel. All values differ.
func sample[T kernel.Sample](i, p, pixels int) T { return T(i*pixels + p) }

// stack returns the stack in an order, by the formulas in the package documentation.
func stack[T kernel.Sample](o Order, w, h, n int) View {
	data := make([]T, w*h*n)
	for i := range n {
		for y := range h {
			for x := range w {
				at := map[Order]int{BSQ: (i*h+y)*w + x, BIL: (y*n+i)*w + x, BIP: (y*w+x)*n + i}[o]
				data[at] = sample[T](i, y*w+x, w*h)
			}
		}
	}
	return ViewOf(data, o, w, h, n)
}

// cut returns a stack as a part of a larger one: the same samples between others.
func cut[T kernel.Sample](o Order, w, h, n int) View {
	whole := map[Order]View{BSQ: stack[T](o, w+3, h+1, n), BIL: stack[T](o, w+3, h+1, n+2), BIP: stack[T](o, w+3, h+1, n)}[o]
	v := whole
	v.Width, v.Height, v.Dates, v.RowStride, v.DateStride = w, h, n, whole.rowStride(), whole.dateStride()
	if o == BIP {
		v.DateStride = 0
	}
	first := whole.rowStride() + 2*whole.pixelStride()
	data := kernel.Row[T](kernel.Tile{Type: whole.Type, Data: whole.Data, Dates: 1, Pixels: len(whole.Data) / whole.Type.Size()}, 0,
		0, len(whole.Data)/whole.Type.Size())[first:]
	for i := range n {
		for p := range w * h {
			data[p/w*v.rowStride()+p%w*v.pixelStride()+i*v.dateStride()] = sample[T](i, p, w*h)
		}
	}
	span, _ := v.Span()
	v.Data = kernel.Bytes(data[:span])
	return v
}

// tileOf returns a tile, which is a view if that is possible.
func tileOf(v View, lo, n int, order []int) kernel.Tile {
	if v.Contiguous() && order == nil {
		return v.Direct(lo, n)
	}
	t := NewTile(v.Type, n, v.Dates, make([]byte, TileBytes(v.Type, n, v.Dates)))
	v.Copy(kernel.Best(), lo, order, t)
	return t
}

func testTiles[T kernel.Sample](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, shape := range [][3]int{{1, 1, 1}, {7, 3, 2}, {33, 4, 21}, {64, 2, 17}, {5, 40, 70}} {
		w, h, n := shape[0], shape[1], shape[2]
		for _, v := range []View{stack[T](BSQ, w, h, n), stack[T](BIL, w, h, n), stack[T](BIP, w, h, n),
			cut[T](BSQ, w, h, n), cut[T](BIL, w, h, n), cut[T](BIP, w, h, n)} {
			o := v.Order
			if err := v.Check(); err != nil {
				t.Fatal(err)
			}
			for _, order := range [][]int{nil, rng.Perm(n)} {
				for lo := 0; lo < w*h; {
					m := v.Run(lo, 1+rng.IntN(40))
					tile := tileOf(v, lo, m, order)
					if err := tile.Check(); err != nil || tile.Pixels != m {
						t.Fatalf("%v: %d pixels from %d: %d pixels, %v", o, m, lo, tile.Pixels, err)
					}
					for i := range n {
						date := i
						if order != nil {
							date = order[i]
						}
						for p, got := range kernel.Plane[T](tile, i) {
							if want := sample[T](date, lo+p, w*h); got != want {
								t.Fatalf("%v %d×%d×%d: plane %d pixel %d is %v, want %v", o, w, h, n, i, lo+p, got, want)
							}
						}
					}
					lo += m
				}
			}
		}
	}
}

func TestTilesOfEveryOrder(t *testing.T) {
	t.Run("uint8", testTiles[uint8])
	t.Run("int16", testTiles[int16])
	t.Run("float32", testTiles[float32])
	t.Run("float64", testTiles[float64])
}

// Rows that others lie between are copied to panels that begin within a row.
func TestPackedRows(t *testing.T) {
	const w, h, n = 70, 5, 9
	for _, o := range []Order{BSQ, BIL, BIP} {
		v := cut[int16](o, w, h, n)
		for _, lo := range []int{0, 30} {
			dst := NewPacked(v.Type, w*h-lo, n, make([]byte, PackedBytes(v.Type, w*h-lo, n)))
			v.Copy(kernel.Best(), lo, nil, dst)
			series := make([]float64, n)
			for p := range w*h - lo {
				dst.Series(series, p, kernel.Valid{})
				for i, got := range series {
					if want := float64(sample[int16](i, lo+p, w*h)); got != want {
						t.Fatalf("%v: date %d of pixel %d is %v, want %v", o, i, lo+p, got, want)
					}
				}
			}
		}
	}
}

// A stack whose planes are contiguous and in order is never copied.
func TestNoCopyWherePlanesAreContiguous(t *testing.T) {
	for _, o := range []Order{BSQ, BIL} {
		v := stack[float32](o, 16, 4, 3)
		tile := v.Direct(20, 10)
		at := uintptr(unsafe.Pointer(&tile.Data[0])) - uintptr(unsafe.Pointer(&v.Data[0]))
		if at >= uintptr(len(v.Data)) {
			t.Errorf("%v: the tile is not a view of the stack", o)
		}
	}
}

// with returns v with strides.
func with(v View, row, date int) View {
	v.RowStride, v.DateStride = row, date
	return v
}

func TestWrongViews(t *testing.T) {
	data := make([]float32, 10)
	for _, v := range []View{
		ViewOf(data, BSQ, 2, 2, 2),
		ViewOf(data, BSQ, 4, 4, 1),
		ViewOf(data, BSQ, -4, -3, 1),
		ViewOf(data, BSQ, 1<<40, 1<<40, 3), // 2^82 samples: the product must not wrap
		ViewOf(data, Order(7), 2, 2, 3),
		{Data: make([]byte, 4), Width: 2, Height: 2, Dates: 1},
		with(ViewOf(data, BSQ, 2, 2, 2), 3, 6), // 11 samples are needed
		with(ViewOf(data, BSQ, 2, 2, 3), 2, 3), // planes overlap
		with(ViewOf(data, BSQ, 4, 2, 1), 3, 0), // rows overlap
		with(ViewOf(data, BIP, 2, 2, 2), 3, 0), // rows overlap
		with(ViewOf(data, BIP, 2, 2, 2), 0, 2), // series have holes
		with(ViewOf(data, BSQ, 2, 2, 3), 2, -4),
		with(ViewOf(data, BSQ, 2, 3, 2), 1<<62, 6),
	} {
		if v.Check() == nil {
			t.Errorf("%+v passes", v)
		}
	}
}

func TestStride(t *testing.T) {
	for _, d := range []kernel.DType{kernel.Uint8, kernel.Int16, kernel.Float32, kernel.Float64} {
		for pixels := range 10000 {
			if Stride(d, pixels) > Stride(d, pixels+1) {
				t.Fatalf("%v: %d pixels stand farther apart than one more", d, pixels)
			}
		}
		for _, pixels := range []int{1, 15, 16, 17, 512, 1024, 2048, 4096, 10000} {
			b := Stride(d, pixels) * d.Size()
			if b < pixels*d.Size() || b%64 != 0 || b%4096 == 0 {
				t.Errorf("%v: %d pixels stand %d bytes apart", d, pixels, b)
			}
		}
	}
}

func TestCachePixels(t *testing.T) {
	for _, dates := range []int{1, 2, 21, 500, 10000} {
		if n := CachePixels(kernel.Float32, dates); n < 64 || n > 16384 || n%64 != 0 {
			t.Errorf("%d dates: %d pixels", dates, n)
		}
		for _, workers := range []int{1, 2, 256} {
			if n := StreamPixels(kernel.Float32, dates, workers); n < CachePixels(kernel.Float32, dates) || n > 1<<16 || n%64 != 0 {
				t.Errorf("%d dates, %d workers: %d pixels to stream", dates, workers, n)
			}
		}
	}
}

// An arena of 2 MiB or more begins at the boundary of a huge page.
func TestLargeArenaIsAligned(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("huge pages are asked for on Linux only")
	}
	for _, size := range []int{hugeBytes, hugeBytes + 1, 5 << 20} {
		a, err := NewArena(size)
		if err != nil {
			t.Fatal(err)
		}
		b := a.Cut(size)
		if at := uintptr(unsafe.Pointer(&b[0])); at%hugeBytes != 0 {
			t.Errorf("an arena of %d bytes begins at %#x", size, at)
		}
		b[0], b[size-1] = 1, 1
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if a, err := NewArena(math.MaxInt - hugeBytes/2); err == nil {
		t.Error("an arena of all there can be")
		_ = a.Close()
	}
}

// Touch does not change the content, in either of its implementations.
func TestTouch(t *testing.T) {
	a, err := NewArena(100 << 10)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	a.Cut(100)
	b := a.Cut(90 << 10)
	for i := range b {
		b[i] = byte(i % 251)
	}
	Touch(nil)
	Touch(b[5000:])
	Touch(b[8191:8192])
	for i := range b {
		write(&b[i], b[i])
	}
	for i := range b {
		if b[i] != byte(i%251) {
			t.Fatalf("byte %d is %d", i, b[i])
		}
	}
}

func TestArena(t *testing.T) {
	a, err := NewArena(5 << 20)
	if err != nil {
		t.Fatal(err)
	}
	var cuts [][]byte
	for i, n := range []int{1, 63, 64, 65, 2 << 20, 0} {
		b := a.Cut(n)
		if len(b) != n || n > 0 && uintptr(unsafe.Pointer(&b[0]))%64 != 0 {
			t.Fatalf("cut %d: %d bytes of %d, or not on a line", i, len(b), n)
		}
		for j := range b {
			b[j] = byte(i + 1)
		}
		cuts = append(cuts, b)
	}
	for i, b := range cuts {
		for _, x := range b {
			if x != byte(i+1) {
				t.Fatal("cuts overlap")
			}
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("more was cut than there is")
			}
		}()
		a.Cut(4 << 20)
	}()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if _, err := NewArena(-1); err == nil {
		t.Error("an arena of -1 bytes")
	}
}
