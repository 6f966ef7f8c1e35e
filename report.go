package pixtrend

import (
	"time"

	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/runner"
)

// Report says what a fit did.
type Report struct {
	Pixels  int           // pixels fitted
	Dates   int           // dates of each
	Threads int           // workers
	Pin     string        // what they were bound to: cpu, node or off
	Unbound string        // why not every worker had a CPU of its own; "": each had
	ISA     string        // the kernel that ran
	Elapsed time.Duration // from the first read to the last write
	Busy    Busy          // zero unless Stream made the report
}

// Busy says what the time of a stream was spent on. All are sums over the workers. The rest of Threads × Elapsed is
// time in which workers were being started or had no window left.
type Busy struct {
	Read  time.Duration // in Source.Read
	Fit   time.Duration // in the fit, and in ViewSource.View
	Wait  time.Duration // for a sink that another worker wrote to, unless it is a ParallelSink
	Write time.Duration // in Sink.Write
}

func (b *Busy) add(o Busy) {
	b.Read += o.Read
	b.Fit += o.Fit
	b.Wait += o.Wait
	b.Write += o.Write
}

func report(r runner.Report, k kernel.Kernel, pixels, dates int, start time.Time) Report {
	return Report{Pixels: pixels, Dates: dates, Threads: r.Workers, Pin: r.Pin.String(), Unbound: r.Why,
		ISA: k.ISA().String(), Elapsed: time.Since(start)}
}
