package main

// programs returns the functions of assembly, as many as methods of lanes in package stats call. on
// returns the target of a program. The names of their constants go to d.
func programs(on func(p *program) target, d *data) []*program {
	var all []*program
	for _, f := range []struct {
		name string
		body func(p *program)
	}{
		{"AddUp", addUp},
		{"Spikes", spikes},
		{"Despike", despike},
		{"Begin", begin},
		{"Split", split},
		{"Angles", angles},
		{"Cull", cull},
		{"FitFirst", func(p *program) { fit(p, true) }},
		{"FitOthers", func(p *program) { fit(p, false) }},
		{"Squares", squares},
		{"FitTogether", fitTogether},
		{"Test", test},
		{"Recovery", recovery},
		{"Weakest", weakest},
	} {
		p := &program{name: f.name, numbers: map[value]uint64{}, data: d}
		p.target = on(p)
		p.enter()
		f.body(p)
		p.leave()
		all = append(all, p)
	}
	return all
}

// The general registers of all programs. All targets have registers of these names.
const (
	dates    = "R8"  // row 0 of the dates
	vertices = "R10" // row 0 of the vertices
	model    = "R11" // row 0 of the model
	at       = "R12" // a row in a loop
	counter  = "R13"
)

// date returns the address of a field of a row of dates that register points to.
func date(name, register string, rows int) string { return row("dateRow", name, register, rows) }

func vertex(name, register string, rows int) string { return row("vertexRow", name, register, rows) }

func part(name, register string, rows int) string { return row("modelRow", name, register, rows) }

// step moves a register to the next row; all kinds of rows have one size.
func (p *program) step(register string) { p.advance(register, "$dateRow__size") }

func (p *program) stepBack(register string) { p.advance(register, "$-dateRow__size") }

func (p *program) gatherDate(name string, index value, later int) value {
	return p.gather("dateRow", name, dates, index, later)
}

func (p *program) gatherVertex(name string, index value, later int) value {
	return p.gather("vertexRow", name, vertices, index, later)
}

// moments holds what segmenter.moments returns, and the time of the first observation.
type moments struct{ n, x, xx, y, xy, yy, from value }

// moments returns the sums over n consecutive observations. from is the index of the first one. Row
// to + later of the table has the sums of all observations up to the last one. If to is the index of the
// last observation, later is 1.
func (p *program) moments(n, from, to value, later int) moments {
	names := [...]string{"sumX", "sumXX", "sumY", "sumXY", "sumYY"}
	var sums [len(names)]value
	for i, name := range names {
		sums[i] = p.gatherDate(name, to, later)
	}
	for i, name := range names {
		sums[i] = p.minus(sums[i], p.gatherDate(name, from, 0))
	}
	m := moments{n: n, x: sums[0], xx: sums[1], y: sums[2], xy: sums[3], yy: sums[4]}
	m.from = p.gatherDate("x", from, 0)
	m.xx = p.plus(p.minus(m.xx, p.times(p.times(p.number(2), m.from), m.x)), p.times(p.times(n, m.from), m.from))
	m.x = p.minus(m.x, p.times(n, m.from))
	m.xy = p.minus(m.xy, p.times(m.from, m.y))
	return m
}

// regression is that of moments in package stats.
func (p *program) regression(m moments) (a, slope value) {
	above := p.minus(p.times(m.n, m.xy), p.times(m.x, m.y))
	slope = p.over(above, p.minus(p.times(m.n, m.xx), p.times(m.x, m.x)))
	return p.over(p.minus(m.y, p.times(slope, m.x)), m.n), slope
}

// errorOf is that of moments in package stats.
func (p *program) errorOf(m moments, a, slope value) value {
	twoA, twoSlope := p.times(p.number(2), a), p.times(p.number(2), slope)
	e := p.minus(p.minus(m.yy, p.times(twoA, m.y)), p.times(twoSlope, m.xy))
	more := p.plus(p.times(p.times(m.n, a), a), p.times(p.times(twoA, slope), m.x))
	e = p.plus(e, p.plus(more, p.times(p.times(slope, slope), m.xx)))
	return p.max(e, p.number(0))
}

// addUp computes the prefix sums of count dates. The first of them is row fromRow.
func addUp(p *program) {
	p.point(at, "fromRow")
	names := []string{"sumX", "sumXX", "sumY", "sumXY", "sumYY"}
	var sums []value
	for _, name := range names {
		sums = append(sums, p.variable(p.load(date(name, at, 0))))
	}
	p.integer(counter, "count")
	p.loop(counter, func() {
		x, y := p.load(date("x", at, 0)), p.load(date("y", at, 0))
		for i, term := range []value{x, p.times(x, x), y, p.times(x, y), p.times(y, y)} {
			p.store(date(names[i], at, 0), sums[i])
			p.move(sums[i], p.plus(sums[i], term))
		}
		p.step(at)
	})
	for i, name := range names {
		p.store(date(name, at, 0), sums[i])
	}
}

// spike returns how much of a spike y is between its neighbours.
func (p *program) spike(before, y, after value) value {
	most := p.max(p.abs(p.minus(y, before)), p.abs(p.minus(y, after)))
	by := p.over(p.abs(p.minus(after, before)), most)
	return p.choose(p.equal(most, p.number(0)), p.number(0), p.minus(p.number(1), by))
}

// spikes computes spike for all inner observations. They are count rows, and fromRow is the first
// of them, which is the second row of the series.
func spikes(p *program) {
	p.point(at, "fromRow")
	p.integer(counter, "count")
	i, last, one := p.variable(p.number(1)), p.load(p.field("last")), p.number(1)
	p.loop(counter, func() {
		spike := p.spike(p.load(date("y", at, -1)), p.load(date("y", at, 0)), p.load(date("y", at, 1)))
		p.store(date("spike", at, 0), p.choose(p.less(i, last), spike, p.number(0)))
		p.move(i, p.plus(i, one))
		p.step(at)
	})
}

// despike moves the greatest spike of each active lane. It searches the inner observations, as
// spikes does. Lanes that have another spike to move stay active.
func despike(p *program) {
	p.onlyActive()
	p.point(dates, "dates")
	p.point(at, "fromRow")
	p.integer(counter, "count")
	zero, one := p.number(0), p.number(1)
	i, most, spike := p.variable(one), p.variable(zero), p.variable(zero)
	p.loop(counter, func() {
		x := p.load(date("spike", at, 0))
		more := p.greater(x, most)
		p.moveIf(more, most, x)
		p.moveIf(more, spike, i)
		p.move(i, p.plus(i, one))
		p.step(at)
	})
	moved := p.and(p.greater(spike, zero), p.takeMask("active"))
	moved = p.and(moved, p.less(p.same("done"), p.load(p.field("mostMoves"))))
	index := p.index(p.choose(moved, spike, one))
	y := func(later int) value { return p.gatherDate("y", index, later) }
	before, after, old := y(-1), y(1), y(0)
	middle := p.times(p.plus(before, after), p.number(0.5))
	moves := p.plus(old, p.times(most, p.minus(middle, old)))
	p.scatterIf(moved, "dateRow", "y", dates, index, 0, moves)
	p.scatterIf(moved, "dateRow", "spike", dates, index, 0, p.spike(before, moves, after))
	inner := p.and(moved, p.greater(spike, one))
	p.scatterIf(inner, "dateRow", "spike", dates, index, -1, p.spike(y(-2), before, moves))
	inner = p.and(moved, p.less(p.plus(spike, one), p.load(p.field("last"))))
	p.scatterIf(inner, "dateRow", "spike", dates, index, 1, p.spike(moves, after, y(2)))
	p.putMask("active", p.and(moved, p.greater(most, p.same("spikeThreshold"))))
}

// begin computes the least error, sets the first two vertices and their regression, and the numbers
// that splitting needs.
func begin(p *program) {
	p.point(dates, "dates")
	p.point(vertices, "vertices")
	zero, last := p.number(0), p.load(p.field("last"))
	end := p.index(last)
	least := p.times(p.gatherDate("sumYY", end, 1), p.number(noError))
	p.store(p.field("least"), least)
	rises := p.greater(p.gatherDate("y", end, 0), p.gatherDate("y", end, -1))
	p.store(p.field("lastInner"), p.minus(last, p.choose(rises, p.number(1), p.number(2))))
	p.store(p.field("width"), p.gatherDate("x", end, 0))
	p.store(vertex("at", vertices, 0), zero)
	p.store(vertex("at", vertices, 1), last)
	value, slope, mse := p.regress(zero, last, p.index(zero), end)
	p.store(vertex("value", vertices, 0), value)
	p.store(vertex("slope", vertices, 0), slope)
	p.store(vertex("mse", vertices, 0), mse)
	p.store(p.field("vertexCount"), p.number(2))
}

// noError is that of package stats.
const noError = 1.0 / (1 << 36)

// regress is that of segmenter, with the numbers of the observations and their indices.
func (p *program) regress(i, j, from, to value) (value, slope, mse value) {
	between := p.minus(j, i)
	m := p.moments(p.plus(between, p.number(1)), from, to, 1)
	value, slope = p.regression(m)
	zero := p.number(0)
	e := p.errorOf(m, value, slope)
	few := p.less(between, p.number(2))
	mse = p.choose(p.greater(e, p.load(p.field("least"))), p.over(e, m.n), zero)
	return p.choose(few, zero, value), p.choose(few, zero, slope), p.choose(few, zero, mse)
}

// split splits one segment of each active lane: the segment with the largest mean squared error. No
// lane has more than segments segments. There are count + 1 dates.
func split(p *program) {
	p.onlyActive()
	p.point(dates, "dates")
	p.point(vertices, "vertices")
	p.set(at, vertices)
	zero, one := p.number(0), p.number(1)
	worst, most := p.variable(zero), p.variable(p.load(vertex("mse", at, 0)))
	start, slope := p.variable(p.load(vertex("value", at, 0))), p.variable(p.load(vertex("slope", at, 0)))
	from, to := p.variable(p.load(vertex("at", at, 0))), p.variable(p.load(vertex("at", at, 1)))
	k := p.variable(one)
	p.integer(counter, "segments")
	p.advance(counter, "$-1")
	p.loop(counter, func() {
		p.step(at)
		mse := p.load(vertex("mse", at, 0))
		more := p.and(p.greater(mse, most), p.less(p.plus(k, one), p.load(p.field("vertexCount"))))
		p.moveIf(more, worst, k)
		p.moveIf(more, most, mse)
		p.moveIf(more, start, p.load(vertex("value", at, 0)))
		p.moveIf(more, slope, p.load(vertex("slope", at, 0)))
		p.moveIf(more, from, p.load(vertex("at", at, 0)))
		p.moveIf(more, to, p.load(vertex("at", at, 1)))
		p.move(k, p.plus(k, one))
	})
	// What the next loop does not need are other values from here on, which may be kept in memory.
	worst, to = p.variable(worst), p.variable(to)
	active := p.and(p.greater(most, zero), p.less(p.load(p.field("vertexCount")), p.load(p.field("mostVertices"))))
	active = p.and(active, p.takeMask("active"))
	p.putMask("active", active)

	// The observation farthest from the regression.
	left := p.index(from)
	begin, last := p.gatherDate("x", left, 0), p.minus(to, one)
	last = p.choose(p.equal(to, p.load(p.field("last"))), p.load(p.field("lastInner")), last)
	far, distance := p.variable(p.number(-1)), p.variable(zero)
	i := p.variable(one)
	p.set(at, dates)
	p.step(at)
	p.integer(counter, "count")
	p.loop(counter, func() {
		line := p.plus(start, p.times(slope, p.minus(p.load(date("x", at, 0)), begin)))
		d := p.abs(p.minus(p.load(date("y", at, 0)), line))
		more := p.and(p.greater(d, distance), p.and(p.greater(i, from), p.upTo(i, last)))
		p.moveIf(more, distance, d)
		p.moveIf(more, far, i)
		p.move(i, p.plus(i, one))
		p.step(at)
	})
	far = p.variable(far)
	found := p.greater(far, zero)
	row := p.index(worst)
	p.scatterIf(p.and(active, p.not(found)), "vertexRow", "mse", vertices, row, 0, zero)
	divided := p.and(active, found)

	// Rows after that of the segment move by one.
	p.integer(counter, "segments")
	p.set(at, counter)
	p.timesRows(at)
	p.advance(at, vertices)
	p.move(k, p.same("segmentsNumber"))
	p.loop(counter, func() {
		after := p.and(divided, p.greater(k, worst))
		for _, name := range []string{"at", "mse", "value", "slope"} {
			p.storeIf(after, vertex(name, at, 1), p.load(vertex(name, at, 0)))
		}
		p.move(k, p.minus(k, one))
		p.stepBack(at)
	})
	p.scatterIf(divided, "vertexRow", "at", vertices, row, 1, far)
	middle := p.index(p.choose(found, far, zero))
	for later, side := range [][4]value{{from, far, left, middle}, {far, to, middle, p.index(to)}} {
		value, slope, mse := p.regress(side[0], side[1], side[2], side[3])
		p.scatterIf(divided, "vertexRow", "value", vertices, row, later, value)
		p.scatterIf(divided, "vertexRow", "slope", vertices, row, later, slope)
		p.scatterIf(divided, "vertexRow", "mse", vertices, row, later, mse)
	}
	count := p.variable(p.load(p.field("vertexCount")))
	p.moveIf(divided, count, p.plus(count, one))
	p.store(p.field("vertexCount"), count)
}

// bend and angleOf are those of package stats.
func (p *program) bend(before, after, change, next, span value) value {
	steepest := p.max(p.over(p.abs(change), before), p.over(p.abs(next), after))
	more := p.max(p.over(p.times(p.number(2), next), span), p.number(0))
	return p.times(p.angleOf(steepest), p.plus(p.number(1), more))
}

func (p *program) angleOf(x value) value {
	steep := p.greater(x, p.number(1))
	x = p.choose(steep, p.over(p.number(1), x), x)
	square, sum := p.times(x, x), p.number(0)
	for _, c := range arctangents {
		sum = p.plus(p.number(c), p.times(square, sum))
	}
	sum = p.times(x, sum)
	return p.choose(steep, p.minus(p.number(halfPi), sum), sum)
}

const halfPi = 1.5707963267948966

// arctangents are those of package stats.
var arctangents = [...]float64{0.0028662257, -0.0161657367, 0.0429096138, -0.0752896400, 0.1065626393, -0.1420889944, 0.1999355085, -0.3333314528, 1}

// angles sets the times and values of the vertices, as culling sees them, and the angles of the
// inner vertices. There are count + 1 dates.
func angles(p *program) {
	p.point(dates, "dates")
	p.point(vertices, "vertices")
	low, high := p.variable(p.load(date("y", dates, 0))), p.variable(p.load(date("y", dates, 0)))
	p.set(at, dates)
	p.integer(counter, "count")
	p.loop(counter, func() {
		p.step(at)
		y := p.load(date("y", at, 0))
		p.move(low, p.min(y, low))
		p.move(high, p.max(y, high))
	})
	width := p.load(p.field("width"))
	scale := p.over(width, p.minus(high, low))
	p.set(at, vertices)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		index := p.index(p.load(vertex("at", at, 0)))
		p.store(vertex("x", at, 0), p.gatherDate("x", index, 0))
		p.store(vertex("y", at, 0), p.times(p.gatherDate("y", index, 0), scale))
		p.step(at)
	})
	one, infinite := p.number(1), p.bits(0x7ff<<52)
	k, last := p.variable(one), p.minus(p.load(p.field("vertexCount")), one)
	p.set(at, vertices)
	p.step(at)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		load := func(name string, rows int) value { return p.load(vertex(name, at, rows)) }
		x, y := load("x", 0), load("y", 0)
		before, after := p.minus(x, load("x", -1)), p.minus(load("x", 1), x)
		change, next := p.minus(y, load("y", -1)), p.minus(load("y", 1), y)
		angle := p.bend(before, after, change, next, width)
		p.store(vertex("angle", at, 0), p.choose(p.less(k, last), angle, infinite))
		p.move(k, p.plus(k, one))
		p.step(at)
	})
}

// cull drops one vertex of each lane that has more than enoughVertices: the inner vertex with the
// least angle. No lane has more than segments + 1 vertices.
func cull(p *program) {
	p.point(vertices, "vertices")
	one, count := p.number(1), p.load(p.field("vertexCount"))
	k, least := p.variable(one), p.variable(one)
	smallest := p.variable(p.load(vertex("angle", vertices, 1)))
	p.set(at, vertices)
	p.step(at)
	p.integer(counter, "segments")
	p.advance(counter, "$-1")
	p.loop(counter, func() {
		angle := p.load(vertex("angle", at, 0))
		less := p.less(angle, smallest)
		p.moveIf(less, smallest, angle)
		p.moveIf(less, least, k)
		p.move(k, p.plus(k, one))
		p.step(at)
	})
	dropped := p.greater(count, p.same("enoughVertices"))
	p.move(k, one)
	p.set(at, vertices)
	p.step(at)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		after := p.and(dropped, p.not(p.less(k, least)))
		for _, name := range []string{"at", "x", "y", "angle"} {
			p.storeIf(after, vertex(name, at, 0), p.load(vertex(name, at, 1)))
		}
		p.move(k, p.plus(k, one))
		p.step(at)
	})
	last := p.minus(count, p.number(2)) // of those that are left
	p.store(p.field("vertexCount"), p.choose(dropped, p.minus(count, one), count))
	index := p.index(p.choose(dropped, least, one))
	width := p.load(p.field("width"))
	x := func(later int) value { return p.gatherVertex("x", index, later) }
	y := func(later int) value { return p.gatherVertex("y", index, later) }
	x0, y0 := x(-1), y(-1)
	time, change := p.minus(x(0), x0), p.minus(y(0), y0)
	before := p.bend(p.minus(x0, x(-2)), time, p.minus(y0, y(-2)), change, width)
	p.scatterIf(p.and(dropped, p.greater(least, one)), "vertexRow", "angle", vertices, index, -1, before)
	here := p.bend(time, p.minus(x(1), x(0)), change, p.minus(y(1), y(0)), width)
	p.scatterIf(p.and(dropped, p.less(least, last)), "vertexRow", "angle", vertices, index, 0, here)
}

// fit fits segments of a model from left to right. The first of them is row fromRow. It fits one
// segment if that is the first of the model, and count segments otherwise.
func fit(p *program, first bool) {
	p.point(dates, "dates")
	p.point(at, "fromRow")
	if first {
		p.set(counter, "$1")
		p.store(part("value", at, 0), p.load(date("y", dates, 0)))
	} else {
		p.integer(counter, "count")
	}
	p.loop(counter, func() {
		i, j := p.load(part("at", at, 0)), p.load(part("at", at, 1))
		from, to := p.index(i), p.index(j)
		until, end := p.gatherDate("x", to, 0), p.gatherDate("y", to, 0)
		m := p.moments(p.plus(p.minus(j, i), p.number(1)), from, to, 1)
		span, start := p.minus(until, m.from), p.load(part("value", at, 0))
		slope := p.over(p.minus(end, start), span)
		e := p.errorOf(m, start, slope)
		a, b := start, none
		if first {
			a, b = p.regression(m)
		} else {
			b = p.over(p.minus(m.xy, p.times(start, m.x)), m.xx)
		}
		of := p.errorOf(m, a, b)
		better := p.less(of, e)
		e = p.choose(better, of, e)
		if first {
			p.store(part("value", at, 0), p.choose(better, a, start))
		} else { // the vertex counts with the segment before it
			d := p.minus(p.gatherDate("y", from, 0), start)
			e = p.minus(e, p.times(d, d))
		}
		p.store(part("squares", at, 0), e)
		p.store(part("slope", at, 0), p.choose(better, b, slope))
		p.store(part("value", at, 1), p.choose(better, p.plus(a, p.times(b, span)), end))
		p.step(at)
	})
}

// squares adds up the squares of the segments.
func squares(p *program) {
	p.point(at, "model")
	p.integer(counter, "segments")
	sum := p.variable(p.number(0))
	p.loop(counter, func() {
		p.move(sum, p.plus(sum, p.load(part("squares", at, 0))))
		p.step(at)
	})
	p.store(p.field("squares"), p.max(sum, p.number(0)))
}

// fitTogether is that of segmenter.
func fitTogether(p *program) {
	p.point(dates, "dates")
	p.point(model, "model")
	zero, one := p.number(0), p.number(1)
	overSegment := func() (m moments, span value) {
		i, j := p.load(part("at", at, 0)), p.load(part("at", at, 1))
		to := p.index(j)
		until := p.gatherDate("x", to, 0)
		m = p.moments(p.minus(j, i), p.index(i), to, 0)
		return m, p.minus(until, m.from)
	}
	diagonal, right := p.variable(zero), p.variable(zero)
	p.set(at, model)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		m, span := overSegment()
		u, uu, uy := p.over(m.x, span), p.over(m.xx, p.times(span, span)), p.over(m.xy, span)
		p.store(part("diagonal", at, 0), p.plus(diagonal, p.plus(p.minus(m.n, p.times(p.number(2), u)), uu)))
		p.store(part("beside", at, 0), p.minus(u, uu))
		p.store(part("right", at, 0), p.plus(right, p.minus(m.y, uy)))
		p.move(diagonal, p.plus(zero, uu))
		p.move(right, p.plus(zero, uy))
		p.step(at)
	})
	end := p.index(p.load(part("at", at, 0)))
	p.store(part("diagonal", at, 0), p.plus(diagonal, one))
	p.store(part("right", at, 0), p.plus(right, p.gatherDate("y", end, 0)))

	p.set(at, model)
	p.integer(counter, "segments")
	p.move(diagonal, p.load(part("diagonal", at, 0)))
	p.move(right, p.load(part("right", at, 0)))
	p.loop(counter, func() {
		beside := p.load(part("beside", at, 0))
		by := p.over(beside, diagonal)
		p.move(diagonal, p.minus(p.load(part("diagonal", at, 1)), p.times(by, beside)))
		p.move(right, p.minus(p.load(part("right", at, 1)), p.times(by, right)))
		p.store(part("diagonal", at, 1), diagonal)
		p.store(part("right", at, 1), right)
		p.step(at)
	})
	value := p.variable(p.over(right, diagonal))
	p.store(part("value", at, 0), value)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		p.stepBack(at)
		rest := p.minus(p.load(part("right", at, 0)), p.times(p.load(part("beside", at, 0)), value))
		p.move(value, p.over(rest, p.load(part("diagonal", at, 0))))
		p.store(part("value", at, 0), value)
	})

	sum := p.variable(zero)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		m, span := overSegment()
		start := p.load(part("value", at, 0))
		slope := p.over(p.minus(p.load(part("value", at, 1)), start), span)
		p.store(part("slope", at, 0), slope)
		p.move(sum, p.plus(sum, p.errorOf(m, start, slope)))
		p.step(at)
	})
	d := p.minus(p.gatherDate("y", end, 0), p.load(part("value", at, 0)))
	p.store(p.field("squares"), p.plus(sum, p.times(d, d)))
}

// test computes the p-value of a model. The field segments is the number of its segments, and
// squares the sum of its squared residuals.
func test(p *program) {
	p.point(dates, "dates")
	zero, one := p.number(0), p.number(1)
	last := p.load(p.field("last"))
	end, n := p.index(last), p.plus(last, one)
	y := p.gatherDate("sumY", end, 1)
	total := p.minus(p.gatherDate("sumYY", end, 1), p.over(p.times(y, y), n))
	segments := p.same("segmentsNumber")
	of := p.times(p.number(2), segments)
	df := p.plus(p.minus(n, p.times(p.number(2), p.plus(segments, one))), one)
	squares := p.load(p.field("squares"))
	squares = p.choose(p.upTo(squares, p.load(p.field("least"))), zero, squares)
	valid := p.and(p.greater(df, zero), p.greater(total, squares))
	f := p.over(p.over(p.minus(total, squares), of), p.over(squares, df))

	// fisher
	length := p.plus(df, p.times(of, f))
	share, less := p.over(df, length), p.over(p.times(of, f), length)
	term, sum := p.variable(one), p.variable(one)
	j, half := p.variable(one), p.times(df, p.number(0.5))
	p.integer(counter, "segments")
	p.advance(counter, "$-1")
	p.loop(counter, func() {
		by := p.plus(half, p.minus(j, one))
		p.move(term, p.times(p.over(p.times(term, by), j), less))
		p.move(sum, p.plus(sum, term))
		p.move(j, p.plus(j, one))
	})
	// power, whose double-double numbers are high + low
	high, low := p.variable(p.root(share)), p.variable(zero)
	power, powerLow := p.variable(one), p.variable(zero)
	exponent := p.variable(p.max(df, zero))
	p.integer(counter, "bits")
	p.loop(counter, func() {
		next := p.floor(p.times(exponent, p.number(0.5)))
		odd := p.greater(exponent, p.plus(next, next))
		p.move(exponent, next)
		a, b := p.timesPairs(power, powerLow, high, low)
		p.moveIf(odd, power, a)
		p.moveIf(odd, powerLow, b)
		a, b = p.timesPairs(high, low, high, low)
		p.move(high, a)
		p.move(low, b)
	})
	tail := p.min(p.times(p.plus(power, powerLow), sum), one)
	tail = p.choose(p.greater(f, p.number(maxFloat64)), zero, tail)
	tail = p.minus(one, p.single(p.minus(one, tail)))
	p.store(p.field("pvalue"), p.choose(valid, tail, one))
}

const maxFloat64 = 0x1p1023 * (1 + (1 - 0x1p-52))

// timesPairs is times of package stats.
func (p *program) timesPairs(x, xLess, y, yLess value) (high, low value) {
	product := p.times(x, y)
	less := p.plus(p.timesLess(x, y, product), p.plus(p.times(x, yLess), p.times(xLess, y)))
	high = p.plus(product, less)
	return high, p.plus(p.minus(product, high), less)
}

// recovery finds the fastest recovery of a model, and sets allowed to 1 if that recovery is
// allowed. If it is not allowed, an active lane replaces the observation at the end of the recovery
// and sets drop to the vertex there. In other lanes drop is −1. The field end is the value at the
// last vertex. changed has the lanes whose observation was replaced, and number is the index of
// that observation.
func recovery(p *program) {
	p.point(dates, "dates")
	p.point(model, "model")
	zero, one := p.number(0), p.number(1)
	steepest, segment, i := p.variable(zero), p.variable(zero), p.variable(zero)
	low := p.variable(p.load(part("value", model, 0)))
	high := p.variable(low)
	time := p.variable(p.gatherDate("x", p.index(p.load(part("at", model, 0))), 0))
	short := p.variable(p.bits(0x7ff << 52)) // the shortest segment that falls
	p.set(at, model)
	p.integer(counter, "segments")
	p.loop(counter, func() {
		slope, value := p.load(part("slope", at, 0)), p.load(part("value", at, 1))
		to := p.gatherDate("x", p.index(p.load(part("at", at, 1))), 0)
		p.moveIf(p.less(slope, zero), short, p.min(p.minus(to, time), short))
		p.move(time, to)
		steeper := p.less(slope, steepest)
		p.moveIf(steeper, steepest, slope)
		p.moveIf(steeper, segment, i)
		p.move(low, p.min(value, low))
		p.move(high, p.max(value, high))
		p.move(i, p.plus(i, one))
		p.step(at)
	})
	share := p.over(p.minus(zero, steepest), p.minus(high, low))
	share = p.choose(p.equal(steepest, zero), zero, share)
	fast := p.greater(p.times(share, p.same("perYear")), p.same("recoveryThreshold"))
	refused := p.or(fast, p.upTo(short, p.same("shortest")))
	p.store(p.field("allowed"), p.choose(refused, zero, one))

	fast = p.and(fast, p.takeMask("active"))
	number := p.gather("modelRow", "at", model, p.index(segment), 1)
	number = p.choose(fast, number, one)
	last := p.equal(number, p.load(p.field("last")))
	index := p.index(number)
	before, start := p.gatherDate("y", index, -1), p.gatherDate("x", index, -1)
	slope := p.over(p.minus(p.gatherDate("y", index, 1), before), p.minus(p.gatherDate("x", index, 1), start))
	middle := p.plus(before, p.times(p.minus(p.gatherDate("x", index, 0), start), slope))
	p.scatterIf(fast, "dateRow", "y", dates, index, 0, p.choose(last, before, middle))
	end := p.variable(p.load(part("value", at, 0)))
	p.moveIf(p.and(fast, last), end, before)
	p.store(p.field("end"), end)
	p.store(p.field("drop"), p.choose(p.and(fast, p.not(last)), p.plus(segment, one), p.number(-1)))
	p.store(p.field("number"), number)
	p.putMask("changed", fast)
}

// weakest begins the next model of each lane, which lacks the vertex drop. In lanes where drop is
// −1, it lacks the vertex whose removal costs least, as with weakest of segmenter.
func weakest(p *program) {
	p.point(dates, "dates")
	p.point(at, "model")
	zero, one := p.number(0), p.number(1)
	i, drop, cheapest := p.variable(one), p.variable(one), p.variable(p.bits(0x7ff<<52))
	p.integer(counter, "segments")
	p.advance(counter, "$-1")
	p.loop(counter, func() {
		from, to := p.load(part("at", at, 0)), p.load(part("at", at, 2))
		left, right := p.index(from), p.index(to)
		until := p.gatherDate("x", right, 0)
		m := p.moments(p.plus(p.minus(to, from), one), left, right, 1)
		start := p.load(part("value", at, 0))
		isLast := p.equal(p.plus(i, one), p.same("segmentsNumber"))
		end := p.choose(isLast, p.load(p.field("end")), p.load(part("value", at, 2)))
		span := p.minus(until, m.from)
		cost := p.over(p.errorOf(m, start, p.over(p.minus(end, start), span)), span)
		less := p.less(cost, cheapest)
		p.moveIf(less, cheapest, cost)
		p.moveIf(less, drop, i)
		p.move(i, p.plus(i, one))
		p.step(at)
	})
	given := p.load(p.field("drop"))
	p.moveIf(p.greater(given, zero), drop, given)
	p.store(p.field("drop"), drop)

	p.point(at, "model")
	p.point(vertices, "next")
	p.integer(counter, "segments")
	p.move(i, zero)
	p.loop(counter, func() {
		kept := p.less(i, drop)
		p.store(part("at", vertices, 0), p.choose(kept, p.load(part("at", at, 0)), p.load(part("at", at, 1))))
		for _, name := range []string{"value", "slope", "squares"} {
			p.store(part(name, vertices, 0), p.load(part(name, at, 0)))
		}
		p.move(i, p.plus(i, one))
		p.step(at)
		p.step(vertices)
	})
}
