package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// neon appends instructions of NEON. A value is two registers of two lanes, so it has half of the
// lanes. As with AVX2, the code of a program is run for the first half and then for the second one:
// R17 is where a half begins, in bytes, and all pointers to rows begin there. A mask is a value
// too, all bits of a lane or none.
//
// Registers 2i and 2i+1 are a value. V30 and V31 are for parts of an instruction, V26 to V29 for
// values that are kept in memory. General registers:
//
//	R0  *laneParams                   R15 slot 0 of the values in memory
//	R1  the same, from the half on    R16 the constants
//	R9, R14, R25, R26 scratch         R17 where the half begins
type neon struct{ *program }

func (neon) shape() shape {
	return shape{suffix: "NEON", lanes: 4, parts: 2, registers: 13, scratch: 2, first: "\tMOVD p+0(FP), R0\n"}
}

func (t neon) enter() {
	t.line("MOVD laneParams_slots(R0), R15")
	t.line("MOVD $laneConstants<>(SB), R16")
	t.line("MOVD $0, R17")
	t.line("MOVD R0, R1")
	t.line("half:")
}

func (t neon) leave() {
	half := numberBytes * t.shape().lanes
	t.line("next:")
	t.line("ADD $%d, R17", half)
	t.line("ADD $%d, R1", half)
	t.line("CMP $%d, R17", 2*half)
	t.line("BLT half")
}

// shift sets R26 to the number of the first lane of this half.
func (t neon) shift() { t.line("LSR $3, R17, R26") }

// onlyActive leaves out a half without active lanes.
func (t neon) onlyActive() {
	t.shift()
	t.line("MOVD laneParams_active(R0), R9; LSR R26, R9")
	t.line("TST $15, R9")
	t.line("BEQ next")
}

func (t neon) point(register, field string) {
	t.integer(register, field)
	t.advance(register, "R17")
}

func (t neon) integer(register, field string) {
	t.line("MOVD laneParams_%s(R0), %s", field, register)
}

func (t neon) set(register, from string)   { t.line("MOVD %s, %s", from, register) }
func (t neon) advance(register, by string) { t.line("ADD %s, %s", by, register) }
func (t neon) timesRows(register string)   { t.line("LSL $%d, %s", rowShift, register) }

// rowShift is log2 of the size of a row, rowNumbers·numberBytes.
const rowShift = 9

func (t neon) skipLoop(counter, end string) {
	t.line("CMP $0, %s", counter)
	t.line("BLE %s", end)
}

func (t neon) repeatLoop(counter, begin string) {
	t.line("SUBS $1, %s", counter)
	t.line("BNE %s", begin)
}

// bits returns one value for each constant, see hoistConstants.
func (t neon) bits(x uint64) value {
	for _, v := range t.constants {
		if t.numbers[v] == x {
			return v
		}
	}
	v := t.add(inRegister)
	t.numbers[v] = x
	t.program.constants = append(t.constants, v)
	return v
}

func (t neon) same(field string) value {
	const text = "FMOVD laneParams_%s(R0), @0fa; VDUP @0va.D[0], @0va.D2; ORR_16B(@0a, @0a, @0b)"
	return t.op(fmt.Sprintf(text, field))
}

func (neon) field(name string) string { return fmt.Sprintf("laneParams_%s(R1)", name) }

func (t neon) load(address string) value { return t.op(fmt.Sprintf("FLDPQ %s, @0p", address)) }

func (t neon) store(address string, a value) {
	t.emit(none, false, fmt.Sprintf("FSTPQ @1p, %s", address), a)
}

func (neon) copied() string { return "ORR_16B(@1, @1, @0)" }

func (t neon) plus(a, b value) value  { return t.op("FADD_2D(@2, @1, @0)", a, b) }
func (t neon) minus(a, b value) value { return t.op("FSUB_2D(@2, @1, @0)", a, b) }
func (t neon) times(a, b value) value { return t.op("FMUL_2D(@2, @1, @0)", a, b) }
func (t neon) over(a, b value) value  { return t.op("FDIV_2D(@2, @1, @0)", a, b) }
func (t neon) max(a, b value) value   { return t.choose(t.greater(a, b), a, b) }
func (t neon) min(a, b value) value   { return t.choose(t.less(a, b), a, b) }
func (t neon) root(a value) value     { return t.op("FSQRT_2D(@1, @0)", a) }
func (t neon) abs(a value) value      { return t.op("FABS_2D(@1, @0)", a) }
func (t neon) floor(a value) value    { return t.op("FRINTM_2D(@1, @0)", a) }
func (t neon) single(a value) value   { return t.op("FCVTN_2S(@1, @0); FCVTL_2D(@0, @0)", a) }

func (t neon) timesLess(a, b, c value) value {
	out := t.add(inRegister)
	t.emit(out, true, "FNEG_2D(@3, @0); FMLA_2D(@2, @1, @0)", a, b, c)
	return out
}

func (t neon) less(a, b value) value    { return t.greater(b, a) }
func (t neon) upTo(a, b value) value    { return t.op("FCMGE_2D(@1, @2, @0)", a, b) }
func (t neon) greater(a, b value) value { return t.op("FCMGT_2D(@2, @1, @0)", a, b) }
func (t neon) equal(a, b value) value   { return t.op("FCMEQ_2D(@2, @1, @0)", a, b) }

func (t neon) and(a, b value) value { return t.op("AND_16B(@2, @1, @0)", a, b) }
func (t neon) or(a, b value) value  { return t.op("ORR_16B(@2, @1, @0)", a, b) }
func (t neon) not(a value) value    { return t.op("NOT_16B(@1, @0)", a) }

func (t neon) choose(mask, yes, no value) value {
	switch {
	case t.isZero(no):
		return t.and(mask, yes)
	case t.isZero(yes):
		return t.op("BIC_16B(@1, @2, @0)", mask, no)
	}
	out := t.add(inRegister)
	t.blend(out, mask, yes, no)
	return out
}

func (t neon) isZero(v value) bool {
	x, constant := t.numbers[v]
	return constant && x == 0
}

func (t neon) moveIf(mask, to, from value) { t.blend(to, mask, from, to) }

// blend sets out to yes where mask is set, else to no. It takes one instruction if it may overwrite
// one of them.
func (t neon) blend(out, mask, yes, no value) {
	t.code = append(t.code, instruction{text: "ORR_16B(@3, @3, @0); BIT_16B(@1, @2, @0)", out: out, in: []value{mask, yes, no},
		apart: true, over: []string{"BSL_16B(@3, @2, @0)", "BIF_16B(@1, @3, @0)", "BIT_16B(@1, @2, @0)"}})
}

func (t neon) storeIf(mask value, address string, a value) {
	t.store(address, t.choose(mask, a, t.load(address)))
}

// putMask changes the bits of this half alone.
func (t neon) putMask(field string, mask value) {
	t.emit(none, false, "FLDPQ laneParams_laneBits(R1), (F30, F31); AND_16B(@1a, 30, 30); AND_16B(@1b, 31, 31)", mask)
	t.line("ADD_2D(31, 30, 30); ADDP_D(30, 30); FMOVD F30, R9")
	t.shift()
	t.line("MOVD $0xf0, R14; LSR R26, R14") // the bits of the other half
	t.line("MOVD laneParams_%s(R0), R25; AND R25, R14; ORR R14, R9; MOVD R9, laneParams_%[1]s(R0)", field)
}

func (t neon) takeMask(field string) value {
	const text = "MOVD laneParams_%s(R0), R9; VDUP R9, V30.D2; FLDPQ laneParams_laneBits(R1), @0p; CMTST_2D(30, @0a, @0a); CMTST_2D(30, @0b, @0b)"
	return t.op(fmt.Sprintf(text, field))
}

// rowsBefore is how many rows an index is less than it says, so that no offset from there is
// negative.
const rowsBefore = 2

// index returns where the lanes' rows begin, counted in numbers.
func (t neon) index(rows value) value {
	numbers := t.plus(t.times(rows, t.number(rowNumbers)), t.load("(R16)"))
	out := t.add(inMemory)
	t.emit(out, false, "FCVTZS_2D(@1, @0)", numbers)
	return out
}

// laneNumbers are what index adds to the lanes.
func (t neon) laneNumbers() (numbers []float64) {
	for lane := range t.shape().lanes {
		numbers = append(numbers, float64(lane-rowsBefore*rowNumbers))
	}
	return numbers
}

// lanesOfIndices are general registers for the lanes of some indices at once.
var lanesOfIndices = [][]string{{"R2", "R3", "R4", "R5"}, {"R6", "R7", "R19", "R20"}, {"R21", "R22", "R23", "R24"}}

// take returns general registers with the addresses of the lanes of an index. It keeps the indices
// that were taken last.
func (t neon) take(index value, register string) []string {
	at := slices.IndexFunc(t.taken, func(o taken) bool { return o.index == index && o.register == register })
	if at >= 0 {
		of := t.taken[at]
		t.program.taken = append(slices.Delete(slices.Clone(t.taken), at, at+1), of)
		return of.to
	}
	of := taken{index, register, nil}
	if len(t.taken) == len(lanesOfIndices) {
		of.to = t.taken[0].to
		t.program.taken = t.taken[1:]
	} else {
		of.to = lanesOfIndices[len(t.taken)]
	}
	t.program.taken = append(slices.Clone(t.taken), of)
	t.emit(none, false, fmt.Sprintf("LDP @1[0], (%s, %s); LDP @1[16], (%s, %s)", of.to[0], of.to[1], of.to[2], of.to[3]), index)
	for _, to := range of.to {
		t.line("ADD %s<<3, %s, %s", to, register, to)
	}
	return of.to
}

// eachLane replaces #0 to #3 in text by the addresses of the lanes of an index.
func (t neon) eachLane(text, kind, name, register string, index value, later int) string {
	for lane, of := range t.take(index, register) {
		text = strings.ReplaceAll(text, fmt.Sprintf("#%d", lane), row(kind, name, of, later+rowsBefore))
	}
	return text
}

func (t neon) gather(kind, name, register string, index value, later int) value {
	const text = "FMOVD #0, @0fa; FMOVD #1, F30; FMOVD #2, @0fb; FMOVD #3, F31; ZIP1_2D(30, @0a, @0a); ZIP1_2D(31, @0b, @0b)"
	return t.op(t.eachLane(text, kind, name, register, index, later))
}

// scatterIf writes all lanes, those in which mask is not set with the number that is there.
func (t neon) scatterIf(mask value, kind, name, register string, index value, later int, a value) {
	a = t.choose(mask, a, t.gather(kind, name, register, index, later))
	const text = "ZIP2_2D(@1a, @1a, 30); ZIP2_2D(@1b, @1b, 31); FMOVD @1fa, #0; FMOVD F30, #1; FMOVD @1fb, #2; FMOVD F31, #3"
	t.emit(none, false, t.eachLane(text, kind, name, register, index, later), a)
}

// operand returns a register of a value as an operand: its number, or with f or v its name as a
// scalar or vector. a and b are the first and second register of a value, and p is the pair of
// them.
func (neon) operand(form string, register, part int) string {
	first := 2 * register
	switch {
	case form == "p":
		return fmt.Sprintf("(F%d, F%d)", first, first+1)
	case strings.HasSuffix(form, "a"):
		part = 0
	case strings.HasSuffix(form, "b"):
		part = 1
	}
	return strings.ToUpper(strings.TrimRight(form, "ab")) + strconv.Itoa(first+part)
}

func (t neon) fetch(address string, register int) string {
	return fmt.Sprintf("FLDPQ %s, %s", address, t.operand("p", register, 0))
}

func (t neon) keep(register int, address string) string {
	return fmt.Sprintf("FSTPQ %s, %s", t.operand("p", register, 0), address)
}

// constant returns the address of a constant, which is behind laneNumbers.
func (t neon) constant(x uint64) string {
	return fmt.Sprintf("%d(R16)", numberBytes*t.shape().lanes*(1+t.data.place(x)))
}

// words are the instructions of NEON that programs use, with 0 for all registers. Go's assembler
// lacks most of them. Operands have the order of Go's assembler: sources in reverse, then the
// destination. So FSUB_2D(m, n, d) is d = n - m.
var words = []struct {
	name string
	word uint32
	a64  string // in the manual of the architecture
}{
	{"FADD_2D", 0x4e60d400, "FADD Vd.2D, Vn.2D, Vm.2D"},
	{"FSUB_2D", 0x4ee0d400, "FSUB Vd.2D, Vn.2D, Vm.2D"},
	{"FMUL_2D", 0x6e60dc00, "FMUL Vd.2D, Vn.2D, Vm.2D"},
	{"FDIV_2D", 0x6e60fc00, "FDIV Vd.2D, Vn.2D, Vm.2D"},
	{"FMLA_2D", 0x4e60cc00, "FMLA Vd.2D, Vn.2D, Vm.2D"},
	{"FNEG_2D", 0x6ee0f800, "FNEG Vd.2D, Vn.2D"},
	{"FABS_2D", 0x4ee0f800, "FABS Vd.2D, Vn.2D"},
	{"FSQRT_2D", 0x6ee1f800, "FSQRT Vd.2D, Vn.2D"},
	{"FRINTM_2D", 0x4e619800, "FRINTM Vd.2D, Vn.2D"},
	{"FCVTN_2S", 0x0e616800, "FCVTN Vd.2S, Vn.2D"},
	{"FCVTL_2D", 0x0e617800, "FCVTL Vd.2D, Vn.2S"},
	{"FCVTZS_2D", 0x4ee1b800, "FCVTZS Vd.2D, Vn.2D"},
	{"FCMEQ_2D", 0x4e60e400, "FCMEQ Vd.2D, Vn.2D, Vm.2D"},
	{"FCMGE_2D", 0x6e60e400, "FCMGE Vd.2D, Vn.2D, Vm.2D"},
	{"FCMGT_2D", 0x6ee0e400, "FCMGT Vd.2D, Vn.2D, Vm.2D"},
	{"CMTST_2D", 0x4ee08c00, "CMTST Vd.2D, Vn.2D, Vm.2D"},
	{"ADD_2D", 0x4ee08400, "ADD Vd.2D, Vn.2D, Vm.2D"},
	{"ADDP_D", 0x5ef1b800, "ADDP Dd, Vn.2D"},
	{"AND_16B", 0x4e201c00, "AND Vd.16B, Vn.16B, Vm.16B"},
	{"BIC_16B", 0x4e601c00, "BIC Vd.16B, Vn.16B, Vm.16B"},
	{"ORR_16B", 0x4ea01c00, "ORR Vd.16B, Vn.16B, Vm.16B"},
	{"NOT_16B", 0x6e205800, "NOT Vd.16B, Vn.16B"},
	{"BSL_16B", 0x6e601c00, "BSL Vd.16B, Vn.16B, Vm.16B"},
	{"BIT_16B", 0x6ea01c00, "BIT Vd.16B, Vn.16B, Vm.16B"},
	{"BIF_16B", 0x6ee01c00, "BIF Vd.16B, Vn.16B, Vm.16B"},
	{"ZIP1_2D", 0x4ec03800, "ZIP1 Vd.2D, Vn.2D, Vm.2D"},
	{"ZIP2_2D", 0x4ec07800, "ZIP2 Vd.2D, Vn.2D, Vm.2D"},
}

// constantsText returns the instructions as macros, and the constants, each as often as a value has
// lanes.
func (t neon) constantsText() []byte {
	var b bytes.Buffer
	for _, w := range words {
		args, fields := "n, d", "(n)<<5 | (d)"
		if strings.Contains(w.a64, "Vm") {
			args, fields = "m, n, d", "(m)<<16 | (n)<<5 | (d)"
		}
		fmt.Fprintf(&b, "#define %s(%s) WORD $(%#08x | %s) // %s\n", w.name, args, w.word, fields, w.a64)
	}
	b.WriteByte('\n')
	at := 0
	number := func(x uint64) {
		fmt.Fprintf(&b, "DATA laneConstants<>+%d(SB)/8, $0x%016x\n", at, x)
		at += numberBytes
	}
	for _, x := range t.laneNumbers() {
		number(math.Float64bits(x))
	}
	for _, x := range *t.data {
		for range t.shape().lanes {
			number(x)
		}
	}
	fmt.Fprintf(&b, "GLOBL laneConstants<>(SB), RODATA|NOPTR, $%d\n", at)
	return b.Bytes()
}
