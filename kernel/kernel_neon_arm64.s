//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernel_neon_arm64.h"

// The bodies of kernel_avx2_amd64.s for 32 registers of two float64. Each lane is a pixel. A body
// carries a group of pixels in registers, goes through the dates in order and adds to each lane
// with one rounding per term. That is what kernel_generic.go does, so the bits are the same. A call
// works on whole blocks of 64 pixels, the size of a panel of a packed tile. A block consists of
// several groups.
//
// Samples of 8 and 16 bits are converted to float32 when they are loaded, and to float64 after the
// comparisons, as float32 is. Samples that float32 does not hold are converted to float64 at once.
// All these conversions are exact.
//
// General registers, in all bodies:
//
//	R0  *params
//	R1  sample of the group's first pixel at the call's first date
//	R2  the same at the current date
//	R3  weights of the current date
//	R4  bytes from a date to the next           R5  bytes that R10 moves from a date to the next
//	R6  mask of the group's first pixel at the first date, 0 without masks
//	R7  the same at the current date            R8  bytes of masks from a date to the next
//	R9  dates left                              R10 address to prefetch
//	R11 pixels done                             R12, R13 scratch
//
// The sizes of groups and the distances of prefetching are those of AVX2. They have not been
// measured on an arm64 processor.
//
// R18 belongs to the platform, R27 to the assembler, and R28 to R30 to Go.

#define ENTER \
	MOVD p+0(FP), R0; \
	MOVD params_src(R0), R1; \
	MOVD params_stride(R0), R4; \
	MOVD params_aheadStride(R0), R5; \
	MOVD params_mask(R0), R6; \
	MOVD params_maskStride(R0), R8; \
	MOVD params_ahead(R0), R10; \
	ADD R1, R10; \
	MOVD $0, R11

// If aheadRuns is 0, prefetching starts anew with each group. Otherwise R10 continues from the last
// group.
#define FIRST_DATE \
	MOVD params_ahead(R0), R12; \
	ADD R1, R12; \
	MOVD params_aheadRuns(R0), R13; \
	CMP $0, R13; \
	CSEL EQ, R12, R10, R10; \
	MOVD R1, R2; \
	MOVD R6, R7; \
	MOVD params_tau(R0), R3; \
	MOVD params_dates(R0), R9

// Does nothing if nothing is to be prefetched. label must be unique in the body.
#define AHEAD(label) \
	CBZ R5, label; \
	PRFM (R10), PLDL1KEEP; \
label:

// The sum of tau*d is the sum of those of runs of RunDates dates (see RunDates). FIRST_RUN follows
// FIRST_DATE and limits R9 to the dates of the first run. END_RUN follows the dates of a run. RUNS
// has what they jump to if there are several runs: it continues at few with the next dates, or,
// with the whole sums, behind itself. params.rest has the number of dates after a run, -1 after the
// last of several, and 0 if there is only one.
//
//	STORE      stores sums that are 0 as those of the runs before, at R12
//	FOLD       adds the sums of a run to those of the runs before and keeps the rounding errors
//	FOLD_LAST  adds the sums of the runs before to those of the last
//
// clobbers: V24, V27
#define FIRST_RUN \
	CMP $const_RunDates, R9; \
	BGT several; \
few:

#define END_RUN \
	MOVD params_rest(R0), R13; \
	CBNZ R13, more

// R12 = where the sums of the runs before are.
#define FOLDED \
	MOVD params_foldedOf(R0), R13; \
	AND R11, R13; \
	MOVD params_folded(R0), R12; \
	ADD R13<<3, R12

#define RUNS(STORE, FOLD, FOLD_LAST) \
several: \
	FOLDED; \
	STORE; \
	MOVD R9, R13; \
	B next_run; \
more: \
	TBNZ $63, R13, last_run; \
	FOLDED; \
	FOLD; \
	MOVD params_rest(R0), R13; \
next_run: \
	MOVD $const_RunDates, R9; \
	SUBS $const_RunDates, R13; \
	BGT next_stored; \
	ADD R13, R9; \
	MOVD $-1, R13; \
next_stored: \
	MOVD R13, params_rest(R0); \
	B few; \
last_run: \
	FOLDED; \
	FOLD_LAST

// v is a register of sums. Those of the runs before are at at(R12).
#define FOLD2(at, v) \
	FMOVQ at(R12), F24; \
	FADD_2D(24, v, 27); \
	FMOVQ F27, at(R12); \
	FSUB_2D(24, 27, 27); \
	FSUB_2D(27, v, v)
#define FOLD2_LAST(at, v) FMOVQ at(R12), F24; FADD_2D(24, v, v)

// Loading weights advances R3.
#define NEXT_DATE \
	ADD R4, R2; \
	ADD R5, R10; \
	SUBS $1, R9

// Go to the next group of pixels in the block, and from one block to the next. The flags are
// "lower" while pixels are left. eighth is log2(pixels/8).
#define NEXT_GROUP(pixels, eighth, size) \
	ADD $(pixels*size), R1; \
	ADD $pixels, R11; \
	MOVD params_maskByte(R0), R12; \
	ADD R12<<eighth, R6

#define NEXT_BLOCK \
	MOVD params_jump(R0), R12; \
	ADD R12, R1; \
	MOVD params_maskJump(R0), R12; \
	ADD R12, R6; \
	MOVD params_pixels(R0), R12; \
	CMP R12, R11

#define LEAVE \
	MOVD R11, params_done(R0); \
	RET

// ---- Samples -------------------------------------------------------------------------------
//
// FORM is SINGLE in bodies that compare samples as float32, and DOUBLE in those that compare them
// as float64. It selects the code for that form.

#define SINGLE(single, double) single
#define DOUBLE(single, double) double
#define NOTHING

// LOAD_<type>(j, f, h, v, w): v = samples 4j..4j+3 at R2 as float32, or v and w = these samples as
// float64. f and h are the same registers. The macros read exactly the bytes of these samples.

#define LOAD_F32(j, f, h, v, w) FMOVQ (j*16)(R2), f
#define LOAD_I16(j, f, h, v, w) FMOVD (j*8)(R2), f; SXTL_4S(v, v); SCVTF_4S(v, v)
#define LOAD_U16(j, f, h, v, w) FMOVD (j*8)(R2), f; UXTL_4S(v, v); SCVTF_4S(v, v)
#define LOAD_I8(j, f, h, v, w) FMOVS (j*4)(R2), f; SXTL_8H(v, v); SXTL_4S(v, v); SCVTF_4S(v, v)
#define LOAD_U8(j, f, h, v, w) FMOVS (j*4)(R2), f; UXTL_8H(v, v); UXTL_4S(v, v); SCVTF_4S(v, v)
#define LOAD_F64(j, f, h, v, w) FLDPQ (j*32)(R2), (f, h)
#define LOAD_I32(j, f, h, v, w) \
	FMOVQ (j*16)(R2), f; \
	SXTL2_2D(v, w); SXTL_2D(v, v); \
	SCVTF_2D(w, w); SCVTF_2D(v, v)
#define LOAD_U32(j, f, h, v, w) \
	FMOVQ (j*16)(R2), f; \
	UXTL2_2D(v, w); UXTL_2D(v, v); \
	UCVTF_2D(w, w); UCVTF_2D(v, v)

// WIDEN4: v and w = the 4 samples of LOAD as float64.
#define WIDEN4(FORM, v, w) FORM(FCVTL2_2D(v, w); FCVTL_2D(v, v), NOTHING)

// BROADCAST(field, f, v): v = a float64 of the params in both lanes.
#define BROADCAST(field, f, v) FMOVD field(R0), f; VDUP v.D[0], v.D2

// LIMIT(field, f, v, to): to = a limit of samples in all lanes, in their form, which is exact. The
// three are one register.
#define LIMIT(FORM, field, f, v, to) FORM(LIMIT_S(field, f, v, to), BROADCAST(field, f, to))
#define LIMIT_S(field, f, v, to) FMOVD field(R0), f; FCVTN_2S(v, v); VDUP to.S[0], to.S4

#define CLEAR4(a, b, c, d) EOR_16B(a, a, a); EOR_16B(b, b, b); EOR_16B(c, c, c); EOR_16B(d, d, d)

// MASKED(BYTES, BITS, CMEQ0): sets bits of V26, or low bits of R14, if the masks of the group have
// a gap. BYTES loads one byte per pixel, and BITS one bit per pixel. clobbers: V16, R7, R9, R12,
// R13
#define MASKED(BYTES, BITS, CMEQ0) \
	MOVD R6, R7; \
	MOVD params_dates(R0), R9; \
	MOVD params_maskByte(R0), R12; \
	CMP $1, R12; \
	BEQ mask_bits; \
mask_bytes: \
	BYTES (R7), F16; \
	CMEQ0(16, 16); \
	ORR_16B(16, 26, 26); \
	ADD R8, R7; \
	SUBS $1, R9; \
	BNE mask_bytes; \
	B mask_read; \
mask_bits: \
	BITS (R7), R12; \
	ORN R12, R14, R14; \
	ADD R8, R7; \
	SUBS $1, R9; \
	BNE mask_bits; \
mask_read:

// BITS_OF(v, r): r = the bits of both lanes together, by OP. clobbers: R13
#define BITS_OF(v, OP, r) \
	VMOV v.D[0], r; \
	VMOV v.D[1], R13; \
	OP R13, r

// ---- Results ---------------------------------------------------------------------------------

// OUT(field, log): R12 = address of the results of the group. log is log2 of the size of a result.
#define OUT(field, log) MOVD field(R0), R12; ADD R11<<log, R12

// PUT32, PUT64: store the results a and b of pixels 4j..4j+3, as float32 or float64. PUT32 takes
// the numbers of the registers and PUT64 their names. clobbers: V24
#define PUT32(j, a, b) FCVTN_2S(a, 24); FCVTN2_4S(b, 24); FMOVQ F24, (j*16)(R12)
#define PUT64(j, a, b) FSTPQ (a, b), (j*32)(R12)

// ---- Slope of gap-free pixels, 16 at a time ---------------------------------------------------
//
//	V0-V7   [16]float64 = sum of tau*d          V24 tau of the date
//	V8-V15  [16]float64 = first observations    V25 nodata in the form of samples
//	V16-V23 [16]float64 = y, then d             V26 bits set where a sample equals nodata
//	                                            V27 scratch
//
// Eight independent sums hide the latency of the fused multiply-add. The sums can be loaded from
// and stored to memory, because a tile in main memory is read a few dates at a time. A gap makes
// the sum of a pixel of its group NaN, as a sample that is not finite does anyway.

#define LOAD16(LOAD) \
	LOAD(0, F16, F17, 16, 17); \
	LOAD(1, F18, F19, 18, 19); \
	LOAD(2, F20, F21, 20, 21); \
	LOAD(3, F22, F23, 22, 23)

#define EQUAL4(FORM, v, w) FORM(EQUAL_4S(v), EQUAL_2D(v); EQUAL_2D(w))
#define EQUAL_4S(v) FCMEQ_4S(25, v, 27); ORR_16B(27, 26, 26)
#define EQUAL_2D(v) FCMEQ_2D(25, v, 27); ORR_16B(27, 26, 26)

#define EQUAL16(FORM) \
	EQUAL4(FORM, 16, 17); \
	EQUAL4(FORM, 18, 19); \
	EQUAL4(FORM, 20, 21); \
	EQUAL4(FORM, 22, 23)

#define SLOPE4(FORM, a, b, refA, refB, accA, accB) \
	WIDEN4(FORM, a, b); \
	FSUB_2D(refA, a, a); \
	FSUB_2D(refB, b, b); \
	FMLA_2D(a, 24, accA); \
	FMLA_2D(b, 24, accB)

#define SLOPE_DATE(FORM) \
	VLD1R.P 8(R3), [V24.D2]; \
	SLOPE4(FORM, 16, 17, 8, 9, 0, 1); \
	SLOPE4(FORM, 18, 19, 10, 11, 2, 3); \
	SLOPE4(FORM, 20, 21, 12, 13, 4, 5); \
	SLOPE4(FORM, 22, 23, 14, 15, 6, 7)

// R12 = address from which sums are loaded or to which they are stored.
#define CLEAR_SUMS CLEAR4(0, 1, 2, 3); CLEAR4(4, 5, 6, 7)
#define RESUME_SUMS \
	ADD R11<<3, R12; \
	FLDPQ (R12), (F0, F1); \
	FLDPQ 32(R12), (F2, F3); \
	FLDPQ 64(R12), (F4, F5); \
	FLDPQ 96(R12), (F6, F7)
#define PUT_SUMS16 \
	PUT64(0, F0, F1); \
	PUT64(1, F2, F3); \
	PUT64(2, F4, F5); \
	PUT64(3, F6, F7)

#define FOLD_16 \
	FOLD2(0, 0); FOLD2(16, 1); FOLD2(32, 2); FOLD2(48, 3); \
	FOLD2(64, 4); FOLD2(80, 5); FOLD2(96, 6); FOLD2(112, 7)
#define FOLD_16_LAST \
	FOLD2_LAST(0, 0); FOLD2_LAST(16, 1); FOLD2_LAST(32, 2); FOLD2_LAST(48, 3); \
	FOLD2_LAST(64, 4); FOLD2_LAST(80, 5); FOLD2_LAST(96, 6); FOLD2_LAST(112, 7)

// Sets the overflow flag if a sum is not finite. x - x is then NaN, and the sum of all differences
// is NaN if any of them is.
#define FINITE \
	FSUB_2D(0, 0, 16); \
	FSUB_2D(1, 1, 17); \
	FSUB_2D(2, 2, 18); \
	FSUB_2D(3, 3, 19); \
	FSUB_2D(4, 4, 20); \
	FSUB_2D(5, 5, 21); \
	FSUB_2D(6, 6, 22); \
	FSUB_2D(7, 7, 23); \
	FADD_2D(16, 17, 16); \
	FADD_2D(18, 19, 18); \
	FADD_2D(20, 21, 20); \
	FADD_2D(22, 23, 22); \
	FADD_2D(16, 18, 16); \
	FADD_2D(20, 22, 20); \
	FADD_2D(16, 20, 16); \
	FADDP_D(16, 16); \
	FCMPD F16, F16

// V16 n, V17 scale. The order of operations is that of slopeOfSums.
#define SCALE(v) FMUL_2D(16, v, v); FMUL_2D(17, v, v)

// The code after the dates.
#define FINISH_SLOPES(size) \
	MOVD $0, R14; \
	CBZ R6, unmasked; \
	MASKED(FMOVQ, MOVHU, CMEQ0_16B); \
	AND $0xffff, R14; \
unmasked: \
	BITS_OF(V26, ORR, R12); \
	ORR R14, R12; \
	CBZ R12, observed; \
	VMOVI $255, V0.B16; \
observed: \
	MOVD params_suspend(R0), R12; \
	CBNZ R12, suspend; \
	FINITE; \
	BVS done; \
	BROADCAST(params_all, F16, V16); \
	BROADCAST(params_scale, F17, V17); \
	SCALE(0); SCALE(1); SCALE(2); SCALE(3); \
	SCALE(4); SCALE(5); SCALE(6); SCALE(7); \
	MOVD params_float32(R0), R13; \
	CBNZ R13, put32; \
	OUT(params_out, 3); \
	PUT_SUMS16; \
	B next; \
put32: \
	OUT(params_out, 2); \
	PUT32(0, 0, 1); PUT32(1, 2, 3); PUT32(2, 4, 5); PUT32(3, 6, 7); \
next: \
	NEXT_GROUP(16, 1, size); \
	TST $63, R11; \
	BNE group; \
	NEXT_BLOCK; \
	BLO group; \
done: \
	AND $-64, R11; \
	LEAVE; \
suspend: \
	ADD R11<<3, R12; \
	PUT_SUMS16; \
	B next

#define SLOPE(FORM, LOAD, size) \
	ENTER; \
	LIMIT(FORM, params_nodata64, F25, 25, V25); \
group: \
	MOVD params_back(R0), R2; \
	ADD R1, R2; \
	LOAD(0, F8, F9, 8, 9); \
	LOAD(1, F10, F11, 10, 11); \
	LOAD(2, F12, F13, 12, 13); \
	LOAD(3, F14, F15, 14, 15); \
	WIDEN4(FORM, 8, 9); \
	WIDEN4(FORM, 10, 11); \
	WIDEN4(FORM, 12, 13); \
	WIDEN4(FORM, 14, 15); \
	MOVD params_resume(R0), R12; \
	CBNZ R12, resume; \
	CLEAR_SUMS; \
	B start; \
resume: \
	RESUME_SUMS; \
start: \
	FIRST_DATE; \
	EOR_16B(26, 26, 26); \
	FIRST_RUN; \
	MOVD params_hasNodata(R0), R12; \
	CBNZ R12, nodata; \
	PCALIGN $32; \
date: \
	AHEAD(date_ahead); \
	LOAD16(LOAD); \
	SLOPE_DATE(FORM); \
	NEXT_DATE; \
	BNE date; \
	B summed; \
	PCALIGN $32; \
nodata: \
	AHEAD(nodata_ahead); \
	LOAD16(LOAD); \
	EQUAL16(FORM); \
	SLOPE_DATE(FORM); \
	NEXT_DATE; \
	BNE nodata; \
summed: \
	END_RUN; \
whole: \
	FINISH_SLOPES(size); \
RUNS(PUT_SUMS16, FOLD_16, FOLD_16_LAST); \
	B whole

// ---- Slope of gap-free pixels of 8 or 16 bits on an axis of 16-bit integers, 16 at a time -------
//
//	V0-V7   [16]float64 = sum of tau*y          V24 tau of the date, as words
//	V8-V11  [16]int32 = the same since carried  V25 nodata as words
//	V16, V17 y                                  V26 bits set where a sample equals nodata
//	V18, V19 scratch                            V27 2^15 as words
//	R14 dates until carried over                R15 whether there is a nodata value
//
// WIDE_<type>: V16, V17 = samples 0..15 at R2 as signed words. For U16 it subtracts 2^15, which
// does not change any sum of d.

#define WIDE_I16 FLDPQ (R2), (F16, F17)
#define WIDE_U16 FLDPQ (R2), (F16, F17); EOR_16B(27, 16, 16); EOR_16B(27, 17, 17)
#define WIDE_I8 FMOVQ (R2), F16; SXTL2_8H(16, 17); SXTL_8H(16, 16)
#define WIDE_U8 FMOVQ (R2), F16; UXTL2_8H(16, 17); UXTL_8H(16, 16)

// Adds the int32 in from to the sums in accA and accB. clobbers: V16, V17
#define CARRY4(from, accA, accB) \
	SXTL_2D(from, 16); \
	SXTL2_2D(from, 17); \
	SCVTF_2D(16, 16); \
	SCVTF_2D(17, 17); \
	FADD_2D(16, accA, accA); \
	FADD_2D(17, accB, accB)

#define SLOPE_WHOLE(WIDE, size) \
	ENTER; \
	MOVHU params_nodata16(R0), R12; \
	VDUP R12, V25.H8; \
	MOVHU params_bias16(R0), R12; \
	VDUP R12, V27.H8; \
	MOVD params_hasNodata(R0), R15; \
group: \
	MOVD params_resume(R0), R12; \
	CBNZ R12, resume; \
	CLEAR_SUMS; \
	B start; \
resume: \
	RESUME_SUMS; \
start: \
	FIRST_DATE; \
	MOVD params_pairs(R0), R3; \
	EOR_16B(26, 26, 26); \
period: \
	MOVD params_period(R0), R14; \
	ADD R14, R14; \
	CLEAR4(8, 9, 10, 11); \
	PCALIGN $32; \
date: \
	AHEAD(date_ahead); \
	WIDE; \
	VLD1R.P 2(R3), [V24.H8]; \
	CBZ R15, add; \
	CMEQ_8H(25, 16, 18); \
	CMEQ_8H(25, 17, 19); \
	ORR_16B(18, 26, 26); \
	ORR_16B(19, 26, 26); \
add: \
	SMLAL_4S(24, 16, 8); \
	SMLAL2_4S(24, 16, 9); \
	SMLAL_4S(24, 17, 10); \
	SMLAL2_4S(24, 17, 11); \
	NEXT_DATE; \
	BEQ carry; \
	SUB $1, R14; \
	CBNZ R14, date; \
carry: \
	CARRY4(8, 0, 1); \
	CARRY4(9, 2, 3); \
	CARRY4(10, 4, 5); \
	CARRY4(11, 6, 7); \
	CBNZ R9, period; \
	FINISH_SLOPES(size)

// ---- Sums of gap-free pixels, 8 at a time -----------------------------------------------------
//
//	V0-V3   [8]float64 = sum of d               V24 tau of the date
//	V4-V7   [8]float64 = sum of tau*d           V25 nodata in the form of samples, or NaN
//	V8-V11  [8]float64 = sum of d*d             V26 bits set where a sample equals nodata
//	V12-V15 [8]float64 = first observations     V27 scratch
//	V16-V19 [8]float64 = y, then d

#define SUM2(v, ref, sy, sty, syy) \
	FSUB_2D(ref, v, v); \
	FADD_2D(v, sy, sy); \
	FMLA_2D(v, 24, sty); \
	FMLA_2D(v, v, syy)

#define PUT8(field, a, b, c, d) \
	OUT(field, 3); \
	PUT64(0, a, b); PUT64(1, c, d)

#define PUT_SUMS8 PUT64(0, F4, F5); PUT64(1, F6, F7)
#define FOLD_SUMS8 FOLD2(0, 4); FOLD2(16, 5); FOLD2(32, 6); FOLD2(48, 7)
#define FOLD_SUMS8_LAST FOLD2_LAST(0, 4); FOLD2_LAST(16, 5); FOLD2_LAST(32, 6); FOLD2_LAST(48, 7)

#define SUMS(FORM, LOAD, size) \
	ENTER; \
	LIMIT(FORM, params_nodata64, F25, 25, V25); \
group: \
	FIRST_DATE; \
	LOAD(0, F12, F13, 12, 13); \
	LOAD(1, F14, F15, 14, 15); \
	WIDEN4(FORM, 12, 13); \
	WIDEN4(FORM, 14, 15); \
	CLEAR4(0, 1, 2, 3); \
	CLEAR4(4, 5, 6, 7); \
	CLEAR4(8, 9, 10, 11); \
	EOR_16B(26, 26, 26); \
	FIRST_RUN; \
	PCALIGN $32; \
date: \
	AHEAD(date_ahead); \
	LOAD(0, F16, F17, 16, 17); \
	LOAD(1, F18, F19, 18, 19); \
	VLD1R.P 8(R3), [V24.D2]; \
	EQUAL4(FORM, 16, 17); \
	EQUAL4(FORM, 18, 19); \
	WIDEN4(FORM, 16, 17); \
	WIDEN4(FORM, 18, 19); \
	SUM2(16, 12, 0, 4, 8); \
	SUM2(17, 13, 1, 5, 9); \
	SUM2(18, 14, 2, 6, 10); \
	SUM2(19, 15, 3, 7, 11); \
	NEXT_DATE; \
	BNE date; \
	END_RUN; \
whole: \
	MOVD $0, R14; \
	CBZ R6, unmasked; \
	MASKED(FMOVD, MOVBU, CMEQ0_8B); \
	AND $0xff, R14; \
unmasked: \
	BITS_OF(V26, ORR, R12); \
	ORR R14, R12; \
	CBNZ R12, done; \
	FSUB_2D(4, 4, 16); \
	FSUB_2D(5, 5, 17); \
	FSUB_2D(6, 6, 18); \
	FSUB_2D(7, 7, 19); \
	FADD_2D(16, 17, 16); \
	FADD_2D(18, 19, 18); \
	FADD_2D(16, 18, 16); \
	FADDP_D(16, 16); \
	FCMPD F16, F16; \
	BVS done; \
	PUT8(params_y, F0, F1, F2, F3); \
	PUT8(params_ty, F4, F5, F6, F7); \
	PUT8(params_yy, F8, F9, F10, F11); \
	PUT8(params_ref, F12, F13, F14, F15); \
	BROADCAST(params_all, F16, V16); \
	PUT8(params_n, F16, F16, F16, F16); \
	BROADCAST(params_sumT, F16, V16); \
	PUT8(params_t, F16, F16, F16, F16); \
	BROADCAST(params_sumTT, F16, V16); \
	PUT8(params_tt, F16, F16, F16, F16); \
	NEXT_GROUP(8, 0, size); \
	TST $63, R11; \
	BNE group; \
	NEXT_BLOCK; \
	BLO group; \
done: \
	AND $-64, R11; \
	LEAVE; \
RUNS(PUT_SUMS8, FOLD_SUMS8, FOLD_SUMS8_LAST); \
	B whole

// ---- Pixels with gaps, 8 at a time ---------------------------------------------------------------
//
//	V0-V3   [8]float64 = n at last              V24, V27 y of 4 pixels as float32, or 2 as float64
//	V4-V7   [8]float64 = sum of tau             V25, V28 all ones where they are observations
//	V8-V11  [8]float64 = sum of tau*tau         V26 scratch
//	V12-V15 [8]float64 = sum of d               V29 lo, V30 hi, V31 nodata in the form of samples
//	V16-V19 [8]float64 = sum of tau*d           (R16) [8]float64 = first observations
//	V20-V23 [8]float64 = sum of d*d; unused for slopes
//
// While dates are added:
//
//	with counts: V0-V3 counts, V4-V7 first observations, V8 tau and V9 counts of the date, V10 scratch
//	otherwise:   V0, V1 [8]int32 = n, V2 tau of the date, V3 scratch
//
//	R14 the bits of a byte, the lowest in the lowest byte
//	R15 dates searched for first observations, then address of the counts of the date
//	R19 not 0 if the block has a gap
//
// For a gap, tau and d are set to zero by a mask, so that it adds nothing. There are no branches.
//
// As float32, the 8 pixels are processed at once. As float64, 4 and then the other 4 are.

// VALID_<lanes>(y, m): m = all ones for observations in y, without considering masks. clobbers: V26
#define VALID_4S(y, m) \
	FCMGE_4S(29, y, m); \
	FCMGE_4S(y, 30, 26); \
	AND_16B(26, m, m); \
	FCMEQ_4S(31, y, 26); \
	BIC_16B(26, m, m)

#define VALID_2D(y, m) \
	FCMGE_2D(29, y, m); \
	FCMGE_2D(y, 30, 26); \
	AND_16B(26, m, m); \
	FCMEQ_2D(31, y, 26); \
	BIC_16B(26, m, m)

#define VALID8(LOAD) \
	LOAD(0, F24, F26, 24, 26); \
	LOAD(1, F27, F26, 27, 26); \
	VALID_4S(24, 25); \
	VALID_4S(27, 28)

// VALID4: pixels 4j..4j+3.
#define VALID4(LOAD, j) \
	LOAD(j, F24, F27, 24, 27); \
	VALID_2D(24, 25); \
	VALID_2D(27, 28)

// MASK(f, s, SELECT): clears V25 and V28 for gaps in the masks at R7. SELECT converts the bytes in
// V26, all ones for observations, to lanes in V26 and s. f and s are one register.
// clobbers: f, V26, R12
#define MASK(f, s, SELECT, bits, read) \
	MOVD params_maskByte(R0), R12; \
	CMP $1, R12; \
	BEQ bits; \
	FMOVD (R7), F26; \
	CMTST_8B(26, 26, 26); \
	B read; \
bits: \
	VLD1R (R7), [V26.B8]; \
	FMOVD R14, f; \
	CMTST_8B(s, 26, 26); \
read: \
	SELECT(s); \
	AND_16B(26, 25, 25); \
	AND_16B(s, 28, 28)

#define ALL_8(s) SXTL_8H(26, 26); SXTL2_4S(26, s); SXTL_4S(26, 26)
#define LOW_4(s) SXTL_8H(26, 26); SXTL_4S(26, 26); SXTL2_2D(26, s); SXTL_2D(26, 26)
#define HIGH_4(s) SXTL_8H(26, 26); SXTL2_4S(26, 26); SXTL2_2D(26, s); SXTL_2D(26, 26)

// COUNT2: y and m of 2 pixels, with counts.
#define COUNT2(SQUARE, y, m, n, ref, sy, sty, syy) \
	FSUB_2D(ref, y, y); \
	AND_16B(m, y, y); \
	AND_16B(9, m, m); \
	ADD_2D(m, n, n); \
	FADD_2D(y, sy, sy); \
	FMLA_2D(y, 8, sty); \
	SQUARE(y, syy)

// COUNT_HALF: the half of y and m that FCVTL and SXTL select. clobbers: V10, V26
#define COUNT_HALF(SXTL, FCVTL, SQUARE, y, m, n, ref, sy, sty, syy) \
	FCVTL(y, 26); \
	SXTL(m, 10); \
	COUNT2(SQUARE, 26, 10, n, ref, sy, sty, syy)

// GAP2: y and m of pixels 2j and 2j+1, without counts. clobbers: V3
#define GAP2(SQUARE, j, y, m, st, stt, sy, sty, syy) \
	FMOVQ (j*16)(R16), F3; \
	FSUB_2D(3, y, y); \
	AND_16B(m, y, y); \
	AND_16B(2, m, m); \
	FADD_2D(m, st, st); \
	FMLA_2D(m, 2, stt); \
	FADD_2D(y, sy, sy); \
	FMLA_2D(y, 2, sty); \
	SQUARE(y, syy)

// GAP_HALF: the half of y and m that FCVTL and SXTL select. clobbers: V3, V26
#define GAP_HALF(SXTL, FCVTL, SQUARE, j, y, m, st, stt, sy, sty, syy) \
	FCVTL(y, 26); \
	FMOVQ (j*16)(R16), F3; \
	FSUB_2D(3, 26, 26); \
	SXTL(m, 3); \
	AND_16B(3, 26, 26); \
	AND_16B(2, 3, 3); \
	FADD_2D(3, st, st); \
	FMLA_2D(3, 2, stt); \
	FADD_2D(26, sy, sy); \
	FMLA_2D(26, 2, sty); \
	SQUARE(26, syy)

#define SQUARE(y, syy) FMLA_2D(y, y, syy)
#define NO_SQUARE(y, syy)

// UNCOUNT: converts the counts in n to n, sum of tau and sum of tau*tau.
// V24 params.added, V25 mask of n
#define UNCOUNT(n, st, stt) \
	USHR_2D(32, n, stt); \
	SHL_2D(32, n, st); \
	USHR_2D(44, st, st); \
	AND_16B(25, n, n); \
	UCVTF_2D(stt, stt); \
	UCVTF_2D(st, st); \
	UCVTF_2D(n, n); \
	FMLS_2D(n, 24, st)

// Limits R15 to the number of dates and goes to the last of them. They are read backwards, so that
// the first observation is kept.
#define AT_MOST_ALL \
	MOVD params_dates(R0), R13; \
	CMP R13, R15; \
	CSEL LT, R15, R13, R15

#define WALK_BACK \
	MOVD R15, R9; \
	SUB $1, R15, R12; \
	MADD R12, R1, R4, R2; \
	MADD R12, R6, R8, R7

// NONE_YET: what FIND keeps is NaN.
#define NONE_YET(FORM) NONE_YET_S; FORM(NOTHING, NONE_YET_D)
#define NONE_YET_S VMOVI $255, V0.B16; VMOVI $255, V1.B16
#define NONE_YET_D VMOVI $255, V2.B16; VMOVI $255, V3.B16

// FIND: keeps the observations of a date of the search. V0, V1 = [8]float32, or V0-V3 = [8]float64
#define FIND(FORM, LOAD) FORM(FIND_8(LOAD), FIND_4(LOAD))
#define FIND_8(LOAD) \
	VALID8(LOAD); \
	CBNZ R6, back_masked; \
back_valid: \
	BIT_16B(25, 24, 0); \
	BIT_16B(28, 27, 1)
#define FIND_4(LOAD) \
	VALID4(LOAD, 0); \
	CBNZ R6, back_masked; \
back_valid: \
	BIT_16B(25, 24, 0); \
	BIT_16B(28, 27, 1); \
	VALID4(LOAD, 1); \
	CBNZ R6, back_high_masked; \
back_high_valid: \
	BIT_16B(25, 24, 2); \
	BIT_16B(28, 27, 3)

// ALL_FOUND: V24 = all ones if there is an observation of each pixel. clobbers: V25
#define ALL_FOUND(FORM) FORM(ALL_FOUND_S, ALL_FOUND_D)
#define ALL_FOUND_S \
	FCMEQ_4S(0, 0, 24); \
	FCMEQ_4S(1, 1, 25); \
	AND_16B(25, 24, 24)
#define ALL_FOUND_D \
	FCMEQ_2D(0, 0, 24); \
	FCMEQ_2D(1, 1, 25); \
	AND_16B(25, 24, 24); \
	FCMEQ_2D(2, 2, 25); \
	AND_16B(25, 24, 24); \
	FCMEQ_2D(3, 3, 25); \
	AND_16B(25, 24, 24)

// NONE_ZERO: sets the lanes of pixels without an observation to 0. clobbers: V26
#define NONE_ZERO(FORM) FORM(NONE_ZERO_S, NONE_ZERO_D)
#define NONE_ZERO_S \
	FCMEQ_4S(0, 0, 26); AND_16B(26, 0, 0); \
	FCMEQ_4S(1, 1, 26); AND_16B(26, 1, 1)
#define NONE_ZERO_D \
	FCMEQ_2D(0, 0, 26); AND_16B(26, 0, 0); \
	FCMEQ_2D(1, 1, 26); AND_16B(26, 1, 1); \
	FCMEQ_2D(2, 2, 26); AND_16B(26, 2, 2); \
	FCMEQ_2D(3, 3, 26); AND_16B(26, 3, 3)

// FOUND: V4-V7 = the first observations as float64
#define FOUND(FORM) FORM(FOUND_S, FOUND_D)
#define FOUND_S \
	FCVTL_2D(0, 4); FCVTL2_2D(0, 5); \
	FCVTL_2D(1, 6); FCVTL2_2D(1, 7)
#define FOUND_D \
	ORR_16B(0, 0, 4); ORR_16B(1, 1, 5); \
	ORR_16B(2, 2, 6); ORR_16B(3, 3, 7)

// ADD_COUNTED: adds a date with counts.
#define ADD_COUNTED(FORM, LOAD, SQUARE) FORM(ADD_COUNTED_8(LOAD, SQUARE), ADD_COUNTED_4(LOAD, SQUARE))
#define ADD_COUNTED_8(LOAD, SQUARE) \
	VALID8(LOAD); \
	CBNZ R6, masked; \
valid: \
	VLD1R.P 8(R3), [V8.D2]; \
	VLD1R.P 8(R15), [V9.D2]; \
	COUNT_HALF(SXTL_2D, FCVTL_2D, SQUARE, 24, 25, 0, 4, 12, 16, 20); \
	COUNT_HALF(SXTL2_2D, FCVTL2_2D, SQUARE, 24, 25, 1, 5, 13, 17, 21); \
	COUNT_HALF(SXTL_2D, FCVTL_2D, SQUARE, 27, 28, 2, 6, 14, 18, 22); \
	COUNT_HALF(SXTL2_2D, FCVTL2_2D, SQUARE, 27, 28, 3, 7, 15, 19, 23)
#define ADD_COUNTED_4(LOAD, SQUARE) \
	VALID4(LOAD, 0); \
	CBNZ R6, masked; \
valid: \
	VLD1R.P 8(R3), [V8.D2]; \
	VLD1R.P 8(R15), [V9.D2]; \
	COUNT2(SQUARE, 24, 25, 0, 4, 12, 16, 20); \
	COUNT2(SQUARE, 27, 28, 1, 5, 13, 17, 21); \
	VALID4(LOAD, 1); \
	CBNZ R6, high_masked; \
high_valid: \
	COUNT2(SQUARE, 24, 25, 2, 6, 14, 18, 22); \
	COUNT2(SQUARE, 27, 28, 3, 7, 15, 19, 23)

// ADD_ANY: adds a date without counts. clobbers: V3, V26
#define ADD_ANY(FORM, LOAD, SQUARE) FORM(ADD_ANY_8(LOAD, SQUARE), ADD_ANY_4(LOAD, SQUARE))
#define ADD_ANY_8(LOAD, SQUARE) \
	VALID8(LOAD); \
	CBNZ R6, any_masked; \
any_valid: \
	VLD1R.P 8(R3), [V2.D2]; \
	SUB_4S(25, 0, 0); \
	SUB_4S(28, 1, 1); \
	GAP_HALF(SXTL_2D, FCVTL_2D, SQUARE, 0, 24, 25, 4, 8, 12, 16, 20); \
	GAP_HALF(SXTL2_2D, FCVTL2_2D, SQUARE, 1, 24, 25, 5, 9, 13, 17, 21); \
	GAP_HALF(SXTL_2D, FCVTL_2D, SQUARE, 2, 27, 28, 6, 10, 14, 18, 22); \
	GAP_HALF(SXTL2_2D, FCVTL2_2D, SQUARE, 3, 27, 28, 7, 11, 15, 19, 23)
#define ADD_ANY_4(LOAD, SQUARE) \
	VALID4(LOAD, 0); \
	CBNZ R6, any_masked; \
any_valid: \
	VLD1R.P 8(R3), [V2.D2]; \
	UZP1_4S(28, 25, 26); \
	SUB_4S(26, 0, 0); \
	GAP2(SQUARE, 0, 24, 25, 4, 8, 12, 16, 20); \
	GAP2(SQUARE, 1, 27, 28, 5, 9, 13, 17, 21); \
	VALID4(LOAD, 1); \
	CBNZ R6, any_high_masked; \
any_high_valid: \
	UZP1_4S(28, 25, 26); \
	SUB_4S(26, 1, 1); \
	GAP2(SQUARE, 2, 24, 25, 6, 10, 14, 18, 22); \
	GAP2(SQUARE, 3, 27, 28, 7, 11, 15, 19, 23)

// MASKS: what FIND, ADD_COUNTED and ADD_ANY jump to if there are masks.
#define MASKS(FORM) FORM(MASKS_8, MASKS_4)
#define MASKS_8 \
masked: \
	MASK(F10, 10, ALL_8, mask_bits, mask_read); \
	ADD R8, R7; \
	B valid; \
back_masked: \
	MASK(F4, 4, ALL_8, back_bits, back_read); \
	B back_valid; \
any_masked: \
	MASK(F3, 3, ALL_8, any_bits, any_read); \
	ADD R8, R7; \
	B any_valid
#define MASKS_4 \
masked: \
	MASK(F10, 10, LOW_4, mask_bits, mask_read); \
	B valid; \
high_masked: \
	MASK(F10, 10, HIGH_4, high_bits, high_read); \
	ADD R8, R7; \
	B high_valid; \
back_masked: \
	MASK(F4, 4, LOW_4, back_bits, back_read); \
	B back_valid; \
back_high_masked: \
	MASK(F4, 4, HIGH_4, back_high_bits, back_high_read); \
	B back_high_valid; \
any_masked: \
	MASK(F3, 3, LOW_4, any_bits, any_read); \
	B any_valid; \
any_high_masked: \
	MASK(F3, 3, HIGH_4, any_high_bits, any_high_read); \
	ADD R8, R7; \
	B any_high_valid

// Makes R19 nonzero if one of 8 pixels has a gap.
#define NOTE_GAPS \
	BROADCAST(params_all, F26, V26); \
	FCMEQ_2D(26, 0, 24); \
	FCMEQ_2D(26, 1, 25); \
	AND_16B(25, 24, 24); \
	FCMEQ_2D(26, 2, 25); \
	AND_16B(25, 24, 24); \
	FCMEQ_2D(26, 3, 25); \
	AND_16B(25, 24, 24); \
	BITS_OF(V24, AND, R12); \
	ORN R12, R19, R19

#define PUT_GAPS8 PUT64(0, F16, F17); PUT64(1, F18, F19)
#define FOLD_GAPS8 FOLD2(0, 16); FOLD2(16, 17); FOLD2(32, 18); FOLD2(48, 19)
#define FOLD_GAPS8_LAST FOLD2_LAST(0, 16); FOLD2_LAST(16, 17); FOLD2_LAST(32, 18); FOLD2_LAST(48, 19)

// The sums of 8 pixels. RESULTS comes between them and the next group.
#define WITH_GAPS(FORM, LOAD, SQUARE, RESULTS, size) \
	ENTER; \
	MOVD $0x8040201008040201, R14; \
	MOVD $0, R19; \
	MOVD params_scratch(R0), R16; \
	LIMIT(FORM, params_lo64, F29, 29, V29); \
	LIMIT(FORM, params_hi64, F30, 30, V30); \
	LIMIT(FORM, params_nodata64, F31, 31, V31); \
group: \
	MOVD $4, R15; \
	AT_MOST_ALL; \
	NONE_YET(FORM); \
walk: \
	WALK_BACK; \
back: \
	FIND(FORM, LOAD); \
	SUB R4, R2; \
	SUB R8, R7; \
	SUBS $1, R9; \
	BNE back; \
	ALL_FOUND(FORM); \
	BITS_OF(V24, AND, R12); \
	CMN $1, R12; \
	BEQ found; \
	MOVD params_dates(R0), R13; \
	CMP R13, R15; \
	BEQ none; \
	LSL $2, R15; \
	AT_MOST_ALL; \
	B walk; \
none: \
	NONE_ZERO(FORM); \
found: \
	FOUND(FORM); \
	FSTPQ (F4, F5), (R16); \
	FSTPQ (F6, F7), 32(R16); \
	CLEAR4(0, 1, 2, 3); \
	CLEAR4(12, 13, 14, 15); \
	CLEAR4(16, 17, 18, 19); \
	CLEAR4(20, 21, 22, 23); \
	FIRST_DATE; \
	MOVD params_counts(R0), R15; \
	CBZ R15, uncounted; \
	FIRST_RUN; \
	CBZ R15, any_date; \
	PCALIGN $32; \
date: \
	AHEAD(date_ahead); \
	ADD_COUNTED(FORM, LOAD, SQUARE); \
	NEXT_DATE; \
	BNE date; \
	END_RUN; \
counted: \
	BROADCAST(params_added, F24, V24); \
	MOVD $0xfff, R12; \
	VDUP R12, V25.D2; \
	UNCOUNT(0, 4, 8); \
	UNCOUNT(1, 5, 9); \
	UNCOUNT(2, 6, 10); \
	UNCOUNT(3, 7, 11); \
summed: \
	NOTE_GAPS; \
	RESULTS; \
	NEXT_GROUP(8, 0, size); \
	TST $63, R11; \
	BNE group; \
	NEXT_BLOCK; \
	BHS done; \
	CBZ R19, done; \
	MOVD $0, R19; \
	B group; \
done: \
	LEAVE; \
uncounted: \
	CLEAR4(4, 5, 6, 7); \
	CLEAR4(8, 9, 10, 11); \
	CMP $const_RunDates, R9; \
	BGT several; \
	PCALIGN $32; \
any_date: \
	AHEAD(any_date_ahead); \
	ADD_ANY(FORM, LOAD, SQUARE); \
	NEXT_DATE; \
	BNE any_date; \
	END_RUN; \
any_summed: \
	UXTL2_2D(1, 3); \
	UXTL_2D(1, 2); \
	UXTL2_2D(0, 1); \
	UXTL_2D(0, 0); \
	UCVTF_2D(0, 0); UCVTF_2D(1, 1); UCVTF_2D(2, 2); UCVTF_2D(3, 3); \
	B summed; \
MASKS(FORM); \
RUNS(PUT_GAPS8, FOLD_GAPS8, FOLD_GAPS8_LAST); \
	CBNZ R15, counted; \
	B any_summed

#define PUT_SUMS \
	PUT8(params_n, F0, F1, F2, F3); \
	PUT8(params_t, F4, F5, F6, F7); \
	PUT8(params_tt, F8, F9, F10, F11); \
	PUT8(params_y, F12, F13, F14, F15); \
	PUT8(params_ty, F16, F17, F18, F19); \
	PUT8(params_yy, F20, F21, F22, F23); \
	FLDPQ (R16), (F24, F25); \
	FLDPQ 32(R16), (F26, F27); \
	PUT8(params_ref, F24, F25, F26, F27)

// LINE2: sty = the slopes of 2 pixels from their sums, NaN() for pixels without a slope.
// V20 num, V21 least Ctt, V22 least n, V23 NaN(). clobbers: V24, V25
//	V24 st*sy, 0 where st is, then n*sty - st*sy
//	V25 n*stt - st*st
#define LINE2(n, st, stt, sy, sty) \
	FMUL_2D(sy, st, 24); \
	FCMEQ0_2D(st, 25); \
	BIC_16B(25, 24, 24); \
	FNEG_2D(24, 24); \
	FMLA_2D(sty, n, 24); \
	FMUL_2D(st, st, 25); \
	FNEG_2D(25, 25); \
	FMLA_2D(stt, n, 25); \
	FDIV_2D(25, 20, sty); \
	FMUL_2D(sty, 24, sty); \
	FMUL_2D(21, n, 24); \
	FCMGT_2D(24, 25, 24); \
	FCMGE_2D(22, n, 25); \
	AND_16B(25, 24, 24); \
	FCMEQ_2D(sty, sty, 25); \
	AND_16B(25, 24, 24); \
	BIC_16B(24, 23, 25); \
	AND_16B(24, sty, sty); \
	ORR_16B(25, sty, sty)

#define PUT_LINES \
	BROADCAST(params_num, F20, V20); \
	BROADCAST(params_minCtt, F21, V21); \
	BROADCAST(params_minObs, F22, V22); \
	BROADCAST(params_nan, F23, V23); \
	LINE2(0, 4, 8, 12, 16); \
	LINE2(1, 5, 9, 13, 17); \
	LINE2(2, 6, 10, 14, 18); \
	LINE2(3, 7, 11, 15, 19); \
	MOVD params_outN(R0), R13; \
	MOVD params_float32(R0), R12; \
	CBNZ R12, put32; \
	PUT8(params_out, F16, F17, F18, F19); \
	CBZ R13, put; \
	PUT8(params_outN, F0, F1, F2, F3); \
	B put; \
put32: \
	OUT(params_out, 2); \
	PUT32(0, 16, 17); PUT32(1, 18, 19); \
	CBZ R13, put; \
	OUT(params_outN, 2); \
	PUT32(0, 0, 1); PUT32(1, 2, 3); \
put:

// ---- The bodies, one per type --------------------------------------------------------------

TEXT ·slopeU8NEON(SB), NOSPLIT, $0-8
	SLOPE(SINGLE, LOAD_U8, 1)

TEXT ·slopeI8NEON(SB), NOSPLIT, $0-8
	SLOPE(SINGLE, LOAD_I8, 1)

TEXT ·slopeU16NEON(SB), NOSPLIT, $0-8
	SLOPE(SINGLE, LOAD_U16, 2)

TEXT ·slopeI16NEON(SB), NOSPLIT, $0-8
	SLOPE(SINGLE, LOAD_I16, 2)

TEXT ·slopeU32NEON(SB), NOSPLIT, $0-8
	SLOPE(DOUBLE, LOAD_U32, 4)

TEXT ·slopeI32NEON(SB), NOSPLIT, $0-8
	SLOPE(DOUBLE, LOAD_I32, 4)

TEXT ·slopeF32NEON(SB), NOSPLIT, $0-8
	SLOPE(SINGLE, LOAD_F32, 4)

TEXT ·slopeF64NEON(SB), NOSPLIT, $0-8
	SLOPE(DOUBLE, LOAD_F64, 8)

TEXT ·slopeWholeU8NEON(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_U8, 1)

TEXT ·slopeWholeI8NEON(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_I8, 1)

TEXT ·slopeWholeU16NEON(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_U16, 2)

TEXT ·slopeWholeI16NEON(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_I16, 2)

TEXT ·slopeGapsU8NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_U8, NO_SQUARE, PUT_LINES, 1)

TEXT ·slopeGapsI8NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_I8, NO_SQUARE, PUT_LINES, 1)

TEXT ·slopeGapsU16NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_U16, NO_SQUARE, PUT_LINES, 2)

TEXT ·slopeGapsI16NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_I16, NO_SQUARE, PUT_LINES, 2)

TEXT ·slopeGapsU32NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(DOUBLE, LOAD_U32, NO_SQUARE, PUT_LINES, 4)

TEXT ·slopeGapsI32NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(DOUBLE, LOAD_I32, NO_SQUARE, PUT_LINES, 4)

TEXT ·slopeGapsF32NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_F32, NO_SQUARE, PUT_LINES, 4)

TEXT ·slopeGapsF64NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(DOUBLE, LOAD_F64, NO_SQUARE, PUT_LINES, 8)

TEXT ·sumsU8NEON(SB), NOSPLIT, $0-8
	SUMS(SINGLE, LOAD_U8, 1)

TEXT ·sumsI8NEON(SB), NOSPLIT, $0-8
	SUMS(SINGLE, LOAD_I8, 1)

TEXT ·sumsU16NEON(SB), NOSPLIT, $0-8
	SUMS(SINGLE, LOAD_U16, 2)

TEXT ·sumsI16NEON(SB), NOSPLIT, $0-8
	SUMS(SINGLE, LOAD_I16, 2)

TEXT ·sumsU32NEON(SB), NOSPLIT, $0-8
	SUMS(DOUBLE, LOAD_U32, 4)

TEXT ·sumsI32NEON(SB), NOSPLIT, $0-8
	SUMS(DOUBLE, LOAD_I32, 4)

TEXT ·sumsF32NEON(SB), NOSPLIT, $0-8
	SUMS(SINGLE, LOAD_F32, 4)

TEXT ·sumsF64NEON(SB), NOSPLIT, $0-8
	SUMS(DOUBLE, LOAD_F64, 8)

TEXT ·sumsGapsU8NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_U8, SQUARE, PUT_SUMS, 1)

TEXT ·sumsGapsI8NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_I8, SQUARE, PUT_SUMS, 1)

TEXT ·sumsGapsU16NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_U16, SQUARE, PUT_SUMS, 2)

TEXT ·sumsGapsI16NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_I16, SQUARE, PUT_SUMS, 2)

TEXT ·sumsGapsU32NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(DOUBLE, LOAD_U32, SQUARE, PUT_SUMS, 4)

TEXT ·sumsGapsI32NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(DOUBLE, LOAD_I32, SQUARE, PUT_SUMS, 4)

TEXT ·sumsGapsF32NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(SINGLE, LOAD_F32, SQUARE, PUT_SUMS, 4)

TEXT ·sumsGapsF64NEON(SB), NOSPLIT, $0-8
	WITH_GAPS(DOUBLE, LOAD_F64, SQUARE, PUT_SUMS, 8)
