package pipeline

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// FullSize and FullDates are the size of the large stacks. The goals apply to this size.
const (
	FullSize  = 4096
	FullDates = 21
)

// kind is what a job is compared with.
type kind string

const (
	readBytes kind = "read"   // reading the bytes of the files
	decode    kind = "decode" // GDAL reading every block once
)

// benchCase is a stack, the fits of it, and their goals.
type benchCase struct {
	name  string
	stack Stack
	floor kind
	stats []string // fields of each job, as in --stats
	goals map[string]goal
}

// goal is a limit on a job's best time. Exactly one field is set.
type goal struct {
	floors  float64 // multiples of its floor
	jobs    float64 // multiples of the job of againstCase
	seconds float64
}

const (
	slope = "slope"
	three = "slope,intercept,n"

	goalThreads   = 2   // the goals apply to two threads
	goalSpeedup   = 1.8 // from one thread to two, where files are compressed
	goalLinear    = 0.1 // largest relative difference of the cost of a sample
	againstCase   = "f32"
	scalingDates  = "scaling-dates"
	scalingPixels = "scaling-pixels"
)

var usualCases = []string{"f32", "f32-nan", "int16-deflate", "int16-zstd", "int16-lzw", "small"}

// ParseCases parses a comma-separated list of cases. The word all, or an empty string, means the
// usual cases. The word scaling means both cases that show how the cost grows.
func ParseCases(s string) ([]string, error) {
	known := append(slices.Clone(usualCases), scalingDates, scalingPixels)
	var cases []string
	for name := range strings.SplitSeq(s, ",") {
		switch name = strings.TrimSpace(name); {
		case name == "all" || s == "":
			cases = append(cases, usualCases...)
		case name == "scaling":
			cases = append(cases, scalingDates, scalingPixels)
		case slices.Contains(known, name):
			cases = append(cases, name)
		default:
			return nil, fmt.Errorf("there is no case %q: use %s, scaling or all", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(known, func(name string) bool { return !slices.Contains(cases, name) }), nil
}

// newCase returns a usual case. Its large stacks have size × size pixels.
func newCase(name string, size, dates int) benchCase {
	large := func(dtype, samples string, creation ...string) Stack {
		return Stack{Width: size, Height: size, Dates: dates, Type: dtype, Samples: samples, Creation: creation}.named(name)
	}
	tiles := []string{"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "PREDICTOR=2"}
	c := benchCase{name: name, floor: decode, stats: []string{slope}}
	switch name {
	case "f32":
		c.stack, c.floor, c.stats = large("float32", land), readBytes, []string{slope, three}
		c.goals = map[string]goal{slope: {floors: 1.6}, three: {jobs: 1.2}}
	case "f32-nan":
		c.stack, c.floor = large("float32", landGaps), readBytes
		c.goals = map[string]goal{slope: {jobs: 1.2}}
	case "int16-deflate":
		c.stack = large("int16", land, append(tiles, "COMPRESS=DEFLATE")...)
		c.goals = map[string]goal{slope: {floors: 1.10}}
	case "int16-zstd":
		c.stack = large("int16", land, append(tiles, "COMPRESS=ZSTD")...)
		c.goals = map[string]goal{slope: {floors: 1.15}}
	case "int16-lzw":
		c.stack = large("int16", land, "PREDICTOR=2", "COMPRESS=LZW")
		c.goals = map[string]goal{slope: {floors: 1.15}}
	case "small":
		c.floor = readBytes
		c.stack = Stack{Width: min(827, size), Height: min(883, size), Dates: dates, Type: "float32", Samples: clouds}.named(name)
		c.goals = map[string]goal{slope: {seconds: 0.06}}
	}
	return c
}

// point is one of the stacks of a case of scaling.
type point struct {
	stack   Stack
	dates   int // number of the stack's files that are fitted
	samples int64
}

// newPoints returns the stacks of a case of scaling, the smallest first: one megapixel and 10 to
// 1000 dates, or 10 dates and 1 to 1000 megapixels. Sizes and dates below the full ones shrink them
// in proportion.
func newPoints(name string, size, dates int) []point {
	side := max(1, size/4)
	add := func(points []point, s Stack, n int) []point {
		return append(points, point{s, n, int64(s.Width) * int64(s.Height) * int64(n)})
	}
	var points []point
	if name == scalingDates {
		most := max(2, dates*1000/FullDates)
		s := Stack{Width: side, Height: side, Dates: most, Days: true, Type: "float32", Samples: noise}.named(name)
		last := 0
		for _, share := range []float64{100, 31.6, 10, 3.16, 1} {
			if n := max(2, int(math.Round(float64(most)/share))); n > last {
				points, last = add(points, s, n), n
			}
		}
		return points
	}
	for _, times := range []int{1, 3, 10, 31} {
		s := Stack{Width: side * times, Height: side * times, Dates: min(10, dates), Type: "uint8", Samples: noise}.named(name)
		points = add(points, s, s.Dates)
	}
	return points
}
