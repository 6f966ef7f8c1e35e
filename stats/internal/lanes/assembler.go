package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// program is a function of assembly in the making. Its values are registers of numbers, one for
// each lane, or masks of the lanes. The methods of its target append instructions, and text assigns
// registers to the values.
type program struct {
	target
	name      string
	code      []instruction
	loops     [][2]int // the instructions of each loop, inner loops first
	homes     []home   // of each value
	numbers   map[value]uint64
	constants []value       // that are loaded to registers, if there are enough
	before    map[value]int // the loop before which such a constant is loaded
	data      *data
	taken     []taken // the indices whose lanes general registers hold
	slots     int     // how many values the text keeps in memory at once
}

// target is an instruction set. Its methods append instructions, of which those for numbers round
// once. Comparisons are false if an operand is NaN. max and min return b if one of the two is NaN.
type target interface {
	shape() shape
	enter() // begins a program
	leave() // ends it
	onlyActive()

	// General registers.
	point(register, field string)   // sets a register to a pointer of the params
	integer(register, field string) // sets a register to an integer of the params
	set(register, from string)      // from is a register or a constant
	advance(register, by string)
	timesRows(register string) // multiplies by the size of a row
	skipLoop(counter, end string)
	repeatLoop(counter, begin string)

	// Numbers.
	bits(x uint64) value     // x in all lanes
	same(field string) value // a number of the params in all lanes
	field(name string) string
	load(address string) value
	store(address string, a value)
	plus(a, b value) value
	minus(a, b value) value
	times(a, b value) value
	over(a, b value) value
	max(a, b value) value
	min(a, b value) value
	root(a value) value
	abs(a value) value
	timesLess(a, b, c value) value // a·b − c
	floor(a value) value
	single(a value) value // a rounded to float32

	// Masks.
	less(a, b value) value
	upTo(a, b value) value
	greater(a, b value) value
	equal(a, b value) value
	and(a, b value) value
	or(a, b value) value
	not(a value) value
	choose(mask, yes, no value) value // yes where mask is set, else no
	moveIf(mask, to, from value)      // sets the lanes of to where mask is set to those of from
	storeIf(mask value, address string, a value)
	putMask(field string, mask value) // writes a mask to a field of the params, an integer
	takeMask(field string) value

	// index returns what gather takes: the places of rows of the lanes. gather returns numbers of
	// rows, one for each lane: a field of the row of each lane's index, or of a row so many rows
	// later. register points to row 0. scatterIf writes the number of each lane in which mask is set
	// to where gather would read it.
	index(rows value) value
	gather(kind, name, register string, index value, later int) value
	scatterIf(mask value, kind, name, register string, index value, later int, a value)

	// Text.
	operand(form string, register, part int) string
	fetch(address string, register int) string // loads a value that is kept in memory
	keep(register int, address string) string  // stores it
	copied() string                            // the text of an instruction that copies a register
	constant(x uint64) string                  // the address of a constant
	constantsText() []byte                     // what the bodies of a file need before them
}

// shape describes the registers of a target.
type shape struct {
	suffix    string // of the names of functions
	lanes     int    // of a value
	parts     int    // registers of a value
	registers int    // for values, counted in values
	masks     int    // registers for masks, if these are of another kind
	scratch   int    // registers for values that are kept in memory, after those for values
	first     string // instructions of a function
	last      string
}

// value is the number of a value of a program.
type value int

const none value = -1

// home is where a value lives.
type home uint8

const (
	inRegister home = iota
	inMask          // a register for masks
	inMemory        // a slot of the params
	inData          // a constant that is read where it is needed
)

// instruction is a line of assembly, in which @0 is the register of out and @1 is that of in[0].
// Letters after the number are the form of the operand, see operand of the targets: operands that
// may be addresses have an m, and @1[4] is an address 4 bytes after that of the value. If apart is
// set, out is written before the others are read. If commutes is set, the two values of in may
// change places. over[i], if any, is shorter text for a register of out that is that of in[i].
type instruction struct {
	text            string
	out             value
	in              []value
	apart, commutes bool
	copies          bool // in[0] to out
	over            []string
}

func (p *program) emit(out value, apart bool, text string, in ...value) {
	p.code = append(p.code, instruction{text: text, out: out, in: in, apart: apart})
}

// line appends an instruction without vector registers.
func (p *program) line(format string, args ...any) {
	p.emit(none, false, fmt.Sprintf(format, args...))
}

func (p *program) add(h home) value {
	p.homes = append(p.homes, h)
	return value(len(p.homes) - 1)
}

// op returns the result of an instruction.
func (p *program) op(text string, in ...value) value {
	out := p.add(inRegister)
	p.emit(out, false, text, in...)
	return out
}

// either is op where a and b may change places.
func (p *program) either(text string, a, b value) value {
	out := p.op(text, a, b)
	p.code[len(p.code)-1].commutes = true
	return out
}

// variable returns a value that move and moveIf change.
func (p *program) variable(from value) value {
	v := p.add(inRegister)
	p.move(v, from)
	return v
}

// move sets to to from.
func (p *program) move(to, from value) {
	p.code = append(p.code, instruction{text: p.copied(), out: to, in: []value{from}, copies: true})
}

// number returns x in all lanes.
func (p *program) number(x float64) value { return p.bits(math.Float64bits(x)) }

// row returns the address of a field of the row that register points to, or of another row.
func row(kind, name, register string, rows int) string {
	return fmt.Sprintf("(%s_%s%+d*%s__size)(%s)", kind, name, rows, kind, register)
}

// rowNumbers is the number of float64 in a row of any kind.
const rowNumbers = 64

// loop repeats body as often as the register counter says, which it counts down to 0.
func (p *program) loop(counter string, body func()) {
	begin := len(p.code)
	label := fmt.Sprintf("loop%d", begin)
	p.skipLoop(counter, label+"End")
	p.line("%s:", label)
	p.taken = nil
	body()
	p.repeatLoop(counter, label)
	p.line("%sEnd:", label)
	p.taken = nil
	p.loops = append(p.loops, [2]int{begin, len(p.code) - 1})
}

// taken is an index whose lanes are in general registers, as rows of what register points to.
type taken struct {
	index    value
	register string
	to       []string
}

// life is the first and the last instruction that need a value.
type life struct{ begin, end int }

// lives returns the life of each value.
func (p *program) lives() []life {
	lives := slices.Repeat([]life{{begin: -1}}, len(p.homes))
	for at, c := range p.code {
		for _, v := range c.operands() {
			if v == none {
				continue
			}
			if lives[v].begin < 0 {
				lives[v].begin = at
			}
			lives[v].end = at
		}
	}
	for v, loop := range p.before {
		lives[v].begin = loop
	}
	// What a loop uses and did not make lives until its end. An outer loop comes after its inner ones.
	for _, l := range p.loops {
		for v, of := range lives {
			if of.begin <= l[0] && of.end >= l[0] && of.end < l[1] {
				lives[v].end = l[1]
			}
		}
	}
	return lives
}

// operands returns the values of an instruction in the order of their numbers.
func (c instruction) operands() []value { return append([]value{c.out}, c.in...) }

// text returns the function. If there are more values at once than registers, some are kept in
// memory.
func (p *program) text() string {
	p.joinMoves()
	p.hoistConstants()
	for {
		body, alive := p.assign()
		if alive == nil {
			s := p.shape()
			return fmt.Sprintf("\nTEXT ·%s(SB), NOSPLIT, $0-8\n%s%s%s\tRET\n", p.symbol(), s.first, body, s.last)
		}
		if p.shape().scratch == 0 {
			panic(fmt.Sprintf("%s has too many values at once", p.symbol()))
		}
		v := p.cheapest(alive)
		p.homes[v] = inMemory
		if _, constant := p.numbers[v]; constant {
			p.homes[v] = inData
		}
	}
}

// joinMoves lets an instruction write to where the next one would copy its result, if that is its
// only use.
func (p *program) joinMoves() {
	uses := make([]int, len(p.homes))
	for _, c := range p.code {
		for _, v := range c.operands() {
			if v != none {
				uses[v]++
			}
		}
	}
	for at := 1; at < len(p.code); at++ {
		last, c := &p.code[at-1], &p.code[at]
		if !c.copies || last.out != c.in[0] || uses[last.out] != 2 {
			continue
		}
		if in := slices.Index(last.in, c.out); last.apart && in >= 0 && (last.over == nil || last.over[in] == "") {
			continue // it would overwrite what it reads
		}
		last.out = c.out
		*c = instruction{out: none}
	}
}

// hoistConstants gives each loop constants of its own, which are loaded before it. Registers that
// are scarce elsewhere are then no reason to load them in each round.
func (p *program) hoistConstants() {
	p.before = map[value]int{}
	for _, l := range p.loops {
		if slices.ContainsFunc(p.loops, func(o [2]int) bool { return o[0] < l[0] && l[1] < o[1] }) {
			continue // the outer loop has them
		}
		own := map[value]value{}
		for at := l[0]; at <= l[1]; at++ {
			in := slices.Clone(p.code[at].in)
			for i, v := range in {
				if !slices.Contains(p.constants, v) {
					continue
				}
				if _, ok := own[v]; !ok {
					own[v] = p.add(inRegister)
					p.numbers[own[v]] = p.numbers[v]
					p.before[own[v]] = l[0]
				}
				in[i] = own[v]
			}
			p.code[at].in = in
		}
		p.constants = append(p.constants, slices.Sorted(maps.Values(own))...)
	}
}

func (p *program) symbol() string { return "lane" + p.name + p.shape().suffix }

// cheapest returns which of some values is needed least often for the time that it takes a
// register. What is in a loop counts for many times.
func (p *program) cheapest(of []value) value {
	const rounds = 64
	cost, lives := make([]float64, len(p.homes)), p.lives()
	for at, c := range p.code {
		weight := 1.0
		for _, l := range p.loops {
			if l[0] <= at && at <= l[1] {
				weight *= rounds
			}
		}
		for _, v := range c.operands() {
			if v != none {
				cost[v] += weight / float64(lives[v].end-lives[v].begin+1)
			}
		}
	}
	return slices.MinFunc(of, func(a, b value) int { return cmp.Compare(cost[a], cost[b]) })
}

// assignment gives registers and slots to the values of a program.
type assignment struct {
	*program
	lives    []life
	places   []int          // the number of the register or slot of each value
	free     map[home][]int // the registers and slots that no value has
	released []bool         // whether the place of a value is free again
	body     strings.Builder
}

const unplaced = -1

// assign returns the body of the function, or the values that are alive where the registers do not
// suffice.
func (p *program) assign() (body string, alive []value) {
	a := assignment{program: p, lives: p.lives(), places: slices.Repeat([]int{unplaced}, len(p.homes)),
		released: make([]bool, len(p.homes)), free: map[home][]int{}}
	for r := range p.shape().registers {
		a.free[inRegister] = append(a.free[inRegister], r)
	}
	for r := range p.shape().masks {
		a.free[inMask] = append(a.free[inMask], r+1)
	}
	p.slots = 0
	for at, c := range p.code {
		if !a.placeConstants(at) {
			return "", a.inRegisters()
		}
		c = a.overwrite(c, at)
		if c.commutes && p.addressable(c.in[0]) && !p.addressable(c.in[1]) {
			c.in = []value{c.in[1], c.in[0]}
		}
		if !c.apart {
			for _, v := range c.in {
				if v != c.out {
					a.release(v, at)
				}
			}
		}
		if c.out != none && !a.place(c.out) {
			return "", append(a.inRegisters(), c.out)
		}
		a.write(c)
		for _, v := range c.operands() {
			a.release(v, at)
		}
	}
	return a.body.String(), nil
}

// placeConstants loads the constants that have registers and are needed from an instruction on. It
// returns false if there are too few registers.
func (a *assignment) placeConstants(at int) bool {
	for _, v := range a.constants {
		if a.homes[v] != inRegister || a.lives[v].begin != at {
			continue
		}
		if !a.place(v) {
			return false
		}
		a.print("%s", a.fetch(a.constant(a.numbers[v]), a.places[v]))
	}
	return true
}

// overwrite returns an instruction with the shorter text, if there is one that fits: it overwrites
// a value that is out itself, or is not needed any more.
func (a *assignment) overwrite(c instruction, at int) instruction {
	for i, text := range c.over {
		v := c.in[i]
		if text == "" || a.homes[v] != inRegister || a.homes[c.out] != inRegister {
			continue
		}
		if v != c.out {
			if a.lives[v].end != at || a.places[c.out] != unplaced {
				continue
			}
			a.places[c.out], a.released[v] = a.places[v], true
		}
		c.text, c.apart = text, false
		return c
	}
	return c
}

// addressable reports whether a value has an address and no register.
func (p *program) addressable(v value) bool { return p.homes[v] == inMemory || p.homes[v] == inData }

// release frees the place of a value that is not needed after an instruction.
func (a *assignment) release(v value, at int) {
	if v == none || a.lives[v].end > at || a.places[v] == unplaced || a.released[v] {
		return
	}
	a.released[v] = true
	a.free[a.homes[v]] = append(a.free[a.homes[v]], a.places[v])
}

// place gives a value a place, unless it has one. It returns false if there is no register left.
func (a *assignment) place(v value) bool {
	if a.places[v] != unplaced {
		return true
	}
	h := a.homes[v]
	if h == inMemory && len(a.free[h]) == 0 {
		a.free[h], a.slots = append(a.free[h], a.slots), a.slots+1
	}
	if len(a.free[h]) == 0 {
		if h == inMask {
			panic(fmt.Sprintf("%s has too many masks at once", a.symbol()))
		}
		return false
	}
	a.places[v], a.free[h] = a.free[h][0], a.free[h][1:]
	return true
}

// inRegisters returns the values that have a register now.
func (a *assignment) inRegisters() (values []value) {
	for v, h := range a.homes {
		if h == inRegister && a.places[v] != unplaced && !a.released[v] {
			values = append(values, value(v))
		}
	}
	return values
}

// operand matches what write replaces.
var operand = regexp.MustCompile(`@(\d)(?:\[(\d+)\]|([a-z]+))?`)

// takesAddress reports whether the operand of that number may be an address wherever it is in text.
func takesAddress(text string, number int) bool {
	for _, m := range operand.FindAllStringSubmatch(text, -1) {
		if m[1] == strconv.Itoa(number) && m[2] == "" && m[3] != "m" {
			return false
		}
	}
	return true
}

// byAddress stands for the register of an operand that has none.
const byAddress = -1

// write appends an instruction to the body. Values without registers that it does not take by
// address are loaded to registers before it, or stored after it.
func (a *assignment) write(c instruction) {
	if c.text == "" {
		return
	}
	if c.copies && (a.addressable(c.out) || a.addressable(c.in[0])) {
		a.writeCopy(c.out, c.in[0])
		return
	}
	values := c.operands()
	registers := slices.Repeat([]int{byAddress}, len(values))
	scratch, last := a.shape().registers, a.shape().registers+a.shape().scratch-1
	stored := c.out != none && a.homes[c.out] == inMemory
	direct := stored && takesAddress(c.text, 0) // then no other operand is an address
	for i, v := range values {
		switch {
		case v == none:
		case !a.addressable(v):
			registers[i] = a.places[v]
		case i == 0:
			if !direct {
				registers[i] = last
			}
		case direct || !takesAddress(c.text, i):
			registers[i] = scratch
			a.print("%s", a.fetch(a.address(v, 0), scratch))
			scratch++
		}
	}
	if scratch > last+1 || c.apart && stored && scratch > last {
		panic(fmt.Sprintf("%s: no registers left for %s", a.symbol(), c.text))
	}
	parts := a.shape().parts
	if isWhole(c.text) {
		parts = 1
	}
	for part := range parts {
		a.print("%s", operand.ReplaceAllStringFunc(c.text, func(s string) string {
			m := operand.FindStringSubmatch(s)
			i, _ := strconv.Atoi(m[1])
			offset, _ := strconv.Atoi(m[2])
			switch {
			case registers[i] == byAddress:
				return a.address(values[i], offset)
			case a.homes[values[i]] == inMask:
				return "K" + strconv.Itoa(registers[i])
			}
			return a.operand(m[3], registers[i], part)
		}))
	}
	if stored && !direct {
		a.print("%s", a.keep(last, a.address(c.out, 0)))
	}
}

// writeCopy copies from or to memory.
func (a *assignment) writeCopy(to, from value) {
	register := a.shape().registers + a.shape().scratch - 1
	if !a.addressable(to) {
		register = a.places[to]
	}
	if a.addressable(from) {
		a.print("%s", a.fetch(a.address(from, 0), register))
	} else {
		register = a.places[from]
	}
	if a.addressable(to) {
		a.print("%s", a.keep(register, a.address(to, 0)))
	}
}

// isWhole reports whether an instruction is about all registers of its values at once. Others are
// repeated for each of them.
func isWhole(text string) bool {
	for _, m := range operand.FindAllStringSubmatch(text, -1) {
		if m[2] != "" || strings.ContainsAny(m[3], wholeForms) {
			return true
		}
	}
	return !operand.MatchString(text)
}

// wholeForms are letters of the forms of operands of instructions that are not repeated.
const wholeForms = "abp"

func (a *assignment) print(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if !strings.HasSuffix(line, ":") {
		line = "\t" + line
	}
	fmt.Fprintln(&a.body, line)
}

// address returns where a value without a register lies, so many bytes after its begin. R15 points
// to slot 0.
func (a *assignment) address(v value, offset int) string {
	if a.homes[v] == inData {
		return a.constant(a.numbers[v])
	}
	return fmt.Sprintf("%d(R15)", numberBytes*a.shape().lanes*a.places[v]+offset)
}

const numberBytes = 8

// data holds the constants of a file.
type data []uint64

// place returns the number of a constant.
func (d *data) place(x uint64) int {
	if i := slices.Index(*d, x); i >= 0 {
		return i
	}
	*d = append(*d, x)
	return len(*d) - 1
}
