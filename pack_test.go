package pixtrend

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
)

// pack packs a stack, with the workers of o, until the test ends.
func pack(t testing.TB, s *Stack, o Options) *Stack {
	t.Helper()
	packed, err := s.Pack(t.Context(), Options{Threads: o.Threads, Pin: o.Pin, ISA: o.ISA})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := packed.Close(); err != nil {
			t.Error(err)
		}
	})
	return packed
}

// checkPack fits a scene and its packed copy in every way. The bits must be the same.
func checkPack[T kernel.Sample](t *testing.T, s scene[T], perm []int) {
	t.Helper()
	for _, order := range orders {
		st := s.stack(t, order, perm)
		for _, isa := range kernel.Available() {
			for threads := 1; threads <= 3; threads++ {
				for _, fields := range [][]stats.Field{all, all[:1], {stats.N, stats.Slope}} {
					o := Options{Fields: fields, Threads: threads, ISA: isa.String()}
					packed := pack(t, st, o)
					want, got := planes[float64](len(fields), st.Pixels()), planes[float64](len(fields), st.Pixels())
					if _, err := FitInto(t.Context(), st, o, want); err != nil {
						t.Fatal(err)
					}
					if _, err := FitInto(t.Context(), packed, o, got); err != nil {
						t.Fatal(err)
					}
					if err := differ(want, got); err != nil {
						t.Fatalf("%v, rasters %v, %s, %d threads, %v: %v", order, perm, isa, threads, fields, err)
					}
					r, err := Fit(t.Context(), packed, o)
					if err != nil {
						t.Fatal(err)
					}
					if err := differ(narrow(want), r.Planes); err != nil {
						t.Fatalf("%v, rasters %v, %s, %d threads, %v: %v", order, perm, isa, threads, fields, err)
					}
				}
			}
		}
	}
}

func testPackOf[T kernel.Sample](t *testing.T) {
	s := drawScene[T](6, 43, 19, days(7))
	checkPack(t, s, s.inOrder())
	checkPack(t, s, s.shuffled())
}

func TestPack(t *testing.T) {
	t.Run("uint8", testPackOf[uint8])
	t.Run("int8", testPackOf[int8])
	t.Run("uint16", testPackOf[uint16])
	t.Run("int16", testPackOf[int16])
	t.Run("uint32", testPackOf[uint32])
	t.Run("int32", testPackOf[int32])
	t.Run("float32", testPackOf[float32])
	t.Run("float64", testPackOf[float64])
}

// Pieces of several panels, a few of which have gaps.
func TestPackCity(t *testing.T) {
	s := city()
	checkPack(t, s, s.inOrder())
	s.planes[3][777], s.planes[20][10700] = float32(nan), float32(nan)
	checkPack(t, s, s.shuffled())
}

func TestPackNoPixels(t *testing.T) {
	st, err := NewStack([]float32{}, layout.BIL, 5, 0, Years(1, 3))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Fit(t.Context(), pack(t, st, Options{}), Options{}); err != nil || len(r.Planes[0]) != 0 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestPackErrors(t *testing.T) {
	s := drawScene[int16](7, 20, 10, Years(1, 4))
	st := s.stack(t, layout.BIP, s.inOrder())
	if _, err := pack(t, st, Options{}).Pack(t.Context(), Options{}); err == nil {
		t.Error("a packed stack is packed again")
	}
	if _, err := st.Pack(t.Context(), Options{ISA: "mmx"}); !errors.Is(err, kernel.ErrISA) {
		t.Errorf("packed with mmx: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := st.Pack(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("packed though cancelled: %v", err)
	}
	if err := st.Close(); err != nil {
		t.Errorf("a stack that owns nothing: %v", err)
	}
	if runtime.GOOS != "linux" {
		return // elsewhere memory comes from the Go heap, which ends the process
	}
	st.view = layout.View{Type: kernel.Uint8, Width: 1 << 30, Height: 1 << 18, Dates: 1 << 10}
	if _, err := st.Pack(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "274877906944 MiB") {
		t.Errorf("256 PiB: %v", err)
	}
}

func TestPackedStackAfterClose(t *testing.T) {
	s := drawScene[int16](8, 20, 10, Years(1, 4))
	packed, err := s.stack(t, layout.BSQ, s.inOrder()).Pack(t.Context(), Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := packed.Close(); err != nil {
			t.Error(err)
		}
	}
	if packed.packed.Data != nil {
		t.Error("the memory that was given back can still be reached")
	}
}
