//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "model_amd64.h"

#define VEC 64
#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z8
#define V9 Z9
#define V10 Z10
#define V11 Z11
#define V12 Z12
#define V13 Z13

// UNLESS(b, a): K1 = not a >= b. CHOOSE(new, old): old = new where K1 is set.
#define UNLESS(b, a) VCMPPD $25, b, a, K1
#define CHOOSE(new, old) VMOVAPD new, K1, old

// GAPS_INFINITE(in, zero, infinity, x): x = infinity where in is 0.
#define GAPS_INFINITE(in, zero, infinity, x) VCMPPD $0, zero, in, K1; VMOVAPD infinity, K1, x

// COUNT_UP_TO(limit, x, one, n): n += 1 where x <= limit.
#define COUNT_UP_TO(limit, x, one, n) VCMPPD $18, limit, x, K1; VADDPD one, n, K1, n

// Four rows at a time, for DOTS and RESIDUALS.
//
//	Z0-Z3, Z4-Z7, Z14-Z17, Z18-Z21 sums of four rows, or four rows     Z22-Z25 numbers of the date

#define FOUR_ROWS(MOVE, r) \
	LEAQ (2*ROW)(DX), r; \
	MOVE(DX, Z0, Z1, Z2, Z3); \
	MOVE(r, Z14, Z15, Z16, Z17); \
	ADDQ $ROW, r; \
	MOVE(r, Z18, Z19, Z20, Z21); \
	LEAQ ROW(DX), r; \
	MOVE(r, Z4, Z5, Z6, Z7)

#define FOUR_NUMBERS \
	VBROADCASTSD (R9), Z22; \
	VBROADCASTSD 8(R9), Z23; \
	VBROADCASTSD 16(R9), Z24; \
	VBROADCASTSD 24(R9), Z25

#define DOTS_FOURS \
four: \
	CMPQ DI, $4; \
	JLT two; \
	LANES(modelParams_in, R8); \
	MOVQ SI, R9; \
	MOVQ modelParams_dates(AX), CX; \
	FOUR_ROWS(LOAD_LANES, R10); \
four_date: \
	LOAD_LANES(R8, V8, V9, V10, V11); \
	FOUR_NUMBERS; \
	TIMES(Z22, Z0, Z1, Z2, Z3); \
	TIMES(Z23, Z4, Z5, Z6, Z7); \
	TIMES(Z24, Z14, Z15, Z16, Z17); \
	TIMES(Z25, Z18, Z19, Z20, Z21); \
	ADDQ $ROW, R8; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ four_date; \
	FOUR_ROWS(STORE_LANES, R10); \
	ADDQ $(4*ROW), DX; \
	ADDQ $32, SI; \
	SUBQ $4, DI; \
	JMP four

#define RESIDUALS_FOURS \
four: \
	CMPQ DI, $4; \
	JLT two; \
	FOUR_ROWS(LOAD_LANES, R10); \
	ADDQ $(4*ROW), DX; \
	LANES(modelParams_out, R10); \
	MOVQ SI, R9; \
	MOVQ modelParams_dates(AX), CX; \
four_date: \
	LOAD_LANES(R8, V8, V9, V10, V11); \
	FOUR_NUMBERS; \
	LESS(Z22, Z0, Z1, Z2, Z3); \
	LESS(Z23, Z4, Z5, Z6, Z7); \
	LESS(Z24, Z14, Z15, Z16, Z17); \
	LESS(Z25, Z18, Z19, Z20, Z21); \
	STORE_LANES(R10, V8, V9, V10, V11); \
	ADDQ $ROW, R8; \
	ADDQ $ROW, R10; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ four_date; \
	LANES(modelParams_out, R8); \
	ADDQ $32, SI; \
	SUBQ $4, DI; \
	JMP four

// ---- Sums of products from tables, of 8 pixels at a time --------------------------------------------
//
// Here each lane is a product: a table row has the sums of all products, and one row is added for each
// pixel and four dates. Sums of a pixel begin WIDE bytes after those of the last. modelTurn transposes them,
// so that each lane is a pixel.
//
//	Z0-Z7, Z8-Z15, Z16-Z23  8 pixels' sums of 8 products each
//	BX number of the first pixel          DX where the products begin in a table row, in bytes
//	DI registers of products left         SI sums of the first pixel
//	R8 index of the pixels, R9 table, R10, R12 rows in the table
//	R11 size of a table                   CX tables left

#define WIDE 640

#define ADD_1(j, R, a, b, c) MOVWLZX (2*j)(R8), R; VADDPD (R9)(R*1), a, a
#define ADD_2(j, R, a, b, c) ADD_1(j, R, a, b, c); VADDPD 64(R9)(R*1), b, b
#define ADD_3(j, R, a, b, c) ADD_2(j, R, a, b, c); VADDPD 128(R9)(R*1), c, c

#define CLEAR_1(j, R, a, b, c) VXORPD a, a, a
#define CLEAR_2(j, R, a, b, c) CLEAR_1(j, R, a, b, c); VXORPD b, b, b
#define CLEAR_3(j, R, a, b, c) CLEAR_2(j, R, a, b, c); VXORPD c, c, c

#define TAKE_1(j, R, a, b, c) VMOVUPD (j*WIDE)(SI), a
#define TAKE_2(j, R, a, b, c) TAKE_1(j, R, a, b, c); VMOVUPD (j*WIDE+64)(SI), b
#define TAKE_3(j, R, a, b, c) TAKE_2(j, R, a, b, c); VMOVUPD (j*WIDE+128)(SI), c

#define GIVE_1(j, R, a, b, c) VMOVUPD a, (j*WIDE)(SI)
#define GIVE_2(j, R, a, b, c) GIVE_1(j, R, a, b, c); VMOVUPD b, (j*WIDE+64)(SI)
#define GIVE_3(j, R, a, b, c) GIVE_2(j, R, a, b, c); VMOVUPD c, (j*WIDE+128)(SI)

#define PIXELS(OP) \
	OP(0, R10, Z0, Z8, Z16); \
	OP(1, R12, Z1, Z9, Z17); \
	OP(2, R10, Z2, Z10, Z18); \
	OP(3, R12, Z3, Z11, Z19); \
	OP(4, R10, Z4, Z12, Z20); \
	OP(5, R12, Z5, Z13, Z21); \
	OP(6, R10, Z6, Z14, Z22); \
	OP(7, R12, Z7, Z15, Z23)

#define ADD_TABLES(TAKE, CLEAR, ADD, GIVE, clear, table) \
	IMUL3Q $WIDE, BX, SI; \
	ADDQ DX, SI; \
	ADDQ modelParams_out(AX), SI; \
	LEAQ (BX*2), R8; \
	ADDQ modelParams_index(AX), R8; \
	MOVQ modelParams_numbers(AX), R9; \
	ADDQ DX, R9; \
	MOVQ modelParams_dates(AX), CX; \
	CMPQ modelParams_resume(AX), $0; \
	JEQ clear; \
	PIXELS(TAKE); \
	JMP table; \
clear: \
	PIXELS(CLEAR); \
table: \
	PIXELS(ADD); \
	ADDQ $64, R8; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ table; \
	PIXELS(GIVE)

TEXT ·modelGramAVX512(SB), NOSPLIT, $0-8
	BEGIN
	MOVQ modelParams_stride(AX), R11
lanes:
	MOVQ modelParams_count(AX), DI
	XORL DX, DX
three:
	CMPQ DI, $3
	JLT two
	ADD_TABLES(TAKE_3, CLEAR_3, ADD_3, GIVE_3, clear3, table3)
	ADDQ $(3*64), DX
	SUBQ $3, DI
	JMP three
two:
	CMPQ DI, $2
	JLT one
	ADD_TABLES(TAKE_2, CLEAR_2, ADD_2, GIVE_2, clear2, table2)
	JMP next
one:
	CMPQ DI, $1
	JLT next
	ADD_TABLES(TAKE_1, CLEAR_1, ADD_1, GIVE_1, clear1, table1)
next:
	ADDQ $8, BX
	CMPQ BX, $32
	JLT lanes
	VZEROUPPER
	RET

// TURN: transposes 8 registers into Z24-Z31.
#define TURN(a, b, c, d, e, f, g, h) \
	VUNPCKLPD b, a, Z24; \
	VUNPCKHPD b, a, Z25; \
	VUNPCKLPD d, c, Z26; \
	VUNPCKHPD d, c, Z27; \
	VUNPCKLPD f, e, Z28; \
	VUNPCKHPD f, e, Z29; \
	VUNPCKLPD h, g, Z30; \
	VUNPCKHPD h, g, Z31; \
	VSHUFF64X2 $0x88, Z26, Z24, a; \
	VSHUFF64X2 $0xdd, Z26, Z24, b; \
	VSHUFF64X2 $0x88, Z27, Z25, c; \
	VSHUFF64X2 $0xdd, Z27, Z25, d; \
	VSHUFF64X2 $0x88, Z30, Z28, e; \
	VSHUFF64X2 $0xdd, Z30, Z28, f; \
	VSHUFF64X2 $0x88, Z31, Z29, g; \
	VSHUFF64X2 $0xdd, Z31, Z29, h; \
	VSHUFF64X2 $0x88, e, a, Z24; \
	VSHUFF64X2 $0x88, g, c, Z25; \
	VSHUFF64X2 $0x88, f, b, Z26; \
	VSHUFF64X2 $0x88, h, d, Z27; \
	VSHUFF64X2 $0xdd, e, a, Z28; \
	VSHUFF64X2 $0xdd, g, c, Z29; \
	VSHUFF64X2 $0xdd, f, b, Z30; \
	VSHUFF64X2 $0xdd, h, d, Z31

// PUT_PRODUCTS: stores the sums of 8 products, of which each register has those of a pixel, to 8 rows.
#define PUT_PRODUCTS(a, b, c, d, e, f, g, h) \
	TURN(a, b, c, d, e, f, g, h); \
	VMOVUPD Z24, (0*ROW)(SI); \
	VMOVUPD Z25, (1*ROW)(SI); \
	VMOVUPD Z26, (2*ROW)(SI); \
	VMOVUPD Z27, (3*ROW)(SI); \
	VMOVUPD Z28, (4*ROW)(SI); \
	VMOVUPD Z29, (5*ROW)(SI); \
	VMOVUPD Z30, (6*ROW)(SI); \
	VMOVUPD Z31, (7*ROW)(SI); \
	ADDQ $(8*ROW), SI

TEXT ·modelTurnAVX512(SB), NOSPLIT, $0-8
	BEGIN
	MOVQ modelParams_in(AX), DX
lanes:
	LANES(modelParams_out, SI)
	MOVQ DX, R8
	MOVQ modelParams_count(AX), CX
products:
	VMOVUPD (0*WIDE)(R8), Z0
	VMOVUPD (1*WIDE)(R8), Z1
	VMOVUPD (2*WIDE)(R8), Z2
	VMOVUPD (3*WIDE)(R8), Z3
	VMOVUPD (4*WIDE)(R8), Z4
	VMOVUPD (5*WIDE)(R8), Z5
	VMOVUPD (6*WIDE)(R8), Z6
	VMOVUPD (7*WIDE)(R8), Z7
	PUT_PRODUCTS(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ADDQ $64, R8
	DECQ CX
	JNZ products
	ADDQ $(8*WIDE), DX
	ADDQ $64, BX
	CMPQ BX, $ROW
	JLT lanes
	VZEROUPPER
	RET

// ---- out += sum over dates of w*r*r -------------------------------------------------------------------
//
//	Z0-Z3 sums   Z4-Z7 r, Z8-Z11 w*r   K1-K4 observations
//	R8 r, R9 bits, R10 weights by date or w

#define OBSERVED \
	KMOVD (R9), K1; \
	KSHIFTRD $8, K1, K2; \
	KSHIFTRD $16, K1, K3; \
	KSHIFTRD $24, K1, K4

#define ADD_SQUARES(a, b, c, d) \
	VFMADD231PD a, Z4, K1, Z0; \
	VFMADD231PD b, Z5, K2, Z1; \
	VFMADD231PD c, Z6, K3, Z2; \
	VFMADD231PD d, Z7, K4, Z3

#define NEXT_OBSERVED(date) \
	ADDQ $ROW, R8; \
	ADDQ $4, R9; \
	DECQ CX; \
	JNZ date

TEXT ·modelSquaresAVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ modelParams_out(AX), DI
	LOAD_LANES(DI, Z0, Z1, Z2, Z3)
	MOVQ modelParams_in(AX), R8
	MOVQ modelParams_bits(AX), R9
	MOVQ modelParams_dates(AX), CX
	MOVQ modelParams_w(AX), R10
	TESTQ R10, R10
	JNE w_date
	MOVQ modelParams_numbers(AX), R10
	TESTQ R10, R10
	JNE weight_date
date:
	LOAD_LANES(R8, Z4, Z5, Z6, Z7)
	OBSERVED
	ADD_SQUARES(Z4, Z5, Z6, Z7)
	NEXT_OBSERVED(date)
	JMP done
weight_date:
	LOAD_LANES(R8, Z4, Z5, Z6, Z7)
	OBSERVED
	VBROADCASTSD (R10), Z12
	ADDQ $8, R10
	VMULPD Z4, Z12, Z8
	VMULPD Z5, Z12, Z9
	VMULPD Z6, Z12, Z10
	VMULPD Z7, Z12, Z11
	ADD_SQUARES(Z8, Z9, Z10, Z11)
	NEXT_OBSERVED(weight_date)
	JMP done
w_date:
	LOAD_LANES(R8, Z4, Z5, Z6, Z7)
	OBSERVED
	VMULPD (R10), Z4, Z8
	VMULPD 64(R10), Z5, Z9
	VMULPD 128(R10), Z6, Z10
	VMULPD 192(R10), Z7, Z11
	ADDQ $ROW, R10
	ADD_SQUARES(Z8, Z9, Z10, Z11)
	NEXT_OBSERVED(w_date)
done:
	STORE_LANES(DI, Z0, Z1, Z2, Z3)
	VZEROUPPER
	RET

// ---- out[date] = rows = rows + in[date] of observations ------------------------------------------------
//
// With count, in[date] = infinity in gaps.
//
//	Z0-Z3 sums   Z4-Z7 in, Z8 infinity   K1-K4 observations, K5 gaps
//	R8 in, R9 bits, R10 out, R11 count

#define PUT_GAPS(j, observed) \
	KNOTB observed, K5; \
	VMOVUPD Z8, K5, (j*64)(R8)

TEXT ·modelTotalsAVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	CONSTANT(0x7ff0000000000000, X8, Z8)
	MOVQ modelParams_rows(AX), DI
	LOAD_LANES(DI, Z0, Z1, Z2, Z3)
	MOVQ modelParams_in(AX), R8
	MOVQ modelParams_bits(AX), R9
	MOVQ modelParams_out(AX), R10
	MOVQ modelParams_count(AX), R11
	MOVQ modelParams_dates(AX), CX
date:
	LOAD_LANES(R8, Z4, Z5, Z6, Z7)
	OBSERVED
	VADDPD Z4, Z0, K1, Z0
	VADDPD Z5, Z1, K2, Z1
	VADDPD Z6, Z2, K3, Z2
	VADDPD Z7, Z3, K4, Z3
	STORE_LANES(R10, Z0, Z1, Z2, Z3)
	ADDQ $ROW, R10
	TESTQ R11, R11
	JEQ next
	PUT_GAPS(0, K1)
	PUT_GAPS(1, K2)
	PUT_GAPS(2, K3)
	PUT_GAPS(3, K4)
next:
	NEXT_OBSERVED(date)
	STORE_LANES(DI, Z0, Z1, Z2, Z3)
	VZEROUPPER
	RET

// ---- Sums by observation, for monitoring ---------------------------------------------------------------
//
// modelPack writes the numbers of in at observations to the sums of each lane, 8 dates and 8 lanes at a
// time. Sums of a lane begin stride bytes after those of the last, and it has counts of them already.
//
//	Z0-Z7 rows of in, Z24-Z31 lanes   Y16 bits of 8 dates, of the lanes in the lowest byte
//	R8 in, R9 bits, CX dates left     R10 sums of the lane, R11 stride, R12 counts
//	SI observations: bit d of byte j is of date d and lane j   R13-R15 masks to transpose them
//	K1, DI observations of the lane   DX count of the lane

// TURN_BITS(n, mask): exchanges the blocks of bits of SI that are n apart. clobbers: DI
#define TURN_BITS(n, mask) \
	MOVQ SI, DI; \
	SHRQ $n, DI; \
	XORQ SI, DI; \
	ANDQ mask, DI; \
	XORQ DI, SI; \
	SHLQ $n, DI; \
	XORQ DI, SI

#define PACK(j, r) \
	MOVBLZX SI, DI; \
	SHRQ $8, SI; \
	KMOVB DI, K1; \
	VCOMPRESSPD.Z r, K1, r; \
	MOVQ (j*8)(R12), DX; \
	VMOVUPD r, (R10)(DX*8); \
	POPCNTL DI, DI; \
	ADDQ DI, DX; \
	MOVQ DX, (j*8)(R12); \
	ADDQ R11, R10

TEXT ·modelPackAVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ modelParams_in(AX), R8
	MOVQ modelParams_bits(AX), R9
	MOVQ modelParams_dates(AX), CX
	MOVQ modelParams_stride(AX), R11
	MOVQ $0x00aa00aa00aa00aa, R13
	MOVQ $0x0000cccc0000cccc, R14
	MOVQ $0x00000000f0f0f0f0, R15
dates:
	VMOVDQU32 (R9), Y16
	MOVQ modelParams_numbers(AX), R10
	MOVQ modelParams_counts(AX), R12
	XORL BX, BX
lanes:
	LEAQ (R8)(BX*1), SI
	VMOVUPD (0*ROW)(SI), Z0
	VMOVUPD (1*ROW)(SI), Z1
	VMOVUPD (2*ROW)(SI), Z2
	VMOVUPD (3*ROW)(SI), Z3
	VMOVUPD (4*ROW)(SI), Z4
	VMOVUPD (5*ROW)(SI), Z5
	VMOVUPD (6*ROW)(SI), Z6
	VMOVUPD (7*ROW)(SI), Z7
	TURN(Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	VPMOVDB Y16, X17
	VMOVQ X17, SI
	VPSRLD $8, Y16, Y16
	TURN_BITS(7, R13)
	TURN_BITS(14, R14)
	TURN_BITS(28, R15)
	PACK(0, Z24)
	PACK(1, Z25)
	PACK(2, Z26)
	PACK(3, Z27)
	PACK(4, Z28)
	PACK(5, Z29)
	PACK(6, Z30)
	PACK(7, Z31)
	ADDQ $64, R12
	ADDQ $64, BX
	CMPQ BX, $ROW
	JLT lanes
	ADDQ $(8*ROW), R8
	ADDQ $32, R9
	SUBQ $8, CX
	JGT dates
	VZEROUPPER
	RET

// modelMoving finds the first of the sums of each lane, from number starts on, that is farther than in
// from the one that is windows before it. found counts from starts on, and is -1 if there is none.
//
//	Z0 sum - the one before   Z8 all bits but the sign   Z9 in of the lane
//	R10 sums of the lane, R11 stride, R12 counts, R13 starts, R14 windows, R15 in, DI found, CX lanes left
//	R8 sums from starts on, SI those a window before, DX how many, BX number of the first of 8, R9 hit

TEXT ·modelMovingAVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	CONSTANT(0x7fffffffffffffff, X8, Z8)
	MOVQ modelParams_numbers(AX), R10
	MOVQ modelParams_stride(AX), R11
	MOVQ modelParams_counts(AX), R12
	MOVQ modelParams_starts(AX), R13
	MOVQ modelParams_windows(AX), R14
	MOVQ modelParams_in(AX), R15
	MOVQ modelParams_found(AX), DI
	MOVL $32, CX
lane:
	MOVQ (R13), R8
	MOVQ (R12), DX
	SUBQ R8, DX
	MOVQ R8, SI
	SUBQ (R14), SI
	LEAQ (R10)(R8*8), R8
	LEAQ (R10)(SI*8), SI
	VBROADCASTSD (R15), Z9
	XORL BX, BX
sums:
	MOVQ $-1, R9
	CMPQ BX, DX
	JGE put
	VMOVUPD (R8)(BX*8), Z0
	VSUBPD (SI)(BX*8), Z0, Z0
	VANDPD Z8, Z0, Z0
	VCMPPD $30, Z9, Z0, K1
	ADDQ $8, BX
	KMOVB K1, R9
	TESTL R9, R9
	JEQ sums
	TZCNTL R9, R9
	LEAQ -8(R9)(BX*1), R9
	CMPQ R9, DX
	JLT put
	MOVQ $-1, R9 // beyond the last sum
put:
	MOVQ R9, (DI)
	ADDQ $8, R12
	ADDQ $8, R13
	ADDQ $8, R14
	ADDQ $8, R15
	ADDQ $8, DI
	ADDQ R11, R10
	DECQ CX
	JNZ lane
	VZEROUPPER
	RET

TEXT ·modelDotsAVX512(SB), NOSPLIT, $0-8
	DOTS(DOTS_FOURS)

TEXT ·modelResidualsAVX512(SB), NOSPLIT, $0-8
	RESIDUALS(RESIDUALS_FOURS)

TEXT ·modelFactorAVX512(SB), NOSPLIT, $0-8
	FACTOR

TEXT ·modelSolveAVX512(SB), NOSPLIT, $0-8
	SOLVE

TEXT ·modelInvertAVX512(SB), NOSPLIT, $0-8
	INVERT

TEXT ·modelCovarianceAVX512(SB), NOSPLIT, $0-8
	COVARIANCE

// ---- Counting for medians -----------------------------------------------------------------------------
//
// out[0] = the number of dates at which in is less than rows, out2[0] = the greatest of these, or
// -infinity, and out2[1] = the least of the others, or infinity.
//
//	Z0-Z3 number   Z4-Z7 greatest   Z8-Z11 least   Z12-Z15 rows   Z16 in, Z17 1   K1 whether less

#define COUNT8(j, n, greatest, least, limit) \
	VMOVUPD (j*64)(R8), Z16; \
	VCMPPD $17, limit, Z16, K1; \
	VADDPD Z17, n, K1, n; \
	VMAXPD Z16, greatest, K1, greatest; \
	KNOTB K1, K1; \
	VMINPD Z16, least, K1, least

TEXT ·modelCountAVX512(SB), NOSPLIT, $0-8
	BEGIN
	CONSTANT(0x3ff0000000000000, X17, Z17)
	ZERO_LANES(Z0, Z1, Z2, Z3)
	CONSTANT(0xfff0000000000000, X4, Z4)
	VMOVAPD Z4, Z5
	VMOVAPD Z4, Z6
	VMOVAPD Z4, Z7
	CONSTANT(0x7ff0000000000000, X8, Z8)
	VMOVAPD Z8, Z9
	VMOVAPD Z8, Z10
	VMOVAPD Z8, Z11
	MOVQ modelParams_rows(AX), R8
	LOAD_LANES(R8, Z12, Z13, Z14, Z15)
	MOVQ modelParams_in(AX), R8
	MOVQ modelParams_dates(AX), CX
date:
	COUNT8(0, Z0, Z4, Z8, Z12)
	COUNT8(1, Z1, Z5, Z9, Z13)
	COUNT8(2, Z2, Z6, Z10, Z14)
	COUNT8(3, Z3, Z7, Z11, Z15)
	ADDQ $ROW, R8
	DECQ CX
	JNZ date
	MOVQ modelParams_out(AX), R8
	STORE_LANES(R8, Z0, Z1, Z2, Z3)
	MOVQ modelParams_out2(AX), R8
	STORE_LANES(R8, Z4, Z5, Z6, Z7)
	ADDQ $ROW, R8
	STORE_LANES(R8, Z8, Z9, Z10, Z11)
	VZEROUPPER
	RET

TEXT ·modelErrorsAVX512(SB), NOSPLIT, $0-8
	ERRORS

TEXT ·modelHuberAVX512(SB), NOSPLIT, $0-8
	REWEIGH(HUBER4)

TEXT ·modelBisquareAVX512(SB), NOSPLIT, $0-8
	REWEIGH(BISQUARE4)

TEXT ·modelHuberSpreadAVX512(SB), NOSPLIT, $0-8
	SPREADS(HUBER_SPREAD)

TEXT ·modelBisquareSpreadAVX512(SB), NOSPLIT, $0-8
	SPREADS(BISQUARE_SPREAD)
