package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// amd64 appends instructions that AVX2 and AVX-512 have in one form. AX holds the *laneParams.
type amd64 struct {
	*program
	letter string // of the names of registers
}

const (
	amd64First = "\tMOVQ p+0(FP), AX\n"
	amd64Last  = "\tVZEROUPPER\n"
)

func (t amd64) integer(register, field string) {
	t.line("MOVQ laneParams_%s(AX), %s", field, register)
}

func (t amd64) set(register, from string)   { t.line("MOVQ %s, %s", from, register) }
func (t amd64) advance(register, by string) { t.line("ADDQ %s, %s", by, register) }
func (t amd64) timesRows(register string)   { t.line("IMUL3Q $dateRow__size, %s, %[1]s", register) }

func (t amd64) skipLoop(counter, end string) {
	t.line("TESTQ %s, %[1]s", counter)
	t.line("JLE %s", end)
}

func (t amd64) repeatLoop(counter, begin string) {
	t.line("DECQ %s", counter)
	t.line("JNZ %s", begin)
}

func (t amd64) plus(a, b value) value  { return t.either("VADDPD @2m, @1, @0", a, b) }
func (t amd64) minus(a, b value) value { return t.op("VSUBPD @2m, @1, @0", a, b) }
func (t amd64) times(a, b value) value { return t.either("VMULPD @2m, @1, @0", a, b) }
func (t amd64) over(a, b value) value  { return t.op("VDIVPD @2m, @1, @0", a, b) }
func (t amd64) max(a, b value) value   { return t.op("VMAXPD @2m, @1, @0", a, b) }
func (t amd64) min(a, b value) value   { return t.op("VMINPD @2m, @1, @0", a, b) }
func (t amd64) root(a value) value     { return t.op("VSQRTPD @1m, @0", a) }
func (t amd64) abs(a value) value      { return t.op("VANDPD @2m, @1, @0", a, t.bits(1<<63-1)) }

func (t amd64) timesLess(a, b, c value) value {
	out := t.add(inRegister)
	t.emit(out, true, "VMOVUPD @3m, @0; VFMSUB231PD @2m, @1, @0", a, b, c)
	return out
}

// compare appends a comparison with a predicate of VCMPPD.
func (t amd64) compare(predicate string, a, b value) value {
	const text = "VCMPPD %s, @2%s, @1, @0"
	if t.shape().masks == 0 {
		return t.op(fmt.Sprintf(text, predicate, "m"), a, b)
	}
	out := t.add(inMask)
	t.emit(out, false, fmt.Sprintf(text, predicate, ""), a, b)
	return out
}

func (t amd64) less(a, b value) value    { return t.compare("$0x11", a, b) }
func (t amd64) upTo(a, b value) value    { return t.compare("$0x12", a, b) }
func (t amd64) greater(a, b value) value { return t.compare("$0x1e", a, b) }
func (t amd64) equal(a, b value) value   { return t.compare("$0", a, b) }

func (amd64) copied() string { return "VMOVUPD @1m, @0m" }

func (t amd64) same(field string) value {
	return t.op(fmt.Sprintf("VBROADCASTSD laneParams_%s(AX), @0", field))
}

func (t amd64) load(address string) value { return t.op(fmt.Sprintf("VMOVUPD %s, @0", address)) }

func (t amd64) store(address string, a value) {
	t.emit(none, false, fmt.Sprintf("VMOVUPD @1, %s", address), a)
}

// numberOf returns where the lanes' rows of those numbers begin, counted in numbers.
func (t amd64) numberOf(rows value) value {
	return t.op("VADDPD laneNumbers<>(SB), @1, @0", t.times(rows, t.number(rowNumbers)))
}

// operand returns the name of a register. Forms x and y are its lower lanes.
func (t amd64) operand(form string, register, _ int) string {
	if form == "x" || form == "y" {
		return strings.ToUpper(form) + strconv.Itoa(register)
	}
	return t.letter + strconv.Itoa(register)
}

func (t amd64) fetch(address string, register int) string {
	return fmt.Sprintf("VMOVUPD %s, %s", address, t.operand("", register, 0))
}

func (t amd64) keep(register int, address string) string {
	return fmt.Sprintf("VMOVUPD %s, %s", t.operand("", register, 0), address)
}

func (t amd64) constant(x uint64) string {
	t.data.place(x)
	return fmt.Sprintf("lane%016x<>(SB)", x)
}

// constantsText returns the constants. A target that takes constants from memory needs as many
// copies as a register has lanes.
func (t amd64) constantsText() []byte {
	var b bytes.Buffer
	lanes := t.shape().lanes
	for lane := range lanes {
		fmt.Fprintf(&b, "DATA laneNumbers<>+%d(SB)/8, $%d.0\n", numberBytes*lane, lane)
	}
	fmt.Fprintf(&b, "GLOBL laneNumbers<>(SB), RODATA|NOPTR, $%d\n", numberBytes*lanes)
	copies := 1
	if t.shape().scratch > 0 {
		copies = lanes
	}
	for _, x := range *t.data {
		for i := range copies {
			fmt.Fprintf(&b, "DATA lane%016x<>+%d(SB)/8, $0x%016[1]x\n", x, numberBytes*i)
		}
		fmt.Fprintf(&b, "GLOBL lane%016x<>(SB), RODATA|NOPTR, $%d\n", x, numberBytes*copies)
	}
	return b.Bytes()
}
