package pipeline

import (
	"context"
	"fmt"
	"hash/crc32"
	"strings"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/runner"
)

// result is the output of a job.
type result struct {
	path  string
	stats string // fields of its bands
}

const (
	checkedPixels = 1 << 20  // approximate number of pixels that are compared
	checkMemory   = 64 << 20 // bytes of samples per thread
)

// verify compares results with the reference, computed from the first n files of the stack. It
// compares every pixel of a small stack and every k-th of a large one. GDAL reads the files without
// any of pixtrend's own readers.
func verify(ctx context.Context, s Stack, n int, results []result) (checked int64, err error) {
	if err := register(); err != nil {
		return 0, err
	}
	pixels := int64(s.Width) * int64(s.Height)
	every := max(1, pixels/checkedPixels)
	if every > 1 {
		every |= 1 // odd, so that the columns differ from row to row
	}
	names := s.files(n)
	times := make([]float64, n)
	for i := range times {
		_, times[i] = s.date(i)
	}
	height := max(1, checkMemory/(4*s.Width*n))
	if strings.Contains(strings.Join(s.Creation, " "), "TILED=YES") {
		height = min(makeRows, s.Height) // whole tiles, so that each is decoded once
	}
	bands := (s.Height + height - 1) / height
	_, err = runner.Run(ctx, bands, runner.Options{}, func(_ context.Context, _ runner.Worker, i int) error {
		y0 := i * height
		rows := min(height, s.Height-y0)
		samples := make([][]float32, n)
		for d, name := range names {
			planes, err := readRows(name, y0, s.Width, rows)
			if err != nil {
				return err
			}
			samples[d] = planes[0]
		}
		outputs := make([][][]float32, len(results))
		for r := range results {
			if outputs[r], err = readRows(results[r].path, y0, s.Width, rows); err != nil {
				return err
			}
		}
		series := make([]float64, n)
		first := int64(y0) * int64(s.Width)
		for p := (every - first%every) % every; p < int64(rows)*int64(s.Width); p += every {
			for d := range series {
				series[d] = float64(samples[d][p])
			}
			want := bench.Reference(times, series)
			for r, output := range outputs {
				if err := compare(results[r], output, p, want); err != nil {
					return fmt.Errorf("%w at column %d, row %d", err, p%int64(s.Width), int64(y0)+p/int64(s.Width))
				}
			}
		}
		return nil
	})
	return (pixels + every - 1) / every, err
}

// compare compares a pixel of a result with the reference.
func compare(r result, bands [][]float32, pixel int64, want bench.Trend) error {
	fields := strings.Split(r.stats, ",")
	if len(fields) != len(bands) {
		return fmt.Errorf("%w: %s has %d bands instead of %s", bench.ErrWrong, r.path, len(bands), r.stats)
	}
	for i, field := range fields {
		expected, off := want.Slope, want.SlopeError
		switch field {
		case "intercept":
			expected, off = want.Intercept, want.InterceptError
		case "n":
			expected, off = float64(want.N), 0
		}
		if got := bands[i][pixel]; !bench.Near(got, expected, off) {
			return fmt.Errorf("%w: %s of %s is %v, but the reference is %v,", bench.ErrWrong, field, r.path, got, expected)
		}
	}
	return nil
}

// readRows reads rows of every band as float32, which can hold the samples of all types used here.
func readRows(path string, y, width, rows int) ([][]float32, error) {
	ds, err := godal.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	defer func() { _ = ds.Close() }()
	var planes [][]float32
	for _, b := range ds.Bands() {
		plane := make([]float32, width*rows)
		if err := b.Read(0, y, plane, width, rows); err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", path, err)
		}
		planes = append(planes, plane)
	}
	return planes, nil
}

// sum returns a checksum of all samples of a result.
func sum(path string) (uint64, error) {
	ds, err := godal.Open(path)
	if err != nil {
		return 0, fmt.Errorf("cannot open %s: %w", path, err)
	}
	defer func() { _ = ds.Close() }()
	st := ds.Structure()
	rows := min(makeRows, st.SizeY)
	buffer := make([]float32, st.SizeX*rows)
	table := crc32.MakeTable(crc32.Castagnoli)
	total := uint32(0)
	for _, b := range ds.Bands() {
		for y := 0; y < st.SizeY; y += rows {
			n := min(rows, st.SizeY-y)
			part := buffer[:n*st.SizeX]
			if err := b.Read(0, y, part, st.SizeX, n); err != nil {
				return 0, fmt.Errorf("cannot read %s: %w", path, err)
			}
			total = crc32.Update(total, table, unsafe.Slice((*byte)(unsafe.Pointer(&part[0])), 4*len(part)))
		}
	}
	return uint64(total), nil
}
