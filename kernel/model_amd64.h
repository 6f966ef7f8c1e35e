// Bodies of models for AVX-512 and AVX2, which differ in the width of V0-V13. Each lane is a pixel.
// A row is one number for each of 32 pixels, 256 bytes. A body works on as many of them as four
// registers hold, and then on the next: BX is where they begin in a row, in bytes. The operations on
// a lane are those of model_generic.go in the same order, so the bits are the same.
//
// VEC is the size of a register in bytes. All bodies have *modelParams in AX.

#define ROW 256

#define LOAD_LANES(base, a, b, c, d) \
	VMOVUPD (base), a; \
	VMOVUPD (1*VEC)(base), b; \
	VMOVUPD (2*VEC)(base), c; \
	VMOVUPD (3*VEC)(base), d

#define STORE_LANES(base, a, b, c, d) \
	VMOVUPD a, (base); \
	VMOVUPD b, (1*VEC)(base); \
	VMOVUPD c, (2*VEC)(base); \
	VMOVUPD d, (3*VEC)(base)

#define ZERO_LANES(a, b, c, d) \
	VXORPD a, a, a; \
	VXORPD b, b, b; \
	VXORPD c, c, c; \
	VXORPD d, d, d

#define BEGIN \
	MOVQ p+0(FP), AX; \
	XORL BX, BX

// LANES(field, r): r = where the lanes begin in the rows of a field.
#define LANES(field, r) \
	MOVQ field(AX), r; \
	ADDQ BX, r

// CONSTANT(bits, X, V): V = that number in all lanes. X is the lowest part of V. clobbers: R8
#define CONSTANT(bits, X, V) \
	MOVQ $bits, R8; \
	VMOVQ R8, X; \
	VBROADCASTSD X, V

// Go to the next lanes of the rows.
#define MORE_LANES(again) \
	ADDQ $(4*VEC), BX; \
	CMPQ BX, $ROW; \
	JLT again; \
	VZEROUPPER; \
	RET

// ---- out[j] += sum over dates of numbers[j]*in[date], for count rows of out ------------------------
//
//	V0-V3, V4-V7  sums of two rows     DI rows of out left       SI numbers of the first date
//	V8-V11        in of the date       R8 in, R9 numbers         CX dates left
//	V12, V13      numbers of the date  R11 numbers from a date to the next, in bytes
//
// A row of in is loaded once for two rows of out, and eight sums hide the latency of multiply-adds.

#define TIMES(x, a, b, c, d) \
	VFMADD231PD V8, x, a; \
	VFMADD231PD V9, x, b; \
	VFMADD231PD V10, x, c; \
	VFMADD231PD V11, x, d

// FOURS does four rows at a time, as far as there are that many, or nothing.
#define DOTS(FOURS) \
	BEGIN; \
	MOVQ modelParams_stride(AX), R11; \
lanes: \
	LANES(modelParams_out, DX); \
	MOVQ modelParams_numbers(AX), SI; \
	MOVQ modelParams_count(AX), DI; \
	FOURS; \
two: \
	SUBQ $2, DI; \
	JLT one; \
	LANES(modelParams_in, R8); \
	MOVQ SI, R9; \
	MOVQ modelParams_dates(AX), CX; \
	LEAQ ROW(DX), R10; \
	LOAD_LANES(DX, V0, V1, V2, V3); \
	LOAD_LANES(R10, V4, V5, V6, V7); \
	PCALIGN $32; \
two_date: \
	LOAD_LANES(R8, V8, V9, V10, V11); \
	VBROADCASTSD (R9), V12; \
	VBROADCASTSD 8(R9), V13; \
	TIMES(V12, V0, V1, V2, V3); \
	TIMES(V13, V4, V5, V6, V7); \
	ADDQ $ROW, R8; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ two_date; \
	STORE_LANES(DX, V0, V1, V2, V3); \
	STORE_LANES(R10, V4, V5, V6, V7); \
	ADDQ $(2*ROW), DX; \
	ADDQ $16, SI; \
	JMP two; \
one: \
	TESTQ $1, DI; \
	JEQ done; \
	LANES(modelParams_in, R8); \
	MOVQ SI, R9; \
	MOVQ modelParams_dates(AX), CX; \
	LOAD_LANES(DX, V0, V1, V2, V3); \
one_date: \
	LOAD_LANES(R8, V8, V9, V10, V11); \
	VBROADCASTSD (R9), V12; \
	TIMES(V12, V0, V1, V2, V3); \
	ADDQ $ROW, R8; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ one_date; \
	STORE_LANES(DX, V0, V1, V2, V3); \
done: \
	MORE_LANES(lanes)

// ---- out[date] = in[date] - sum over j of numbers[j]*rows[j], for count rows -----------------------
//
//	V0-V3, V4-V7  two rows             DI rows left              SI numbers of the first date
//	V8-V11        out of the date      R8 in, then out; R9 numbers; R10 out
//	V12, V13      numbers of the date  R11 numbers from a date to the next, in bytes

#define LESS(x, a, b, c, d) \
	VFNMADD231PD a, x, V8; \
	VFNMADD231PD b, x, V9; \
	VFNMADD231PD c, x, V10; \
	VFNMADD231PD d, x, V11

#define RESIDUALS(FOURS) \
	BEGIN; \
	MOVQ modelParams_stride(AX), R11; \
lanes: \
	LANES(modelParams_rows, DX); \
	LANES(modelParams_in, R8); \
	MOVQ modelParams_numbers(AX), SI; \
	MOVQ modelParams_count(AX), DI; \
	FOURS; \
two: \
	SUBQ $2, DI; \
	JLT one; \
	LANES(modelParams_out, R10); \
	MOVQ SI, R9; \
	MOVQ modelParams_dates(AX), CX; \
	LOAD_LANES(DX, V0, V1, V2, V3); \
	ADDQ $ROW, DX; \
	LOAD_LANES(DX, V4, V5, V6, V7); \
	ADDQ $ROW, DX; \
	PCALIGN $32; \
two_date: \
	LOAD_LANES(R8, V8, V9, V10, V11); \
	VBROADCASTSD (R9), V12; \
	VBROADCASTSD 8(R9), V13; \
	LESS(V12, V0, V1, V2, V3); \
	LESS(V13, V4, V5, V6, V7); \
	STORE_LANES(R10, V8, V9, V10, V11); \
	ADDQ $ROW, R8; \
	ADDQ $ROW, R10; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ two_date; \
	LANES(modelParams_out, R8); \
	ADDQ $16, SI; \
	JMP two; \
one: \
	TESTQ $1, DI; \
	JEQ done; \
	LANES(modelParams_out, R10); \
	MOVQ SI, R9; \
	MOVQ modelParams_dates(AX), CX; \
	LOAD_LANES(DX, V0, V1, V2, V3); \
one_date: \
	LOAD_LANES(R8, V8, V9, V10, V11); \
	VBROADCASTSD (R9), V12; \
	LESS(V12, V0, V1, V2, V3); \
	STORE_LANES(R10, V8, V9, V10, V11); \
	ADDQ $ROW, R8; \
	ADDQ $ROW, R10; \
	ADDQ R11, R9; \
	DECQ CX; \
	JNZ one_date; \
done: \
	MORE_LANES(lanes)

// ---- Cholesky ----------------------------------------------------------------------------------
//
// Rows of the lower triangle of a matrix lie one after another, so that element (r, c) is row
// r(r+1)/2 + c. Going down a column, the distance of elements grows by one row with each step.

// CHAIN(OP, loop, end): V0-V3 = V0-V3 OP the sum of a*b over CX steps, which may be none. a is at R8
// and moves by R10, which grows by R11; b is at R9 and moves by R12, which grows by R13.
// clobbers: V4-V7
#define CHAIN(OP, loop, end) \
	TESTQ CX, CX; \
	JEQ end; \
loop: \
	LOAD_LANES(R8, V4, V5, V6, V7); \
	OP (R9), V4, V0; \
	OP (1*VEC)(R9), V5, V1; \
	OP (2*VEC)(R9), V6, V2; \
	OP (3*VEC)(R9), V7, V3; \
	ADDQ R10, R8; \
	ADDQ R11, R10; \
	ADDQ R12, R9; \
	ADDQ R13, R12; \
	DECQ CX; \
	JNZ loop; \
end:

#define ALONG_ROWS \
	MOVL $ROW, R10; \
	XORL R11, R11; \
	MOVL $ROW, R12; \
	XORL R13, R13

#define SCALE_LANES(base) \
	VMULPD (base), V0, V0; \
	VMULPD (1*VEC)(base), V1, V1; \
	VMULPD (2*VEC)(base), V2, V2; \
	VMULPD (3*VEC)(base), V3, V3

// PIVOT(j, d): takes d and its diagonal, at R15, for the smallest pivot and its diagonal, at R8 and
// R9, if d/diagonal is smaller. There is no division.
// clobbers: V4-V7, K1
#define PIVOT(j, d) \
	VMOVUPD (GIVEN+j*VEC)(R15), V4; \
	VMOVUPD (j*VEC)(R8), V5; \
	VMOVUPD (j*VEC)(R9), V6; \
	VMULPD V6, d, V7; \
	VMULPD V5, V4, V13; \
	UNLESS(V13, V7); \
	CHOOSE(d, V5); \
	CHOOSE(V4, V6); \
	VMOVUPD V5, (j*VEC)(R8); \
	VMOVUPD V6, (j*VEC)(R9)

#define ROOT(d, s) \
	VSQRTPD d, s; \
	VDIVPD s, V12, s

// GIVEN: the distance from an element of the factor to that of the matrix, which lies before it.
#define GIVEN (modelFactor_g-modelFactor_l)

#define LOAD_GIVEN(base) \
	VMOVUPD (GIVEN+0*VEC)(base), V0; \
	VMOVUPD (GIVEN+1*VEC)(base), V1; \
	VMOVUPD (GIVEN+2*VEC)(base), V2; \
	VMOVUPD (GIVEN+3*VEC)(base), V3

// FACTOR writes the Cholesky factor below the diagonal to rows, the reciprocals of its diagonal to
// scale and the smallest pivot over its diagonal to pivot.
//
//	DX 256*c, for column c   R14 row c           R15 element (c, c)
//	DI 256*r, for row r      SI row r            V8-V11 the scale of column c
//	V12 1
#define FACTOR \
	BEGIN; \
	CONSTANT(0x3ff0000000000000, X12, V12); \
lanes: \
	LANES(modelParams_rows, R14); \
	MOVQ R14, R15; \
	XORL DX, DX; \
column: \
	LOAD_GIVEN(R15); \
	MOVQ DX, CX; \
	SHRQ $8, CX; \
	MOVQ R14, R8; \
	MOVQ R14, R9; \
	ALONG_ROWS; \
	CHAIN(VFNMADD231PD, diagonal, diagonal_end); \
	LANES(modelParams_pivot, R8); \
	LANES(modelParams_size, R9); \
	TESTQ DX, DX; \
	JNE not_first; \
	STORE_LANES(R8, V0, V1, V2, V3); \
	STORE_LANES(R9, V0, V1, V2, V3); \
	JMP pivoted; \
not_first: \
	PIVOT(0, V0); \
	PIVOT(1, V1); \
	PIVOT(2, V2); \
	PIVOT(3, V3); \
pivoted: \
	ROOT(V0, V8); \
	ROOT(V1, V9); \
	ROOT(V2, V10); \
	ROOT(V3, V11); \
	LANES(modelParams_scale, R8); \
	ADDQ DX, R8; \
	STORE_LANES(R8, V8, V9, V10, V11); \
	LEAQ ROW(R15), SI; \
	LEAQ ROW(DX), DI; \
	CMPQ DI, modelParams_end(AX); \
	JGE factored; \
row: \
	LEAQ (SI)(DX*1), R8; \
	LOAD_GIVEN(R8); \
	MOVQ SI, R8; \
	MOVQ R14, R9; \
	MOVQ DX, CX; \
	SHRQ $8, CX; \
	ALONG_ROWS; \
	CHAIN(VFNMADD231PD, element, element_end); \
	VMULPD V8, V0, V0; \
	VMULPD V9, V1, V1; \
	VMULPD V10, V2, V2; \
	VMULPD V11, V3, V3; \
	LEAQ (SI)(DX*1), R8; \
	STORE_LANES(R8, V0, V1, V2, V3); \
	LEAQ ROW(SI)(DI*1), SI; \
	ADDQ $ROW, DI; \
	CMPQ DI, modelParams_end(AX); \
	JLT row; \
	LEAQ ROW(R15), R14; \
	ADDQ $ROW, DX; \
	LEAQ (R14)(DX*1), R15; \
	JMP column; \
factored: \
	LANES(modelParams_pivot, R8); \
	LANES(modelParams_size, R9); \
	LOAD_LANES(R8, V0, V1, V2, V3); \
	LOAD_LANES(R9, V4, V5, V6, V7); \
	VDIVPD V4, V0, V0; \
	VDIVPD V5, V1, V1; \
	VDIVPD V6, V2, V2; \
	VDIVPD V7, V3, V3; \
	STORE_LANES(R8, V0, V1, V2, V3); \
	MORE_LANES(lanes)

// SOLVE writes the solution for the right side in to out.
//
//	DX 256*c   R14 row c   R15 element (c, c)
#define SOLVE \
	BEGIN; \
lanes: \
	LANES(modelParams_rows, R14); \
	XORL DX, DX; \
forward: \
	LANES(modelParams_in, R8); \
	ADDQ DX, R8; \
	LOAD_LANES(R8, V0, V1, V2, V3); \
	MOVQ R14, R8; \
	LANES(modelParams_out, R9); \
	MOVQ DX, CX; \
	SHRQ $8, CX; \
	ALONG_ROWS; \
	CHAIN(VFNMADD231PD, down, down_end); \
	LANES(modelParams_scale, R8); \
	ADDQ DX, R8; \
	SCALE_LANES(R8); \
	LANES(modelParams_out, R8); \
	ADDQ DX, R8; \
	STORE_LANES(R8, V0, V1, V2, V3); \
	LEAQ (R14)(DX*1), R15; \
	LEAQ ROW(R15), R14; \
	ADDQ $ROW, DX; \
	CMPQ DX, modelParams_end(AX); \
	JLT forward; \
back: \
	SUBQ $ROW, DX; \
	JLT solved; \
	LANES(modelParams_out, SI); \
	ADDQ DX, SI; \
	LOAD_LANES(SI, V0, V1, V2, V3); \
	LEAQ ROW(R15)(DX*1), R8; \
	LEAQ (2*ROW)(DX), R10; \
	MOVL $ROW, R11; \
	LEAQ ROW(SI), R9; \
	MOVL $ROW, R12; \
	XORL R13, R13; \
	MOVQ modelParams_end(AX), CX; \
	SUBQ DX, CX; \
	SHRQ $8, CX; \
	DECQ CX; \
	CHAIN(VFNMADD231PD, up, up_end); \
	LANES(modelParams_scale, R8); \
	ADDQ DX, R8; \
	SCALE_LANES(R8); \
	STORE_LANES(SI, V0, V1, V2, V3); \
	SUBQ DX, R15; \
	SUBQ $ROW, R15; \
	JMP back; \
solved: \
	MORE_LANES(lanes)

// INVERT writes the inverse of the Cholesky factor to out, in the same order of elements.
//
//	DX 256*c   R15 element (c, c) of out
//	DI 256*r   SI element (r, c) of rows, R14 that of out
#define INVERT \
	BEGIN; \
lanes: \
	XORL DX, DX; \
	LANES(modelParams_out, R15); \
column: \
	LANES(modelParams_scale, R8); \
	ADDQ DX, R8; \
	LOAD_LANES(R8, V0, V1, V2, V3); \
	STORE_LANES(R15, V0, V1, V2, V3); \
	MOVQ R15, SI; \
	SUBQ modelParams_out(AX), SI; \
	ADDQ modelParams_rows(AX), SI; \
	MOVQ R15, R14; \
	LEAQ ROW(DX), DI; \
	JMP test; \
row: \
	ADDQ DI, SI; \
	ADDQ DI, R14; \
	ZERO_LANES(V0, V1, V2, V3); \
	MOVQ SI, R8; \
	MOVQ R15, R9; \
	ALONG_ROWS; \
	LEAQ ROW(DX), R12; \
	MOVL $ROW, R13; \
	MOVQ DI, CX; \
	SUBQ DX, CX; \
	SHRQ $8, CX; \
	CHAIN(VFNMADD231PD, element, element_end); \
	LANES(modelParams_scale, R8); \
	ADDQ DI, R8; \
	SCALE_LANES(R8); \
	STORE_LANES(R14, V0, V1, V2, V3); \
	ADDQ $ROW, DI; \
test: \
	CMPQ DI, modelParams_end(AX); \
	JLT row; \
	ADDQ $ROW, DX; \
	LEAQ ROW(R15)(DX*1), R15; \
	CMPQ DX, modelParams_end(AX); \
	JLT column; \
	MORE_LANES(lanes)

// COVARIANCE writes the sum over count rows of the products of two columns of the inverse of the
// factor to out. The columns begin at in and rows, and the distance of elements is stride at first.
#define COVARIANCE \
	BEGIN; \
lanes: \
	ZERO_LANES(V0, V1, V2, V3); \
	LANES(modelParams_in, R8); \
	LANES(modelParams_rows, R9); \
	MOVQ modelParams_stride(AX), R10; \
	MOVL $ROW, R11; \
	MOVQ R10, R12; \
	MOVL $ROW, R13; \
	MOVQ modelParams_count(AX), CX; \
	CHAIN(VFMADD231PD, element, element_end); \
	LANES(modelParams_out, R8); \
	STORE_LANES(R8, V0, V1, V2, V3); \
	MORE_LANES(lanes)

// ---- Robust fits -----------------------------------------------------------------------------------

// ERRORS: for each date, out = e = in*in2 and out2 = |e|, or infinite where in2 is 0; rows += (e - in3)^2
// and scale += in3^2.
//
//	V0-V3 sum of (e - in3)^2   V8 all bits but the sign    V11 in3, V12 e, V13 in2
//	V4-V7 sum of in3^2         V9 infinity, V10 0
//	R8 in, R9 in2, R10 in3     R11 out, R12 out2           CX dates left
#define ERRORS4(j, change, size) \
	VMOVUPD (j*VEC)(R9), V13; \
	VMOVUPD (j*VEC)(R10), V11; \
	VMULPD (j*VEC)(R8), V13, V12; \
	VMOVUPD V12, (j*VEC)(R11); \
	VFMADD231PD V11, V11, size; \
	VSUBPD V11, V12, V11; \
	VFMADD231PD V11, V11, change; \
	VANDPD V8, V12, V12; \
	GAPS_INFINITE(V13, V10, V9, V12); \
	VMOVUPD V12, (j*VEC)(R12)

#define ERRORS \
	BEGIN; \
	CONSTANT(0x7fffffffffffffff, X8, V8); \
	CONSTANT(0x7ff0000000000000, X9, V9); \
	VXORPD V10, V10, V10; \
lanes: \
	LANES(modelParams_rows, DX); \
	LANES(modelParams_scale, DI); \
	LOAD_LANES(DX, V0, V1, V2, V3); \
	LOAD_LANES(DI, V4, V5, V6, V7); \
	LANES(modelParams_in, R8); \
	LANES(modelParams_in2, R9); \
	LANES(modelParams_in3, R10); \
	LANES(modelParams_out, R11); \
	LANES(modelParams_out2, R12); \
	MOVQ modelParams_dates(AX), CX; \
date: \
	ERRORS4(0, V0, V4); \
	ERRORS4(1, V1, V5); \
	ERRORS4(2, V2, V6); \
	ERRORS4(3, V3, V7); \
	ADDQ $ROW, R8; \
	ADDQ $ROW, R9; \
	ADDQ $ROW, R10; \
	ADDQ $ROW, R11; \
	ADDQ $ROW, R12; \
	DECQ CX; \
	JNZ date; \
	STORE_LANES(DX, V0, V1, V2, V3); \
	STORE_LANES(DI, V4, V5, V6, V7); \
	MORE_LANES(lanes)

// HUBER and BISQUARE: for each date, out = v, the weight of in times in2, and out2 = v*in3.
//
//	V0-V3 rows      V4 1     V5 all bits but the sign      V6 weight, then v
#define HUBER4(j, limit) \
	VANDPD (j*VEC)(R8), V5, V6; \
	VDIVPD V6, limit, V6; \
	VMINPD V4, V6, V6; \
	PUT_WEIGHT(j)

#define BISQUARE4(j, inverse) \
	VMULPD (j*VEC)(R8), inverse, V6; \
	VMULPD V6, V6, V6; \
	VMINPD V4, V6, V6; \
	VSUBPD V6, V4, V6; \
	VMULPD V6, V6, V6; \
	PUT_WEIGHT(j)

#define PUT_WEIGHT(j) \
	VMULPD (j*VEC)(R9), V6, V6; \
	VMOVUPD V6, (j*VEC)(R11); \
	VMULPD (j*VEC)(R10), V6, V6; \
	VMOVUPD V6, (j*VEC)(R12)

#define REWEIGH(WEIGHT) \
	BEGIN; \
	CONSTANT(0x3ff0000000000000, X4, V4); \
	CONSTANT(0x7fffffffffffffff, X5, V5); \
lanes: \
	LANES(modelParams_rows, DX); \
	LOAD_LANES(DX, V0, V1, V2, V3); \
	LANES(modelParams_in, R8); \
	LANES(modelParams_in2, R9); \
	LANES(modelParams_in3, R10); \
	LANES(modelParams_out, R11); \
	LANES(modelParams_out2, R12); \
	MOVQ modelParams_dates(AX), CX; \
date: \
	WEIGHT(0, V0); \
	WEIGHT(1, V1); \
	WEIGHT(2, V2); \
	WEIGHT(3, V3); \
	ADDQ $ROW, R8; \
	ADDQ $ROW, R9; \
	ADDQ $ROW, R10; \
	ADDQ $ROW, R11; \
	ADDQ $ROW, R12; \
	DECQ CX; \
	JNZ date; \
	MORE_LANES(lanes)

// SPREADS: out[0] += the sum over dates of the square of psi(in), out[1] += that of slope(in2), out[2] +=
// that of the square of slope(in2). in2 is |in|, or infinite in gaps.
//
//	V0-V2 sums     V3 rows    V4 1    V5 all bits but the sign    V6-V8 scratch, V9 5
#define HUBER_SPREAD \
	VANDPD (R8), V5, V6; \
	VMINPD V3, V6, V6; \
	VFMADD231PD V6, V6, V0; \
	VMOVUPD (R9), V7; \
	COUNT_UP_TO(V3, V7, V4, V1)

#define BISQUARE_SPREAD \
	VMULPD (R9), V3, V6; \
	VMULPD V6, V6, V6; \
	VMINPD V4, V6, V6; \
	VMULPD V9, V6, V7; \
	VSUBPD V7, V4, V7; \
	VSUBPD V6, V4, V6; \
	VMULPD V6, V7, V7; \
	VADDPD V7, V1, V1; \
	VFMADD231PD V7, V7, V2; \
	VMULPD V6, V6, V6; \
	VMULPD (R8), V6, V6; \
	VFMADD231PD V6, V6, V0

#define SPREADS(SPREAD) \
	BEGIN; \
	CONSTANT(0x3ff0000000000000, X4, V4); \
	CONSTANT(0x7fffffffffffffff, X5, V5); \
	CONSTANT(0x4014000000000000, X9, V9); \
lanes: \
	LANES(modelParams_rows, R8); \
	VMOVUPD (R8), V3; \
	LANES(modelParams_out, R8); \
	VMOVUPD (R8), V0; \
	VMOVUPD ROW(R8), V1; \
	VMOVUPD (2*ROW)(R8), V2; \
	LANES(modelParams_in, R8); \
	LANES(modelParams_in2, R9); \
	MOVQ modelParams_dates(AX), CX; \
date: \
	SPREAD; \
	ADDQ $ROW, R8; \
	ADDQ $ROW, R9; \
	DECQ CX; \
	JNZ date; \
	LANES(modelParams_out, R8); \
	VMOVUPD V0, (R8); \
	VMOVUPD V1, ROW(R8); \
	VMOVUPD V2, (2*ROW)(R8); \
	ADDQ $VEC, BX; \
	CMPQ BX, $ROW; \
	JLT lanes; \
	VZEROUPPER; \
	RET
