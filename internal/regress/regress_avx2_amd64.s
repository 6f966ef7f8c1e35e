//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// ---- Results from sums, 4 pixels at a time --------------------------------------------------------------
//
//	Y0  n, then scratch                         Y9  scratch, then d = Ctt*Cyy - Cty*Cty, its root, the
//	Y1  sum of tau, then mean time, then all        standard error
//	    bits but the sign                       Y10 Cty, then |Cty|
//	Y2  sum of tau*tau, then Ctt as slopes      Y11 scratch, then w = |r|
//	    use it, then slope per unit of time,    Y12 Cyy, then 1/sqrt(Ctt*Cyy)
//	    then scratch                            Y13 num/Ctt
//	Y3  sum of d, then time of the intercept    Y14 slope
//	    minus mean time                         Y15 scratch, then pixels of two observations or fewer
//	Y4  sum of tau*d, then Cty as slopes use    R9  column of the table, R11 bytes to the next column
//	    it, then scratch                        R8, R10, SI, CX rows of the 4 pixels
//	Y5  sum of d*d, then 1/n                    BX  pixels done
//	Y6  first observation, then mean, then      R12 staged results, R13 number of staged pixels
//	    sign of the slope                       R14 n, w, sqrt(1 - r*r) and sign of the slope for the
//	Y7  scratch, pixels without a line              p-values
//	Y8  Ctt                                     DX  pixels to be computed a second time
//
// The order of operations is that of resultsOf. For pixels without a line, num/Ctt, Cty, the mean
// and the times are set to NaN (all ones), so that every result becomes NaN. COPY makes every NaN
// kernel.NaN.

// COLUMN_<how>(x, y): y = the numbers of the pixels in the next column of the table. x is the lower
// half of y.
#define COLUMN_SAME(x, y) VBROADCASTSD (R9), y; ADDQ R11, R9
#define COLUMN_DIFFER(x, y) \
	VMOVSD (R9)(R8*8), X0; \
	VMOVHPD (R9)(R10*8), X0, X0; \
	VMOVSD (R9)(SI*8), x; \
	VMOVHPD (R9)(CX*8), x, x; \
	VINSERTF128 $1, x, Y0, y; \
	ADDQ R11, R9

// If only the first column, 1/n, is needed, dividing is faster than finding rows. Y0 is then no
// longer n.
#define COLUMN_INVERSE(x, y) \
	VBROADCASTSD finishing_one(AX), y; \
	MOVQ finishing_n(AX), DI; \
	VDIVPD (DI)(BX*8), y, y

// PUT_<type>(j, y, i): stages y as result j of the pixels that begin with the i-th of the 64.
#define PUT_F64(j, y, i) VMOVUPD y, (j*512)(R12)(i*8)
#define PUT_F32(j, y, i) VCVTPD2PSY y, X0; VMOVUPS X0, (j*256)(R12)(i*4)

// COPY_<type>: copies the staged results of the R13 pixels before pixel BX to the outputs, as for
// AVX-512.
#define COPY(half, scratch, nan, ONE_NAN, width, full, LINES, near, past, result, unit, none) \
	MOVQ R12, SI; \
	LEAQ finishing_results(AX), R14; \
	MOVQ $const_Outs, CX; \
	MOVQ BX, R8; \
	SUBQ R13, R8; \
result: \
	MOVQ (R14), DI; \
	TESTQ DI, DI; \
	JEQ none; \
	LEAQ (DI)(R8*width), DI; \
	CMPQ R13, $64; \
	JEQ full; \
	XORL DX, DX; \
unit: \
	VMOVUPD (SI)(DX*width), half; \
	ONE_NAN(half, scratch, nan); \
	VMOVUPD half, (DI)(DX*width); \
	ADDQ $4, DX; \
	CMPQ DX, R13; \
	JNE unit; \
	JMP none; \
full: \
	MOVQ finishing_past(AX), DX; \
	TESTQ DX, DX; \
	JEQ near; \
	TESTQ $63, DI; \
	JEQ past; \
near: \
	LINES(VMOVUPD); \
	JMP none; \
past: \
	LINES(VMOVNTPD); \
none: \
	ADDQ $(64*width), SI; \
	ADDQ $8, R14; \
	DECQ CX; \
	JNZ result

#define LINES_128(MOVE, ONE_NAN, at) \
	VMOVUPD (at)(SI), Y0; VMOVUPD (at+32)(SI), Y1; VMOVUPD (at+64)(SI), Y2; VMOVUPD (at+96)(SI), Y3; \
	ONE_NAN(Y0, Y4, Y5); ONE_NAN(Y1, Y4, Y5); ONE_NAN(Y2, Y4, Y5); ONE_NAN(Y3, Y4, Y5); \
	MOVE Y0, (at)(DI); MOVE Y1, (at+32)(DI); MOVE Y2, (at+64)(DI); MOVE Y3, (at+96)(DI)
#define LINES_F32(MOVE) LINES_128(MOVE, ONE_NAN_F32, 0); LINES_128(MOVE, ONE_NAN_F32, 128)
#define LINES_F64(MOVE) \
	LINES_128(MOVE, ONE_NAN_F64, 0); LINES_128(MOVE, ONE_NAN_F64, 128); \
	LINES_128(MOVE, ONE_NAN_F64, 256); LINES_128(MOVE, ONE_NAN_F64, 384)

// ONE_NAN_<type>(y, scratch, nan): replaces every NaN in y by nan.
#define ONE_NAN_F32(y, scratch, nan) VCMPPS $3, y, y, scratch; VBLENDVPS scratch, nan, y, y
#define ONE_NAN_F64(y, scratch, nan) VCMPPD $3, y, y, scratch; VBLENDVPD scratch, nan, y, y

#define COPY_F32 \
	VBROADCASTSS finishing_nan32(AX), Y5; \
	COPY(X0, X4, X5, ONE_NAN_F32, 4, full, LINES_F32, near, past, result, unit, none)
#define COPY_F64 \
	VBROADCASTSD finishing_nan(AX), Y5; \
	COPY(Y0, Y4, Y5, ONE_NAN_F64, 8, full, LINES_F64, near, past, result, unit, none)

// LINE_AT(y): y = the value of the line at the time y, relative to the mean time.
#define LINE_AT(y) \
	VFMADD213PD Y6, Y2, y; \
	VBROADCASTSD finishing_unitScale(AX), Y4; \
	VBROADCASTSD finishing_unitOffset(AX), Y9; \
	VFMADD213PD Y9, Y4, y

#define FROM(field, y) MOVQ field(AX), DI; VMOVUPD (DI)(BX*8), y

// ROWS(n, x): finds the rows of 4 pixels. If they are not the same, it jumps to differ. x is
// scratch.
#define ROWS(n, x, differ) \
	VCVTTPD2DQY n, x; \
	VMOVD x, R8; \
	VPEXTRD $1, x, R10; \
	VPEXTRD $2, x, SI; \
	VPEXTRD $3, x, CX; \
	MOVQ finishing_by(AX), R9; \
	CMPQ R8, R10; \
	JNE differ; \
	CMPQ R8, SI; \
	JNE differ; \
	CMPQ R8, CX; \
	JNE differ

#define LOAD_SUMS \
	FROM(finishing_n, Y0); \
	FROM(finishing_t, Y1); \
	FROM(finishing_tt, Y2); \
	FROM(finishing_y, Y3); \
	FROM(finishing_ty, Y4); \
	FROM(finishing_yy, Y5)

// CROWDED: DX = pixels whose observations are clustered, as for AVX-512.
#define CROWDED(no_crowds) \
	XORL DX, DX; \
	CMPQ finishing_crowds(AX), $0; \
	JEQ no_crowds; \
	FROM(finishing_tt, Y11); \
	VMULPD Y11, Y0, Y11; \
	VBROADCASTSD finishing_spread(AX), Y15; \
	VMULPD Y15, Y11, Y11; \
	VCMPPD $25, Y11, Y2, Y11; \
	VMOVMSKPD Y11, DX; \
no_crowds:

// MEAN: Y4 = the mean, corrected as by the function corrected. Y6 is the mean, which is made from
// the first observation.
#define MEAN \
	FROM(finishing_y, Y9); \
	FROM(finishing_n, Y0); \
	VMULPD Y5, Y9, Y11; \
	VMOVAPD Y11, Y4; \
	VFNMADD213PD Y9, Y0, Y4; \
	VFMADD213PD Y11, Y5, Y4; \
	FROM(finishing_ref, Y15); \
	VADDPD Y15, Y4, Y4; \
	VPCMPEQD Y9, Y9, Y9; \
	VPSRLQ $1, Y9, Y9; \
	VANDPD Y9, Y15, Y15; \
	VBROADCASTSD finishing_minMean(AX), Y11; \
	VMULPD Y11, Y15, Y15; \
	VANDPD Y9, Y6, Y11; \
	VCMPPD $17, Y15, Y11, Y11; \
	VBLENDVPD Y11, Y4, Y6, Y4

// PERFECT: Y4 = pixels whose results have lost digits, as the function perfect has it, and maybe
// constant series and pixels of two observations. Y12 is Ctt*Cyy, Y2 is
// Cyy, and Y9 is d. NOT_CONSTANT adds
// those that are not constant to DX, with |Cty| in Y10.
#define PERFECT(few_dates) \
	VBROADCASTSD finishing_unexplained(AX), Y4; \
	VBROADCASTSD finishing_minD(AX), Y7; \
	FROM(finishing_t, Y11); \
	VMULPD Y11, Y11, Y11; \
	VFMADD213PD Y12, Y2, Y11; \
	VFMADD213PD Y7, Y11, Y4; \
	VCMPPD $26, Y4, Y9, Y4; \
	CMPQ finishing_manyDates(AX), $0; \
	JEQ few_dates; \
	FROM(finishing_n, Y11); \
	FROM(finishing_yy, Y7); \
	VMULPD Y7, Y11, Y7; \
	VBROADCASTSD finishing_variance(AX), Y11; \
	VMULPD Y11, Y7, Y7; \
	VCMPPD $25, Y7, Y2, Y7; \
	VORPD Y7, Y4, Y4; \
few_dates:

#define NOT_CONSTANT \
	VXORPD Y0, Y0, Y0; \
	VCMPPD $30, Y0, Y10, Y2; \
	VANDPD Y2, Y4, Y4; \
	VMOVMSKPD Y4, DI; \
	ORQ DI, DX

// MARK: notes that some pixels of the group have to be computed a second time.
#define MARK(unmarked) \
	TESTQ DX, DX; \
	JEQ unmarked; \
	MOVQ finishing_again(AX), DI; \
	MOVQ BX, R8; \
	SHRQ $2, R8; \
	MOVB $1, (DI)(R8*1); \
unmarked:

#define RESULTS(COLUMN, PUT, no_ends, no_rmse, no_intercept, no_residual, no_crowds, no_mean, few_dates, unmarked, done) \
	VMULPD Y1, Y1, Y7; \
	VMOVAPD Y7, Y8; \
	VFNMADD231PD Y1, Y1, Y8; \
	VFMSUB213PD Y7, Y0, Y2; \
	VADDPD Y8, Y2, Y8; \
	VXORPD Y9, Y9, Y9; \
	VCMPPD $4, Y9, Y1, Y9; \
	VMULPD Y1, Y3, Y7; \
	VANDPD Y9, Y7, Y7; \
	VMOVAPD Y7, Y10; \
	VFNMADD231PD Y1, Y3, Y10; \
	VFMSUB213PD Y7, Y0, Y4; \
	VADDPD Y10, Y4, Y10; \
	VMULPD Y3, Y3, Y7; \
	VMOVAPD Y7, Y12; \
	VFNMADD231PD Y3, Y3, Y12; \
	VFMSUB213PD Y7, Y0, Y5; \
	VADDPD Y12, Y5, Y12; \
	VBROADCASTSD finishing_minCtt(AX), Y7; \
	VMULPD Y7, Y0, Y7; \
	VCMPPD $26, Y7, Y2, Y7; \
	VBROADCASTSD finishing_minObs(AX), Y9; \
	VCMPPD $25, Y9, Y0, Y9; \
	VORPD Y9, Y7, Y7; \
	CROWDED(no_crowds) \
	PUT(10, Y0, R13); \
	VBROADCASTSD finishing_num(AX), Y13; \
	VDIVPD Y2, Y13, Y13; \
	VORPD Y7, Y13, Y13; \
	VORPD Y7, Y10, Y10; \
	VMULPD Y13, Y4, Y14; \
	COLUMN(X5, Y5); \
	FROM(finishing_ref, Y6); \
	VFMADD231PD Y5, Y3, Y6; \
	VORPD Y7, Y6, Y6; \
	VMULPD Y5, Y1, Y1; \
	VBROADCASTSD finishing_timePerTau(AX), Y2; \
	VBROADCASTSD finishing_meanTime(AX), Y4; \
	VFMADD213PD Y4, Y2, Y1; \
	VBROADCASTSD finishing_perTime(AX), Y2; \
	VMULPD Y2, Y14, Y2; \
	VBROADCASTSD finishing_zero(AX), Y3; \
	VSUBPD Y1, Y3, Y3; \
	PUT(0, Y14, R13); \
	VMOVAPD Y3, Y11; \
	LINE_AT(Y11); \
	PUT(1, Y11, R13); \
	CMPQ finishing_results+(9*8)(AX), $0; \
	JEQ no_mean; \
	MEAN; \
	VBROADCASTSD finishing_unitScale(AX), Y9; \
	VBROADCASTSD finishing_unitOffset(AX), Y11; \
	VFMADD213PD Y11, Y9, Y4; \
	PUT(9, Y4, R13); \
no_mean: \
	CMPQ finishing_first(AX), $0; \
	JEQ no_ends; \
	FROM(finishing_first, Y11); \
	VORPD Y7, Y11, Y11; \
	FROM(finishing_last, Y15); \
	VORPD Y7, Y15, Y15; \
	VSUBPD Y11, Y15, Y7; \
	VMULPD Y2, Y7, Y7; \
	VBROADCASTSD finishing_unitScale(AX), Y4; \
	VMULPD Y4, Y7, Y7; \
	PUT(15, Y7, R13); \
	VSUBPD Y1, Y11, Y7; \
	LINE_AT(Y7); \
	PUT(13, Y7, R13); \
	VSUBPD Y1, Y15, Y7; \
	LINE_AT(Y7); \
	PUT(14, Y7, R13); \
	VBROADCASTSD finishing_timeUnit(AX), Y4; \
	VBROADCASTSD finishing_timeOrigin(AX), Y9; \
	VFMADD213PD Y9, Y4, Y11; \
	PUT(11, Y11, R13); \
	VFMADD213PD Y9, Y4, Y15; \
	PUT(12, Y15, R13); \
no_ends: \
	CMPQ finishing_residual(AX), $0; \
	JEQ no_residual; \
	VMULPD Y10, Y10, Y7; \
	VMOVAPD Y7, Y9; \
	VFNMADD231PD Y10, Y10, Y9; \
	VMOVAPD Y8, Y11; \
	VFMSUB213PD Y7, Y12, Y11; \
	VADDPD Y9, Y11, Y9; \
	VXORPD Y7, Y7, Y7; \
	VMAXPD Y9, Y7, Y9; \
	FROM(finishing_n, Y11); \
	VMOVUPD Y11, 0(R14)(R13*8); \
	VBROADCASTSD finishing_two(AX), Y7; \
	VCMPPD $18, Y7, Y11, Y15; \
	VANDNPD Y9, Y15, Y9; \
	VMOVAPD Y12, Y2; \
	VMULPD Y12, Y8, Y12; \
	PERFECT(few_dates) \
	VSQRTPD Y12, Y12; \
	VBROADCASTSD finishing_one(AX), Y7; \
	VDIVPD Y12, Y7, Y12; \
	VPCMPEQD Y1, Y1, Y1; \
	VPSRLQ $1, Y1, Y1; \
	VANDPD Y1, Y10, Y10; \
	NOT_CONSTANT; \
	VMULPD Y12, Y10, Y11; \
	VMINPD Y11, Y7, Y11; \
	VXORPD Y2, Y2, Y2; \
	VFMADD213PD Y7, Y11, Y2; \
	VBLENDVPD Y15, Y2, Y11, Y11; \
	VANDNPD Y14, Y1, Y6; \
	VORPD Y6, Y11, Y2; \
	PUT(2, Y2, R13); \
	VMULPD Y11, Y11, Y2; \
	PUT(3, Y2, R13); \
	VSQRTPD Y9, Y9; \
	VMULPD Y12, Y9, Y12; \
	VMOVUPD Y11, 512(R14)(R13*8); \
	VMOVUPD Y12, 1024(R14)(R13*8); \
	VMOVUPD Y6, 1536(R14)(R13*8); \
	VANDPD Y1, Y13, Y13; \
	CMPQ finishing_results+(8*8)(AX), $0; \
	JEQ no_rmse; \
	VSQRTPD Y13, Y2; \
	VMULPD Y9, Y2, Y2; \
	VMULPD Y5, Y2, Y2; \
	VBROADCASTSD finishing_rmseUnit(AX), Y4; \
	VMULPD Y4, Y2, Y2; \
	PUT(8, Y2, R13); \
no_rmse: \
	COLUMN(X2, Y2); \
	VMULPD Y2, Y10, Y2; \
	VDIVPD Y9, Y2, Y2; \
	VORPD Y6, Y2, Y2; \
	PUT(4, Y2, R13); \
	COLUMN(X2, Y2); \
	VMULPD Y13, Y9, Y9; \
	VMULPD Y2, Y9, Y9; \
	PUT(6, Y9, R13); \
	CMPQ finishing_results+(7*8)(AX), $0; \
	JEQ no_intercept; \
	VBROADCASTSD finishing_timePerTau(AX), Y2; \
	VMULPD Y2, Y5, Y2; \
	VMULPD Y2, Y2, Y2; \
	VMULPD Y8, Y2, Y2; \
	VFMADD231PD Y3, Y3, Y2; \
	VSQRTPD Y2, Y2; \
	VBROADCASTSD finishing_interceptUnit(AX), Y4; \
	VMULPD Y4, Y9, Y4; \
	VMULPD Y2, Y4, Y4; \
	PUT(7, Y4, R13); \
no_intercept: \
	COLUMN(X2, Y2); \
	VMOVAPD Y2, Y4; \
	VFNMADD213PD Y14, Y9, Y4; \
	PUT(16, Y4, R13); \
	VFMADD213PD Y14, Y9, Y2; \
	PUT(17, Y2, R13); \
no_residual: \
	MARK(unmarked) \
	JMP done

// ---- p-values of the staged pixels, up to 64, 4 at a time ---------------------------------------------
//
//	Y1  w, then scratch                         Y7  even powers, then p
//	Y2  sqrt(1 - r*r), then its squares         Y8  odd powers, then sqrt(1 - r*r)^df
//	Y3  1                                       Y9  coefficient, then df
//	Y4  q, Y5 z, Y6 z*z                         Y10 n

#define TAIL2(COLUMN) \
	COLUMN(X9, Y9); \
	VFMADD213PD Y9, Y6, Y7; \
	COLUMN(X9, Y9); \
	VFMADD213PD Y9, Y6, Y8

#define TAIL(COLUMN, PUT, bits, no_bits, done) \
	ADDQ finishing_byTail(AX), R9; \
	VMOVUPD 512(R14)(DX*8), Y1; \
	VMOVUPD 1024(R14)(DX*8), Y2; \
	VBROADCASTSD finishing_one(AX), Y3; \
	COLUMN(X4, Y4); \
	VFMADD213PD Y3, Y1, Y4; \
	VDIVPD Y4, Y3, Y4; \
	COLUMN(X5, Y5); \
	COLUMN(X6, Y6); \
	VFMADD213PD Y6, Y4, Y5; \
	VMULPD Y5, Y5, Y6; \
	COLUMN(X7, Y7); \
	COLUMN(X8, Y8); \
	TAIL2(COLUMN); TAIL2(COLUMN); TAIL2(COLUMN); TAIL2(COLUMN); TAIL2(COLUMN); TAIL2(COLUMN); TAIL2(COLUMN); \
	COLUMN(X9, Y9); \
	VFMADD213PD Y9, Y6, Y7; \
	VFMADD231PD Y5, Y8, Y7; \
	VMULPD Y4, Y7, Y7; \
	VCVTTPD2DQY Y10, X9; \
	VPMOVSXDQ X9, Y9; \
	VPBROADCASTQ finishing_wholeTwo(AX), Y0; \
	VPSUBQ Y0, Y9, Y9; \
	VMOVAPD Y3, Y8; \
	MOVQ finishing_dfBits(AX), CX; \
	TESTQ CX, CX; \
	JEQ no_bits; \
bits: \
	VPSLLQ $63, Y9, Y0; \
	VMULPD Y2, Y8, Y1; \
	VBLENDVPD Y0, Y1, Y8, Y8; \
	VMULPD Y2, Y2, Y2; \
	VPSRLQ $1, Y9, Y9; \
	DECQ CX; \
	JNZ bits; \
no_bits: \
	VMULPD Y8, Y7, Y7; \
	VMINPD Y7, Y3, Y7; \
	PUT(5, Y7, DX); \
	VBROADCASTSD finishing_level(AX), Y1; \
	VCMPPD $17, Y1, Y7, Y2; \
	VCMPPD $29, Y1, Y7, Y4; \
	VANDNPD Y7, Y4, Y7; \
	VORPD 1536(R14)(DX*8), Y3, Y5; \
	VBLENDVPD Y2, Y5, Y7, Y7; \
	PUT(18, Y7, DX); \
	JMP done

// TAILS: the p-values of the R13 staged pixels.
#define TAILS(PUT) \
tail: \
	VMOVUPD 0(R14)(DX*8), Y10; \
	ROWS(Y10, X7, tail_differ); \
	LEAQ (R9)(R8*8), R9; \
	TAIL(COLUMN_SAME, PUT, same_bits, same_no_bits, tail_next); \
tail_differ: \
	TAIL(COLUMN_DIFFER, PUT, bits, no_bits, tail_next); \
tail_next: \
	ADDQ $4, DX; \
	CMPQ DX, R13; \
	JNE tail

#define FINISH(PUT, COPY) \
	MOVQ p+0(FP), AX; \
	XORL BX, BX; \
	MOVQ finishing_byStride(AX), R11; \
	MOVQ finishing_stage(AX), R12; \
	MOVQ finishing_tails(AX), R14; \
	XORL R13, R13; \
pixels: \
	LOAD_SUMS; \
	CMPQ finishing_residual(AX), $0; \
	JEQ line; \
	ROWS(Y0, X7, differ); \
	LEAQ (R9)(R8*8), R9; \
	RESULTS(COLUMN_SAME, PUT, same_ends, same_rmse, same_intercept, same_residual, same_crowds, same_mean, same_dates, same_unmarked, next); \
differ: \
	RESULTS(COLUMN_DIFFER, PUT, ends, rmse, intercept, residual, crowds, mean, dates, unmarked, next); \
line: \
	RESULTS(COLUMN_INVERSE, PUT, line_ends, line_rmse, line_intercept, line_residual, line_crowds, line_mean, line_dates, line_unmarked, next); \
next: \
	ADDQ $4, BX; \
	ADDQ $4, R13; \
	CMPQ BX, finishing_pixels(AX); \
	JEQ copy; \
	CMPQ R13, $64; \
	JNE pixels; \
copy: \
	CMPQ finishing_tail(AX), $0; \
	JEQ tailed; \
	XORL DX, DX; \
	TAILS(PUT); \
tailed: \
	COPY; \
	MOVQ finishing_tails(AX), R14; \
	XORL R13, R13; \
	CMPQ BX, finishing_pixels(AX); \
	JNE pixels; \
	SFENCE; \
	VZEROUPPER; \
	RET

TEXT ·finishF32AVX2(SB), NOSPLIT, $0-8
	FINISH(PUT_F32, COPY_F32)

TEXT ·finishF64AVX2(SB), NOSPLIT, $0-8
	FINISH(PUT_F64, COPY_F64)

// Student's t of up to 64 pixels: n and t*t at R14 become the numbers that TAILS takes.
//
//	Y0  n, then n-2                             Y1  t*t, then w = |r|
//	Y2  n-2+t*t, Y3 2                           R13 number of pixels, DX pixels done
TEXT ·studentAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	VBROADCASTSD finishing_two(AX), Y3
	MOVQ finishing_byStride(AX), R11
	MOVQ finishing_stage(AX), R12
	MOVQ finishing_tails(AX), R14
	MOVQ finishing_pixels(AX), R13
	XORL DX, DX
squares:
	VMOVUPD 0(R14)(DX*8), Y0
	VSUBPD Y3, Y0, Y0
	VMOVUPD 512(R14)(DX*8), Y1
	VADDPD Y1, Y0, Y2
	VDIVPD Y2, Y1, Y1
	VSQRTPD Y1, Y1
	VMOVUPD Y1, 512(R14)(DX*8)
	VDIVPD Y2, Y0, Y0
	VSQRTPD Y0, Y0
	VMOVUPD Y0, 1024(R14)(DX*8)
	ADDQ $4, DX
	CMPQ DX, R13
	JNE squares
	XORL DX, DX
	TAILS(PUT_F64)
	VZEROUPPER
	RET
