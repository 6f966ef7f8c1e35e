//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernel_amd64.h"

// The bodies of kernel_avx512_amd64.s for 16 registers of half the width, without mask registers.
// Here masks are vectors that are zero for gaps, and AND sets gaps to zero.

// ---- Samples -------------------------------------------------------------------------------
//
// LOAD_<type>(j, x, y): y = samples 4j..4j+3 at R8 as float64. x is the lower half of y. The macros
// read exactly the bytes of these samples.

#define LOAD_U8(j, x, y) VPMOVZXBD (j*4)(R8), x; VCVTDQ2PD x, y
#define LOAD_I8(j, x, y) VPMOVSXBD (j*4)(R8), x; VCVTDQ2PD x, y
#define LOAD_U16(j, x, y) VPMOVZXWD (j*8)(R8), x; VCVTDQ2PD x, y
#define LOAD_I16(j, x, y) VPMOVSXWD (j*8)(R8), x; VCVTDQ2PD x, y
#define LOAD_I32(j, x, y) VCVTDQ2PD (j*16)(R8), y
#define LOAD_F32(j, x, y) VCVTPS2PD (j*16)(R8), y
#define LOAD_F64(j, x, y) VMOVUPD (j*32)(R8), y

// AVX2 has no conversion from unsigned integers. If y is put into the low 32 bits of the float64
// 2^52, that becomes exactly 2^52 + y, from which 2^52 is subtracted.
#define LOAD_U32(j, x, y) VPMOVZXDQ (j*16)(R8), y; UNSIGNED(y)
#define UNSIGNED(y) VPOR two52<>(SB), y, y; VSUBPD two52<>(SB), y, y

DATA two52<>+0(SB)/8, $0x4330000000000000
DATA two52<>+8(SB)/8, $0x4330000000000000
DATA two52<>+16(SB)/8, $0x4330000000000000
DATA two52<>+24(SB)/8, $0x4330000000000000
GLOBL two52<>(SB), RODATA|NOPTR, $32

DATA countMask<>+0(SB)/8, $0xfff
DATA countMask<>+8(SB)/8, $0xfff
DATA countMask<>+16(SB)/8, $0xfff
DATA countMask<>+24(SB)/8, $0xfff
GLOBL countMask<>(SB), RODATA|NOPTR, $32

#define NODATA_1(y) VPBROADCASTB params_nodata(AX), y
#define NODATA_2(y) VPBROADCASTW params_nodata(AX), y
#define NODATA_4(y) VPBROADCASTD params_nodata(AX), y
#define NODATA_8(y) VPBROADCASTQ params_nodata(AX), y

// EQUAL_<type>: sets bits of Y14 if one of the 16 samples at R8 equals nodata (Y13).
// clobbers: Y15
#define EQUAL_I8 VPCMPEQB (R8), X13, X15; VPOR Y15, Y14, Y14
#define EQUAL_I16 VPCMPEQW (R8), Y13, Y15; VPOR Y15, Y14, Y14
#define EQUAL_I32 VPCMPEQD (R8), Y13, Y15; VPOR Y15, Y14, Y14; VPCMPEQD 32(R8), Y13, Y15; VPOR Y15, Y14, Y14
#define EQUAL_F32 VCMPPS $0, (R8), Y13, Y15; VORPS Y15, Y14, Y14; VCMPPS $0, 32(R8), Y13, Y15; VORPS Y15, Y14, Y14
#define EQUAL_F64 VCMPPD $0, (R8), Y13, Y15; VORPD Y15, Y14, Y14; VCMPPD $0, 32(R8), Y13, Y15; VORPD Y15, Y14, Y14; \
	VCMPPD $0, 64(R8), Y13, Y15; VORPD Y15, Y14, Y14; VCMPPD $0, 96(R8), Y13, Y15; VORPD Y15, Y14, Y14

// MASKED(BYTES, BITS, bits): clears the zero flag if the masks of the group's 16 or 8 pixels have a
// gap. BYTES loads one byte per pixel into a register, and BITS one bit per pixel. bits has all
// these bits set. clobbers: Y10, Y14, Y15, R9, R10
#define MASKED(BYTES, BITS, bits) \
	MOVQ R13, R14; \
	MOVQ params_dates(AX), CX; \
	VPXOR X14, X14, X14; \
	VPXOR X15, X15, X15; \
	MOVL $bits, R9; \
	CMPQ params_maskByte(AX), $1; \
	JEQ mask_bits; \
mask_bytes: \
	BYTES (R14), X10; \
	VPCMPEQB X10, X15, X10; \
	VPOR X10, X14, X14; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bytes; \
	VPMOVMSKB X14, R10; \
	NOTL R10; \
	ANDL R10, R9; \
	JMP mask_read; \
mask_bits: \
	BITS (R14), R10; \
	ANDL R10, R9; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bits; \
mask_read: \
	CMPL R9, $bits

// ---- Results ---------------------------------------------------------------------------------

#define PUT32(j, x, y) VCVTPD2PSY y, x; VMOVUPS x, (j*16)(DI)(BX*4)
#define PUT64(j, y) VMOVUPD y, (j*32)(DI)(BX*8)

// ---- Slope of gap-free pixels, 16 at a time ---------------------------------------------------
//
//	Y0-Y3   [16]float64 = sum of tau*d          Y12 tau of the date
//	Y4-Y7   [16]float64 = first observations    Y13 nodata, in the samples' type
//	Y8-Y11  [16]float64 = y, then d             Y14 bits set where a sample equals nodata
//	                                            Y15 scratch

#define SLOPE4(LOAD, j, x, y, ref, acc) \
	LOAD(j, x, y); \
	VSUBPD ref, y, y; \
	VFMADD231PD y, Y12, acc

#define SLOPE_DATE(LOAD) \
	VBROADCASTSD (R9), Y12; \
	SLOPE4(LOAD, 0, X8, Y8, Y4, Y0); \
	SLOPE4(LOAD, 1, X9, Y9, Y5, Y1); \
	SLOPE4(LOAD, 2, X10, Y10, Y6, Y2); \
	SLOPE4(LOAD, 3, X11, Y11, Y7, Y3)

#define MOVE_SUMS(OP) \
	OP(0, Y0); OP(1, Y1); OP(2, Y2); OP(3, Y3)
#define CLEAR(j, y) VXORPD y, y, y
#define RESUME(j, y) VMOVUPD (j*32)(R10)(BX*8), y
#define SUSPEND(j, y) VMOVUPD y, (j*32)(R10)(BX*8)
#define SCALE(j, y) VMULPD Y8, y, y; VMULPD Y9, y, y

// For RUNS, see there.
#define FOLD_FIRST(j, y, a, b) VMOVUPD y, (j*32)(CX)
#define FOLD(j, y, a, b) VMOVUPD (j*32)(CX), a; VADDPD a, y, b; VMOVUPD b, (j*32)(CX); VSUBPD a, b, b; VSUBPD b, y, y
#define FOLD_LAST(j, y, a, b) VADDPD (j*32)(CX), y, y

// Clears the zero flag if a sum is not finite. x - x is then NaN.
#define FINITE \
	VSUBPD Y0, Y0, Y8; \
	VSUBPD Y1, Y1, Y9; \
	VSUBPD Y2, Y2, Y10; \
	VSUBPD Y3, Y3, Y11; \
	VADDPD Y8, Y9, Y8; \
	VADDPD Y10, Y11, Y10; \
	VADDPD Y8, Y10, Y8; \
	VCMPPD $3, Y8, Y8, Y8; \
	VPTEST Y8, Y8

// The code after the dates, with sums in Y0-Y3. The code at gap makes one of them NaN.
#define FINISH_SLOPES(size) \
	VPTEST Y14, Y14; \
	JNE gap; \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED(VMOVDQU, MOVWLZX, 0xffff); \
	JEQ unmasked; \
gap: \
	VPCMPEQQ Y0, Y0, Y0; \
unmasked: \
	MOVQ params_suspend(AX), R10; \
	TESTQ R10, R10; \
	JNE suspend; \
	FINITE; \
	JNE done; \
	VBROADCASTSD params_all(AX), Y8; \
	VBROADCASTSD params_scale(AX), Y9; \
	MOVE_SUMS(SCALE); \
	MOVQ params_out(AX), DI; \
	CMPQ params_float32(AX), $0; \
	JNE put32; \
	PUT64(0, Y0); PUT64(1, Y1); PUT64(2, Y2); PUT64(3, Y3); \
	JMP next; \
put32: \
	PUT32(0, X8, Y0); PUT32(1, X9, Y1); PUT32(2, X10, Y2); PUT32(3, X11, Y3); \
next: \
	NEXT_GROUP(16, 2, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE; \
suspend: \
	MOVE_SUMS(SUSPEND); \
	JMP next

#define RUNS_OF_16(OP) \
	OP(0, Y0, Y8, Y9); OP(1, Y1, Y10, Y11); OP(2, Y2, Y8, Y9); OP(3, Y3, Y10, Y11)

#define SLOPE(LOAD, NODATA, EQUAL, AHEAD, size) \
	ENTER; \
group: \
	NODATA(Y13); \
	MOVQ params_back(AX), R8; \
	ADDQ SI, R8; \
	LOAD(0, X4, Y4); \
	LOAD(1, X5, Y5); \
	LOAD(2, X6, Y6); \
	LOAD(3, X7, Y7); \
	MOVQ params_resume(AX), R10; \
	TESTQ R10, R10; \
	JNE resume; \
	MOVE_SUMS(CLEAR); \
	JMP start; \
resume: \
	MOVE_SUMS(RESUME); \
start: \
	FIRST_DATE; \
	VPXOR Y14, Y14, Y14; \
	FIRST_RUN; \
	CMPQ params_hasNodata(AX), $0; \
	JNE nodata; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	SLOPE_DATE(LOAD); \
	NEXT_DATE; \
	JNZ date; \
	JMP summed; \
	PCALIGN $64; \
nodata: \
	TESTQ R12, R12; \
	JEQ nodata_fetched; \
	AHEAD; \
nodata_fetched: \
	EQUAL; \
	SLOPE_DATE(LOAD); \
	NEXT_DATE; \
	JNZ nodata; \
summed: \
	END_RUN; \
whole: \
	FINISH_SLOPES(size); \
RUNS(RUNS_OF_16); \
	JMP whole

// ---- Slope of gap-free pixels of 8 or 16 bits on an axis of 16-bit integers, 16 at a time ------------
//
//	Y0-Y3   [16]float64 = sum of tau*y          Y12 tau of two dates, as words in turn
//	Y8, Y9  [16]int32 = the same since carried  Y13 nodata as words
//	Y4, Y5  y of two dates                      Y14 bits set where a sample equals nodata
//	Y6, Y7  interleaved, then their products    Y15 2^15 as words
//	DI pairs until carried over                 R10 whether there is a nodata value

#define WIDE_U8(r, y) VPMOVZXBW (r), y
#define WIDE_I8(r, y) VPMOVSXBW (r), y
#define WIDE_U16(r, y) VPXOR (r), Y15, y
#define WIDE_I16(r, y) VMOVDQU (r), y

// After interleaving, a has the sums of the lower four of every eight pixels, and b those of the
// upper four. clobbers: Y4-Y7
#define CARRY(a, b) \
	VPERM2I128 $0x20, b, a, Y4; \
	VPERM2I128 $0x31, b, a, Y5; \
	VEXTRACTI128 $1, Y4, X6; \
	VEXTRACTI128 $1, Y5, X7; \
	VCVTDQ2PD X4, Y4; \
	VCVTDQ2PD X6, Y6; \
	VCVTDQ2PD X5, Y5; \
	VCVTDQ2PD X7, Y7; \
	VADDPD Y4, Y0, Y0; \
	VADDPD Y6, Y1, Y1; \
	VADDPD Y5, Y2, Y2; \
	VADDPD Y7, Y3, Y3

#define SLOPE_WHOLE(WIDE, size) \
	ENTER; \
group: \
	VPBROADCASTW params_nodata16(AX), Y13; \
	VPBROADCASTW params_bias16(AX), Y15; \
	MOVQ params_resume(AX), R10; \
	TESTQ R10, R10; \
	JNE resume; \
	MOVE_SUMS(CLEAR); \
	JMP start; \
resume: \
	MOVE_SUMS(RESUME); \
start: \
	FIRST_DATE; \
	MOVQ params_pairs(AX), R9; \
	MOVQ params_hasNodata(AX), R10; \
	VPXOR Y14, Y14, Y14; \
period: \
	MOVQ params_period(AX), DI; \
	VPXOR Y8, Y8, Y8; \
	VPXOR Y9, Y9, Y9; \
	PCALIGN $64; \
pair: \
	TESTQ R12, R12; \
	JEQ pair_fetched; \
	AHEAD_1; \
pair_fetched: \
	ADDQ R12, DX; \
	WIDE(R8, Y4); \
	VMOVDQA Y4, Y5; \
	CMPQ CX, $1; \
	JEQ single; \
	TESTQ R12, R12; \
	JEQ pair_fetched2; \
	AHEAD_1; \
pair_fetched2: \
	ADDQ R12, DX; \
	ADDQ R11, R8; \
	WIDE(R8, Y5); \
single: \
	VPBROADCASTD (R9), Y12; \
	TESTQ R10, R10; \
	JEQ add; \
	VPCMPEQW Y4, Y13, Y6; \
	VPCMPEQW Y5, Y13, Y7; \
	VPOR Y6, Y14, Y14; \
	VPOR Y7, Y14, Y14; \
add: \
	VPUNPCKLWD Y5, Y4, Y6; \
	VPUNPCKHWD Y5, Y4, Y7; \
	VPMADDWD Y12, Y6, Y6; \
	VPMADDWD Y12, Y7, Y7; \
	VPADDD Y6, Y8, Y8; \
	VPADDD Y7, Y9, Y9; \
	ADDQ R11, R8; \
	ADDQ $4, R9; \
	SUBQ $2, CX; \
	JLE carry; \
	DECQ DI; \
	JNZ pair; \
carry: \
	CARRY(Y8, Y9); \
	TESTQ CX, CX; \
	JGT period; \
	FINISH_SLOPES(size)

// ---- Sums of gap-free pixels, 8 at a time -----------------------------------------------------
//
//	Y0, Y1  [8]float64 = sum of d               Y12 tau of the date
//	Y2, Y3  [8]float64 = sum of tau*d           Y13 nodata as float64
//	Y4, Y5  [8]float64 = sum of d*d             Y14 bits set where a sample equals nodata
//	Y6, Y7  [8]float64 = first observations     Y15 scratch
//	Y8, Y9  [8]float64 = y, then d

#define SUM4(LOAD, j, x, y, ref, sy, sty, syy) \
	LOAD(j, x, y); \
	VCMPPD $0, Y13, y, Y15; \
	VORPD Y15, Y14, Y14; \
	VSUBPD ref, y, y; \
	VADDPD y, sy, sy; \
	VFMADD231PD y, Y12, sty; \
	VFMADD231PD y, y, syy

#define PUT2(field, a, b) \
	MOVQ field(AX), DI; \
	PUT64(0, a); PUT64(1, b)

#define RUNS_OF_SUMS(OP) OP(0, Y2, Y8, Y9); OP(1, Y3, Y8, Y9)

#define SUMS(LOAD, AHEAD, size) \
	ENTER; \
	VMOVUPD params_nodata64(AX), Y13; \
group: \
	FIRST_DATE; \
	LOAD(0, X6, Y6); \
	LOAD(1, X7, Y7); \
	VXORPD Y0, Y0, Y0; VXORPD Y1, Y1, Y1; VXORPD Y2, Y2, Y2; \
	VXORPD Y3, Y3, Y3; VXORPD Y4, Y4, Y4; VXORPD Y5, Y5, Y5; \
	VXORPD Y14, Y14, Y14; \
	FIRST_RUN; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	VBROADCASTSD (R9), Y12; \
	SUM4(LOAD, 0, X8, Y8, Y6, Y0, Y2, Y4); \
	SUM4(LOAD, 1, X9, Y9, Y7, Y1, Y3, Y5); \
	NEXT_DATE; \
	JNZ date; \
	END_RUN; \
whole: \
	VSUBPD Y2, Y2, Y8; \
	VSUBPD Y3, Y3, Y9; \
	VADDPD Y8, Y9, Y8; \
	VCMPPD $3, Y8, Y8, Y8; \
	VORPD Y8, Y14, Y14; \
	VPTEST Y14, Y14; \
	JNE done; \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED(VMOVQ, MOVBLZX, 0xff); \
	JNE done; \
unmasked: \
	PUT2(params_y, Y0, Y1); \
	PUT2(params_ty, Y2, Y3); \
	PUT2(params_yy, Y4, Y5); \
	PUT2(params_ref, Y6, Y7); \
	VBROADCASTSD params_all(AX), Y8; \
	PUT2(params_n, Y8, Y8); \
	VBROADCASTSD params_sumT(AX), Y8; \
	PUT2(params_t, Y8, Y8); \
	VBROADCASTSD params_sumTT(AX), Y8; \
	PUT2(params_tt, Y8, Y8); \
	NEXT_GROUP(8, 1, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE; \
RUNS(RUNS_OF_SUMS); \
	JMP whole

// ---- Pixels with gaps, 8 at a time ---------------------------------------------------------------
//
//	Y0, Y1   [8]int64 = n, or counts; then float64 n
//	Y2, Y3   [8]float64 = sum of tau            Y12, Y13 all ones where there is an observation
//	Y4, Y5   [8]float64 = sum of tau*tau        Y14 y, then d
//	Y6, Y7   [8]float64 = sum of d              Y15 tau of the date, scratch
//	Y8, Y9   [8]float64 = sum of tau*d          (DI) [8]float64 = first observations, limits
//	Y10, Y11 [8]float64 = sum of d*d; unused for slopes

// VALID(j, m): m = all ones for observations in y, which has samples 4j..4j+3, without considering
// masks. lo64, hi64 and nodata64 are at reg + at.
#define VALID(LOAD, j, m, at, reg) \
	LOAD(j, X14, Y14); \
	VCMPPD $18, (at+32)(reg), Y14, Y15; \
	VCMPPD $29, (at)(reg), Y14, m; \
	VANDPD Y15, m, m; \
	VCMPPD $4, (at+64)(reg), Y14, Y15; \
	VANDPD Y15, m, m

// Copies lo64, hi64 and nodata64 behind the first observations, where no vector crosses a cache line.
// On the stack they may, which makes bodies up to 8 % slower.
#define ALIGN_LIMITS \
	MOVQ params_scratch(AX), DI; \
	VMOVUPD params_lo64(AX), Y13; \
	VMOVUPD params_hi64(AX), Y14; \
	VMOVUPD params_nodata64(AX), Y15; \
	VMOVUPD Y13, 64(DI); \
	VMOVUPD Y14, 96(DI); \
	VMOVUPD Y15, 128(DI)

DATA bits<>+0(SB)/8, $1
DATA bits<>+8(SB)/8, $2
DATA bits<>+16(SB)/8, $4
DATA bits<>+24(SB)/8, $8
DATA bits<>+32(SB)/8, $16
DATA bits<>+40(SB)/8, $32
DATA bits<>+48(SB)/8, $64
DATA bits<>+56(SB)/8, $128
GLOBL bits<>(SB), RODATA|NOPTR, $64

// MASK: clears Y12 and Y13 for gaps in the masks at R14.
#define MASK(bitwise, done) \
	CMPQ params_maskByte(AX), $1; \
	JEQ bitwise; \
	VPXOR Y15, Y15, Y15; \
	VPMOVZXBQ (R14), Y14; \
	VPCMPEQQ Y15, Y14, Y14; \
	VPANDN Y12, Y14, Y12; \
	VPMOVZXBQ 4(R14), Y14; \
	VPCMPEQQ Y15, Y14, Y14; \
	VPANDN Y13, Y14, Y13; \
	JMP done; \
bitwise: \
	VPBROADCASTB (R14), Y14; \
	VPAND bits<>(SB), Y14, Y15; \
	VPCMPEQQ bits<>(SB), Y15, Y15; \
	VPAND Y15, Y12, Y12; \
	VPAND bits<>+32(SB), Y14, Y15; \
	VPCMPEQQ bits<>+32(SB), Y15, Y15; \
	VPAND Y15, Y13, Y13; \
done:

#define FEW_DATES \
	MOVQ $4, R10; \
	CMPQ R10, params_dates(AX); \
	CMOVQGT params_dates(AX), R10

#define MORE_DATES \
	SHLQ $2, R10; \
	CMPQ R10, params_dates(AX); \
	CMOVQGT params_dates(AX), R10

#define WALK_BACK \
	MOVQ R10, CX; \
	MOVQ R10, R8; \
	DECQ R8; \
	MOVQ R8, R14; \
	IMULQ R11, R8; \
	ADDQ SI, R8; \
	IMULQ R15, R14; \
	ADDQ R13, R14

// With counts, at R10.
#define COUNT4(LOAD, SQUARE, j, m, n, sy, sty, syy) \
	LOAD(j, X14, Y14); \
	VSUBPD (j*32)(DI), Y14, Y14; \
	VANDPD m, Y14, Y14; \
	VPBROADCASTQ (R10), Y15; \
	VPAND m, Y15, Y15; \
	VPADDQ Y15, n, n; \
	VBROADCASTSD (R9), Y15; \
	VADDPD Y14, sy, sy; \
	VFMADD231PD Y14, Y15, sty; \
	SQUARE(syy)

// Without counts.
#define GAP4(LOAD, SQUARE, j, m, n, st, stt, sy, sty, syy) \
	LOAD(j, X14, Y14); \
	VSUBPD (j*32)(DI), Y14, Y14; \
	VANDPD m, Y14, Y14; \
	VBROADCASTSD (R9), Y15; \
	VPSUBQ m, n, n; \
	VANDPD m, Y15, m; \
	VADDPD m, st, st; \
	VFMADD231PD m, Y15, stt; \
	VADDPD Y14, sy, sy; \
	VFMADD231PD Y14, Y15, sty; \
	SQUARE(syy)

#define SQUARE(syy) VFMADD231PD Y14, Y14, syy
#define NO_SQUARE(syy)

// UNCOUNT: converts the counts in n to n, sum of tau and sum of tau*tau.
#define UNCOUNT(n, st, stt) \
	VPSRLQ $32, n, stt; \
	VPSLLQ $32, n, st; \
	VPSRLQ $44, st, st; \
	VPAND countMask<>(SB), n, n; \
	UNSIGNED(stt); \
	UNSIGNED(st); \
	UNSIGNED(n); \
	VBROADCASTSD params_added(AX), Y15; \
	VFNMADD231PD Y15, n, st

#define NONE_ZERO(y) VCMPPD $7, y, y, Y14; VANDPD Y14, y, y

// Sets params.gap if one of 8 pixels has a gap.
#define NOTE_GAPS \
	VBROADCASTSD params_all(AX), Y15; \
	VCMPPD $4, Y15, Y0, Y14; \
	VCMPPD $4, Y15, Y1, Y15; \
	VORPD Y15, Y14, Y14; \
	VMOVMSKPD Y14, R10; \
	ORQ R10, params_gap(AX)

#define NEXT_BLOCK_WITH_GAPS \
	NEXT_BLOCK; \
	JCC done; \
	CMPQ params_gap(AX), $0; \
	JEQ done; \
	MOVQ $0, params_gap(AX); \
	JMP group

// ADD_TO: loads the sums of earlier dates, to which this tile is added. Pixels that already have
// observations keep their first one. n becomes an integer, the low bits of 2^52 + n.
#define GET2(field, a, b) \
	MOVQ field(AX), R10; \
	VMOVUPD (R10)(BX*8), a; \
	VMOVUPD 32(R10)(BX*8), b

#define OLD_FIRST(n, ref) \
	VXORPD Y15, Y15, Y15; \
	VCMPPD $4, Y15, n, Y15; \
	VBLENDVPD Y15, Y14, ref, ref

#define ADD_TO \
	GET2(params_n, Y0, Y1); \
	MOVQ params_ref(AX), R10; \
	VMOVUPD (R10)(BX*8), Y14; \
	OLD_FIRST(Y0, Y2); \
	VMOVUPD 32(R10)(BX*8), Y14; \
	OLD_FIRST(Y1, Y3); \
	VMOVUPD Y2, (DI); \
	VMOVUPD Y3, 32(DI); \
	VADDPD two52<>(SB), Y0, Y0; \
	VADDPD two52<>(SB), Y1, Y1; \
	VPXOR two52<>(SB), Y0, Y0; \
	VPXOR two52<>(SB), Y1, Y1; \
	GET2(params_t, Y2, Y3); \
	GET2(params_tt, Y4, Y5); \
	GET2(params_y, Y6, Y7); \
	GET2(params_ty, Y8, Y9); \
	GET2(params_yy, Y10, Y11)

// The sums of 8 pixels, up to the label after the dates. RESULTS comes between it and the next
// group.
#define RUNS_OF_GAPS(OP) OP(0, Y8, Y12, Y13); OP(1, Y9, Y14, Y15)

#define WITH_GAPS(LOAD, SQUARE, RESULTS, AHEAD, size) \
	ENTER; \
	ALIGN_LIMITS; \
	MOVQ $0, params_gap(AX); \
group: \
	MOVQ params_scratch(AX), DI; \
	FEW_DATES; \
	VPCMPEQQ Y2, Y2, Y2; \
	VPCMPEQQ Y3, Y3, Y3; \
walk: \
	WALK_BACK; \
back: \
	VALID(LOAD, 0, Y12, 64, DI); \
	VALID(LOAD, 1, Y13, 64, DI); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	LOAD(0, X14, Y14); \
	VBLENDVPD Y12, Y14, Y2, Y2; \
	LOAD(1, X14, Y14); \
	VBLENDVPD Y13, Y14, Y3, Y3; \
	SUBQ R11, R8; \
	SUBQ R15, R14; \
	DECQ CX; \
	JNZ back; \
	VADDPD Y2, Y3, Y14; \
	VCMPPD $3, Y14, Y14, Y14; \
	VPTEST Y14, Y14; \
	JEQ found; \
	CMPQ R10, params_dates(AX); \
	JEQ none; \
	MORE_DATES; \
	JMP walk; \
none: \
	NONE_ZERO(Y2); \
	NONE_ZERO(Y3); \
found: \
	CMPQ params_add(AX), $0; \
	JNE add; \
	VMOVUPD Y2, (DI); \
	VMOVUPD Y3, 32(DI); \
	VXORPD Y0, Y0, Y0; VXORPD Y1, Y1, Y1; VXORPD Y6, Y6, Y6; VXORPD Y7, Y7, Y7; \
	VXORPD Y8, Y8, Y8; VXORPD Y9, Y9, Y9; VXORPD Y10, Y10, Y10; VXORPD Y11, Y11, Y11; \
	FIRST_DATE; \
	MOVQ params_counts(AX), R10; \
	TESTQ R10, R10; \
	JEQ uncounted; \
	FIRST_RUN; \
	TESTQ R10, R10; \
	JEQ any_date; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	VALID(LOAD, 0, Y12, 64, DI); \
	VALID(LOAD, 1, Y13, 64, DI); \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	COUNT4(LOAD, SQUARE, 0, Y12, Y0, Y6, Y8, Y10); \
	COUNT4(LOAD, SQUARE, 1, Y13, Y1, Y7, Y9, Y11); \
	ADDQ $8, R10; \
	NEXT_DATE; \
	JNZ date; \
	END_RUN; \
counted: \
	UNCOUNT(Y0, Y2, Y4); \
	UNCOUNT(Y1, Y3, Y5); \
summed: \
	NOTE_GAPS; \
	RESULTS; \
	NEXT_GROUP(8, 1, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK_WITH_GAPS; \
done: \
	LEAVE; \
masked: \
	MASK(mask_bits, mask_read); \
	ADDQ R15, R14; \
	JMP valid; \
back_masked: \
	MASK(back_bits, back_read); \
	JMP back_valid; \
uncounted: \
	VXORPD Y2, Y2, Y2; VXORPD Y3, Y3, Y3; VXORPD Y4, Y4, Y4; VXORPD Y5, Y5, Y5; \
	CMPQ CX, $const_RunDates; \
	JGT several; \
	JMP any_date; \
add: \
	ADD_TO; \
	FIRST_DATE; \
	PCALIGN $64; \
any_date: \
	TESTQ R12, R12; \
	JEQ any_date_fetched; \
	AHEAD; \
any_date_fetched: \
	VALID(LOAD, 0, Y12, 64, DI); \
	VALID(LOAD, 1, Y13, 64, DI); \
	TESTQ R13, R13; \
	JNE any_masked; \
any_valid: \
	GAP4(LOAD, SQUARE, 0, Y12, Y0, Y2, Y4, Y6, Y8, Y10); \
	GAP4(LOAD, SQUARE, 1, Y13, Y1, Y3, Y5, Y7, Y9, Y11); \
	NEXT_DATE; \
	JNZ any_date; \
	END_RUN; \
any_summed: \
	UNSIGNED(Y0); \
	UNSIGNED(Y1); \
	JMP summed; \
any_masked: \
	MASK(any_bits, any_read); \
	ADDQ R15, R14; \
	JMP any_valid; \
RUNS(RUNS_OF_GAPS); \
	TESTQ R10, R10; \
	JNE counted; \
	JMP any_summed

#define PUT_SUMS \
	PUT2(params_n, Y0, Y1); \
	PUT2(params_t, Y2, Y3); \
	PUT2(params_tt, Y4, Y5); \
	PUT2(params_y, Y6, Y7); \
	PUT2(params_ty, Y8, Y9); \
	PUT2(params_yy, Y10, Y11); \
	MOVQ params_scratch(AX), R10; \
	VMOVUPD (R10), Y12; \
	VMOVUPD 32(R10), Y13; \
	PUT2(params_ref, Y12, Y13)

// LINE4: sty = the slopes of 4 pixels from their sums, NaN() for pixels without a slope.
#define LINE4(n, st, stt, sy, sty) \
	VXORPD Y15, Y15, Y15; \
	VCMPPD $4, Y15, st, Y14; \
	VMULPD st, sy, Y15; \
	VANDPD Y14, Y15, Y15; \
	VFMSUB213PD Y15, n, sty; \
	VMULPD st, st, Y15; \
	VFMSUB213PD Y15, n, stt; \
	VBROADCASTSD params_minCtt(AX), Y15; \
	VMULPD Y15, n, Y15; \
	VCMPPD $30, Y15, stt, Y14; \
	VBROADCASTSD params_minObs(AX), Y15; \
	VCMPPD $29, Y15, n, Y15; \
	VANDPD Y15, Y14, Y14; \
	VBROADCASTSD params_num(AX), Y15; \
	VDIVPD stt, Y15, Y15; \
	VMULPD Y15, sty, sty; \
	VCMPPD $7, sty, sty, Y15; \
	VANDPD Y15, Y14, Y14; \
	VBROADCASTSD params_nan(AX), Y15; \
	VBLENDVPD Y14, sty, Y15, sty

#define PUT_LINES \
	LINE4(Y0, Y2, Y4, Y6, Y8); \
	LINE4(Y1, Y3, Y5, Y7, Y9); \
	MOVQ params_out(AX), DI; \
	MOVQ params_outN(AX), R10; \
	CMPQ params_float32(AX), $0; \
	JNE put32; \
	PUT64(0, Y8); PUT64(1, Y9); \
	TESTQ R10, R10; \
	JEQ put; \
	MOVQ R10, DI; \
	PUT64(0, Y0); PUT64(1, Y1); \
	JMP put; \
put32: \
	PUT32(0, X14, Y8); PUT32(1, X15, Y9); \
	TESTQ R10, R10; \
	JEQ put; \
	MOVQ R10, DI; \
	PUT32(0, X14, Y0); PUT32(1, X15, Y1); \
put:

// ---- Pixels with gaps, of 8 or 16 bits, on a short whole axis, 16 at a time ---------------------
//
// Sums of y are added as in kernel_avx512_amd64.s. All sums do not fit into 16 registers, so the
// dates are read twice. The second reading adds n, tau and tau*tau over the gaps. The sums over the
// observations are what the gaps leave of the sums over all dates. A gap is a word of -1. Multiplied
// in pairs of dates by tau or tau*tau, which are words too, gaps make the sums in 32 bits. On a short
// axis, tau*tau fits a word and no sum has to be carried over (wholeAxis.squares).
//
//	reading y                                   reading gaps
//	Y0, Y1  [16]int32 = sum of y                Y0      [16]int16 = number of gaps
//	Y2, Y3  [16]int32 = sum of tau*y            Y1, Y2  [16]int32 = sum of tau of gaps
//	Y4, Y5  [16]uint32 = sum of y*y, mod 2^32   Y3, Y4  [16]int32 = sum of tau*tau of gaps
//	Y6, Y7  [16]uint32 = sum of its upper       Y5      tau*tau of two dates
//	        halves                              Y9      y
//	Y8      [16]int16 = first observations      Y10     -1 for gaps of the earlier of two dates
//	Y9      y of the earlier of two dates       Y11     -1 for gaps of the later
//	Y10     y of the later
//	Y11     -1 for gaps, scratch
//	in both: Y12 scratch, Y13 nodata as words, Y14 tau of two dates, scratch, Y15 2^15 as words
//	R9 tau of the two dates, R10 tau*tau of the two dates, DI scratch memory
//
// 32-bit sums are interleaved: of two registers, the first has those of pixels 0-3 and 8-11, the
// second those of pixels 4-7 and 12-15. The dates are read backwards, so that the first observation
// is the one that is kept.

DATA words<>+0(SB)/8, $0x0001000100010001
DATA words<>+8(SB)/8, $0x0001000100010001
DATA words<>+16(SB)/8, $0x0001000100010001
DATA words<>+24(SB)/8, $0x0001000100010001
GLOBL words<>(SB), RODATA|NOPTR, $32

DATA wordBits<>+0(SB)/8, $0x0008000400020001
DATA wordBits<>+8(SB)/8, $0x0080004000200010
DATA wordBits<>+16(SB)/8, $0x0800040002000100
DATA wordBits<>+24(SB)/8, $0x8000400020001000
GLOBL wordBits<>(SB), RODATA|NOPTR, $32

// 2^16
DATA upperHalf<>+0(SB)/8, $0x40f0000000000000
DATA upperHalf<>+8(SB)/8, $0x40f0000000000000
DATA upperHalf<>+16(SB)/8, $0x40f0000000000000
DATA upperHalf<>+24(SB)/8, $0x40f0000000000000
GLOBL upperHalf<>(SB), RODATA|NOPTR, $32

#define LAST_PAIR \
	LAST_DATE; \
	SHRQ $1, R9; \
	SHLQ $2, R9; \
	MOVQ params_squares(AX), R10; \
	ADDQ R9, R10; \
	ADDQ params_pairs(AX), R9

#define PAIR_BEFORE \
	DATE_BEFORE; \
	SUBQ $4, R9; \
	SUBQ $4, R10

// FIND_GAPS: y = the 16 samples at R8, and m = -1 for gaps among them. The code at special, which
// SPECIAL is, handles limits, masks and the lack of a nodata value, and jumps back to found.
// clobbers: Y12, Y14
#define FIND_GAPS(WIDE, y, m, special, found) \
	WIDE(R8, y); \
	VPCMPEQW Y13, y, m; \
	CMPQ params_special(AX), $0; \
	JNE special; \
found:

#define SPECIAL(y, m, special, limits, bitwise, masked, found) \
special: \
	CMPQ params_hasNodata(AX), $0; \
	JNE limits; \
	VPXOR m, m, m; \
limits: \
	VPBROADCASTW params_lo16(AX), Y14; \
	VPCMPGTW y, Y14, Y14; \
	VPOR Y14, m, m; \
	VPBROADCASTW params_hi16(AX), Y14; \
	VPCMPGTW Y14, y, Y14; \
	VPOR Y14, m, m; \
	TESTQ R13, R13; \
	JEQ found; \
	VPXOR Y14, Y14, Y14; \
	CMPQ params_maskByte(AX), $1; \
	JEQ bitwise; \
	VPCMPEQB (R14), X14, X14; \
	VPMOVSXBW X14, Y14; \
	JMP masked; \
bitwise: \
	VPBROADCASTW (R14), Y12; \
	VPAND wordBits<>(SB), Y12, Y12; \
	VPCMPEQW Y12, Y14, Y14; \
masked: \
	VPOR Y14, m, m; \
	JMP found

// OBSERVE: sets gaps of y to 0, and first observations (Y8) to the others.
#define OBSERVE(y) \
	VPAND Y11, Y8, Y8; \
	VPANDN y, Y11, y; \
	VPOR y, Y8, Y8

// ADD_SQUARES, ADD_PAIRS: add the interleaved samples Y12. They clobber Y11, and ADD_PAIRS clobbers
// Y12.
#define ADD_SQUARES(syy, upper) \
	VPMADDWD Y12, Y12, Y11; \
	VPADDD Y11, syy, syy; \
	VPSRLD $16, Y11, Y11; \
	VPADDD Y11, upper, upper
#define ADD_NO_SQUARES(syy, upper)

#define ADD_PAIRS(sy, sty) \
	VPMADDWD Y14, Y12, Y11; \
	VPADDD Y11, sty, sty; \
	VPMADDWD words<>(SB), Y12, Y12; \
	VPADDD Y12, sy, sy

#define KEEP_SQUARES \
	VMOVDQU Y4, 128(DI); \
	VMOVDQU Y5, 160(DI); \
	VMOVDQU Y6, 192(DI); \
	VMOVDQU Y7, 224(DI)
#define KEEP_NO_SQUARES

// COUNT_PAIRS: adds the interleaved gaps Y12. clobbers: Y9
#define COUNT_PAIRS(st, stt) \
	VPMADDWD Y14, Y12, Y9; \
	VPSUBD Y9, st, st; \
	VPMADDWD Y5, Y12, Y9; \
	VPSUBD Y9, stt, stt

// COUNTED4: n (Y0), sum of tau (Y2), sum of tau*tau (Y4), sum of y (Y6), sum of tau*y (Y8) and
// first observations (Y12) of pixels 4j..4j+3. Their 32-bit sums begin at byte at of 64. It sets
// params.gap if one of the pixels has a gap. clobbers: Y14, R10
#define COUNTED4(j, at) \
	VPMOVZXWD (288+j*8)(DI), X0; \
	VPBROADCASTD params_dates(AX), X14; \
	VPSUBD X0, X14, X0; \
	VCVTDQ2PD X0, Y0; \
	VCVTDQ2PD (320+at)(DI), Y2; \
	VBROADCASTSD params_sumT(AX), Y14; \
	VSUBPD Y2, Y14, Y2; \
	VCVTDQ2PD (384+at)(DI), Y4; \
	VBROADCASTSD params_sumTT(AX), Y14; \
	VSUBPD Y4, Y14, Y4; \
	VCVTDQ2PD (at)(DI), Y6; \
	VCVTDQ2PD (64+at)(DI), Y8; \
	VPMOVSXWD (256+j*8)(DI), X12; \
	VCVTDQ2PD X12, Y12; \
	VBROADCASTSD params_all(AX), Y14; \
	VCMPPD $4, Y14, Y0, Y14; \
	VMOVMSKPD Y14, R10; \
	ORQ R10, params_gap(AX)

#define PUT_LINES4(j, at, put32, put) \
	COUNTED4(j, at); \
	VFNMADD231PD Y12, Y0, Y6; \
	VFNMADD231PD Y12, Y2, Y8; \
	LINE4(Y0, Y2, Y4, Y6, Y8); \
	MOVQ params_out(AX), R9; \
	MOVQ params_outN(AX), R10; \
	CMPQ params_float32(AX), $0; \
	JNE put32; \
	VMOVUPD Y8, (j*32)(R9)(BX*8); \
	TESTQ R10, R10; \
	JEQ put; \
	VMOVUPD Y0, (j*32)(R10)(BX*8); \
	JMP put; \
put32: \
	VCVTPD2PSY Y8, X14; \
	VMOVUPS X14, (j*16)(R9)(BX*4); \
	TESTQ R10, R10; \
	JEQ put; \
	VCVTPD2PSY Y0, X14; \
	VMOVUPS X14, (j*16)(R10)(BX*4); \
put:

#define PUT_LINES_WHOLE \
	PUT_LINES4(0, 0, put32_0, put0); \
	PUT_LINES4(1, 32, put32_1, put1); \
	PUT_LINES4(2, 16, put32_2, put2); \
	PUT_LINES4(3, 48, put32_3, put3)

#define PUT4(field, j, y) \
	MOVQ field(AX), R10; \
	VMOVUPD y, (j*32)(R10)(BX*8)

#define PUT_SUMS4(j, at) \
	COUNTED4(j, at); \
	VMOVDQU (192+at)(DI), X10; \
	VPSLLD $16, X10, X11; \
	VMOVDQU (128+at)(DI), X9; \
	VPSUBD X11, X9, X9; \
	VCVTDQ2PD X9, Y9; \
	VCVTDQ2PD X10, Y10; \
	VFMADD231PD upperHalf<>(SB), Y10, Y9; \
	VMOVAPD Y6, Y10; \
	VFNMADD231PD Y12, Y0, Y6; \
	VFNMADD231PD Y12, Y2, Y8; \
	VADDPD Y6, Y10, Y10; \
	VFNMADD231PD Y10, Y12, Y9; \
	VXORPD Y14, Y14, Y14; \
	VCMPPD $4, Y14, Y0, Y11; \
	VPBROADCASTW params_bias16(AX), X14; \
	VPSRLD $16, X14, X14; \
	VCVTDQ2PD X14, Y14; \
	VADDPD Y14, Y12, Y12; \
	VANDPD Y11, Y12, Y12; \
	PUT4(params_n, j, Y0); \
	PUT4(params_t, j, Y2); \
	PUT4(params_tt, j, Y4); \
	PUT4(params_y, j, Y6); \
	PUT4(params_ty, j, Y8); \
	PUT4(params_yy, j, Y9); \
	PUT4(params_ref, j, Y12)

#define PUT_SUMS_WHOLE \
	PUT_SUMS4(0, 0); \
	PUT_SUMS4(1, 32); \
	PUT_SUMS4(2, 16); \
	PUT_SUMS4(3, 48)

#define WHOLE_WITH_GAPS(WIDE, SQUARES, KEEP, RESULTS, size) \
	ENTER; \
	MOVQ params_scratch(AX), DI; \
	MOVQ $0, params_gap(AX); \
group: \
	VPBROADCASTW params_nodata16(AX), Y13; \
	VPBROADCASTW params_bias16(AX), Y15; \
	VPXOR Y0, Y0, Y0; VPXOR Y1, Y1, Y1; VPXOR Y2, Y2, Y2; \
	VPXOR Y3, Y3, Y3; VPXOR Y4, Y4, Y4; VPXOR Y5, Y5, Y5; \
	VPXOR Y6, Y6, Y6; VPXOR Y7, Y7, Y7; VPXOR Y8, Y8, Y8; \
	LAST_PAIR; \
	PCALIGN $64; \
pair: \
	VPXOR Y10, Y10, Y10; \
	TESTQ $1, CX; \
	JNE earlier; \
	TESTQ R12, R12; \
	JEQ pair_fetched; \
	AHEAD_1; \
pair_fetched: \
	ADDQ R12, DX; \
	FIND_GAPS(WIDE, Y10, Y11, later_special, later_found); \
	OBSERVE(Y10); \
	DATE_BEFORE; \
	DECQ CX; \
earlier: \
	TESTQ R12, R12; \
	JEQ earlier_fetched; \
	AHEAD_1; \
earlier_fetched: \
	ADDQ R12, DX; \
	FIND_GAPS(WIDE, Y9, Y11, earlier_special, earlier_found); \
	OBSERVE(Y9); \
	VPBROADCASTD (R9), Y14; \
	VPUNPCKLWD Y10, Y9, Y12; \
	SQUARES(Y4, Y6); \
	ADD_PAIRS(Y0, Y2); \
	VPUNPCKHWD Y10, Y9, Y12; \
	SQUARES(Y5, Y7); \
	ADD_PAIRS(Y1, Y3); \
	PAIR_BEFORE; \
	DECQ CX; \
	JNZ pair; \
	VMOVDQU Y0, (DI); \
	VMOVDQU Y1, 32(DI); \
	VMOVDQU Y2, 64(DI); \
	VMOVDQU Y3, 96(DI); \
	KEEP; \
	VMOVDQU Y8, 256(DI); \
	VPXOR Y0, Y0, Y0; VPXOR Y1, Y1, Y1; VPXOR Y2, Y2, Y2; VPXOR Y3, Y3, Y3; VPXOR Y4, Y4, Y4; \
	LAST_PAIR; \
	PCALIGN $64; \
count: \
	VPXOR Y11, Y11, Y11; \
	TESTQ $1, CX; \
	JNE count_earlier; \
	FIND_GAPS(WIDE, Y9, Y11, count_special, count_found); \
	VPSUBW Y11, Y0, Y0; \
	DATE_BEFORE; \
	DECQ CX; \
count_earlier: \
	FIND_GAPS(WIDE, Y9, Y10, count_earlier_special, count_earlier_found); \
	VPSUBW Y10, Y0, Y0; \
	VPBROADCASTD (R9), Y14; \
	VPBROADCASTD (R10), Y5; \
	VPUNPCKLWD Y11, Y10, Y12; \
	COUNT_PAIRS(Y1, Y3); \
	VPUNPCKHWD Y11, Y10, Y12; \
	COUNT_PAIRS(Y2, Y4); \
	PAIR_BEFORE; \
	DECQ CX; \
	JNZ count; \
	VMOVDQU Y0, 288(DI); \
	VMOVDQU Y1, 320(DI); \
	VMOVDQU Y2, 352(DI); \
	VMOVDQU Y3, 384(DI); \
	VMOVDQU Y4, 416(DI); \
	RESULTS; \
	NEXT_GROUP(16, 2, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK_WITH_GAPS; \
done: \
	LEAVE; \
SPECIAL(Y10, Y11, later_special, later_limits, later_bits, later_masked, later_found); \
SPECIAL(Y9, Y11, earlier_special, earlier_limits, earlier_bits, earlier_masked, earlier_found); \
SPECIAL(Y9, Y11, count_special, count_limits, count_bits, count_masked, count_found); \
SPECIAL(Y9, Y10, count_earlier_special, count_earlier_limits, count_earlier_bits, count_earlier_masked, count_earlier_found)

#define SLOPE_GAPS_WHOLE(WIDE, size) WHOLE_WITH_GAPS(WIDE, ADD_NO_SQUARES, KEEP_NO_SQUARES, PUT_LINES_WHOLE, size)
#define SUMS_GAPS_WHOLE(WIDE, size) WHOLE_WITH_GAPS(WIDE, ADD_SQUARES, KEEP_SQUARES, PUT_SUMS_WHOLE, size)

// ---- Designs: several coefficients of gap-free pixels in one pass --------------------------------------
//
// A group has 8 pixels with 4 rows and 4 pixels with 8 rows.
//	Y0-Y7  [4][8]float64 or [8][4]float64 = sum of row*d
//	Y8, Y9   first observations                 Y12 a row's number of the date
//	Y10, Y11 y, then d                          Y13 nodata as float64
//	Y14 bits set where a sample equals nodata   Y15 scratch

#define LOAD_DIFF(LOAD, j, x, y, ref) \
	LOAD(j, x, y); \
	VCMPPD $0, Y13, y, Y15; \
	VORPD Y15, Y14, Y14; \
	VSUBPD ref, y, y

#define ROW2(j, a, b) \
	VBROADCASTSD (j*8)(R9), Y12; \
	VFMADD231PD Y10, Y12, a; \
	VFMADD231PD Y11, Y12, b

#define ROW1(j, a) \
	VBROADCASTSD (j*8)(R9), Y12; \
	VFMADD231PD Y10, Y12, a

#define CLEAR8 \
	VXORPD Y0, Y0, Y0; VXORPD Y1, Y1, Y1; VXORPD Y2, Y2, Y2; VXORPD Y3, Y3, Y3; \
	VXORPD Y4, Y4, Y4; VXORPD Y5, Y5, Y5; VXORPD Y6, Y6, Y6; VXORPD Y7, Y7, Y7

// PUT_ROW: adds the product of the first observations and the sum of row j, and stores the result
// if the row exists.
#define PUT_ROW2(j, a, b, none) \
	MOVQ params_rows+(j*8)(AX), DI; \
	TESTQ DI, DI; \
	JEQ none; \
	VBROADCASTSD params_rowSums+(j*8)(AX), Y12; \
	VFMADD231PD Y8, Y12, a; \
	VFMADD231PD Y9, Y12, b; \
	PUT64(0, a); PUT64(1, b); \
none:

#define PUT_ROW1(j, a, none) \
	MOVQ params_rows+(j*8)(AX), DI; \
	TESTQ DI, DI; \
	JEQ none; \
	VBROADCASTSD params_rowSums+(j*8)(AX), Y12; \
	VFMADD231PD Y8, Y12, a; \
	PUT64(0, a); \
none:

#define ROWS4(LOAD, AHEAD, size) \
	ENTER; \
	VMOVUPD params_nodata64(AX), Y13; \
group: \
	FIRST_DATE; \
	LOAD(0, X8, Y8); \
	LOAD(1, X9, Y9); \
	CLEAR8; \
	VXORPD Y14, Y14, Y14; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	LOAD_DIFF(LOAD, 0, X10, Y10, Y8); \
	LOAD_DIFF(LOAD, 1, X11, Y11, Y9); \
	ROW2(0, Y0, Y1); \
	ROW2(1, Y2, Y3); \
	ROW2(2, Y4, Y5); \
	ROW2(3, Y6, Y7); \
	ADDQ $24, R9; \
	NEXT_DATE; \
	JNZ date; \
	VSUBPD Y0, Y0, Y10; \
	VSUBPD Y1, Y1, Y11; \
	VADDPD Y10, Y11, Y10; \
	VCMPPD $3, Y10, Y10, Y10; \
	VORPD Y10, Y14, Y14; \
	VPTEST Y14, Y14; \
	JNE done; \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED(VMOVQ, MOVBLZX, 0xff); \
	JNE done; \
unmasked: \
	PUT_ROW2(0, Y0, Y1, none0); \
	PUT_ROW2(1, Y2, Y3, none1); \
	PUT_ROW2(2, Y4, Y5, none2); \
	PUT_ROW2(3, Y6, Y7, none3); \
	NEXT_GROUP(8, 1, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE

// The masks of 8 pixels are tested at once, with the first 4 pixels.
#define ROWS8(LOAD, AHEAD, size) \
	ENTER; \
	VMOVUPD params_nodata64(AX), Y13; \
group: \
	FIRST_DATE; \
	LOAD(0, X8, Y8); \
	CLEAR8; \
	VXORPD Y14, Y14, Y14; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	LOAD_DIFF(LOAD, 0, X10, Y10, Y8); \
	ROW1(0, Y0); \
	ROW1(1, Y1); \
	ROW1(2, Y2); \
	ROW1(3, Y3); \
	ROW1(4, Y4); \
	ROW1(5, Y5); \
	ROW1(6, Y6); \
	ROW1(7, Y7); \
	ADDQ $56, R9; \
	NEXT_DATE; \
	JNZ date; \
	VSUBPD Y0, Y0, Y10; \
	VCMPPD $3, Y10, Y10, Y10; \
	VORPD Y10, Y14, Y14; \
	VPTEST Y14, Y14; \
	JNE done; \
	TESTQ R13, R13; \
	JEQ unmasked; \
	TESTQ $4, BX; \
	JNE unmasked; \
	MASKED(VMOVQ, MOVBLZX, 0xff); \
	JNE done; \
unmasked: \
	PUT_ROW1(0, Y0, none0); \
	PUT_ROW1(1, Y1, none1); \
	PUT_ROW1(2, Y2, none2); \
	PUT_ROW1(3, Y3, none3); \
	PUT_ROW1(4, Y4, none4); \
	PUT_ROW1(5, Y5, none5); \
	PUT_ROW1(6, Y6, none6); \
	PUT_ROW1(7, Y7, none7); \
	ADDQ $(4*size), SI; \
	ADDQ $4, BX; \
	TESTQ $7, BX; \
	JNE group; \
	ADDQ params_maskByte(AX), R13; \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE

// ---- The first and the last observation, 8 pixels at a time ----------------------------------------------
//
//	Y0, Y1   all ones where the observation is not found
//	Y2, Y3   [8]float64 = time of the first, then of the last
//	Y12, Y13 all ones where there is one at this date       Y14, Y15 scratch

#define ENDS_DATE \
	VANDPD Y0, Y12, Y12; \
	VANDPD Y1, Y13, Y13; \
	VBROADCASTSD (R9), Y15; \
	VBLENDVPD Y12, Y15, Y2, Y2; \
	VBLENDVPD Y13, Y15, Y3, Y3; \
	VANDNPD Y0, Y12, Y0; \
	VANDNPD Y1, Y13, Y1; \
	VORPD Y0, Y1, Y14; \
	VPTEST Y14, Y14

#define ENDS(LOAD, size) \
	ENTER; \
group: \
	MOVQ params_first(AX), DI; \
	VMOVUPD (DI)(BX*8), Y2; \
	VMOVUPD 32(DI)(BX*8), Y3; \
	VCMPPD $3, Y2, Y2, Y0; \
	VCMPPD $3, Y3, Y3, Y1; \
	VORPD Y0, Y1, Y14; \
	VPTEST Y14, Y14; \
	JEQ first; \
	FIRST_DATE; \
date: \
	VALID(LOAD, 0, Y12, params_lo64, AX); \
	VALID(LOAD, 1, Y13, params_lo64, AX); \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	ENDS_DATE; \
	JEQ first; \
	ADDQ R15, R14; \
	NEXT_DATE; \
	JNZ date; \
first: \
	VMOVUPD Y2, (DI)(BX*8); \
	VMOVUPD Y3, 32(DI)(BX*8); \
	MOVQ params_last(AX), DI; \
	VMOVUPD (DI)(BX*8), Y2; \
	VMOVUPD 32(DI)(BX*8), Y3; \
	VPCMPEQQ Y0, Y0, Y0; \
	VPCMPEQQ Y1, Y1, Y1; \
	MOVQ params_dates(AX), R10; \
	MOVQ params_tau(AX), R9; \
	LEAQ -8(R9)(R10*8), R9; \
	WALK_BACK; \
back: \
	VALID(LOAD, 0, Y12, params_lo64, AX); \
	VALID(LOAD, 1, Y13, params_lo64, AX); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	ENDS_DATE; \
	JEQ last; \
	SUBQ R11, R8; \
	SUBQ R15, R14; \
	SUBQ $8, R9; \
	DECQ CX; \
	JNZ back; \
last: \
	VMOVUPD Y2, (DI)(BX*8); \
	VMOVUPD Y3, 32(DI)(BX*8); \
	NEXT_GROUP(8, 1, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
	LEAVE; \
masked: \
	MASK(mask_bits, mask_done); \
	JMP valid; \
back_masked: \
	MASK(back_bits, back_done); \
	JMP back_valid

// ---- The bodies, one per type --------------------------------------------------------------

// ---- Samples of 32 pixels as models need them, 8 at a time --------------------------------------------
//
// As the body for AVX-512, but without the index, which modelIndex computes from the bits.
//
//	Y0, Y1   [8]float64 = first observations    Y12, Y13 all ones where there is an observation
//	Y2, Y3   all ones for pixels that have one  Y14 y, then d; Y15 scratch
//	R9 keep, R12 bits, DX d                     BX number of the 8 pixels
//	R10 bits of pixels that had gaps            SI, DI scratch

// EXPAND(at, a, b): sets lanes of a and b to all ones for bits of the byte at address at.
#define EXPAND(at, a, b) \
	VPBROADCASTB at, a; \
	VPAND bits<>+32(SB), a, b; \
	VPCMPEQQ bits<>+32(SB), b, b; \
	VPAND bits<>(SB), a, a; \
	VPCMPEQQ bits<>(SB), a, a

#define STAGE4(LOAD, j, m, seen, ref) \
	LOAD(j, X14, Y14); \
	VANDNPD m, seen, Y15; \
	VBLENDVPD Y15, Y14, ref, ref; \
	VORPD m, seen, seen; \
	VSUBPD ref, Y14, Y14; \
	VANDPD m, Y14, Y14; \
	VMOVUPD Y14, (j*32)(DX)

#define STAGE(LOAD, size) \
	ENTER; \
group: \
	IMUL3Q $(8*size), BX, R8; \
	ADDQ params_src(AX), R8; \
	MOVQ params_maskByte(AX), R14; \
	IMULQ BX, R14; \
	ADDQ R13, R14; \
	MOVQ BX, DX; \
	SHLQ $6, DX; \
	MOVQ params_refs(AX), DI; \
	ADDQ DX, DI; \
	VMOVUPD (DI), Y0; \
	VMOVUPD 32(DI), Y1; \
	ADDQ params_d(AX), DX; \
	LEAQ params_seen(AX), R9; \
	ADDQ BX, R9; \
	EXPAND((R9), Y2, Y3); \
	MOVQ params_keep(AX), R9; \
	ADDQ BX, R9; \
	MOVQ params_bits(AX), R12; \
	ADDQ BX, R12; \
	MOVQ params_dates(AX), CX; \
	XORL R10, R10; \
	PCALIGN $32; \
date: \
	VALID(LOAD, 0, Y12, params_lo64, AX); \
	VALID(LOAD, 1, Y13, params_lo64, AX); \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	MOVBLZX (R9), DI; \
	CMPL DI, $0xff; \
	JNE removed; \
kept: \
	VMOVMSKPD Y12, SI; \
	VMOVMSKPD Y13, DI; \
	SHLL $4, DI; \
	ORL DI, SI; \
	MOVB SI, (R12); \
	MOVBLZX (R9), DI; \
	XORL SI, DI; \
	ORL DI, R10; \
	STAGE4(LOAD, 0, Y12, Y2, Y0); \
	STAGE4(LOAD, 1, Y13, Y3, Y1); \
	ADDQ R11, R8; \
	ADDQ $4, R9; \
	ADDQ $4, R12; \
	ADDQ $256, DX; \
	DECQ CX; \
	JNZ date; \
	MOVQ params_refs(AX), DI; \
	MOVQ BX, DX; \
	SHLQ $6, DX; \
	ADDQ DX, DI; \
	VMOVUPD Y0, (DI); \
	VMOVUPD Y1, 32(DI); \
	VMOVMSKPD Y2, SI; \
	VMOVMSKPD Y3, DI; \
	SHLL $4, DI; \
	ORL DI, SI; \
	LEAQ params_seen(AX), R9; \
	MOVB SI, (R9)(BX*1); \
	ORL R10, params_gaps(AX); \
	INCQ BX; \
	CMPQ BX, $4; \
	JLT group; \
	LEAVE; \
masked: \
	MASK(mask_bits, mask_read); \
	ADDQ R15, R14; \
	JMP valid; \
removed: \
	EXPAND((R9), Y14, Y15); \
	VANDPD Y14, Y12, Y12; \
	VANDPD Y15, Y13, Y13; \
	JMP kept

TEXT ·slopeU8AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_U8, NODATA_1, EQUAL_I8, AHEAD_1, 1)

TEXT ·slopeI8AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_I8, NODATA_1, EQUAL_I8, AHEAD_1, 1)

TEXT ·slopeU16AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_U16, NODATA_2, EQUAL_I16, AHEAD_1, 2)

TEXT ·slopeI16AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_I16, NODATA_2, EQUAL_I16, AHEAD_1, 2)

TEXT ·slopeU32AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_U32, NODATA_4, EQUAL_I32, AHEAD_1, 4)

TEXT ·slopeI32AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_I32, NODATA_4, EQUAL_I32, AHEAD_1, 4)

TEXT ·slopeF32AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_F32, NODATA_4, EQUAL_F32, AHEAD_1, 4)

TEXT ·slopeF64AVX2(SB), NOSPLIT, $0-8
	SLOPE(LOAD_F64, NODATA_8, EQUAL_F64, AHEAD_2, 8)

TEXT ·slopeGapsU8AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_U8, NO_SQUARE, PUT_LINES, AHEAD_1, 1)

TEXT ·slopeGapsI8AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_I8, NO_SQUARE, PUT_LINES, AHEAD_1, 1)

TEXT ·slopeGapsU16AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_U16, NO_SQUARE, PUT_LINES, AHEAD_1, 2)

TEXT ·slopeGapsI16AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_I16, NO_SQUARE, PUT_LINES, AHEAD_1, 2)

TEXT ·slopeGapsU32AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_U32, NO_SQUARE, PUT_LINES, AHEAD_1, 4)

TEXT ·slopeGapsI32AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_I32, NO_SQUARE, PUT_LINES, AHEAD_1, 4)

TEXT ·slopeGapsF32AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_F32, NO_SQUARE, PUT_LINES, AHEAD_1, 4)

TEXT ·slopeGapsF64AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_F64, NO_SQUARE, PUT_LINES, AHEAD_1, 8)

TEXT ·sumsU8AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_U8, AHEAD_1, 1)

TEXT ·sumsI8AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_I8, AHEAD_1, 1)

TEXT ·sumsU16AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_U16, AHEAD_1, 2)

TEXT ·sumsI16AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_I16, AHEAD_1, 2)

TEXT ·sumsU32AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_U32, AHEAD_1, 4)

TEXT ·sumsI32AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_I32, AHEAD_1, 4)

TEXT ·sumsF32AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_F32, AHEAD_1, 4)

TEXT ·sumsF64AVX2(SB), NOSPLIT, $0-8
	SUMS(LOAD_F64, AHEAD_1, 8)

TEXT ·sumsGapsU8AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_U8, SQUARE, PUT_SUMS, AHEAD_1, 1)

TEXT ·sumsGapsI8AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_I8, SQUARE, PUT_SUMS, AHEAD_1, 1)

TEXT ·sumsGapsU16AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_U16, SQUARE, PUT_SUMS, AHEAD_1, 2)

TEXT ·sumsGapsI16AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_I16, SQUARE, PUT_SUMS, AHEAD_1, 2)

TEXT ·sumsGapsU32AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_U32, SQUARE, PUT_SUMS, AHEAD_1, 4)

TEXT ·sumsGapsI32AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_I32, SQUARE, PUT_SUMS, AHEAD_1, 4)

TEXT ·sumsGapsF32AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_F32, SQUARE, PUT_SUMS, AHEAD_1, 4)

TEXT ·sumsGapsF64AVX2(SB), NOSPLIT, $0-8
	WITH_GAPS(LOAD_F64, SQUARE, PUT_SUMS, AHEAD_1, 8)

TEXT ·slopeWholeU8AVX2(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_U8, 1)

TEXT ·slopeWholeI8AVX2(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_I8, 1)

TEXT ·slopeWholeU16AVX2(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_U16, 2)

TEXT ·slopeWholeI16AVX2(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_I16, 2)

TEXT ·slopeGapsWholeU8AVX2(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_U8, 1)

TEXT ·slopeGapsWholeI8AVX2(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_I8, 1)

TEXT ·slopeGapsWholeU16AVX2(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_U16, 2)

TEXT ·slopeGapsWholeI16AVX2(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_I16, 2)

TEXT ·sumsGapsWholeU8AVX2(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_U8, 1)

TEXT ·sumsGapsWholeI8AVX2(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_I8, 1)

TEXT ·sumsGapsWholeU16AVX2(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_U16, 2)

TEXT ·sumsGapsWholeI16AVX2(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_I16, 2)

TEXT ·rows4U8AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_U8, AHEAD_1, 1)

TEXT ·rows4I8AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_I8, AHEAD_1, 1)

TEXT ·rows4U16AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_U16, AHEAD_1, 2)

TEXT ·rows4I16AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_I16, AHEAD_1, 2)

TEXT ·rows4U32AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_U32, AHEAD_1, 4)

TEXT ·rows4I32AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_I32, AHEAD_1, 4)

TEXT ·rows4F32AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_F32, AHEAD_1, 4)

TEXT ·rows4F64AVX2(SB), NOSPLIT, $0-8
	ROWS4(LOAD_F64, AHEAD_1, 8)

TEXT ·rows8U8AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_U8, AHEAD_1, 1)

TEXT ·rows8I8AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_I8, AHEAD_1, 1)

TEXT ·rows8U16AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_U16, AHEAD_1, 2)

TEXT ·rows8I16AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_I16, AHEAD_1, 2)

TEXT ·rows8U32AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_U32, AHEAD_1, 4)

TEXT ·rows8I32AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_I32, AHEAD_1, 4)

TEXT ·rows8F32AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_F32, AHEAD_1, 4)

TEXT ·rows8F64AVX2(SB), NOSPLIT, $0-8
	ROWS8(LOAD_F64, AHEAD_1, 8)

TEXT ·endsU8AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_U8, 1)

TEXT ·endsI8AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_I8, 1)

TEXT ·endsU16AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_U16, 2)

TEXT ·endsI16AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_I16, 2)

TEXT ·endsU32AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_U32, 4)

TEXT ·endsI32AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_I32, 4)

TEXT ·endsF32AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_F32, 4)

TEXT ·endsF64AVX2(SB), NOSPLIT, $0-8
	ENDS(LOAD_F64, 8)

TEXT ·stageU8AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_U8, 1)

TEXT ·stageI8AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_I8, 1)

TEXT ·stageU16AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_U16, 2)

TEXT ·stageI16AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_I16, 2)

TEXT ·stageU32AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_U32, 4)

TEXT ·stageI32AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_I32, 4)

TEXT ·stageF32AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_F32, 4)

TEXT ·stageF64AVX2(SB), NOSPLIT, $0-8
	STAGE(LOAD_F64, 8)
