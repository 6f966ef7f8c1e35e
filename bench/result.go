package bench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Result is a measurement compared with the baselines and the ceiling of its group.
type Result struct {
	Measurement
	Group       string   `json:"group"`        // results of a group were measured in turn
	Median      Interval `json:"median_s"`     // seconds
	Rate        Interval `json:"gb_per_s"`     // 1e9 bytes per second
	SeriesRate  Interval `json:"series_per_s"` // series fitted per second; zero: none are fitted, or the samples are in files
	OverPixel   Interval `json:"over_pixel"`   // rate over that of serial-pixel
	OverGeneric Interval `json:"over_generic"`
	OfCeiling   Interval `json:"of_ceiling"` // rate over that of reading with as many threads
	Ceiling     string   `json:"ceiling"`    // name of that reading

	sum uint64 // checksum of what it computes
}

// Noise is the difference between two measurements of the same arm.
type Noise struct {
	Group string   `json:"group"`
	Arm   string   `json:"arm"`
	Ratio Interval `json:"ratio"` // of the two medians
	Level float64  `json:"level"` // largest distance of the interval from 1
}

// key returns the value of a key in the result's name.
func (r *Result) key(key string) string { return Key(r.Name, key) }

func (r *Result) threads() int {
	n, err := strconv.Atoi(r.key("threads"))
	if err != nil {
		return 1
	}
	return n
}

// repeated is the key of an arm that is in a group a second time.
const repeated = "again"

// Again returns the name of an arm that is in a group a second time.
func Again(name string) string { return name + "/" + repeated + "=yes" }

// NewNoise compares two measurements of one arm.
func NewNoise(group string, a, b []float64, arm string) Noise {
	n := Noise{Group: group, Arm: arm, Ratio: RatioOf(a, b)}
	n.Level = max(n.Ratio.High-1, 1-n.Ratio.Low, math.Abs(n.Ratio.Value-1))
	return n
}

// results compares the arms of a group with its baselines and ceilings.
func (g *group) results() ([]Result, []Noise) {
	name := NameOf(g.prefix...)
	find := func(arm, threads string) *Arm {
		i := slices.IndexFunc(g.arms, func(a *Arm) bool {
			return Key(a.Name, "arm") == arm && (threads == "" || Key(a.Name, "threads") == threads)
		})
		if i < 0 {
			return nil
		}
		return g.arms[i]
	}
	over := func(a, base *Arm) Interval {
		if base == nil {
			return Interval{}
		}
		// The two may read different numbers of bytes.
		r := RatioOf(base.Seconds, a.Seconds)
		scale := float64(a.Bytes) / float64(base.Bytes)
		return Interval{r.Value * scale, r.Low * scale, r.High * scale}
	}
	var results []Result
	var noise []Noise
	for _, a := range g.arms {
		r := Result{Measurement: a.Measurement, Group: name, Median: MedianOf(a.Seconds), sum: a.sum}
		r.Rate = RateOf(a.Bytes, r.Median)
		if arm := r.key("arm"); arm != Read && arm != Triad {
			r.SeriesRate = r.Median.inverse(float64(a.Bytes) / float64(g.m.bytes(1)))
		}
		r.OverPixel = over(a, find(SerialPixel, ""))
		r.OverGeneric = over(a, find(SerialGeneric, ""))
		if c := find(Read, strconv.Itoa(r.threads())); c != nil {
			r.OfCeiling, r.Ceiling = over(a, c), c.Name
		}
		results = append(results, r)
		if Key(a.Name, repeated) != "" {
			i := slices.IndexFunc(g.arms, func(b *Arm) bool { return Again(b.Name) == a.Name })
			noise = append(noise, NewNoise(name, g.arms[i].Seconds, a.Seconds, g.arms[i].Name))
		}
	}
	return results, noise
}

// repeat adds an arm a second time, to measure the noise.
func (g *group) repeat(a *Arm) {
	b := *a
	b.Name = Again(b.Name)
	g.arms = append(g.arms, &b)
}

// doubts returns notes on differences that are within the noise: arms that may be as fast as the
// fastest of their group.
func doubts(results []Result, noise []Noise) []string {
	var notes []string
	ceilings := map[string]bool{}
	for i := range results {
		ceilings[results[i].Ceiling] = true
	}
	other := func(r *Result, n Noise) bool {
		return r.Group != n.Group || r.key(repeated) != "" || r.key("arm") == Triad || ceilings[r.Name]
	}
	for _, n := range noise {
		if !n.Ratio.Contains(1) {
			notes = append(notes, fmt.Sprintf("%s: two measurements of the same arm differ by %.1f %% (%.3f to %.3f): smaller differences in this group mean nothing",
				heading(n.Group), 100*math.Abs(n.Ratio.Value-1), n.Ratio.Low, n.Ratio.High))
		}
		var fastest *Result
		var equal []string
		for i := range results {
			r := &results[i]
			if other(r, n) {
				continue
			}
			if fastest == nil || r.Rate.Value > fastest.Rate.Value {
				fastest = r
			}
		}
		if fastest == nil {
			continue
		}
		for i := range results {
			r := &results[i]
			if other(r, n) || r == fastest {
				continue
			}
			if effect := fastest.Rate.Value/r.Rate.Value - 1; effect <= n.Level {
				equal = append(equal, r.label())
			}
		}
		if len(equal) > 0 && len(equal) <= 4 {
			notes = append(notes, fmt.Sprintf("%s: %s and %s differ by less than the noise of %.1f %%",
				heading(n.Group), fastest.label(), strings.Join(equal, " and "), 100*n.Level))
		}
	}
	return notes
}

// RateOf returns the rate of some bytes in that many seconds, in GB/s.
func RateOf(bytes int64, seconds Interval) Interval { return seconds.inverse(float64(bytes) / 1e9) }

// OverSerial compares the time for that many bytes of samples with the serial baselines in memory
// of this report. It returns how many times as fast it is, or zeros if the report has no baseline
// of that type.
func (r *Report) OverSerial(dtype string, gaps bool, bytes int64, seconds []float64) (pixel, generic Interval) {
	share := "0"
	if gaps {
		share = usualGaps
	}
	over := func(arm string) Interval {
		of := r.of("arm", arm, "ws", groupRAM, "dtype", dtype, "gaps", share, "n", strconv.Itoa(usualDates), "fields", "", repeated, "")
		if len(of) == 0 {
			return Interval{}
		}
		ratio, scale := RatioOf(of[0].Seconds, seconds), float64(bytes)/float64(of[0].Bytes)
		return Interval{ratio.Value * scale, ratio.Low * scale, ratio.High * scale}
	}
	return over(SerialPixel), over(SerialGeneric)
}

// label returns a short description in words.
func (r *Result) label() string {
	words := strings.Split(strings.TrimPrefix(r.short(), "arm="), "/")
	for i, w := range words {
		switch w {
		case repeated + "=yes":
			w = "again"
		case "pin=cpu":
			w = "pinned"
		case "pin=off":
			w = "not pinned"
		case "threads=1":
			w = "1 thread"
		}
		if n, found := strings.CutPrefix(w, "threads="); found {
			w = n + " threads"
		}
		for _, key := range []string{"layout=", "scaling=", "op="} {
			w = strings.TrimPrefix(w, key)
		}
		words[i] = strings.ReplaceAll(w, "=", " ")
	}
	return strings.Join(words, ", ")
}

// short returns the part of the name that distinguishes a result from others of its group.
func (r *Result) short() string {
	if len(r.Name) > len(r.Group)+1 {
		return r.Name[len(r.Group)+1:]
	}
	return r.Name
}
