package layout

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pixtrend/pixtrend/internal/guard"
	"github.com/pixtrend/pixtrend/internal/race"
	"github.com/pixtrend/pixtrend/kernel"
)

// bySize has one type for each size of a sample.
var bySize = []kernel.DType{kernel.Uint8, kernel.Int16, kernel.Float32, kernel.Float64}

func kernels(t testing.TB) []kernel.Kernel {
	t.Helper()
	var ks []kernel.Kernel
	for _, isa := range kernel.Available() {
		k, err := kernel.New(isa)
		if err != nil {
			t.Fatal(err)
		}
		ks = append(ks, k)
	}
	return ks
}

func randomBytes(rng *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
}

// canary fills the bytes that must not be written.
const canary = 0xa5

// formula copies sample by sample, by the formulas in the documentation of kernel.Tile and View.
// The padding of a packed tile repeats the last pixel, and canaries fill the space between the
// planes of a plain one.
func formula(v View, lo int, order []int, shape kernel.Tile) []byte {
	size := v.Type.Size()
	want := bytes.Repeat([]byte{canary}, len(shape.Data))
	pixels := shape.Pixels
	if shape.Packed {
		pixels = (pixels + 63) / 64 * 64
	}
	for i := range v.Dates {
		date := i
		if order != nil {
			date = order[i]
		}
		for p := range pixels {
			q := lo + min(p, shape.Pixels-1)
			x, y := q%v.Width, q/v.Width
			from := [...]int{BSQ: (date*v.Height+y)*v.Width + x, BIL: (y*v.Dates+date)*v.Width + x, BIP: (y*v.Width+x)*v.Dates + date}[v.Order] * size
			to := (i*shape.Stride + p) * size
			if shape.Packed {
				to = ((p/64*v.Dates+i)*64 + p%64) * size
			}
			copy(want[to:to+size], v.Data[from:from+size])
		}
	}
	return want
}

// TestTransposes compares every body with the formula, in buffers beside guard pages. Either the
// source ends at one and the tile begins at one, or the other way round.
func TestTransposes(t *testing.T) {
	dates := []int{64, 127}
	for n := 1; n <= 40; n++ {
		dates = append(dates, n)
	}
	pixels := []int{257, 1003}
	for n := range 131 {
		pixels = append(pixels, n)
	}
	if race.Enabled { // ten times as slow
		dates, pixels = []int{1, 3, 5, 8, 21, 40}, []int{0, 1, 15, 16, 33, 64, 130, 257}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	ks := kernels(t)
	for _, d := range bySize {
		most := 1024 * 127 * d.Size()
		srcHead, srcTail := guard.Head(t, most), guard.Tail(t, most)
		dstHead, dstTail := guard.Head(t, most+2*4096), guard.Tail(t, most+2*4096)
		randomBytes(rng, srcHead)
		copy(srcTail, srcHead)
		for _, n := range dates {
			perm := rng.Perm(n)
			for _, px := range pixels {
				for variant := range 4 {
					v := View{Type: d, Order: BIP, Width: px, Height: 1, Dates: n}
					tile := kernel.Tile{Type: d, Dates: n, Pixels: px, Packed: variant&1 != 0}
					need := PackedBytes(d, px, n)
					if !tile.Packed {
						tile.Stride = px + rng.IntN(6)
						need = max(0, (n-1)*tile.Stride+px) * d.Size()
						if px == 0 {
							need = 0
						}
					}
					if size := px * n * d.Size(); (variant>>1+px)&1 == 0 {
						v.Data, tile.Data = srcHead[:size:size], dstTail[len(dstTail)-need:]
					} else {
						v.Data, tile.Data = srcTail[len(srcTail)-size:], dstHead[:need:need]
					}
					var order []int
					if variant&2 != 0 {
						order = perm
					}
					want := formula(v, 0, order, tile)
					for _, k := range ks {
						for i := range tile.Data {
							tile.Data[i] = canary
						}
						v.Copy(k, 0, order, tile)
						if !bytes.Equal(tile.Data, want) {
							t.Fatalf("%v, %v: %d pixels × %d dates, stride %d, packed %v, order %v: wrong bytes",
								k.ISA(), d, px, n, tile.Stride, tile.Packed, order)
						}
					}
				}
			}
		}
	}
}

// Series that are longer than the table of offsets are transposed in strips.
func TestTransposeOfLongSeries(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, d := range bySize {
		for _, n := range []int{65, 512, 513, 1500} {
			v := View{Type: d, Order: BIP, Width: 70, Height: 1, Dates: n, Data: make([]byte, 70*n*d.Size())}
			randomBytes(rng, v.Data)
			for _, order := range [][]int{nil, rng.Perm(n)} {
				for _, tile := range []kernel.Tile{
					NewTile(d, 70, n, make([]byte, TileBytes(d, 70, n))),
					NewPacked(d, 70, n, make([]byte, PackedBytes(d, 70, n))),
				} {
					want := formula(v, 0, order, tile)
					for _, k := range kernels(t) {
						for i := range tile.Data {
							tile.Data[i] = canary
						}
						v.Copy(k, 0, order, tile)
						if !bytes.Equal(tile.Data, want) {
							t.Fatalf("%v, %v: %d dates, packed %v, in order %v: wrong bytes", k.ISA(), d, n, tile.Packed, order == nil)
						}
					}
				}
			}
		}
	}
}

// A large tile takes several calls of the assembly.
func TestTransposeInSeveralCalls(t *testing.T) {
	const px, n = 5*maxCallSamples/7 + 9, 7
	v := View{Type: kernel.Int16, Order: BIP, Width: px, Height: 1, Dates: n, Data: make([]byte, px*n*2)}
	randomBytes(rand.New(rand.NewPCG(3, 3)), v.Data)
	for _, tile := range []kernel.Tile{
		NewTile(v.Type, px, n, make([]byte, TileBytes(v.Type, px, n))),
		NewPacked(v.Type, px, n, make([]byte, PackedBytes(v.Type, px, n))),
	} {
		for i := range tile.Data {
			tile.Data[i] = canary
		}
		want := formula(v, 0, nil, tile)
		for _, k := range kernels(t) {
			v.Copy(k, 0, nil, tile)
			if !bytes.Equal(tile.Data, want) {
				t.Fatalf("%v, packed %v: wrong bytes", k.ISA(), tile.Packed)
			}
		}
	}
}

// An order may have a date twice and another not at all. The assembly leaves it to the portable
// code.
func TestOrderThatIsNoPermutation(t *testing.T) {
	v := stack[int16](BIP, 70, 1, 5)
	for _, order := range [][]int{{0, 0, 1, 2, 3}, {4, 4, 4, 4, 4}} {
		tile := NewPacked(v.Type, 70, 5, make([]byte, PackedBytes(v.Type, 70, 5)))
		want := formula(v, 0, order, tile)
		for _, k := range kernels(t) {
			v.Copy(k, 0, order, tile)
			if !bytes.Equal(tile.Data, want) {
				t.Errorf("%v, order %v: wrong bytes", k.ISA(), order)
			}
		}
	}
}

// An ISA that is forced by its name is the one that runs.
func TestForcedTransposeRuns(t *testing.T) {
	v := stack[float32](BIP, 128, 1, 21)
	for _, k := range kernels(t) {
		want := 0
		if k.ISA() == kernel.AVX2 || k.ISA() == kernel.AVX512 {
			want = 128
		}
		for _, tile := range []kernel.Tile{
			NewTile(v.Type, 128, 21, make([]byte, TileBytes(v.Type, 128, 21))),
			NewPacked(v.Type, 128, 21, make([]byte, PackedBytes(v.Type, 128, 21))),
		} {
			if n := transposeVectors(k.ISA(), tile, v.Data, nil); n != want {
				t.Errorf("%v, packed %v: the assembly did %d pixels of 128, want %d", k.ISA(), tile.Packed, n, want)
			}
		}
	}
}

// Stacks of every order give the same packed tile, wherever it begins.
func TestCopyOfEveryOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, shape := range [][3]int{{1, 1, 1}, {7, 30, 2}, {33, 4, 21}, {200, 3, 5}, {4096, 3, 2}} {
		w, h, n := shape[0], shape[1], shape[2]
		for _, o := range []Order{BSQ, BIL, BIP} {
			v := stack[float32](o, w, h, n)
			for _, order := range [][]int{nil, rng.Perm(n)} {
				for _, lo := range []int{0, rng.IntN(w * h)} {
					px := w*h - lo
					for _, tile := range []kernel.Tile{
						NewTile(v.Type, px, n, make([]byte, TileBytes(v.Type, px, n))),
						NewPacked(v.Type, px, n, make([]byte, PackedBytes(v.Type, px, n))),
					} {
						want := formula(v, lo, order, tile)
						for _, k := range kernels(t) {
							for i := range tile.Data {
								tile.Data[i] = canary
							}
							v.Copy(k, lo, order, tile)
							if !bytes.Equal(tile.Data, want) {
								t.Fatalf("%v, %v %d×%d×%d from %d, packed %v: wrong bytes", k.ISA(), o, w, h, n, lo, tile.Packed)
							}
						}
					}
				}
			}
		}
	}
}

// A wrong shape panics before a byte is written.
func TestWrongCopies(t *testing.T) {
	v := stack[int16](BIP, 64, 2, 3)
	buf := bytes.Repeat([]byte{canary}, 64*3*2*4)
	for name, c := range map[string]struct {
		lo    int
		order []int
		tile  kernel.Tile
	}{
		"type":        {0, nil, NewPacked(kernel.Uint16, 64, 3, buf)},
		"dates":       {0, nil, NewPacked(kernel.Int16, 64, 2, buf)},
		"pixels":      {65, nil, NewPacked(kernel.Int16, 64, 3, buf)},
		"before":      {-1, nil, NewPacked(kernel.Int16, 64, 3, buf)},
		"short order": {0, []int{0, 1}, NewPacked(kernel.Int16, 64, 3, buf)},
		"date":        {0, []int{0, 1, 3}, NewPacked(kernel.Int16, 64, 3, buf)},
		"short tile":  {0, nil, kernel.Tile{Type: kernel.Int16, Data: buf[:64*3*2-1], Dates: 3, Pixels: 64, Packed: true}},
	} {
		for _, k := range kernels(t) {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: no panic", name)
					}
				}()
				v.Copy(k, c.lo, c.order, c.tile)
			}()
		}
	}
	for _, b := range buf {
		if b != canary {
			t.Fatal("something was written")
		}
	}
}

func TestCopyAllocatesNothing(t *testing.T) {
	for _, n := range []int{3, 21, 100, 600} {
		order := rand.New(rand.NewPCG(5, 5)).Perm(n)
		for _, d := range bySize {
			v := View{Type: d, Order: BIP, Width: 150, Height: 1, Dates: n, Data: make([]byte, 150*n*d.Size())}
			buf := make([]byte, max(TileBytes(d, 150, n), PackedBytes(d, 150, n)))
			for _, k := range kernels(t) {
				if a := testing.AllocsPerRun(10, func() {
					v.Copy(k, 0, nil, NewTile(d, 150, n, buf))
					v.Copy(k, 0, order, NewPacked(d, 150, n, buf))
				}); a != 0 {
					t.Errorf("%v, %v, %d dates: %v allocations", k.ISA(), d, n, a)
				}
			}
		}
	}
}

// FuzzTranspose takes arbitrary numbers as shapes. The values of the samples do not matter.
func FuzzTranspose(f *testing.F) {
	f.Add(uint8(0), uint16(3), uint16(70), uint8(0), true, uint64(0))
	f.Add(uint8(2), uint16(21), uint16(70), uint8(2), false, uint64(1))
	f.Add(uint8(3), uint16(550), uint16(9), uint8(1), true, uint64(2))
	f.Fuzz(func(t *testing.T, dtype uint8, dates, pixels uint16, gap uint8, packed bool, seed uint64) {
		d := bySize[int(dtype)%len(bySize)]
		n := 1 + int(dates)%600
		px := int(pixels) % 300
		v := View{Type: d, Order: BIP, Width: px, Height: 1, Dates: n, Data: make([]byte, px*n*d.Size())}
		for i := range v.Data {
			v.Data[i] = byte((i + int(seed)) * 167 >> 3)
		}
		tile := kernel.Tile{Type: d, Dates: n, Pixels: px, Packed: packed, Stride: px + int(gap)%8}
		if packed {
			tile.Data = make([]byte, PackedBytes(d, px, n))
		} else {
			tile.Data = make([]byte, n*tile.Stride*d.Size())
		}
		var order []int
		if seed != 0 {
			order = rand.New(rand.NewPCG(seed, seed)).Perm(n)
		}
		want := formula(v, 0, order, tile)
		for _, k := range kernels(t) {
			for i := range tile.Data {
				tile.Data[i] = canary
			}
			v.Copy(k, 0, order, tile)
			if !bytes.Equal(tile.Data, want) {
				t.Fatalf("%v, %v: %d pixels × %d dates, stride %d, packed %v: wrong bytes", k.ISA(), d, px, n, tile.Stride, packed)
			}
		}
	})
}

// BenchmarkTranspose measures one thread that transposes pixel-interleaved samples into a tile of
// half of the L2 cache, from the other half or from a buffer of four times the last-level cache.
// The rate counts the samples. benchstat -col /isa compares the implementations.
func BenchmarkTranspose(b *testing.B) {
	for _, d := range []kernel.DType{kernel.Float32, kernel.Int16} {
		for _, n := range []int{21, 64, 500} {
			tilePixels := CachePixels(d, n) / 2
			for _, ws := range []string{"L2", "ram"} {
				pixels := tilePixels
				if ws == "ram" {
					pixels = min(max(4*l3Bytes(), 64<<20), 256<<20) / n / d.Size()
				}
				arena, err := NewArena(pixels*n*d.Size() + TileBytes(d, tilePixels, n) + PackedBytes(d, tilePixels, n) + 3*lineBytes)
				if err != nil {
					b.Fatal(err)
				}
				v := View{Type: d, Order: BIP, Width: pixels, Height: 1, Dates: n, Data: arena.Cut(pixels * n * d.Size())}
				for i := range v.Data {
					v.Data[i] = byte(i)
				}
				plain := NewTile(d, tilePixels, n, arena.Cut(TileBytes(d, tilePixels, n)))
				packed := NewPacked(d, tilePixels, n, arena.Cut(PackedBytes(d, tilePixels, n)))
				for _, k := range kernels(b) {
					for _, tile := range []kernel.Tile{plain, packed} {
						b.Run(fmt.Sprintf("isa=%v/dtype=%v/n=%d/packed=%v/ws=%s", k.ISA(), d, n, tile.Packed, ws), func(b *testing.B) {
							b.SetBytes(int64(tilePixels * n * d.Size()))
							lo := 0
							for b.Loop() {
								v.Copy(k, lo, nil, tile)
								if lo += tilePixels; lo > pixels-tilePixels {
									lo = 0
								}
							}
						})
					}
				}
				if err := arena.Close(); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
