package main

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// program is a function of assembly in the making. Its values are registers of numbers, one for each lane,
// or masks of the lanes. Methods of program append instructions that all instruction sets have in one form,
// and those of its target append the others. text assigns registers to the values.
//
// AX holds the *laneParams, and the other general registers that a program uses are named by it.
type program struct {
	target
	name    string
	code    []instruction
	loops   [][2]int // the instructions of each loop, inner loops first
	homes   []home   // of each value
	numbers map[value]uint64
	data    *data
	taken   value // the index whose lanes the general registers of avx2 hold
	slots   int   // how many values the text keeps in memory at once
}

// target is an instruction set. Its methods append what is not the same in all of them.
type target interface {
	shape() shape
	enter() // begins a program
	leave() // ends it
	onlyActive()
	point(register, field string)
	field(name string) string
	bits(x uint64) value
	floor(a value) value
	single(a value) value
	compare(predicate string, a, b value) value
	and(a, b value) value
	or(a, b value) value
	not(a value) value
	choose(mask, yes, no value) value
	moveIf(mask, to, from value)
	storeIf(mask value, address string, a value)
	index(rows value) value
	gather(kind, name, register string, index value, later int) value
	scatterIf(mask value, kind, name, register string, index value, later int, a value)
	putMask(field string, mask value)
	takeMask(field string) value
}

// shape describes the registers of a target.
type shape struct {
	suffix    string // of the names of functions
	letter    string // of the names of registers
	lanes     int    // of a register
	registers int    // for values
	masks     int    // registers for masks, if these are of another kind
	scratch   int    // registers for values that are kept in memory, after those for values
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

// instruction is a line of assembly, in which @0 is the register of out and @1 is that of in[0]. Operands
// that may be addresses have an m after the number, @1x and @1y are the lower lanes of a register, and @1[4] is
// an address 4 bytes after that of the value. If apart is set, out is written before the others are read. If
// commutes is set, the two values of in may change places.
type instruction struct {
	text            string
	out             value
	in              []value
	apart, commutes bool
}

func (p *program) emit(out value, apart bool, text string, in ...value) {
	p.code = append(p.code, instruction{text, out, in, apart, false})
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

// Arithmetic. Each operation rounds once.

func (p *program) plus(a, b value) value  { return p.either("VADDPD @2m, @1, @0", a, b) }
func (p *program) minus(a, b value) value { return p.op("VSUBPD @2m, @1, @0", a, b) }
func (p *program) times(a, b value) value { return p.either("VMULPD @2m, @1, @0", a, b) }
func (p *program) over(a, b value) value  { return p.op("VDIVPD @2m, @1, @0", a, b) }
func (p *program) max(a, b value) value   { return p.op("VMAXPD @2m, @1, @0", a, b) }
func (p *program) min(a, b value) value   { return p.op("VMINPD @2m, @1, @0", a, b) }
func (p *program) root(a value) value     { return p.op("VSQRTPD @1m, @0", a) }
func (p *program) abs(a value) value      { return p.op("VANDPD @2m, @1, @0", a, p.bits(1<<63-1)) }

// timesLess returns a·b − c, rounded once.
func (p *program) timesLess(a, b, c value) value {
	out := p.add(inRegister)
	p.emit(out, true, "VMOVUPD @3m, @0; VFMSUB231PD @2m, @1, @0", a, b, c)
	return out
}

// Comparisons are false if an operand is NaN.

func (p *program) less(a, b value) value    { return p.compare("$0x11", a, b) }
func (p *program) upTo(a, b value) value    { return p.compare("$0x12", a, b) }
func (p *program) greater(a, b value) value { return p.compare("$0x1e", a, b) }
func (p *program) equal(a, b value) value   { return p.compare("$0", a, b) }

// move sets to to from.
func (p *program) move(to, from value) { p.emit(to, false, "VMOVUPD @1m, @0m", from) }

// variable returns a value that move and moveIf change.
func (p *program) variable(from value) value { return p.op("VMOVUPD @1m, @0m", from) }

// number returns x in all lanes.
func (p *program) number(x float64) value { return p.bits(math.Float64bits(x)) }

// same returns a number of the params in all lanes.
func (p *program) same(field string) value {
	return p.op(fmt.Sprintf("VBROADCASTSD laneParams_%s(AX), @0", field))
}

// integer sets a general register to an integer of the params.
func (p *program) integer(register, field string) {
	p.line("MOVQ laneParams_%s(AX), %s", field, register)
}

// load and store move the lanes at an address.
func (p *program) load(address string) value { return p.op(fmt.Sprintf("VMOVUPD %s, @0", address)) }

func (p *program) store(address string, a value) {
	p.emit(none, false, fmt.Sprintf("VMOVUPD @1, %s", address), a)
}

// row returns the address of a field of the row that register points to, or of another row.
func row(kind, name, register string, rows int) string {
	return fmt.Sprintf("(%s_%s%+d*%s__size)(%s)", kind, name, rows, kind, register)
}

// rowNumbers is the number of float64 in a row of any kind.
const rowNumbers = 64

// numberOf returns where the lanes' rows of those numbers begin, counted in numbers.
func (p *program) numberOf(rows value) value {
	return p.op("VADDPD laneNumbers<>(SB), @1, @0", p.times(rows, p.number(rowNumbers)))
}

// loop repeats body as often as the register counter says, which it counts down to 0.
func (p *program) loop(counter string, body func()) {
	begin := len(p.code)
	label := fmt.Sprintf("loop%d", begin)
	p.line("TESTQ %s, %s", counter, counter)
	p.line("JLE %sEnd", label)
	p.line("%s:", label)
	p.taken = none
	body()
	p.line("DECQ %s", counter)
	p.line("JNZ %s", label)
	p.line("%sEnd:", label)
	p.taken = none
	p.loops = append(p.loops, [2]int{begin, len(p.code) - 1})
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
	// What a loop uses and did not make lives until its end. An outer loop comes after its inner ones.
	for _, l := range p.loops {
		for v, of := range lives {
			if of.begin < l[0] && of.end >= l[0] && of.end < l[1] {
				lives[v].end = l[1]
			}
		}
	}
	return lives
}

// operands returns the values of an instruction in the order of their numbers.
func (c instruction) operands() []value { return append([]value{c.out}, c.in...) }

// text returns the function. If there are more values at once than registers, some are kept in memory.
func (p *program) text() string {
	for {
		body, alive := p.assign()
		if alive == nil {
			return fmt.Sprintf("\nTEXT ·%s(SB), NOSPLIT, $0-8\n\tMOVQ p+0(FP), AX\n%s\tVZEROUPPER\n\tRET\n", p.symbol(), body)
		}
		if p.shape().scratch == 0 {
			panic(fmt.Sprintf("%s has too many values at once", p.symbol()))
		}
		p.homes[p.cheapest(alive)] = inMemory
	}
}

func (p *program) symbol() string { return "lane" + p.name + p.shape().suffix }

// cheapest returns which of some values is needed least often for the time that it takes a register.
// What is in a loop counts for many times.
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

// assign returns the body of the function, or the values that are alive where the registers do not suffice.
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
var operand = regexp.MustCompile(`@(\d)(?:\[(\d+)\]|([mxy]))?`)

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

// write appends an instruction to the body. Values without registers that it does not take by address are
// loaded to registers before it, or stored after it.
func (a *assignment) write(c instruction) {
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
			a.print("VMOVUPD %s, %s", a.address(v, 0), a.register(scratch))
			scratch++
		}
	}
	if scratch > last+1 || c.apart && stored && scratch > last {
		panic(fmt.Sprintf("%s: no registers left for %s", a.symbol(), c.text))
	}
	a.print("%s", operand.ReplaceAllStringFunc(c.text, func(s string) string {
		m := operand.FindStringSubmatch(s)
		i, _ := strconv.Atoi(m[1])
		offset, _ := strconv.Atoi(m[2])
		switch {
		case registers[i] == byAddress:
			return a.address(values[i], offset)
		case a.homes[values[i]] == inMask:
			return "K" + strconv.Itoa(registers[i])
		case m[3] == "x" || m[3] == "y":
			return strings.ToUpper(m[3]) + strconv.Itoa(registers[i])
		}
		return a.register(registers[i])
	}))
	if stored && !direct {
		a.print("VMOVUPD %s, %s", a.register(last), a.address(c.out, 0))
	}
}

func (a *assignment) print(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if !strings.HasSuffix(line, ":") {
		line = "\t" + line
	}
	fmt.Fprintln(&a.body, line)
}

// register returns the name of a vector register.
func (p *program) register(number int) string { return p.shape().letter + strconv.Itoa(number) }

// address returns where a value without a register lies, so many bytes after its begin. R15 points to slot 0.
func (a *assignment) address(v value, offset int) string {
	if a.homes[v] == inData {
		return a.data.name(a.numbers[v])
	}
	return fmt.Sprintf("%d(R15)", numberBytes*a.shape().lanes*a.places[v]+offset)
}

const numberBytes = 8

// data holds the constants of a file.
type data []uint64

// name returns the name of the memory that holds x.
func (d *data) name(x uint64) string {
	if !slices.Contains(*d, x) {
		*d = append(*d, x)
	}
	return fmt.Sprintf("lane%016x<>(SB)", x)
}
