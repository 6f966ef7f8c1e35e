package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// program is a function of assembly for AVX-512 in the making. Its values are registers of eight
// numbers, one for each lane, or masks of a bit for each lane. Methods of program append instructions;
// text assigns registers to the values.
//
// AX holds the *laneParams, and the other general registers that a program uses are named by it.
type program struct {
	name  string
	code  []instruction
	loops [][2]int // the instructions of each loop, inner loops first
	masks []bool   // whether value number i is a mask
}

// value is the number of a register of a program.
type value int

// instruction is a line of assembly, in which @0 is the register of out and @1 is that of in[0]. If apart
// is set, out is written before the others are read.
type instruction struct {
	text  string
	out   value
	in    []value
	apart bool
}

const none value = -1

func (p *program) emit(out value, apart bool, text string, in ...value) {
	p.code = append(p.code, instruction{text, out, in, apart})
}

// line appends an instruction without vector registers.
func (p *program) line(format string, args ...any) {
	p.emit(none, false, fmt.Sprintf(format, args...))
}

func (p *program) add(mask bool) value {
	p.masks = append(p.masks, mask)
	return value(len(p.masks) - 1)
}

// op returns the result of an instruction.
func (p *program) op(text string, in ...value) value {
	out := p.add(false)
	p.emit(out, false, text, in...)
	return out
}

// mask returns the mask that an instruction results in.
func (p *program) mask(text string, in ...value) value {
	out := p.add(true)
	p.emit(out, false, text, in...)
	return out
}

// Arithmetic. Each operation rounds once.

func (p *program) plus(a, b value) value  { return p.op("VADDPD @2, @1, @0", a, b) }
func (p *program) minus(a, b value) value { return p.op("VSUBPD @2, @1, @0", a, b) }
func (p *program) times(a, b value) value { return p.op("VMULPD @2, @1, @0", a, b) }
func (p *program) over(a, b value) value  { return p.op("VDIVPD @2, @1, @0", a, b) }
func (p *program) max(a, b value) value   { return p.op("VMAXPD @2, @1, @0", a, b) }
func (p *program) min(a, b value) value   { return p.op("VMINPD @2, @1, @0", a, b) }
func (p *program) root(a value) value     { return p.op("VSQRTPD @1, @0", a) }
func (p *program) abs(a value) value      { return p.op("VANDPD @2, @1, @0", a, p.bits(1<<63-1)) }
func (p *program) floor(a value) value    { return p.op("VRNDSCALEPD $1, @1, @0", a) }

// single returns a rounded to float32.
func (p *program) single(a value) value {
	out := p.add(false)
	p.emit(out, false, "VCVTPD2PS @1, @0y", a)
	return p.op("VCVTPS2PD @1y, @0", out)
}

// timesLess returns a·b − c, rounded once.
func (p *program) timesLess(a, b, c value) value {
	out := p.add(false)
	p.emit(out, true, "VMOVAPD @3, @0; VFMSUB231PD @2, @1, @0", a, b, c)
	return out
}

// Comparisons are false if an operand is NaN.

func (p *program) less(a, b value) value    { return p.mask("VCMPPD $0x11, @2, @1, @0", a, b) }
func (p *program) upTo(a, b value) value    { return p.mask("VCMPPD $0x12, @2, @1, @0", a, b) }
func (p *program) greater(a, b value) value { return p.mask("VCMPPD $0x1e, @2, @1, @0", a, b) }
func (p *program) equal(a, b value) value   { return p.mask("VCMPPD $0, @2, @1, @0", a, b) }
func (p *program) and(a, b value) value     { return p.mask("KANDB @2, @1, @0", a, b) }
func (p *program) or(a, b value) value      { return p.mask("KORB @2, @1, @0", a, b) }
func (p *program) not(a value) value        { return p.mask("KNOTB @1, @0", a) }

// choose returns yes where mask is set, else no.
func (p *program) choose(mask, yes, no value) value {
	return p.op("VBLENDMPD @2, @3, @1, @0", mask, yes, no)
}

// move sets to, or the lanes of it where mask is set, to from.
func (p *program) move(to, from value)         { p.emit(to, false, "VMOVAPD @1, @0", from) }
func (p *program) moveIf(mask, to, from value) { p.emit(to, false, "VMOVAPD @2, @1, @0", mask, from) }

// variable returns a value that move and moveIf change.
func (p *program) variable(from value) value { return p.op("VMOVAPD @1, @0", from) }

// number returns x in all lanes.
func (p *program) number(x float64) value { return p.bits(math.Float64bits(x)) }

func (p *program) bits(x uint64) value {
	return p.op(fmt.Sprintf("VBROADCASTSD %s, @0", constant(x)))
}

// same returns a number of the params in all lanes.
func (p *program) same(field string) value {
	return p.op(fmt.Sprintf("VBROADCASTSD laneParams_%s(AX), @0", field))
}

// load and store move the lanes at an address.
func (p *program) load(address string) value { return p.op(fmt.Sprintf("VMOVUPD %s, @0", address)) }

func (p *program) store(address string, a value) {
	p.emit(none, false, fmt.Sprintf("VMOVUPD @1, %s", address), a)
}

func (p *program) storeIf(mask value, address string, a value) {
	p.emit(none, false, fmt.Sprintf("VMOVUPD @2, @1, %s", address), mask, a)
}

// field returns the address of lanes of the params.
func field(name string) string { return fmt.Sprintf("laneParams_%s(AX)", name) }

// row returns the address of a field of the row that register points to, or of another row.
func row(kind, name, register string, rows int) string {
	return fmt.Sprintf("(%s_%s%+d*%s__size)(%s)", kind, name, rows, kind, register)
}

// index returns where the lanes' rows of those numbers begin, counted in numbers.
func (p *program) index(rows value) value {
	at := p.plus(p.times(rows, p.number(rowNumbers)), p.op("VMOVUPD laneNumbers<>(SB), @0"))
	return p.op("VCVTTPD2DQ @1, @0y", at)
}

// rowNumbers is the number of float64 in a row of any kind.
const rowNumbers = 64

// gather returns numbers of rows, one for each lane: a field of the row of each lane's index, or of a row
// so many rows later. register points to row 0.
func (p *program) gather(kind, name, register string, index value, later int) value {
	out := p.add(false)
	p.emit(out, true, "VXORPD @0, @0, @0; KXNORB K7, K7, K7; VGATHERDPD "+row(kind, name, register, later)+"(@1y*8), K7, @0", index)
	return out
}

// scatterIf writes the number of each lane in which mask is set to the address from which gather would read.
func (p *program) scatterIf(mask value, kind, name, register string, index value, later int, a value) {
	to := row(kind, name, register, later) + "(@2y*8)"
	p.emit(none, false, "KMOVB @1, K7; VSCATTERDPD @3, K7, "+to, mask, index, a)
}

// putMask writes a mask to a field of the params, an integer.
func (p *program) putMask(field string, mask value) {
	p.emit(none, false, fmt.Sprintf("KMOVB @1, R9; MOVQ R9, laneParams_%s(AX)", field), mask)
}

func (p *program) takeMask(field string) value {
	return p.mask(fmt.Sprintf("MOVQ laneParams_%s(AX), R9; KMOVB R9, @0", field))
}

// loop repeats body as often as the register counter says, which it counts down to 0.
func (p *program) loop(counter string, body func()) {
	begin := len(p.code)
	label := fmt.Sprintf("loop%d", begin)
	p.line("TESTQ %s, %s", counter, counter)
	p.line("JLE %sEnd", label)
	p.line("%s:", label)
	body()
	p.line("DECQ %s", counter)
	p.line("JNZ %s", label)
	p.line("%sEnd:", label)
	p.loops = append(p.loops, [2]int{begin, len(p.code) - 1})
}

// ends returns the last instruction that needs each value.
func (p *program) ends() []int {
	begin, end := make([]int, len(p.masks)), make([]int, len(p.masks))
	for i := range begin {
		begin[i] = -1
	}
	see := func(v value, at int) {
		if v == none {
			return
		}
		if begin[v] < 0 {
			begin[v] = at
		}
		end[v] = at
	}
	for at, c := range p.code {
		for _, v := range c.in {
			see(v, at)
		}
		see(c.out, at)
	}
	// What a loop uses and did not make lives until its end. An outer loop comes after its inner ones.
	for _, l := range p.loops {
		for v := range begin {
			if begin[v] < l[0] && end[v] >= l[0] && end[v] < l[1] {
				end[v] = l[1]
			}
		}
	}
	return end
}

// text returns the function.
func (p *program) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nTEXT ·%s(SB), NOSPLIT, $0-8\n\tMOVQ p+0(FP), AX\n", p.symbol())
	ends := p.ends()
	registers := make([]int, len(ends))
	for i := range registers {
		registers[i] = -1
	}
	free := map[bool][]int{true: {1, 2, 3, 4, 5, 6}, false: nil} // K7 is that of gathers
	for r := range 32 {
		free[false] = append(free[false], r)
	}
	release := func(v value, at int) {
		if v == none || ends[v] > at || registers[v] < 0 || slices.Contains(free[p.masks[v]], registers[v]) {
			return
		}
		free[p.masks[v]] = append(free[p.masks[v]], registers[v])
	}
	for at, c := range p.code {
		if !c.apart {
			for _, v := range c.in {
				if v != c.out {
					release(v, at)
				}
			}
		}
		if c.out != none && registers[c.out] < 0 {
			list := free[p.masks[c.out]]
			if len(list) == 0 {
				panic(fmt.Sprintf("%s has too many values at once", p.name))
			}
			registers[c.out], free[p.masks[c.out]] = list[0], list[1:]
		}
		line := c.text
		for i, v := range slices.Insert(slices.Clone(c.in), 0, c.out) {
			if v != none {
				line = replaceRegister(line, i, registers[v], p.masks[v])
			}
		}
		if !strings.HasSuffix(line, ":") {
			line = "\t" + line
		}
		fmt.Fprintln(&b, line)
		for _, v := range c.in {
			release(v, at)
		}
		release(c.out, at)
	}
	b.WriteString("\tVZEROUPPER\n\tRET\n")
	return b.String()
}

func (p *program) symbol() string { return "lane" + p.name + "AVX512" }

// replaceRegister puts a register in the place of operand number i, or its lower half where a y follows.
func replaceRegister(line string, i, register int, mask bool) string {
	operand, number := "@"+strconv.Itoa(i), strconv.Itoa(register)
	if mask {
		return strings.ReplaceAll(line, operand, "K"+number)
	}
	return strings.ReplaceAll(strings.ReplaceAll(line, operand+"y", "Y"+number), operand, "Z"+number)
}

// constants holds the numbers that constant has named.
var constants []uint64

// constant returns the name of the memory that holds x.
func constant(x uint64) string {
	if !slices.Contains(constants, x) {
		constants = append(constants, x)
	}
	return fmt.Sprintf("lane%016x<>(SB)", x)
}
