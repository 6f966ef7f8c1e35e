package main

import "fmt"

// avx512 appends instructions of AVX-512. A vector register holds all lanes, and a mask is a register of a
// bit for each lane. K7 is the mask of gathers and scatters.
type avx512 struct{ *program }

func (avx512) shape() shape {
	return shape{suffix: "AVX512", letter: "Z", lanes: 8, registers: 32, masks: 6}
}

func (avx512) enter()      {}
func (avx512) leave()      {}
func (avx512) onlyActive() {}

// point sets a general register to a pointer of the params.
func (t avx512) point(register, field string) { t.integer(register, field) }

// field returns the address of lanes of the params.
func (avx512) field(name string) string { return fmt.Sprintf("laneParams_%s(AX)", name) }

func (t avx512) bits(x uint64) value {
	return t.op(fmt.Sprintf("VBROADCASTSD %s, @0", t.data.name(x)))
}

func (t avx512) floor(a value) value { return t.op("VRNDSCALEPD $1, @1, @0", a) }

// single returns a rounded to float32.
func (t avx512) single(a value) value {
	return t.op("VCVTPS2PD @1y, @0", t.op("VCVTPD2PS @1, @0y", a))
}

// mask returns the mask that an instruction results in.
func (t avx512) mask(text string, in ...value) value {
	out := t.add(inMask)
	t.emit(out, false, text, in...)
	return out
}

func (t avx512) compare(predicate string, a, b value) value {
	return t.mask("VCMPPD "+predicate+", @2, @1, @0", a, b)
}

func (t avx512) and(a, b value) value { return t.mask("KANDB @2, @1, @0", a, b) }
func (t avx512) or(a, b value) value  { return t.mask("KORB @2, @1, @0", a, b) }
func (t avx512) not(a value) value    { return t.mask("KNOTB @1, @0", a) }

// choose returns yes where mask is set, else no.
func (t avx512) choose(mask, yes, no value) value {
	return t.op("VBLENDMPD @2, @3, @1, @0", mask, yes, no)
}

// moveIf sets the lanes of to where mask is set to those of from.
func (t avx512) moveIf(mask, to, from value) { t.emit(to, false, "VMOVAPD @2, @1, @0", mask, from) }

func (t avx512) storeIf(mask value, address string, a value) {
	t.emit(none, false, "VMOVUPD @2, @1, "+address, mask, a)
}

// index returns what gather takes: the places of rows of the lanes.
func (t avx512) index(rows value) value { return t.op("VCVTTPD2DQ @1, @0y", t.numberOf(rows)) }

// gather returns numbers of rows, one for each lane: a field of the row of each lane's index, or of a row
// so many rows later. register points to row 0.
func (t avx512) gather(kind, name, register string, index value, later int) value {
	out := t.add(inRegister)
	t.emit(out, true, "VXORPD @0, @0, @0; KXNORB K7, K7, K7; VGATHERDPD "+row(kind, name, register, later)+"(@1y*8), K7, @0", index)
	return out
}

// scatterIf writes the number of each lane in which mask is set to the address from which gather would read.
func (t avx512) scatterIf(mask value, kind, name, register string, index value, later int, a value) {
	to := row(kind, name, register, later) + "(@2y*8)"
	t.emit(none, false, "KMOVB @1, K7; VSCATTERDPD @3, K7, "+to, mask, index, a)
}

// putMask writes a mask to a field of the params, an integer.
func (t avx512) putMask(field string, mask value) {
	t.emit(none, false, fmt.Sprintf("KMOVB @1, R9; MOVQ R9, laneParams_%s(AX)", field), mask)
}

func (t avx512) takeMask(field string) value {
	return t.mask(fmt.Sprintf("MOVQ laneParams_%s(AX), R9; KMOVB R9, @0", field))
}
