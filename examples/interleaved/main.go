// Command interleaved fits a stack in a flat file that is interleaved by pixel (BIP): each pixel is
// stored with its whole series. The stack is never in memory as a whole. Use the example as a model
// for any storage that pixtrend does not read.
//
//	go run ./examples/interleaved   # makes a stack of its own
//	go run ./examples/interleaved -width 400 -height 300 -years 1995-2015 stack.bip slope.f32
//
// Samples are int16 with -9999 for a gap. The result is float32. Both files are stored row by
// row, in the machine's byte order. If the first year is the later one (2015-1995), each series begins with the
// newest sample.
//
// Two small types connect files to pixtrend.Stream. cube is a Source, which reads the window that
// Stream asks for. plane is a Sink, which writes windows as they are finished.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/timeaxis"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("interleaved: ")
	width := flag.Int("width", 0, "columns of the stack in a file")
	height := flag.Int("height", 0, "rows")
	years := flag.String("years", "", "years of the first and last sample of each pixel, such as 1995-2015")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := errors.New("name the file of the stack, with its -width, -height and -years, and that of the slopes; or nothing for a stack that is made")
	switch {
	case flag.NArg() == 0 && flag.NFlag() == 0:
		err = demo(ctx, os.Stdout)
	case flag.NArg() == 2:
		err = fit(ctx, os.Stdout, flag.Arg(0), flag.Arg(1), *width, *height, *years)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// cube is a pixel-interleaved stack. It is a pixtrend.Source.
type cube struct {
	file    io.ReaderAt
	grid    pixtrend.Grid
	order   []int         // plane i of a tile is sample order[i] of a pixel
	kernel  kernel.Kernel // its instruction set is used to transpose
	buffers [][]byte      // one per worker
}

// newCube returns the stack of that many pixels in a file. The samples of each pixel are in the
// order of dates.
func newCube(file io.ReaderAt, width, height int, dates []timeaxis.Date, workers int) (*cube, error) {
	axis, order, err := timeaxis.NewAxis(dates)
	if err != nil {
		return nil, err
	}
	c := &cube{file: file, order: order, kernel: kernel.Best(), buffers: make([][]byte, workers)}
	c.grid = pixtrend.Grid{
		Width: width, Height: height, Axis: axis, Type: kernel.Int16,
		Valid:        kernel.Valid{HasNodata: true, Nodata: nodata},
		ScratchBytes: len(dates) * kernel.Int16.Size(), // Read holds a window as stored
		BlockWidth:   width, BlockHeight: 1,            // whole rows, contiguous in the file
	}
	return c, nil
}

const nodata = -9999

// Grid describes the stack.
func (c *cube) Grid() pixtrend.Grid { return c.grid }

// pixelBytes is the size of a pixel in the file.
func (c *cube) pixelBytes() int { return len(c.order) * c.grid.Type.Size() }

// Read reads a window and copies its series to the planes of dst.
func (c *cube) Read(_ context.Context, worker int, w pixtrend.Window, _ int, dst kernel.Tile) error {
	n := w.Pixels() * c.pixelBytes()
	raw := slices.Grow(c.buffers[worker][:0], n)[:n]
	c.buffers[worker] = raw
	rows, row := w.Height, w.Width*c.pixelBytes()
	if w.Width == c.grid.Width {
		rows, row = 1, n // whole rows follow each other
	}
	for y := range rows {
		at := (int64(w.Y+y)*int64(c.grid.Width) + int64(w.X)) * int64(c.pixelBytes())
		if n, err := c.file.ReadAt(raw[y*row:(y+1)*row], at); n < row {
			return fmt.Errorf("cannot read %d bytes at byte %d of the stack: %w", row, at, err)
		}
	}
	view := layout.View{Type: c.grid.Type, Data: raw, Width: w.Width, Height: w.Height, Dates: len(c.order), Order: layout.BIP}
	view.Copy(c.kernel, 0, c.order, dst)
	return nil
}

// plane is a raster of float32 in a flat file. It is a pixtrend.Sink for one field.
type plane struct {
	file  io.WriterAt
	width int
}

// Write writes the rows of a window to their places. Windows come in any order, but one at a time.
func (p *plane) Write(w pixtrend.Window, planes kernel.Tile) error {
	values := kernel.Plane[float32](planes, 0)
	for y := range w.Height {
		row := kernel.Bytes(values[y*w.Width:][:w.Width])
		at := (int64(w.Y+y)*int64(p.width) + int64(w.X)) * 4
		if _, err := p.file.WriteAt(row, at); err != nil {
			return err
		}
	}
	return nil
}

// fit fits the stack in one file and writes the slopes to another.
func fit(ctx context.Context, w io.Writer, in, out string, width, height int, years string) (err error) {
	dates, err := parseYears(years)
	if err != nil {
		return err
	}
	file, err := os.Open(in)
	if err != nil {
		return err
	}
	defer file.Close()
	threads := runtime.GOMAXPROCS(0)
	c, err := newCube(file, width, height, dates, threads)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if row := int64(width) * int64(c.pixelBytes()); width < 1 || row < 1 || info.Size()%row != 0 || info.Size()/row != int64(height) {
		return fmt.Errorf("%s has %d bytes, which are not %d × %d pixels of %d int16 samples: give its -width, -height and -years",
			in, info.Size(), width, height, len(dates))
	}
	// O_EXCL, because out may be the input.
	slopes, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	report, err := pixtrend.Stream(ctx, c, &plane{slopes, width}, pixtrend.Options{Threads: threads, TileMemory: 64 << 20})
	if err := errors.Join(err, slopes.Close()); err != nil {
		return errors.Join(err, os.Remove(out)) // it is incomplete
	}
	fmt.Fprintf(w, "%s: slopes of %d × %d pixels over %v\n", out, width, height, c.grid.Axis)
	fmt.Fprintf(w, "%.1f Mpixel/s, %s on %d threads\n", float64(report.Pixels)/report.Elapsed.Seconds()/1e6, report.ISA, report.Threads)
	return nil
}

// parseYears parses FIRST-LAST. FIRST may be the later year.
func parseYears(s string) ([]timeaxis.Date, error) {
	a, b, _ := strings.Cut(s, "-")
	first, err1 := strconv.Atoi(a)
	last, err2 := strconv.Atoi(b)
	if errors.Join(err1, err2) != nil || min(first, last) < 1 || max(first, last) > 9999 {
		return nil, fmt.Errorf("the years are %q: give the first and the last, such as 1995-2015", s)
	}
	dates := pixtrend.Years(min(first, last), max(first, last))
	if last < first {
		slices.Reverse(dates)
	}
	return dates, nil
}

// demo makes a stack in a temporary folder with the newest samples first, fits it and prints some
// of the slopes.
func demo(ctx context.Context, w io.Writer) (err error) {
	const width, height, years = 400, 300, "2015-1995"
	dates, err := parseYears(years)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "interleaved")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in, out := filepath.Join(dir, "stack.bip"), filepath.Join(dir, "slope.f32")
	if err := os.WriteFile(in, kernel.Bytes(made(width, height, dates)), 0o666); err != nil {
		return err
	}
	if err := fit(ctx, w, in, out, width, height, years); err != nil {
		return err
	}
	result, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	slopes := kernel.Plane[float32](kernel.Tile{Type: kernel.Float32, Data: result, Dates: 1, Pixels: width * height}, 0)
	for _, x := range []int{0, width / 2, width - 1} {
		fmt.Fprintf(w, "column %d: slope %g in the first row, %g in the last\n", x, slopes[x], slopes[(height-1)*width+x])
	}
	return nil
}

// made returns a stack in which a tenth of the samples are missing. Its slope depends on the column
// and takes 15 values from -7 to 7 per year in turn.
func made(width, height int, dates []timeaxis.Date) []int16 {
	samples := make([]int16, 0, width*height*len(dates))
	for p := range width * height {
		x, y := p%width, p/width
		for _, date := range dates {
			year := int(date.Number())
			sample := 1000 + y%100 + (x%15-7)*(year-2000)
			if (x+3*y+year)%10 == 0 {
				sample = nodata
			}
			samples = append(samples, int16(sample))
		}
	}
	return samples
}
