package main

import "fmt"

// avx512 appends instructions of AVX-512. A vector register holds all lanes, and a mask is a
// register of a bit for each lane. K7 is the mask of gathers and scatters.
type avx512 struct{ amd64 }

func (avx512) shape() shape {
	return shape{suffix: "AVX512", lanes: 8, parts: 1, registers: 32, masks: 6, first: amd64First, last: amd64Last}
}

func (avx512) enter()      {}
func (avx512) leave()      {}
func (avx512) onlyActive() {}

func (t avx512) point(register, field string) { t.integer(register, field) }

// field returns the address of lanes of the params.
func (avx512) field(name string) string { return fmt.Sprintf("laneParams_%s(AX)", name) }

func (t avx512) bits(x uint64) value {
	return t.op(fmt.Sprintf("VBROADCASTSD %s, @0", t.constant(x)))
}

func (t avx512) floor(a value) value { return t.op("VRNDSCALEPD $1, @1, @0", a) }

func (t avx512) single(a value) value {
	return t.op("VCVTPS2PD @1y, @0", t.op("VCVTPD2PS @1, @0y", a))
}

// mask returns the mask that an instruction results in.
func (t avx512) mask(text string, in ...value) value {
	out := t.add(inMask)
	t.emit(out, false, text, in...)
	return out
}

func (t avx512) and(a, b value) value { return t.mask("KANDB @2, @1, @0", a, b) }
func (t avx512) or(a, b value) value  { return t.mask("KORB @2, @1, @0", a, b) }
func (t avx512) not(a value) value    { return t.mask("KNOTB @1, @0", a) }

func (t avx512) choose(mask, yes, no value) value {
	return t.op("VBLENDMPD @2, @3, @1, @0", mask, yes, no)
}

func (t avx512) moveIf(mask, to, from value) { t.emit(to, false, "VMOVAPD @2, @1, @0", mask, from) }

func (t avx512) storeIf(mask value, address string, a value) {
	t.emit(none, false, "VMOVUPD @2, @1, "+address, mask, a)
}

func (t avx512) index(rows value) value { return t.op("VCVTTPD2DQ @1, @0y", t.numberOf(rows)) }

func (t avx512) gather(kind, name, register string, index value, later int) value {
	out := t.add(inRegister)
	t.emit(out, true, "VXORPD @0, @0, @0; KXNORB K7, K7, K7; VGATHERDPD "+row(kind, name, register, later)+"(@1y*8), K7, @0", index)
	return out
}

func (t avx512) scatterIf(mask value, kind, name, register string, index value, later int, a value) {
	to := row(kind, name, register, later) + "(@2y*8)"
	t.emit(none, false, "KMOVB @1, K7; VSCATTERDPD @3, K7, "+to, mask, index, a)
}

func (t avx512) putMask(field string, mask value) {
	t.emit(none, false, fmt.Sprintf("KMOVB @1, R9; MOVQ R9, laneParams_%s(AX)", field), mask)
}

func (t avx512) takeMask(field string) value {
	return t.mask(fmt.Sprintf("MOVQ laneParams_%s(AX), R9; KMOVB R9, @0", field))
}
