package main

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// The tests with rasters that lie run thousands of commands. Starting the program takes longer than
// most of them, so a worker, this test in a process of its own, runs one after another; what crashes
// it, stays within it. Another worker reads rasters with GDAL alone.

const workerVariable = "PIXTREND_HOSTILE_WORKER"

// Limits of a command. The time is that of the processor: the machine may be busy otherwise. A command
// that waits for ever is stopped later.
const (
	mostTime  = 20 * time.Second
	mostWait  = 5 * time.Minute
	mostBytes = 600 << 20
)

// order is a command line to run in a folder, or a raster to read.
type order struct {
	Dir  string
	Args []string
	Read string
}

// answer is what a command did, or what GDAL reads.
type answer struct {
	Code           int
	Stdout, Stderr string
	Reading        reading
}

// reading is what GDAL reads of the bands of a raster. Bits are those of the samples as float64.
type reading struct {
	Err           string
	Part          map[int]bool // the pixels of band 1 that can be read, if not all can
	Width, Height int
	Bands         [][]uint64
	Nodata        float64
	HasNodata     bool
	Scale, Offset float64
	Masked        bool // a mask, and not nodata, hides samples
	Mask          []byte
}

func (r reading) sample(band, p int) float64 { return math.Float64frombits(r.Bands[band][p]) }

// work answers orders until there are no more.
func work() int {
	orders, answers := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	for {
		var o order
		if err := orders.Decode(&o); err != nil {
			if errors.Is(err, io.EOF) {
				return 0
			}
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		var a answer
		if o.Read != "" {
			a.Reading = readWithGDAL(o.Read)
		} else {
			var stdout, stderr bytes.Buffer
			if err := os.Chdir(o.Dir); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
			// The peak of memory starts anew, without what commands before have freed.
			debug.FreeOSMemory()
			gdal.Release()
			_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
			a.Code = run(o.Args, &stdout, &stderr)
			a.Stdout, a.Stderr = stdout.String(), stderr.String()
		}
		if err := answers.Encode(a); err != nil {
			return 1
		}
	}
}

// readWithGDAL reads a raster of any size that the rasters here have, with none of the shortcuts of
// this program.
func readWithGDAL(path string) (r reading) {
	fail := func(err error) reading { return reading{Err: err.Error()} }
	if err := gdal.Register(); err != nil {
		return fail(err)
	}
	loud := func(ec godal.ErrorCategory, _ int, text string) error {
		if ec <= godal.CE_Warning {
			return nil
		}
		return errors.New(text)
	}
	gdal.Quietly(func() {
		var ds *godal.Dataset
		var err error
		if ds, err = godal.Open(path, godal.RasterOnly(), godal.Drivers("GTiff"), godal.SiblingFiles(), godal.ErrLogger(loud)); err != nil {
			r = fail(err)
			return
		}
		defer func() { _ = ds.Close() }()
		st := ds.Structure()
		r.Width, r.Height = st.SizeX, st.SizeY
		if int64(st.SizeX)*int64(st.SizeY) > 1<<16 || len(ds.Bands()) > 64 || st.BlockSizeX*st.BlockSizeY > 1<<24 {
			r.Err = tooLarge
			return
		}
		for i, b := range ds.Bands() {
			values := make([]float64, st.SizeX*st.SizeY)
			if err = b.Read(0, 0, values, st.SizeX, st.SizeY, godal.ErrLogger(loud)); err != nil {
				r.Err = err.Error()
				if i > 0 || st.BlockSizeX*st.BlockSizeY > 1<<16 {
					return
				}
				r.keepPart(func(p int) error { return b.Read(p%st.SizeX, p/st.SizeX, values[p:p+1], 1, 1, godal.ErrLogger(loud)) })
			}
			bits := make([]uint64, len(values))
			for p, y := range values {
				bits[p] = math.Float64bits(y)
			}
			r.Bands = append(r.Bands, bits)
			if i > 0 {
				continue
			}
			r.Nodata, r.HasNodata = b.NoData()
			r.Scale, r.Offset = b.Structure().Scale, b.Structure().Offset
			if flags := b.MaskFlags(); flags&(gdal.MaskAllValid|gdal.MaskNodata) == 0 {
				r.Masked, r.Mask = true, make([]byte, len(values))
				mask := b.MaskBand()
				if mask.Structure().SizeX != st.SizeX || mask.Structure().SizeY != st.SizeY {
					r.Err = "its mask has another size"
					return
				}
				if err = mask.Read(0, 0, r.Mask, st.SizeX, st.SizeY, godal.ErrLogger(loud)); err != nil {
					r.Err = err.Error()
					r.keepPart(func(p int) error {
						return mask.Read(p%st.SizeX, p/st.SizeX, r.Mask[p:p+1], 1, 1, godal.ErrLogger(loud))
					})
				}
			}
		}
	})
	return r
}

// tooLarge is the error of rasters whose samples are not compared.
const tooLarge = "it is too large"

// keepPart sets the pixels that read can read, of those that could be read so far.
func (r *reading) keepPart(read func(p int) error) {
	before := r.Part
	r.Part = map[int]bool{}
	for p := range r.Width * r.Height {
		if (before == nil || before[p]) && read(p) == nil {
			r.Part[p] = true
		}
	}
}

// worker is a process that answers orders.
type worker struct {
	t       *testing.T
	command *exec.Cmd
	orders  *gob.Encoder
	answers *gob.Decoder
	raw     *os.File // its standard error, on which nothing but a crash writes
	done    int      // orders that it was given
}

// mostOrders is how many orders a process is given. Cobra keeps the flags of every command line that
// a process has parsed, so that it grows by a fifth of a megabyte for each.
const mostOrders = 60

// start starts the process, if it does not run.
func (w *worker) start() {
	if w.command != nil {
		return
	}
	raw, err := os.Create(filepath.Join(w.t.TempDir(), "stderr"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.raw = raw
	c := command(w.t.TempDir(), []string{workerVariable + "=1", "GOTRACEBACK=single"})
	c.Path, c.Args = os.Args[0], os.Args[:1]
	c.Stderr = raw
	in, err := c.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.command, w.orders, w.answers, w.done = c, gob.NewEncoder(in), gob.NewDecoder(out), 0
}

// stop ends the process and returns what it wrote on standard error.
func (w *worker) stop() string {
	if w.command == nil {
		return ""
	}
	_ = w.command.Process.Kill()
	_ = w.command.Wait()
	w.command = nil
	text, _ := os.ReadFile(w.raw.Name())
	_ = w.raw.Close()
	return string(text)
}

// do gives an order. fault says why there is no answer, or how the limits were not kept.
func (w *worker) do(o order) (a answer, fault string) {
	if w.done++; w.done > mostOrders {
		w.stop()
	}
	w.start()
	pid := w.command.Process.Pid
	done := make(chan error, 1)
	go func() {
		err := w.orders.Encode(o)
		if err == nil {
			err = w.answers.Decode(&a)
		}
		done <- err
	}()
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	for begin, used := time.Now(), cpuOf(pid); ; {
		select {
		case err := <-done:
			if err != nil {
				text := w.stop()
				return answer{}, "crashes: " + text[:min(len(text), 600)]
			}
			if info, err := w.raw.Stat(); err == nil && info.Size() > 0 {
				return a, "writes past its messages: " + w.stop()
			}
			if most := memoryOf(pid, "VmHWM"); most > mostBytes {
				w.stop()
				return a, fmt.Sprintf("takes %d MiB", most>>20)
			}
			return a, ""
		case <-ticks.C:
			slow, large := cpuOf(pid)-used > mostTime || time.Since(begin) > mostWait, memoryOf(pid, "VmRSS") > mostBytes+100<<20
			if slow || large {
				w.stop()
				<-done
				return answer{}, map[bool]string{true: "takes more than the time", false: "takes more than the memory"}[slow]
			}
		}
	}
}

// cpuOf returns the time of the processor that a process has used; 0 where the system does not say.
func cpuOf(pid int) (used time.Duration) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) > 12 { // utime and stime, in hundredths of a second
		for _, f := range fields[11:13] {
			var n int64
			_, _ = fmt.Sscan(f, &n)
			used += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return used
}

// memoryOf returns a size in the status of a process in bytes; 0 where the system does not say.
func memoryOf(pid int, name string) (bytes int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			_, _ = fmt.Sscan(value, &bytes)
		}
	}
	return bytes << 10
}
