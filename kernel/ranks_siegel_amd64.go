//go:build !purego

package kernel

import (
	"math"
	"unsafe"
)

// rankColumns is the number of columns whose quotients a call computes in about 50 µs.
const rankColumns = 2048

// siegel writes Siegel's slopes of the lanes. For each slot, it sorts the quotients with the other
// slots in all lanes together, and at last the medians of the slots. Gaps are +Inf and last.
func (b *rankBlock) siegel(dst []float64) {
	var medians [rankLanes]int // numbers of medians
	begin := 0
	for g, end := range b.a.ends {
		for i := begin; i < int(end); i++ {
			n := b.row(i, begin, int(end), b.groupN[g*rankLanes:])
			to := (*[rankLanes]float64)(b.some[i*rankLanes:])
			sorted := b.rows()
			for l := range to {
				to[l] = math.Inf(1)
				if n[l] == 0 || b.y[i*rankLanes+l] != b.y[i*rankLanes+l] {
					continue
				}
				if x := medianOfRows(sorted, l, int(n[l])); x == x {
					to[l] = x
					medians[l]++
				}
			}
		}
		begin = int(end)
	}
	b.sortRows(b.some, b.a.dates)
	for l := range dst {
		dst[l] = math.NaN()
		if medians[l] > 0 {
			dst[l] = medianOfRows(b.some, l, medians[l])
		}
	}
}

// rows returns the memory for a row of quotients: of 16 lanes for each slot.
func (b *rankBlock) rows() []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(&b.z[0])), len(b.z)/4)
}

// medianOfRows returns the median of a lane that has n numbers in sorted rows.
func medianOfRows(rows []float64, lane, n int) float64 {
	lower, upper := middle(n)
	return mid(positive(rows[lower*rankLanes+lane]), positive(rows[upper*rankLanes+lane]))
}

// row sorts the quotients of slot i with the slots [begin, end) at other times. It returns how many of
// these have an observation in each lane. observed has the same of all slots.
func (b *rankBlock) row(i, begin, end int, observed []int32) (n [rankLanes]int32) {
	to, rows := b.rows(), 0
	copy(n[:], observed)
	for j := begin; j < end; {
		if b.a.times[j] == b.a.times[i] {
			for l, y := range b.y[j*rankLanes:][:rankLanes] {
				if y == y {
					n[l]--
				}
			}
			j++
			continue
		}
		stop := min(end, j+rankColumns)
		if j < i {
			stop = min(int(b.a.equal[i]), stop)
		}
		b.quotientsOf(i, j, stop, &to[rows*rankLanes])
		rows += stop - j
		j = stop
	}
	b.sortRows(to, rows)
	return n
}

// quotientsOf writes the quotients of slot i with the slots [j, stop).
func (b *rankBlock) quotientsOf(i, j, stop int, to *float64) {
	p := &b.p
	p.rowTime, p.columnTimes, p.columns, p.rowTo = b.a.times[i], &b.a.times[j], stop-j, to
	if b.wide == nil {
		p.row, p.column = unsafe.Pointer(&b.y[i*rankLanes]), unsafe.Pointer(&b.y[j*rankLanes])
		rankRowF32AVX2(p)
	} else {
		p.row, p.column = unsafe.Pointer(&b.wide[i*rankLanes]), unsafe.Pointer(&b.wide[j*rankLanes])
		rankRowF64AVX2(p)
	}
}

// sortRows sorts the first rows of each lane.
func (b *rankBlock) sortRows(x []float64, rows int) {
	p := &b.p
	p.rowTo, p.rows = &x[0], rows
	net := b.network
	for len(net) > 1 {
		n := min(len(net)-1, rankPairs/16)
		p.network, p.networkEnd = &net[0], &net[n]
		rankSortRowAVX2(p)
		net = net[n:]
	}
}
