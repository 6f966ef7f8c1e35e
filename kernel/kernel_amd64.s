//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Lanes are pixels. A body carries a group of pixels in registers, walks down the dates once,
// and adds to each lane in date order with one rounding a term, as kernel_generic.go does: the
// bits are the same. Samples are widened to float64 as they are loaded, which is exact.
//
// General registers, in all bodies:
//	AX  *params
//	SI  sample of the group's first pixel at date 0     R8  the same at the current date
//	R10 tau                                             R9  tau of the current date
//	R11 bytes between planes                            CX  dates left
//	DX  pixels left                                     BX  byte offset into the outputs
//	DI, R12, R13 ...  outputs

// ---- Samples to float64 -------------------------------------------------------------------
//
// LOAD8_<type>(j, y, z): z = samples 8j..8j+7 at R8, y being the lower half of z.
// LOAD4_<type>(j, x, y): y = samples 4j..4j+3 at R8, x being the lower half of y.
// They read exactly the bytes of those samples.

#define LOAD8_U8(j, y, z) VPMOVZXBD (j*8)(R8), y; VCVTDQ2PD y, z
#define LOAD8_I8(j, y, z) VPMOVSXBD (j*8)(R8), y; VCVTDQ2PD y, z
#define LOAD8_U16(j, y, z) VPMOVZXWD (j*16)(R8), y; VCVTDQ2PD y, z
#define LOAD8_I16(j, y, z) VPMOVSXWD (j*16)(R8), y; VCVTDQ2PD y, z
#define LOAD8_U32(j, y, z) VCVTUDQ2PD (j*32)(R8), z
#define LOAD8_I32(j, y, z) VCVTDQ2PD (j*32)(R8), z
#define LOAD8_F32(j, y, z) VCVTPS2PD (j*32)(R8), z
#define LOAD8_F64(j, y, z) VMOVUPD (j*64)(R8), z

#define LOAD4_U8(j, x, y) VPMOVZXBD (j*4)(R8), x; VCVTDQ2PD x, y
#define LOAD4_I8(j, x, y) VPMOVSXBD (j*4)(R8), x; VCVTDQ2PD x, y
#define LOAD4_U16(j, x, y) VPMOVZXWD (j*8)(R8), x; VCVTDQ2PD x, y
#define LOAD4_I16(j, x, y) VPMOVSXWD (j*8)(R8), x; VCVTDQ2PD x, y
#define LOAD4_I32(j, x, y) VCVTDQ2PD (j*16)(R8), y
#define LOAD4_F32(j, x, y) VCVTPS2PD (j*16)(R8), y
#define LOAD4_F64(j, x, y) VMOVUPD (j*32)(R8), y

// AVX2 has no conversion from unsigned 32 bits: set them as the low bits of 2^52, which then is
// 2^52 + y exactly, and take 2^52 away.
#define LOAD4_U32(j, x, y) VPMOVZXDQ (j*16)(R8), y; VPOR two52<>(SB), y, y; VSUBPD two52<>(SB), y, y

DATA two52<>+0(SB)/8, $0x4330000000000000
DATA two52<>+8(SB)/8, $0x4330000000000000
DATA two52<>+16(SB)/8, $0x4330000000000000
DATA two52<>+24(SB)/8, $0x4330000000000000
GLOBL two52<>(SB), RODATA|NOPTR, $32

DATA one<>+0(SB)/8, $0x3ff0000000000000
GLOBL one<>(SB), RODATA|NOPTR, $8

// ---- What the bodies share ----------------------------------------------------------------

#define ENTER \
	MOVQ p+0(FP), AX; \
	MOVQ params_src(AX), SI; \
	MOVQ params_tau(AX), R10; \
	MOVQ params_stride(AX), R11; \
	MOVQ params_pixels(AX), DX; \
	XORL BX, BX

#define FIRST_DATE \
	MOVQ SI, R8; \
	MOVQ R10, R9; \
	MOVQ params_dates(AX), CX

#define NEXT_DATE \
	ADDQ R11, R8; \
	ADDQ $8, R9; \
	DECQ CX

// The outputs are float64: 8 bytes a pixel, so BX is eight times the pixels done.
#define NEXT_GROUP(pixels, size) \
	ADDQ $(pixels*size), SI; \
	ADDQ $(pixels*8), BX; \
	SUBQ $pixels, DX

#define LEAVE \
	SHRQ $3, BX; \
	MOVQ BX, params_done(AX); \
	VZEROUPPER; \
	RET

// ---- AVX-512: slope of gap-free pixels, 64 at a time ------------------------------------------
//
//	Z0-Z7   [64]float64 = sum of tau*d          Z24 tau of the date
//	Z8-Z15  [64]float64 = first observations    Z25 nodata
//	Z16-Z23 [64]float64 = y, then d             Z26 num, Z27 den
//	K1-K7   no sample so far equals nodata; vectors 0 and 7 share K1
//
// Eight independent sums hide the latency of the fused multiply-add (4 cycles, two a cycle).

#define SLOPE8(LOAD, j, y, z, ref, acc) \
	LOAD(j, y, z); \
	VSUBPD ref, z, z; \
	VFMADD231PD z, Z24, acc

#define SLOPE8_NODATA(LOAD, j, y, z, ref, acc, k) \
	LOAD(j, y, z); \
	VCMPPD $4, Z25, z, k, k; \
	VSUBPD ref, z, z; \
	VFMADD231PD z, Z24, acc

// Not finite: acc - acc is then NaN, and K0 keeps lanes that are not.
#define FINITE8(acc, tmp) \
	VSUBPD acc, acc, tmp; \
	VCMPPD $7, tmp, tmp, K2; \
	KANDB K2, K1, K1

#define SCALE8(j, acc) \
	VMULPD Z26, acc, acc; \
	VDIVPD Z27, acc, acc; \
	VMOVUPD acc, (j*64)(DI)(BX*1)

#define SLOPE_AVX512(LOAD, size) \
	ENTER; \
	MOVQ params_ty(AX), DI; \
	VBROADCASTSD params_nodata(AX), Z25; \
	VBROADCASTSD params_num(AX), Z26; \
	VBROADCASTSD params_den(AX), Z27; \
group: \
	FIRST_DATE; \
	LOAD(0, Y8, Z8); \
	LOAD(1, Y9, Z9); \
	LOAD(2, Y10, Z10); \
	LOAD(3, Y11, Z11); \
	LOAD(4, Y12, Z12); \
	LOAD(5, Y13, Z13); \
	LOAD(6, Y14, Z14); \
	LOAD(7, Y15, Z15); \
	VPXORQ Z0, Z0, Z0; \
	VPXORQ Z1, Z1, Z1; \
	VPXORQ Z2, Z2, Z2; \
	VPXORQ Z3, Z3, Z3; \
	VPXORQ Z4, Z4, Z4; \
	VPXORQ Z5, Z5, Z5; \
	VPXORQ Z6, Z6, Z6; \
	VPXORQ Z7, Z7, Z7; \
	KXNORB K1, K1, K1; \
	CMPQ params_hasNodata(AX), $0; \
	JNE nodata; \
	PCALIGN $64; \
date: \
	VBROADCASTSD (R9), Z24; \
	SLOPE8(LOAD, 0, Y16, Z16, Z8, Z0); \
	SLOPE8(LOAD, 1, Y17, Z17, Z9, Z1); \
	SLOPE8(LOAD, 2, Y18, Z18, Z10, Z2); \
	SLOPE8(LOAD, 3, Y19, Z19, Z11, Z3); \
	SLOPE8(LOAD, 4, Y20, Z20, Z12, Z4); \
	SLOPE8(LOAD, 5, Y21, Z21, Z13, Z5); \
	SLOPE8(LOAD, 6, Y22, Z22, Z14, Z6); \
	SLOPE8(LOAD, 7, Y23, Z23, Z15, Z7); \
	NEXT_DATE; \
	JNZ date; \
	JMP summed; \
nodata: \
	KXNORB K2, K2, K2; \
	KXNORB K3, K3, K3; \
	KXNORB K4, K4, K4; \
	KXNORB K5, K5, K5; \
	KXNORB K6, K6, K6; \
	KXNORB K7, K7, K7; \
	PCALIGN $64; \
nodata_date: \
	VBROADCASTSD (R9), Z24; \
	SLOPE8_NODATA(LOAD, 0, Y16, Z16, Z8, Z0, K1); \
	SLOPE8_NODATA(LOAD, 1, Y17, Z17, Z9, Z1, K2); \
	SLOPE8_NODATA(LOAD, 2, Y18, Z18, Z10, Z2, K3); \
	SLOPE8_NODATA(LOAD, 3, Y19, Z19, Z11, Z3, K4); \
	SLOPE8_NODATA(LOAD, 4, Y20, Z20, Z12, Z4, K5); \
	SLOPE8_NODATA(LOAD, 5, Y21, Z21, Z13, Z5, K6); \
	SLOPE8_NODATA(LOAD, 6, Y22, Z22, Z14, Z6, K7); \
	SLOPE8_NODATA(LOAD, 7, Y23, Z23, Z15, Z7, K1); \
	NEXT_DATE; \
	JNZ nodata_date; \
	KANDB K2, K1, K1; \
	KANDB K3, K1, K1; \
	KANDB K4, K1, K1; \
	KANDB K5, K1, K1; \
	KANDB K6, K1, K1; \
	KANDB K7, K1, K1; \
summed: \
	FINITE8(Z0, Z16); \
	FINITE8(Z1, Z17); \
	FINITE8(Z2, Z18); \
	FINITE8(Z3, Z19); \
	FINITE8(Z4, Z20); \
	FINITE8(Z5, Z21); \
	FINITE8(Z6, Z22); \
	FINITE8(Z7, Z23); \
	KORTESTB K1, K1; \
	JCC done; \
	SCALE8(0, Z0); \
	SCALE8(1, Z1); \
	SCALE8(2, Z2); \
	SCALE8(3, Z3); \
	SCALE8(4, Z4); \
	SCALE8(5, Z5); \
	SCALE8(6, Z6); \
	SCALE8(7, Z7); \
	NEXT_GROUP(64, size); \
	JNZ group; \
done: \
	LEAVE

// ---- AVX-512: sums of gap-free pixels, 32 at a time -------------------------------------------
//
//	Z0-Z3   [32]float64 = sum of d              Z24 tau of the date
//	Z4-Z7   [32]float64 = sum of tau*d          Z25 nodata
//	Z8-Z11  [32]float64 = sum of d*d
//	Z12-Z15 [32]float64 = first observations
//	Z16-Z19 [32]float64 = y, then d
//	K1, K3-K5  no sample so far equals nodata

#define SUMS8(LOAD, j, y, z, ref, sy, sty, syy, k) \
	LOAD(j, y, z); \
	VCMPPD $4, Z25, z, k, k; \
	VSUBPD ref, z, z; \
	VADDPD z, sy, sy; \
	VFMADD231PD z, Z24, sty; \
	VFMADD231PD z, z, syy

#define STORE8(j, sy, sty, syy, ref) \
	VMOVUPD sy, (j*64)(DI)(BX*1); \
	VMOVUPD sty, (j*64)(R12)(BX*1); \
	VMOVUPD syy, (j*64)(R13)(BX*1); \
	VMOVUPD ref, (j*64)(R14)(BX*1)

#define SUMS_AVX512(LOAD, size) \
	ENTER; \
	MOVQ params_y(AX), DI; \
	MOVQ params_ty(AX), R12; \
	MOVQ params_yy(AX), R13; \
	MOVQ params_ref(AX), R14; \
	VBROADCASTSD params_nodata(AX), Z25; \
group: \
	FIRST_DATE; \
	LOAD(0, Y12, Z12); \
	LOAD(1, Y13, Z13); \
	LOAD(2, Y14, Z14); \
	LOAD(3, Y15, Z15); \
	VPXORQ Z0, Z0, Z0; \
	VPXORQ Z1, Z1, Z1; \
	VPXORQ Z2, Z2, Z2; \
	VPXORQ Z3, Z3, Z3; \
	VPXORQ Z4, Z4, Z4; \
	VPXORQ Z5, Z5, Z5; \
	VPXORQ Z6, Z6, Z6; \
	VPXORQ Z7, Z7, Z7; \
	VPXORQ Z8, Z8, Z8; \
	VPXORQ Z9, Z9, Z9; \
	VPXORQ Z10, Z10, Z10; \
	VPXORQ Z11, Z11, Z11; \
	KXNORB K1, K1, K1; \
	KXNORB K3, K3, K3; \
	KXNORB K4, K4, K4; \
	KXNORB K5, K5, K5; \
	PCALIGN $64; \
date: \
	VBROADCASTSD (R9), Z24; \
	SUMS8(LOAD, 0, Y16, Z16, Z12, Z0, Z4, Z8, K1); \
	SUMS8(LOAD, 1, Y17, Z17, Z13, Z1, Z5, Z9, K3); \
	SUMS8(LOAD, 2, Y18, Z18, Z14, Z2, Z6, Z10, K4); \
	SUMS8(LOAD, 3, Y19, Z19, Z15, Z3, Z7, Z11, K5); \
	NEXT_DATE; \
	JNZ date; \
	KANDB K3, K1, K1; \
	KANDB K4, K1, K1; \
	KANDB K5, K1, K1; \
	FINITE8(Z4, Z16); \
	FINITE8(Z5, Z17); \
	FINITE8(Z6, Z18); \
	FINITE8(Z7, Z19); \
	KORTESTB K1, K1; \
	JCC done; \
	STORE8(0, Z0, Z4, Z8, Z12); \
	STORE8(1, Z1, Z5, Z9, Z13); \
	STORE8(2, Z2, Z6, Z10, Z14); \
	STORE8(3, Z3, Z7, Z11, Z15); \
	NEXT_GROUP(32, size); \
	JNZ group; \
done: \
	LEAVE

// ---- AVX-512: sums of pixels with gaps, 16 at a time -----------------------------------------
//
//	Z0, Z8  [16]float64 = n                     Z20 tau of the date
//	Z1, Z9  [16]float64 = sum of tau            Z21 lo
//	Z2, Z10 [16]float64 = sum of tau*tau        Z22 hi
//	Z3, Z11 [16]float64 = sum of d              Z23 nodata
//	Z4, Z12 [16]float64 = sum of tau*d          Z24 1.0
//	Z5, Z13 [16]float64 = sum of d*d
//	Z6, Z14 [16]float64 = first observations
//	Z7, Z15 [16]float64 = y, then d
//	K1, K2  the pixel's first observation is found
//
// A gap is a clear bit in the mask under which a date is added, never a branch. The first
// observations are looked for before, in a walk that ends when all 16 pixels have theirs:
// mostly after a date or two, and the main loop is spared the search.

#define VALID8(z, k) \
	VCMPPD $29, Z21, z, k; \
	VCMPPD $18, Z22, z, k, k; \
	VCMPPD $4, Z23, z, k, k

#define FIND8(LOAD, j, y, z, ref, found) \
	LOAD(j, y, z); \
	VALID8(z, K3); \
	KANDNB K3, found, K4; \
	VMOVAPD z, K4, ref; \
	KORB K3, found, found

#define GAPS8(LOAD, j, y, z, n, st, stt, sy, sty, syy, ref) \
	LOAD(j, y, z); \
	VALID8(z, K3); \
	VSUBPD ref, z, z; \
	VADDPD Z24, n, K3, n; \
	VADDPD Z20, st, K3, st; \
	VFMADD231PD Z20, Z20, K3, stt; \
	VADDPD z, sy, K3, sy; \
	VFMADD231PD z, Z20, K3, sty; \
	VFMADD231PD z, z, K3, syy

// The seven outputs in turn pass through DI.
#define PUT16(field, a, b) \
	MOVQ field(AX), DI; \
	VMOVUPD a, (DI)(BX*1); \
	VMOVUPD b, 64(DI)(BX*1)

#define GAPS_AVX512(LOAD, size) \
	ENTER; \
	VBROADCASTSD params_lo(AX), Z21; \
	VBROADCASTSD params_hi(AX), Z22; \
	VBROADCASTSD params_nodata(AX), Z23; \
	VBROADCASTSD one<>(SB), Z24; \
group: \
	FIRST_DATE; \
	VPXORQ Z6, Z6, Z6; \
	VPXORQ Z14, Z14, Z14; \
	KXORB K1, K1, K1; \
	KXORB K2, K2, K2; \
find: \
	FIND8(LOAD, 0, Y7, Z7, Z6, K1); \
	FIND8(LOAD, 1, Y15, Z15, Z14, K2); \
	KANDB K1, K2, K5; \
	KORTESTB K5, K5; \
	JCS found; \
	NEXT_DATE; \
	JNZ find; \
found: \
	FIRST_DATE; \
	VPXORQ Z0, Z0, Z0; \
	VPXORQ Z1, Z1, Z1; \
	VPXORQ Z2, Z2, Z2; \
	VPXORQ Z3, Z3, Z3; \
	VPXORQ Z4, Z4, Z4; \
	VPXORQ Z5, Z5, Z5; \
	VPXORQ Z8, Z8, Z8; \
	VPXORQ Z9, Z9, Z9; \
	VPXORQ Z10, Z10, Z10; \
	VPXORQ Z11, Z11, Z11; \
	VPXORQ Z12, Z12, Z12; \
	VPXORQ Z13, Z13, Z13; \
	PCALIGN $64; \
date: \
	VBROADCASTSD (R9), Z20; \
	GAPS8(LOAD, 0, Y7, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6); \
	GAPS8(LOAD, 1, Y15, Z15, Z8, Z9, Z10, Z11, Z12, Z13, Z14); \
	NEXT_DATE; \
	JNZ date; \
	PUT16(params_n, Z0, Z8); \
	PUT16(params_t, Z1, Z9); \
	PUT16(params_tt, Z2, Z10); \
	PUT16(params_y, Z3, Z11); \
	PUT16(params_ty, Z4, Z12); \
	PUT16(params_yy, Z5, Z13); \
	PUT16(params_ref, Z6, Z14); \
	NEXT_GROUP(16, size); \
	JNZ group; \
	LEAVE

// ---- AVX2: slope of gap-free pixels, 16 at a time ---------------------------------------------
//
//	Y0-Y3   [16]float64 = sum of tau*d          Y12 tau of the date
//	Y4-Y7   [16]float64 = first observations    Y13 nodata
//	Y8-Y11  [16]float64 = y, then d             Y14 all ones where a sample equals nodata
//	                                            Y15 scratch

#define SLOPE4(LOAD, j, x, y, ref, acc) \
	LOAD(j, x, y); \
	VSUBPD ref, y, y; \
	VFMADD231PD y, Y12, acc

#define SLOPE4_NODATA(LOAD, j, x, y, ref, acc) \
	LOAD(j, x, y); \
	VCMPPD $0, Y13, y, Y15; \
	VORPD Y15, Y14, Y14; \
	VSUBPD ref, y, y; \
	VFMADD231PD y, Y12, acc

// Not finite: acc - acc is then NaN.
#define FINITE4(acc) \
	VSUBPD acc, acc, Y15; \
	VCMPPD $3, Y15, Y15, Y15; \
	VORPD Y15, Y14, Y14

#define SCALE4(j, acc) \
	VMULPD Y8, acc, acc; \
	VDIVPD Y9, acc, acc; \
	VMOVUPD acc, (j*32)(DI)(BX*1)

#define SLOPE_AVX2(LOAD, size) \
	ENTER; \
	MOVQ params_ty(AX), DI; \
	VBROADCASTSD params_nodata(AX), Y13; \
group: \
	FIRST_DATE; \
	LOAD(0, X4, Y4); \
	LOAD(1, X5, Y5); \
	LOAD(2, X6, Y6); \
	LOAD(3, X7, Y7); \
	VXORPD Y0, Y0, Y0; \
	VXORPD Y1, Y1, Y1; \
	VXORPD Y2, Y2, Y2; \
	VXORPD Y3, Y3, Y3; \
	VXORPD Y14, Y14, Y14; \
	CMPQ params_hasNodata(AX), $0; \
	JNE nodata_date; \
	PCALIGN $64; \
date: \
	VBROADCASTSD (R9), Y12; \
	SLOPE4(LOAD, 0, X8, Y8, Y4, Y0); \
	SLOPE4(LOAD, 1, X9, Y9, Y5, Y1); \
	SLOPE4(LOAD, 2, X10, Y10, Y6, Y2); \
	SLOPE4(LOAD, 3, X11, Y11, Y7, Y3); \
	NEXT_DATE; \
	JNZ date; \
	JMP summed; \
	PCALIGN $64; \
nodata_date: \
	VBROADCASTSD (R9), Y12; \
	SLOPE4_NODATA(LOAD, 0, X8, Y8, Y4, Y0); \
	SLOPE4_NODATA(LOAD, 1, X9, Y9, Y5, Y1); \
	SLOPE4_NODATA(LOAD, 2, X10, Y10, Y6, Y2); \
	SLOPE4_NODATA(LOAD, 3, X11, Y11, Y7, Y3); \
	NEXT_DATE; \
	JNZ nodata_date; \
summed: \
	FINITE4(Y0); \
	FINITE4(Y1); \
	FINITE4(Y2); \
	FINITE4(Y3); \
	VMOVMSKPD Y14, R12; \
	TESTL R12, R12; \
	JNE done; \
	VBROADCASTSD params_num(AX), Y8; \
	VBROADCASTSD params_den(AX), Y9; \
	SCALE4(0, Y0); \
	SCALE4(1, Y1); \
	SCALE4(2, Y2); \
	SCALE4(3, Y3); \
	NEXT_GROUP(16, size); \
	JNZ group; \
done: \
	LEAVE

// ---- AVX2: sums of gap-free pixels, 8 at a time -----------------------------------------------
//
//	Y0, Y1  [8]float64 = sum of d               Y12 tau of the date
//	Y2, Y3  [8]float64 = sum of tau*d           Y13 nodata
//	Y4, Y5  [8]float64 = sum of d*d             Y14 all ones where a sample equals nodata
//	Y6, Y7  [8]float64 = first observations     Y15 scratch
//	Y8, Y9  [8]float64 = y, then d

#define SUMS4(LOAD, j, x, y, ref, sy, sty, syy) \
	LOAD(j, x, y); \
	VCMPPD $0, Y13, y, Y15; \
	VORPD Y15, Y14, Y14; \
	VSUBPD ref, y, y; \
	VADDPD y, sy, sy; \
	VFMADD231PD y, Y12, sty; \
	VFMADD231PD y, y, syy

#define STORE4(j, sy, sty, syy, ref) \
	VMOVUPD sy, (j*32)(DI)(BX*1); \
	VMOVUPD sty, (j*32)(R12)(BX*1); \
	VMOVUPD syy, (j*32)(R13)(BX*1); \
	VMOVUPD ref, (j*32)(R14)(BX*1)

#define SUMS_AVX2(LOAD, size) \
	ENTER; \
	MOVQ params_y(AX), DI; \
	MOVQ params_ty(AX), R12; \
	MOVQ params_yy(AX), R13; \
	MOVQ params_ref(AX), R14; \
	VBROADCASTSD params_nodata(AX), Y13; \
group: \
	FIRST_DATE; \
	LOAD(0, X6, Y6); \
	LOAD(1, X7, Y7); \
	VXORPD Y0, Y0, Y0; \
	VXORPD Y1, Y1, Y1; \
	VXORPD Y2, Y2, Y2; \
	VXORPD Y3, Y3, Y3; \
	VXORPD Y4, Y4, Y4; \
	VXORPD Y5, Y5, Y5; \
	VXORPD Y14, Y14, Y14; \
	PCALIGN $64; \
date: \
	VBROADCASTSD (R9), Y12; \
	SUMS4(LOAD, 0, X8, Y8, Y6, Y0, Y2, Y4); \
	SUMS4(LOAD, 1, X9, Y9, Y7, Y1, Y3, Y5); \
	NEXT_DATE; \
	JNZ date; \
	FINITE4(Y2); \
	FINITE4(Y3); \
	VMOVMSKPD Y14, R8; \
	TESTL R8, R8; \
	JNE done; \
	STORE4(0, Y0, Y2, Y4, Y6); \
	STORE4(1, Y1, Y3, Y5, Y7); \
	NEXT_GROUP(8, size); \
	JNZ group; \
done: \
	LEAVE

// ---- AVX2: sums of pixels with gaps, 4 at a time -----------------------------------------------
//
//	Y0 [4]float64 = n                           Y7  y, then d
//	Y1 [4]float64 = sum of tau                  Y8  all ones where y is an observation
//	Y2 [4]float64 = sum of tau*tau              Y9  scratch
//	Y3 [4]float64 = sum of d                    Y10 tau of the date
//	Y4 [4]float64 = sum of tau*d                Y11 lo, Y12 hi, Y13 nodata
//	Y5 [4]float64 = sum of d*d                  Y14 1.0
//	Y6 [4]float64 = first observations          Y15 all ones where it is found
//
// A gap adds +0, which leaves every sum as it is: none can be -0, since it starts as +0.

#define VALID4 \
	VCMPPD $29, Y11, Y7, Y8; \
	VCMPPD $18, Y12, Y7, Y9; \
	VANDPD Y9, Y8, Y8; \
	VCMPPD $4, Y13, Y7, Y9; \
	VANDPD Y9, Y8, Y8

#define PUT4(field, y) \
	MOVQ field(AX), DI; \
	VMOVUPD y, (DI)(BX*1)

#define GAPS_AVX2(LOAD, size) \
	ENTER; \
	VBROADCASTSD params_lo(AX), Y11; \
	VBROADCASTSD params_hi(AX), Y12; \
	VBROADCASTSD params_nodata(AX), Y13; \
	VBROADCASTSD one<>(SB), Y14; \
group: \
	FIRST_DATE; \
	VXORPD Y6, Y6, Y6; \
	VXORPD Y15, Y15, Y15; \
find: \
	LOAD(0, X7, Y7); \
	VALID4; \
	VANDNPD Y8, Y15, Y9; \
	VBLENDVPD Y9, Y7, Y6, Y6; \
	VORPD Y8, Y15, Y15; \
	VMOVMSKPD Y15, R12; \
	CMPL R12, $15; \
	JEQ found; \
	NEXT_DATE; \
	JNZ find; \
found: \
	FIRST_DATE; \
	VXORPD Y0, Y0, Y0; \
	VXORPD Y1, Y1, Y1; \
	VXORPD Y2, Y2, Y2; \
	VXORPD Y3, Y3, Y3; \
	VXORPD Y4, Y4, Y4; \
	VXORPD Y5, Y5, Y5; \
	PCALIGN $64; \
date: \
	VBROADCASTSD (R9), Y10; \
	LOAD(0, X7, Y7); \
	VALID4; \
	VSUBPD Y6, Y7, Y7; \
	VANDPD Y8, Y7, Y7; \
	VANDPD Y8, Y14, Y9; \
	VADDPD Y9, Y0, Y0; \
	VANDPD Y8, Y10, Y9; \
	VADDPD Y9, Y1, Y1; \
	VFMADD231PD Y9, Y9, Y2; \
	VADDPD Y7, Y3, Y3; \
	VFMADD231PD Y7, Y10, Y4; \
	VFMADD231PD Y7, Y7, Y5; \
	NEXT_DATE; \
	JNZ date; \
	PUT4(params_n, Y0); \
	PUT4(params_t, Y1); \
	PUT4(params_tt, Y2); \
	PUT4(params_y, Y3); \
	PUT4(params_ty, Y4); \
	PUT4(params_yy, Y5); \
	PUT4(params_ref, Y6); \
	NEXT_GROUP(4, size); \
	JNZ group; \
	LEAVE

// ---- The bodies, one a type ----------------------------------------------------------------

TEXT ·slopeU8AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_U8, 1)

TEXT ·slopeI8AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_I8, 1)

TEXT ·slopeU16AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_U16, 2)

TEXT ·slopeI16AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_I16, 2)

TEXT ·slopeU32AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_U32, 4)

TEXT ·slopeI32AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_I32, 4)

TEXT ·slopeF32AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_F32, 4)

TEXT ·slopeF64AVX512(SB), NOSPLIT, $0-8
	SLOPE_AVX512(LOAD8_F64, 8)

TEXT ·sumsU8AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_U8, 1)

TEXT ·sumsI8AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_I8, 1)

TEXT ·sumsU16AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_U16, 2)

TEXT ·sumsI16AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_I16, 2)

TEXT ·sumsU32AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_U32, 4)

TEXT ·sumsI32AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_I32, 4)

TEXT ·sumsF32AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_F32, 4)

TEXT ·sumsF64AVX512(SB), NOSPLIT, $0-8
	SUMS_AVX512(LOAD8_F64, 8)

TEXT ·gapsU8AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_U8, 1)

TEXT ·gapsI8AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_I8, 1)

TEXT ·gapsU16AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_U16, 2)

TEXT ·gapsI16AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_I16, 2)

TEXT ·gapsU32AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_U32, 4)

TEXT ·gapsI32AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_I32, 4)

TEXT ·gapsF32AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_F32, 4)

TEXT ·gapsF64AVX512(SB), NOSPLIT, $0-8
	GAPS_AVX512(LOAD8_F64, 8)

TEXT ·slopeU8AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_U8, 1)

TEXT ·slopeI8AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_I8, 1)

TEXT ·slopeU16AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_U16, 2)

TEXT ·slopeI16AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_I16, 2)

TEXT ·slopeU32AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_U32, 4)

TEXT ·slopeI32AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_I32, 4)

TEXT ·slopeF32AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_F32, 4)

TEXT ·slopeF64AVX2(SB), NOSPLIT, $0-8
	SLOPE_AVX2(LOAD4_F64, 8)

TEXT ·sumsU8AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_U8, 1)

TEXT ·sumsI8AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_I8, 1)

TEXT ·sumsU16AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_U16, 2)

TEXT ·sumsI16AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_I16, 2)

TEXT ·sumsU32AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_U32, 4)

TEXT ·sumsI32AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_I32, 4)

TEXT ·sumsF32AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_F32, 4)

TEXT ·sumsF64AVX2(SB), NOSPLIT, $0-8
	SUMS_AVX2(LOAD4_F64, 8)

TEXT ·gapsU8AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_U8, 1)

TEXT ·gapsI8AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_I8, 1)

TEXT ·gapsU16AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_U16, 2)

TEXT ·gapsI16AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_I16, 2)

TEXT ·gapsU32AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_U32, 4)

TEXT ·gapsI32AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_I32, 4)

TEXT ·gapsF32AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_F32, 4)

TEXT ·gapsF64AVX2(SB), NOSPLIT, $0-8
	GAPS_AVX2(LOAD4_F64, 8)
