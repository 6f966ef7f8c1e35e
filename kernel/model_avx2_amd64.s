//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "model_amd64.h"

#define VEC 32
#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define V8 Y8
#define V9 Y9
#define V10 Y10
#define V11 Y11
#define V12 Y12
#define V13 Y13

// There are not enough registers for four rows at a time.
#define NO_FOURS

// UNLESS(b, a): Y13 = not a >= b, where b is Y13. CHOOSE(new, old): old = new where Y13 is set.
#define UNLESS(b, a) VCMPPD $25, b, a, Y13
#define CHOOSE(new, old) VBLENDVPD Y13, new, old, old

// GAPS_INFINITE(in, zero, infinity, x): x = infinity where in is 0.
#define GAPS_INFINITE(in, zero, infinity, x) VCMPPD $0, zero, in, Y14; VBLENDVPD Y14, infinity, x, x

// COUNT_UP_TO(limit, x, one, n): n += 1 where x <= limit.
#define COUNT_UP_TO(limit, x, one, n) VCMPPD $18, limit, x, Y14; VANDPD one, Y14, Y14; VADDPD Y14, n, n

// ---- Where the rows of pixels begin in tables ---------------------------------------------------------
//
//	Y0, Y1 [32]uint16 = where rows begin      Y2, Y3 bits of the date
//	Y4 bit of each word                       Y5, Y6 size of a row, Y6 times 2 for each date
//	R9 bits, BX index, CX dates left          DI dates until the index is stored

DATA word<>+0(SB)/2, $1
DATA word<>+2(SB)/2, $2
DATA word<>+4(SB)/2, $4
DATA word<>+6(SB)/2, $8
DATA word<>+8(SB)/2, $16
DATA word<>+10(SB)/2, $32
DATA word<>+12(SB)/2, $64
DATA word<>+14(SB)/2, $128
DATA word<>+16(SB)/2, $256
DATA word<>+18(SB)/2, $512
DATA word<>+20(SB)/2, $1024
DATA word<>+22(SB)/2, $2048
DATA word<>+24(SB)/2, $4096
DATA word<>+26(SB)/2, $8192
DATA word<>+28(SB)/2, $16384
DATA word<>+30(SB)/2, $32768
GLOBL word<>(SB), RODATA|NOPTR, $32

TEXT ·modelIndexAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ modelParams_bits(AX), R9
	MOVQ modelParams_index(AX), BX
	MOVQ modelParams_dates(AX), CX
	VMOVDQU word<>(SB), Y4
	VPBROADCASTW modelParams_stride(AX), Y5
table:
	VPXOR X0, X0, X0
	VPXOR X1, X1, X1
	VMOVDQA Y5, Y6
	MOVL $4, DI
date:
	VPBROADCASTW (R9), Y2
	VPBROADCASTW 2(R9), Y3
	VPAND Y4, Y2, Y2
	VPAND Y4, Y3, Y3
	VPCMPEQW Y4, Y2, Y2
	VPCMPEQW Y4, Y3, Y3
	VPAND Y6, Y2, Y2
	VPAND Y6, Y3, Y3
	VPADDW Y2, Y0, Y0
	VPADDW Y3, Y1, Y1
	VPADDW Y6, Y6, Y6
	ADDQ $4, R9
	DECQ CX
	JEQ put
	DECQ DI
	JNZ date
put:
	VMOVDQU Y0, (BX)
	VMOVDQU Y1, 32(BX)
	ADDQ $64, BX
	TESTQ CX, CX
	JNZ table
	VZEROUPPER
	RET

// ---- Sums of products from tables, of 4 pixels at a time ---------------------------------------------
//
//	Y0-Y3, Y4-Y7, Y8-Y11  4 pixels' sums of 4 products each
//	BX number of the first pixel          DX where the products begin in a table row, in bytes
//	DI registers of products left         SI sums of the first pixel
//	R8 index of the pixels, R9 table, R10, R12 rows in the table
//	R11 size of a table                   CX tables left

#define WIDE 640

#define ADD_1(j, R, a, b, c) MOVWLZX (2*j)(R8), R; VADDPD (R9)(R*1), a, a
#define ADD_2(j, R, a, b, c) ADD_1(j, R, a, b, c); VADDPD 32(R9)(R*1), b, b
#define ADD_3(j, R, a, b, c) ADD_2(j, R, a, b, c); VADDPD 64(R9)(R*1), c, c

#define CLEAR_1(j, R, a, b, c) VXORPD a, a, a
#define CLEAR_2(j, R, a, b, c) CLEAR_1(j, R, a, b, c); VXORPD b, b, b
#define CLEAR_3(j, R, a, b, c) CLEAR_2(j, R, a, b, c); VXORPD c, c, c

#define TAKE_1(j, R, a, b, c) VMOVUPD (j*WIDE)(SI), a
#define TAKE_2(j, R, a, b, c) TAKE_1(j, R, a, b, c); VMOVUPD (j*WIDE+32)(SI), b
#define TAKE_3(j, R, a, b, c) TAKE_2(j, R, a, b, c); VMOVUPD (j*WIDE+64)(SI), c

#define GIVE_1(j, R, a, b, c) VMOVUPD a, (j*WIDE)(SI)
#define GIVE_2(j, R, a, b, c) GIVE_1(j, R, a, b, c); VMOVUPD b, (j*WIDE+32)(SI)
#define GIVE_3(j, R, a, b, c) GIVE_2(j, R, a, b, c); VMOVUPD c, (j*WIDE+64)(SI)

#define PIXELS(OP) \
	OP(0, R10, Y0, Y4, Y8); \
	OP(1, R12, Y1, Y5, Y9); \
	OP(2, R10, Y2, Y6, Y10); \
	OP(3, R12, Y3, Y7, Y11)

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

TEXT ·modelGramAVX2(SB), NOSPLIT, $0-8
	BEGIN
	MOVQ modelParams_stride(AX), R11
lanes:
	MOVQ modelParams_count(AX), DI
	SHLQ $1, DI
	XORL DX, DX
three:
	CMPQ DI, $3
	JLT two
	ADD_TABLES(TAKE_3, CLEAR_3, ADD_3, GIVE_3, clear3, table3)
	ADDQ $(3*32), DX
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
	ADDQ $4, BX
	CMPQ BX, $32
	JLT lanes
	VZEROUPPER
	RET

// PUT_PRODUCTS: stores the sums of 4 products, of which each register has those of a pixel, to 4 rows.
#define PUT_PRODUCTS(a, b, c, d) \
	VUNPCKLPD b, a, Y12; \
	VUNPCKHPD b, a, Y13; \
	VUNPCKLPD d, c, Y14; \
	VUNPCKHPD d, c, Y15; \
	VPERM2F128 $0x20, Y14, Y12, a; \
	VPERM2F128 $0x20, Y15, Y13, b; \
	VPERM2F128 $0x31, Y14, Y12, c; \
	VPERM2F128 $0x31, Y15, Y13, d; \
	VMOVUPD a, (0*ROW)(SI); \
	VMOVUPD b, (1*ROW)(SI); \
	VMOVUPD c, (2*ROW)(SI); \
	VMOVUPD d, (3*ROW)(SI); \
	ADDQ $(4*ROW), SI

TEXT ·modelTurnAVX2(SB), NOSPLIT, $0-8
	BEGIN
	MOVQ modelParams_in(AX), DX
lanes:
	LANES(modelParams_out, SI)
	MOVQ DX, R8
	MOVQ modelParams_count(AX), CX
	SHLQ $1, CX
products:
	VMOVUPD (0*WIDE)(R8), Y0
	VMOVUPD (1*WIDE)(R8), Y1
	VMOVUPD (2*WIDE)(R8), Y2
	VMOVUPD (3*WIDE)(R8), Y3
	PUT_PRODUCTS(Y0, Y1, Y2, Y3)
	ADDQ $32, R8
	DECQ CX
	JNZ products
	ADDQ $(4*WIDE), DX
	ADDQ $32, BX
	CMPQ BX, $ROW
	JLT lanes
	VZEROUPPER
	RET

// ---- out += sum over dates of w*r*r -------------------------------------------------------------------
//
//	Y0-Y3 sums   Y4-Y7 r, 0 in gaps   Y8-Y11 w*r   Y12 weight   Y13 bits   Y14 scratch
//	R8 r, R9 bits, R10 weights by date or w   DX bits of the lanes   SI scratch

DATA lane<>+0(SB)/8, $1
DATA lane<>+8(SB)/8, $2
DATA lane<>+16(SB)/8, $4
DATA lane<>+24(SB)/8, $8
DATA lane<>+32(SB)/8, $16
DATA lane<>+40(SB)/8, $32
DATA lane<>+48(SB)/8, $64
DATA lane<>+56(SB)/8, $128
DATA lane<>+64(SB)/8, $256
DATA lane<>+72(SB)/8, $512
DATA lane<>+80(SB)/8, $1024
DATA lane<>+88(SB)/8, $2048
DATA lane<>+96(SB)/8, $4096
DATA lane<>+104(SB)/8, $8192
DATA lane<>+112(SB)/8, $16384
DATA lane<>+120(SB)/8, $32768
DATA lane<>+128(SB)/8, $65536
DATA lane<>+136(SB)/8, $131072
DATA lane<>+144(SB)/8, $262144
DATA lane<>+152(SB)/8, $524288
DATA lane<>+160(SB)/8, $1048576
DATA lane<>+168(SB)/8, $2097152
DATA lane<>+176(SB)/8, $4194304
DATA lane<>+184(SB)/8, $8388608
DATA lane<>+192(SB)/8, $16777216
DATA lane<>+200(SB)/8, $33554432
DATA lane<>+208(SB)/8, $67108864
DATA lane<>+216(SB)/8, $134217728
DATA lane<>+224(SB)/8, $268435456
DATA lane<>+232(SB)/8, $536870912
DATA lane<>+240(SB)/8, $1073741824
DATA lane<>+248(SB)/8, $2147483648
GLOBL lane<>(SB), RODATA|NOPTR, $256

#define OBSERVED(j, r) \
	VPAND (j*32)(DX), Y13, Y14; \
	VPCMPEQQ (j*32)(DX), Y14, Y14; \
	VANDPD Y14, r, r

#define LOAD_OBSERVED \
	LOAD_LANES(R8, Y4, Y5, Y6, Y7); \
	MOVL (R9), SI; \
	VMOVD SI, X13; \
	VBROADCASTSD X13, Y13; \
	OBSERVED(0, Y4); \
	OBSERVED(1, Y5); \
	OBSERVED(2, Y6); \
	OBSERVED(3, Y7)

#define ADD_SQUARES(a, b, c, d) \
	VFMADD231PD a, Y4, Y0; \
	VFMADD231PD b, Y5, Y1; \
	VFMADD231PD c, Y6, Y2; \
	VFMADD231PD d, Y7, Y3

#define NEXT_OBSERVED(date) \
	ADDQ $ROW, R8; \
	ADDQ $4, R9; \
	DECQ CX; \
	JNZ date

TEXT ·modelSquaresAVX2(SB), NOSPLIT, $0-8
	BEGIN
lanes:
	LANES(modelParams_out, DI)
	LOAD_LANES(DI, Y0, Y1, Y2, Y3)
	LANES(modelParams_in, R8)
	MOVQ modelParams_bits(AX), R9
	MOVQ modelParams_dates(AX), CX
	LEAQ lane<>(SB), DX
	ADDQ BX, DX
	MOVQ modelParams_w(AX), R10
	TESTQ R10, R10
	JNE w
	MOVQ modelParams_numbers(AX), R10
	TESTQ R10, R10
	JNE weight_date
date:
	LOAD_OBSERVED
	ADD_SQUARES(Y4, Y5, Y6, Y7)
	NEXT_OBSERVED(date)
	JMP done
weight_date:
	LOAD_OBSERVED
	VBROADCASTSD (R10), Y12
	ADDQ $8, R10
	VMULPD Y4, Y12, Y8
	VMULPD Y5, Y12, Y9
	VMULPD Y6, Y12, Y10
	VMULPD Y7, Y12, Y11
	ADD_SQUARES(Y8, Y9, Y10, Y11)
	NEXT_OBSERVED(weight_date)
	JMP done
w:
	ADDQ BX, R10
w_date:
	LOAD_OBSERVED
	VMULPD (R10), Y4, Y8
	VMULPD 32(R10), Y5, Y9
	VMULPD 64(R10), Y6, Y10
	VMULPD 96(R10), Y7, Y11
	ADDQ $ROW, R10
	ADD_SQUARES(Y8, Y9, Y10, Y11)
	NEXT_OBSERVED(w_date)
done:
	STORE_LANES(DI, Y0, Y1, Y2, Y3)
	MORE_LANES(lanes)

// ---- out[date] = rows = rows + in[date] of observations ------------------------------------------------
//
// With count, in[date] = infinity in gaps.
//
//	Y0-Y3 sums, Y9-Y12 observations   Y4 in, Y5 sum or in, Y8 infinity   Y13 bits
//	R8 in, R9 bits, R10 out, R11 count   DX bits of the lanes

#define TOTAL4(j, sum, observed) \
	VMOVUPD (j*32)(R8), Y4; \
	VPAND (j*32)(DX), Y13, observed; \
	VPCMPEQQ (j*32)(DX), observed, observed; \
	VADDPD Y4, sum, Y5; \
	VBLENDVPD observed, Y5, sum, sum; \
	VMOVUPD sum, (j*32)(R10)

#define PUT_GAPS4(j, observed) \
	VBLENDVPD observed, (j*32)(R8), Y8, Y5; \
	VMOVUPD Y5, (j*32)(R8)

TEXT ·modelTotalsAVX2(SB), NOSPLIT, $0-8
	BEGIN
	CONSTANT(0x7ff0000000000000, X8, Y8)
	MOVQ modelParams_count(AX), R11
lanes:
	LANES(modelParams_rows, DI)
	LOAD_LANES(DI, Y0, Y1, Y2, Y3)
	LANES(modelParams_in, R8)
	LANES(modelParams_out, R10)
	MOVQ modelParams_bits(AX), R9
	MOVQ modelParams_dates(AX), CX
	LEAQ lane<>(SB), DX
	ADDQ BX, DX
date:
	MOVL (R9), SI
	VMOVD SI, X13
	VBROADCASTSD X13, Y13
	TOTAL4(0, Y0, Y9)
	TOTAL4(1, Y1, Y10)
	TOTAL4(2, Y2, Y11)
	TOTAL4(3, Y3, Y12)
	ADDQ $ROW, R10
	TESTQ R11, R11
	JEQ next
	PUT_GAPS4(0, Y9)
	PUT_GAPS4(1, Y10)
	PUT_GAPS4(2, Y11)
	PUT_GAPS4(3, Y12)
next:
	NEXT_OBSERVED(date)
	STORE_LANES(DI, Y0, Y1, Y2, Y3)
	MORE_LANES(lanes)

TEXT ·modelDotsAVX2(SB), NOSPLIT, $0-8
	DOTS(NO_FOURS)

TEXT ·modelResidualsAVX2(SB), NOSPLIT, $0-8
	RESIDUALS(NO_FOURS)

TEXT ·modelFactorAVX2(SB), NOSPLIT, $0-8
	FACTOR

TEXT ·modelSolveAVX2(SB), NOSPLIT, $0-8
	SOLVE

TEXT ·modelInvertAVX2(SB), NOSPLIT, $0-8
	INVERT

TEXT ·modelCovarianceAVX2(SB), NOSPLIT, $0-8
	COVARIANCE

// ---- Counting for medians -----------------------------------------------------------------------------
//
// As the body for AVX-512, for 8 pixels at a time.
//
//	Y0, Y1 number   Y2, Y3 greatest   Y4, Y5 least   Y6, Y7 rows
//	Y8 in, Y9 1     Y10 infinity, Y13 -infinity   Y11 whether less, Y12 scratch

#define COUNT4(j, n, greatest, least, limit) \
	VMOVUPD (j*32)(R8), Y8; \
	VCMPPD $17, limit, Y8, Y11; \
	VANDPD Y9, Y11, Y12; \
	VADDPD Y12, n, n; \
	VBLENDVPD Y11, Y8, Y13, Y12; \
	VMAXPD Y12, greatest, greatest; \
	VBLENDVPD Y11, Y10, Y8, Y12; \
	VMINPD Y12, least, least

TEXT ·modelCountAVX2(SB), NOSPLIT, $0-8
	BEGIN
	CONSTANT(0x3ff0000000000000, X9, Y9)
	CONSTANT(0x7ff0000000000000, X10, Y10)
	CONSTANT(0xfff0000000000000, X13, Y13)
lanes:
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VMOVAPD Y13, Y2
	VMOVAPD Y13, Y3
	VMOVAPD Y10, Y4
	VMOVAPD Y10, Y5
	LANES(modelParams_rows, R8)
	VMOVUPD (R8), Y6
	VMOVUPD 32(R8), Y7
	LANES(modelParams_in, R8)
	MOVQ modelParams_dates(AX), CX
date:
	COUNT4(0, Y0, Y2, Y4, Y6)
	COUNT4(1, Y1, Y3, Y5, Y7)
	ADDQ $ROW, R8
	DECQ CX
	JNZ date
	LANES(modelParams_out, R8)
	VMOVUPD Y0, (R8)
	VMOVUPD Y1, 32(R8)
	LANES(modelParams_out2, R8)
	VMOVUPD Y2, (R8)
	VMOVUPD Y3, 32(R8)
	VMOVUPD Y4, ROW(R8)
	VMOVUPD Y5, (ROW+32)(R8)
	ADDQ $64, BX
	CMPQ BX, $ROW
	JLT lanes
	VZEROUPPER
	RET

TEXT ·modelErrorsAVX2(SB), NOSPLIT, $0-8
	ERRORS

TEXT ·modelHuberAVX2(SB), NOSPLIT, $0-8
	REWEIGH(HUBER4)

TEXT ·modelBisquareAVX2(SB), NOSPLIT, $0-8
	REWEIGH(BISQUARE4)

TEXT ·modelHuberSpreadAVX2(SB), NOSPLIT, $0-8
	SPREADS(HUBER_SPREAD)

TEXT ·modelBisquareSpreadAVX2(SB), NOSPLIT, $0-8
	SPREADS(BISQUARE_SPREAD)
