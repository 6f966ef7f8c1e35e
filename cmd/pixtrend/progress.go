package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
)

// A meter shows the progress of a run. Errors in writing it are ignored.
type meter interface {
	set(done, total int)
	// end is called once, after the last set. ok is false if the run failed or was interrupted.
	end(ok bool)
}

// newMeter returns the meter for w, which is standard error: a bar on a terminal, and dots like
// GDAL's elsewhere. bytes is the size of the input, which the bar counts.
func newMeter(w io.Writer, quiet bool, bytes int64) meter {
	if quiet {
		return silence{}
	}
	if isTerminal(w) {
		return newBar(w, bytes)
	}
	return &dots{w: w}
}

type silence struct{}

func (silence) set(done, total int) {}
func (silence) end(ok bool)         {}

// longMap is how many pixels take long enough for a meter.
const longMap = 1 << 26

// pixelMeter is a meter of pixels. It shows nothing unless there are more than longMap.
type pixelMeter struct {
	meter
	w     io.Writer
	quiet bool
}

func newPixelMeter(w io.Writer, quiet bool) *pixelMeter { return &pixelMeter{silence{}, w, quiet} }

func (p *pixelMeter) set(done, total int) {
	if p.meter == (silence{}) && total > longMap {
		p.meter = newMeter(p.w, p.quiet, int64(total))
	}
	p.meter.set(done, total)
}

// dots writes 0...10...20 to 100 - done., one mark for each 2.5 %, as GDAL's programs do.
type dots struct {
	w     io.Writer
	marks int // written so far
}

const lastMark = 40

func (d *dots) set(done, total int) {
	d.to(int(int64(done) * lastMark / int64(max(total, 1))))
}

func (d *dots) end(ok bool) {
	switch {
	case ok:
		d.to(lastMark)
		_, _ = io.WriteString(d.w, " - done.\n")
	case d.marks > 0:
		_, _ = io.WriteString(d.w, "\n")
	}
}

// to writes the marks up to and including the given one.
func (d *dots) to(mark int) {
	var b strings.Builder
	for ; d.marks <= min(mark, lastMark); d.marks++ {
		if d.marks%4 == 0 {
			fmt.Fprintf(&b, "%d", d.marks*100/lastMark)
		} else {
			b.WriteByte('.')
		}
	}
	if b.Len() > 0 {
		_, _ = io.WriteString(d.w, b.String())
	}
}

const (
	barDelay = 500 * time.Millisecond // no bar is drawn before
	barPause = 100 * time.Millisecond // least time between two drawings
)

// bar is a progress bar, which is removed at the end.
type bar struct {
	*progressbar.ProgressBar
	bytes int64
	next  time.Time // the next drawing
}

func newBar(w io.Writer, bytes int64) *bar {
	b := &bar{bytes: max(bytes, 1), next: time.Now().Add(barDelay)}
	b.ProgressBar = progressbar.NewOptions64(b.bytes,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(40),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish())
	b.StartWithoutRender()
	return b
}

func (b *bar) set(done, total int) {
	if now := time.Now(); done < total && now.After(b.next) {
		b.next = now.Add(barPause)
		_ = b.Set64(int64(float64(b.bytes) * float64(done) / float64(total)))
	}
}

func (b *bar) end(bool) { _ = b.Clear() }
