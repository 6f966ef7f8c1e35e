package pipeline

import (
	"strconv"

	"github.com/pixtrend/pixtrend/bench"
	"github.com/pixtrend/pixtrend/runner"
)

// AddTo adds this report to a later report of package bench. Medians are compared with their
// floors, which are the ceilings of files, and with the serial baselines if the later report has
// them. It also adds the curves over threads, and this report as a whole.
func (r *Report) AddTo(to *bench.Report) {
	began := r.Environment.Environment
	began.Huge, began.Runs = to.Environment.Huge, to.Environment.Runs
	to.Environment = began
	for _, row := range r.Rows {
		group := bench.NameOf("study", "pipeline", "case", row.Case, "stats", row.Stats)
		floor := r.of(bench.NameOf("case", row.Case, "arm", row.Floor, "threads", strconv.Itoa(row.Threads)))
		for _, m := range []*Measurement{floor, r.of(jobName(row.Case, row.Stats, row.Threads))} {
			x := bench.Result{Measurement: m.Measurement, Group: group, Median: bench.MedianOf(m.Seconds)}
			arm := "fit"
			if m == floor {
				arm = row.Floor
			}
			x.Name = group + "/" + bench.NameOf("arm", arm, "threads", strconv.Itoa(row.Threads))
			x.Ceiling = group + "/" + bench.NameOf("arm", row.Floor, "threads", strconv.Itoa(row.Threads))
			x.Rate = bench.RateOf(m.Bytes, x.Median)
			x.OfCeiling = bench.RatioOf(floor.Seconds, m.Seconds)
			x.OverPixel, x.OverGeneric = to.OverSerial(row.stack.Type, row.stack.Samples == landGaps, row.stack.sampleBytes(), m.Seconds)
			to.Results = append(to.Results, x)
		}
	}
	for _, row := range r.Rows {
		name := jobName(row.Case, row.Stats, row.Threads)
		if again := r.of(bench.Again(name)); again != nil {
			to.Noise = append(to.Noise, bench.NewNoise(bench.NameOf("study", "pipeline", "case", row.Case, "stats", row.Stats), r.of(name).Seconds, again.Seconds, name))
		}
		if row.Threads != 1 {
			continue
		}
		var of []*bench.Result
		group := bench.NameOf("study", "pipeline", "case", row.Case, "stats", row.Stats)
		for i := range to.Results {
			if x := &to.Results[i]; x.Group == group && bench.Key(x.Name, "arm") == "fit" {
				of = append(of, x)
			}
		}
		to.Curves = append(to.Curves, bench.NewCurve(group, of, runner.Machine()))
	}
	to.AddPipeline(r, r.Text())
}
