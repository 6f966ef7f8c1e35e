package kernel

import (
	"fmt"
	"unsafe"

	"github.com/pixtrend/pixtrend/internal/race"
)

const (
	interleavedLeast = 4       // dates that the bodies load at once
	aheadInterleaved = 7 << 10 // distance of prefetching in bytes
)

// SlopeInterleaved is [Slope] for pixels without gaps whose samples are interleaved: sample i of pixel p
// is element p·dates+i of data. Reading the samples in place takes two thirds of the time of copying them
// to a tile and fitting that.
//
// It begins with the first pixel and returns the number of pixels that it has done. The caller fits the others
// with Slope, on a tile of their samples. It stops at a group of 16 pixels if one of them may have a gap. It
// does none if k has no assembly for the type, if a pixel has fewer than 4 dates or more than [RunDates],
// if v has a range, or if the axis is not centred.
//
// It panics before it writes if the shapes do not match.
func SlopeInterleaved[F Float](k Kernel, slope, n []F, d DType, data []byte, line Line, v Valid) (done int) {
	dates, pixels := len(line.Axis.Tau), len(slope)
	if n != nil && len(n) < pixels || len(data) != pixels*dates*d.Size() {
		panic(fmt.Sprintf("kernel: outputs of %d and %d numbers for %d bytes of %d dates of %v", pixels, len(n), len(data), dates, d))
	}
	group := k.group(slopeInterleavedBody, d)
	if group == 0 || dates < interleavedLeast || dates > RunDates || pixels < group {
		return 0
	}
	s := slopes[F]{k: k, slope: slope, n: n, t: Tile{Type: d, Data: data, Dates: dates, Pixels: pixels}, line: line, v: v}
	s.prepare()
	if !s.gapFree {
		return 0
	}
	race.Read(data)
	race.Write(slope)
	race.Write(n)
	if lead := s.lead(); lead > 0 && s.interleaved(0, group) == group {
		done = lead // the pixels from lead on are computed again
	}
	most := max(1, maxCallSamples/(dates*group)) * group
	for pixels-done >= group {
		part := min((pixels-done)/group*group, most)
		got := s.interleaved(done, part)
		done += got
		if got < part {
			break
		}
	}
	s.fillN(0, done)
	return done
}

// interleaved computes some pixels from a pixel on and returns how many are done.
func (s *slopes[F]) interleaved(from, pixels int) (done int) {
	p := s.p // with a local copy, the compiler sees that nothing it points to escapes
	p.stride = s.t.Dates * s.t.Type.Size()
	p.src = unsafe.Pointer(&s.t.Data[from*p.stride])
	p.ahead, p.pixels = aheadInterleaved, pixels
	p.out = unsafe.Pointer(&s.slope[from])
	if s.past() && lineOffset(p.out) == 0 {
		p.past = 1
	}
	s.k.call(slopeInterleavedBody, s.t.Type, &p)
	return p.done
}
