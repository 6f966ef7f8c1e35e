package main

import (
	"fmt"
	"strings"
)

// avx2 appends instructions of AVX2 and FMA. A vector register holds half of the lanes. The code of
// a program is run for the first half and then for the second one: DI is where a half begins, in
// bytes, and all other pointers to rows begin there. A mask is a vector register too, all bits of a
// lane or none.
//
// There are 16 registers. Y15 is for parts of an instruction, Y13 and Y14 for values that are kept
// in memory. Constants are read from memory in any case.
type avx2 struct{ amd64 }

func (avx2) shape() shape {
	return shape{suffix: "AVX2", lanes: 4, parts: 1, registers: 13, scratch: 2, first: amd64First, last: amd64Last}
}

func (t avx2) enter() {
	t.line("MOVQ laneParams_slots(AX), R15")
	t.line("XORL DI, DI")
	t.line("half:")
}

func (t avx2) leave() {
	t.line("next:")
	t.line("ADDQ $%d, DI", numberBytes*t.shape().lanes)
	t.line("CMPQ DI, $%d", 2*numberBytes*t.shape().lanes)
	t.line("JLT half")
}

// shift sets CX to the number of the first lane of this half.
func (t avx2) shift() { t.line("MOVQ DI, CX; SHRQ $3, CX") }

// onlyActive leaves out a half without active lanes.
func (t avx2) onlyActive() {
	t.shift()
	t.line("MOVQ laneParams_active(AX), R9; SHRQ CX, R9")
	t.line("TESTQ $15, R9")
	t.line("JZ next")
}

func (t avx2) point(register, field string) {
	t.integer(register, field)
	t.line("ADDQ DI, %s", register)
}

func (avx2) field(name string) string { return fmt.Sprintf("laneParams_%s(AX)(DI*1)", name) }

func (t avx2) bits(x uint64) value {
	v := t.add(inData)
	t.numbers[v] = x
	return v
}

func (t avx2) floor(a value) value { return t.op("VROUNDPD $1, @1m, @0", a) }

func (t avx2) single(a value) value { return t.op("VCVTPD2PSY @1m, @0x; VCVTPS2PD @0x, @0", a) }

func (t avx2) and(a, b value) value { return t.either("VANDPD @2m, @1, @0", a, b) }
func (t avx2) or(a, b value) value  { return t.either("VORPD @2m, @1, @0", a, b) }
func (t avx2) not(a value) value    { return t.op("VXORPD @2m, @1, @0", a, t.bits(1<<64-1)) }

func (t avx2) choose(mask, yes, no value) value {
	switch {
	case t.isZero(no):
		return t.and(mask, yes)
	case t.isZero(yes):
		return t.op("VANDNPD @2m, @1, @0", mask, no)
	}
	return t.op("VBLENDVPD @1, @2m, @3, @0", mask, yes, no)
}

func (t avx2) isZero(v value) bool { return t.homes[v] == inData && t.numbers[v] == 0 }

func (t avx2) moveIf(mask, to, from value) {
	t.emit(to, false, "VBLENDVPD @1, @2m, @3, @0", mask, from, to)
}

// storeIf reads and writes all lanes, since some processors take long for a store with a mask.
func (t avx2) storeIf(mask value, address string, a value) {
	t.store(address, t.choose(mask, a, t.load(address)))
}

func (t avx2) index(rows value) value {
	out := t.add(inMemory)
	t.emit(out, false, "VCVTTPD2DQY @1, X15; VMOVDQU X15, @0m", t.numberOf(rows))
	return out
}

// lanesOf has the general registers for the lanes of an index.
var lanesOf = []string{"BX", "SI", "DX", "R14"}

// take sets lanesOf to an index.
func (t avx2) take(index value) {
	if len(t.taken) > 0 && t.taken[0].index == index {
		return
	}
	t.program.taken = []taken{{index: index}}
	for lane, register := range lanesOf {
		t.emit(none, false, fmt.Sprintf("MOVL @1[%d], %s", 4*lane, register), index)
	}
}

// eachLane replaces #0 to #3 in text by the addresses of the lanes of the index that is taken.
func eachLane(text, kind, name, register string, later int) string {
	for lane, of := range lanesOf {
		text = strings.ReplaceAll(text, fmt.Sprintf("#%d", lane), row(kind, name, register, later)+"("+of+"*8)")
	}
	return text
}

// gather reads the lanes one by one, since some processors take longer for a gather.
func (t avx2) gather(kind, name, register string, index value, later int) value {
	t.take(index)
	const text = "VMOVSD #0, @0x; VMOVHPD #1, @0x, @0x; VMOVSD #2, X15; VMOVHPD #3, X15, X15; VINSERTF128 $1, X15, @0, @0"
	return t.op(eachLane(text, kind, name, register, later))
}

// scatterIf writes all lanes, those in which mask is not set with the number that is there.
func (t avx2) scatterIf(mask value, kind, name, register string, index value, later int, a value) {
	a = t.choose(mask, a, t.gather(kind, name, register, index, later))
	const text = "VMOVLPD @1x, #0; VMOVHPD @1x, #1; VEXTRACTF128 $1, @1, X15; VMOVLPD X15, #2; VMOVHPD X15, #3"
	t.emit(none, false, eachLane(text, kind, name, register, later), a)
}

// putMask changes the bits of this half alone.
func (t avx2) putMask(field string, mask value) {
	t.program.taken = nil // R14 is one of lanesOf
	t.shift()
	t.emit(none, false, "VMOVMSKPD @1, R9", mask)
	t.line("SHLQ CX, R9")
	t.line("MOVQ $0xf0, R14; SHRQ CX, R14") // the bits of the other half
	t.line("ANDQ laneParams_%s(AX), R14; ORQ R14, R9; MOVQ R9, laneParams_%[1]s(AX)", field)
}

func (t avx2) takeMask(field string) value {
	return t.op(fmt.Sprintf("VPBROADCASTQ laneParams_%s(AX), @0; VPAND laneParams_laneBits(AX)(DI*1), @0, @0; VPCMPEQQ laneParams_laneBits(AX)(DI*1), @0, @0", field))
}
