package pixtrend

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
)

// testMap checks that Map passes every sample of a scene once, by plane and by series.
func testMap[T kernel.Sample](t *testing.T) {
	s := drawScene[T](1, 31, 13, days(9))
	for _, order := range orders {
		for _, perm := range [][]int{s.inOrder(), s.shuffled()} {
			st := s.stack(t, order, perm)
			checkMap(t, s, st, order)
			checkMap(t, s, pack(t, st, Options{}), order)
		}
	}
}

// checkMap compares the tiles of a stack with the scene that it was made from.
func checkMap[T kernel.Sample](t *testing.T, s scene[T], st *Stack, order layout.Order) {
	t.Helper()
	for threads := range 4 {
		seen := make([]int, st.Pixels()) // no lock: the race detector checks the promise
		workers := threads
		if threads == 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		busy := make([]atomic.Bool, workers)
		err := Map(t.Context(), st, Options{Threads: threads}, func(tile Tile[T]) error {
			if busy[tile.Worker].Swap(true) {
				t.Errorf("worker %d is called twice at once", tile.Worker)
			}
			defer busy[tile.Worker].Store(false)
			if !slices.Equal(tile.T, st.Axis().T) {
				t.Errorf("T = %v, want %v", tile.T, st.Axis().T)
			}
			var series []T
			for p := range tile.Pixels {
				seen[tile.First+p]++
				series = tile.Series(series[:0], p)
				observations := 0
				for i, y := range series {
					want, plane := s.planes[i][tile.First+p], tile.Plane(i)
					if len(plane) != tile.Pixels || !same(y, want) || !same(plane[p], want) {
						t.Errorf("%v: pixel %d at date %d is %v and %v, want %v", order, tile.First+p, i, y, plane[p], want)
						return errors.New("wrong sample")
					}
					if !tile.IsGap(y) {
						observations++
					}
				}
				if times, _ := s.series(tile.First + p); observations != len(times) {
					t.Errorf("%v: pixel %d has %d observations, want %d", order, tile.First+p, observations, len(times))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for p, n := range seen {
			if n != 1 {
				t.Fatalf("%v, %d threads: pixel %d came %d times", order, threads, p, n)
			}
		}
	}
}

// same compares samples; every NaN is alike.
func same[T kernel.Sample](a, b T) bool { return a == b || a != a && b != b }

func TestMap(t *testing.T) {
	t.Run("uint8", testMap[uint8])
	t.Run("int8", testMap[int8])
	t.Run("uint16", testMap[uint16])
	t.Run("int16", testMap[int16])
	t.Run("uint32", testMap[uint32])
	t.Run("int32", testMap[int32])
	t.Run("float32", testMap[float32])
	t.Run("float64", testMap[float64])
}

func TestIsGap(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, row := range []struct {
		valid kernel.Valid
		y     float32
		want  bool
	}{
		{kernel.Valid{}, 0, false},
		{kernel.Valid{}, float32(nan), true},
		{kernel.Valid{}, inf, true},
		{kernel.Valid{}, -inf, true},
		{kernel.Valid{HasNodata: true, Nodata: 0.1}, 0.1, true}, // compared as float32
		{kernel.Valid{HasNodata: true, Nodata: 0.1}, 0.2, false},
		{kernel.Valid{Nodata: 5}, 5, false},
		{kernel.Valid{HasRange: true, Lo: 1, Hi: 2}, 1, false},
		{kernel.Valid{HasRange: true, Lo: 1, Hi: 2}, 2, false},
		{kernel.Valid{HasRange: true, Lo: 1, Hi: 2}, 2.5, true},
	} {
		st, err := NewStack([]float32{row.y, row.y}, layout.BSQ, 1, 1, Years(1, 2))
		if err != nil {
			t.Fatal(err)
		}
		st.Valid = row.valid
		err = Map(t.Context(), st, Options{}, func(tile Tile[float32]) error {
			if got := tile.IsGap(tile.Plane(1)[0]); got != row.want {
				t.Errorf("%+v: %v is a gap: %v", row.valid, row.y, got)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The tiles of a sorted stack are views of it.
func TestMapSeesTheStackItself(t *testing.T) {
	s := drawScene[uint16](2, 97, 43, Years(1, 5))
	for _, order := range []layout.Order{layout.BSQ, layout.BIL} {
		data, dates := s.data(order, s.inOrder())
		st, err := NewStack(data, order, s.width, s.height, dates)
		if err != nil {
			t.Fatal(err)
		}
		err = Map(t.Context(), st, Options{}, func(tile Tile[uint16]) error {
			for i := range tile.T {
				at := i*s.width*s.height + tile.First
				if order == layout.BIL {
					at = (tile.First/s.width*len(dates)+i)*s.width + tile.First%s.width
				}
				if &tile.Plane(i)[0] != &data[at] {
					t.Errorf("%v: pixel %d at date %d is a copy", order, tile.First, i)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A statistic that the library does not have: the median of the observations of each pixel, by a
// closure over where the results go and memory for each worker.
func TestMapMedian(t *testing.T) {
	s := city()
	median := func(y []float32) float32 {
		if len(y) == 0 {
			return float32(nan)
		}
		slices.Sort(y)
		return y[len(y)/2]
	}
	want := planes[float32](1, s.width*s.height)
	for p := range want[0] {
		_, values := s.series(p)
		var y []float32
		for _, v := range values {
			y = append(y, float32(v))
		}
		want[0][p] = median(y)
	}
	for _, order := range orders {
		const threads = 3
		out := planes[float32](1, s.width*s.height)
		var scratch [threads][]float32
		err := Map(t.Context(), s.stack(t, order, s.inOrder()), Options{Threads: threads}, func(tile Tile[float32]) error {
			for p := range tile.Pixels {
				y := tile.Series(scratch[tile.Worker][:0], p)
				scratch[tile.Worker] = y
				out[0][tile.First+p] = median(slices.DeleteFunc(y, tile.IsGap))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := differ(want, out); err != nil {
			t.Errorf("%v: %v", order, err)
		}
	}
}

func TestMapErrors(t *testing.T) {
	s := drawScene[int16](3, 30, 200, Years(1, 4))
	st := s.stack(t, layout.BIL, s.inOrder())
	never := func(Tile[int16]) error {
		t.Error("the function is called")
		return nil
	}
	if err := Map(t.Context(), st, Options{}, func(Tile[uint16]) error { t.Error("called"); return nil }); err == nil {
		t.Error("a function over uint16 takes a stack of int16")
	}
	if err := Map(t.Context(), new(Stack), Options{}, never); err == nil {
		t.Error("a stack that NewStack did not make passes")
	}
	for _, o := range []Options{{Threads: -1}, {Pin: 99}} {
		if err := Map(t.Context(), st, o, never); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Map(ctx, st, Options{}, never); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}

	// The first error stops its worker at once, and the others after their current line.
	broken := errors.New("broken")
	var calls, failed atomic.Int32
	before := runtime.NumGoroutine()
	err := Map(t.Context(), st, Options{Threads: 1}, func(tile Tile[int16]) error {
		if calls.Add(1) == 5 {
			return broken
		}
		return nil
	})
	if err != broken || calls.Load() != 5 {
		t.Errorf("%v after %d calls, want %v after 5", err, calls.Load(), broken)
	}
	err = Map(t.Context(), st, Options{Threads: 3}, func(tile Tile[int16]) error {
		failed.Add(1)
		return broken
	})
	if err != broken || failed.Load() > 3 {
		t.Errorf("%v, %d workers failed", err, failed.Load())
	}
	settled(t, before)
}
