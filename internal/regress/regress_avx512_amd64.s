//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// ---- Results from sums, 8 pixels at a time ------------------------------------------------------------
//
//	Z0  n                                       Z14 slope
//	Z1  sum of tau                              Z15 mean time
//	Z2  sum of tau*tau, then Ctt as slopes      Z16 1/n
//	    use it                                  Z17 slope per unit of time
//	Z3  sum of d                                Z18 time of the intercept minus mean time
//	Z4  sum of tau*d, then Cty as slopes use it Z19-Z20, Z7, Z9, Z11 scratch
//	Z5  sum of d*d                              Z21 d = Ctt*Cyy - Cty*Cty, then its root
//	Z6  first observation, then mean            Z22 1/sqrt(Ctt*Cyy)
//	Z8  Ctt                                     Z23 |Cty|
//	Z10 Cty                                     Z24 w = |r|
//	Z12 Cyy, then the standard error            Z25 row of the table
//	Z13 num/Ctt                                 Z26 0, Z27 1, Z28 num, Z29 all bits but the sign
//	K1  pixels that have a line, K2 the others  Z30 sign of the slope, Z31 NaN
//	K3  pixels of two observations or fewer     R9  column of the table, R11 bytes to the next column
//	K7  pixels to be computed a second time
//	BX  pixels done                             R12 staged results, R13 number of staged pixels
//	R15 values kept from earlier pixels         R14 values for the p-values
//
// The order of operations is that of resultsOf. For pixels without a line, num/Ctt, Cty, the mean
// and the times are set to NaN, so that every result becomes NaN. COPY makes every NaN kernel.NaN.

// COLUMN_<how>(z): z = the numbers of the pixels in the next column of the table. Usually all
// pixels have the same row (SAME), or rows in a window of 16, which fits into two registers (NEAR).
// Gathering (FAR) takes five times as long.
#define COLUMN_SAME(z) VBROADCASTSD (R9), z; ADDQ R11, R9
#define COLUMN_NEAR(z) VMOVUPD (R9), z; VPERMT2PD 64(R9), Z25, z; ADDQ R11, R9
#define COLUMN_FAR(z) KXNORB K6, K6, K6; VGATHERQPD (R9)(Z25*8), K6, z; ADDQ R11, R9

// If only the first column, 1/n, is needed, dividing is faster than finding rows.
#define COLUMN_INVERSE(z) VDIVPD Z0, Z27, z

// PUT_<type>(j, z, i): stages z as result j of the pixels that begin with the i-th of the 64.
#define PUT_F64(j, z, i) VMOVUPD z, (j*512)(R12)(i*8)
#define PUT_F32(j, z, i) VCVTPD2PS z, Y11; VMOVUPS Y11, (j*256)(R12)(i*4)

// COPY_<type>: copies the staged results of the R13 pixels before pixel BX to those outputs that
// are not nil. Planes of results are often congruent modulo 4096 bytes. They then share sets of the
// cache, which cannot hold them all, so each cache line is written whole and once. Lines are
// written past the caches if finishing.past is set and the output is aligned.
#define COPY(half, nan, ONE_NAN, width, full, LINES, near, past, result, unit, none) \
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
	ONE_NAN(half, nan); \
	VMOVUPD half, (DI)(DX*width); \
	ADDQ $8, DX; \
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

#define LINES_256(MOVE, ONE_NAN, at) \
	VMOVUPD (at)(SI), Z19; VMOVUPD (at+64)(SI), Z20; VMOVUPD (at+128)(SI), Z21; VMOVUPD (at+192)(SI), Z22; \
	ONE_NAN(Z19, Z31); ONE_NAN(Z20, Z31); ONE_NAN(Z21, Z31); ONE_NAN(Z22, Z31); \
	MOVE Z19, (at)(DI); MOVE Z20, (at+64)(DI); MOVE Z21, (at+128)(DI); MOVE Z22, (at+192)(DI)
#define LINES_F32(MOVE) LINES_256(MOVE, ONE_NAN_F32, 0)
#define LINES_F64(MOVE) LINES_256(MOVE, ONE_NAN_F64, 0); LINES_256(MOVE, ONE_NAN_F64, 256)

// ONE_NAN_<type>(z, nan): replaces every NaN in z by nan.
#define ONE_NAN_F32(z, nan) VCMPPS $3, z, z, K4; VMOVAPS nan, K4, z
#define ONE_NAN_F64(z, nan) VCMPPD $3, z, z, K4; VMOVAPD nan, K4, z

#define COPY_F32 \
	VBROADCASTSS finishing_nan32(AX), Z31; \
	COPY(Y19, Y31, ONE_NAN_F32, 4, full, LINES_F32, near, past, result, unit, none); \
	VBROADCASTSD finishing_nan(AX), Z31
#define COPY_F64 COPY(Z19, Z31, ONE_NAN_F64, 8, full, LINES_F64, near, past, result, unit, none)

// DETERMINANT(a, b, c, d, p, e): b = a*b - c*d with the product c*d rounded, and e = the same
// without that rounding error. p is scratch.
#define DETERMINANT(a, b, c, d, p, e) \
	VMULPD c, d, p; \
	VMOVAPD p, e; \
	VFNMADD231PD c, d, e; \
	VFMSUB213PD p, a, b; \
	VADDPD e, b, e

// LINE_AT(z): z = the value of the line at the time z, relative to the mean time.
#define LINE_AT(z) \
	VFMADD213PD Z6, Z17, z; \
	VBROADCASTSD finishing_unitScale(AX), Z20; \
	VFMADD213PD.BCST finishing_unitOffset(AX), Z20, z

#define FROM(field, z) MOVQ field(AX), DI; VMOVUPD (DI)(BX*8), z

// Pixels without gaps share n and both sums of the axis, and so the values that take a division and
// two roots of these: num/Ctt, its root, and the error of the intercept divided by that of the
// slope. They are kept at R15, after n and the sums.
//
// KEPT_<how>: K5 = whether the kept values are those of the pixels.
#define KEPT_SAME \
	VCMPPD $0, 0(R15), Z0, K5; \
	VCMPPD $0, 64(R15), Z1, K5, K5; \
	VCMPPD $0, 128(R15), Z2, K5, K5
#define KEPT_NOT KXORB K5, K5, K5

// KEEP: computes and keeps the values that are needed unless they are kept already. Z13 = num/Ctt.
#define KEEP(no_rmse, no_intercept, kept) \
	KORTESTB K5, K5; \
	JCS kept; \
	VMOVUPD Z0, 0(R15); \
	VMOVUPD Z1, 64(R15); \
	FROM(finishing_tt, Z19); \
	VMOVUPD Z19, 128(R15); \
	VDIVPD Z2, Z28, Z13; \
	VMOVAPD Z31, K2, Z13; \
	VMOVUPD Z13, 192(R15); \
	CMPQ finishing_results+(8*8)(AX), $0; \
	JEQ no_rmse; \
	VPANDQ Z29, Z13, Z19; \
	VSQRTPD Z19, Z19; \
	VMOVUPD Z19, 256(R15); \
no_rmse: \
	CMPQ finishing_results+(7*8)(AX), $0; \
	JEQ no_intercept; \
	VMULPD.BCST finishing_timePerTau(AX), Z16, Z19; \
	VMULPD Z19, Z19, Z19; \
	VMULPD Z8, Z19, Z19; \
	VFMADD231PD Z18, Z18, Z19; \
	VSQRTPD Z19, Z19; \
	VMOVUPD Z19, 320(R15); \
no_intercept: \
kept: \
	VMOVUPD 192(R15), Z13

// CROWDED: K7 = pixels whose observations are clustered, those with n*TT*spread above Ctt as slopes
// use it. Those with too few observations are left out later.
#define CROWDED(no_crowds) \
	KXORB K7, K7, K7; \
	CMPQ finishing_crowds(AX), $0; \
	JEQ no_crowds; \
	FROM(finishing_tt, Z19); \
	VMULPD Z19, Z0, Z19; \
	VMULPD.BCST finishing_spread(AX), Z19, Z19; \
	VCMPPD $25, Z19, Z2, K7; \
no_crowds:

// MEAN: Z19 = the mean, corrected as by the function corrected. Z6 is the mean, which is made from
// the first observation.
#define MEAN \
	VMULPD Z16, Z3, Z7; \
	VMOVAPD Z7, Z9; \
	VFNMADD213PD Z3, Z0, Z9; \
	VFMADD213PD Z7, Z16, Z9; \
	FROM(finishing_ref, Z11); \
	VADDPD Z11, Z9, Z9; \
	VPANDQ Z29, Z11, Z11; \
	VMULPD.BCST finishing_minMean(AX), Z11, Z11; \
	VPANDQ Z29, Z6, Z7; \
	VMOVAPD Z6, Z19; \
	VCMPPD $17, Z11, Z7, K4; \
	VMOVAPD Z9, K4, Z19

// PERFECT: adds pixels to K7 whose results have lost digits, as the function perfect does, and some
// of two observations. Z22 is Ctt*Cyy.
#define PERFECT(few_dates) \
	VMULPD Z1, Z1, Z20; \
	VFMADD213PD Z22, Z12, Z20; \
	VBROADCASTSD finishing_unexplained(AX), Z19; \
	VFMADD213PD.BCST finishing_minD(AX), Z20, Z19; \
	VCMPPD $30, Z26, Z23, K5; \
	VCMPPD $26, Z19, Z21, K5, K4; \
	KORB K4, K7, K7; \
	CMPQ finishing_manyDates(AX), $0; \
	JEQ few_dates; \
	FROM(finishing_yy, Z19); \
	VMULPD Z19, Z0, Z19; \
	VMULPD.BCST finishing_variance(AX), Z19, Z19; \
	VCMPPD $25, Z19, Z12, K5, K4; \
	KORB K4, K7, K7; \
few_dates:

// MARK: notes that some pixels of the group have to be computed a second time.
#define MARK(unmarked) \
	KORTESTB K7, K7; \
	JEQ unmarked; \
	MOVQ finishing_again(AX), DI; \
	MOVQ BX, R8; \
	SHRQ $3, R8; \
	MOVB $1, (DI)(R8*1); \
unmarked:

// The columns begin at R10. The results of the line are computed first.
#define RESULTS(COLUMN, KEPT, PUT, no_rmse, no_intercept, kept, no_ends, no_residual, no_crowds, no_mean, few_dates, unmarked, done) \
	MOVQ R10, R9; \
	KEPT; \
	DETERMINANT(Z0, Z2, Z1, Z1, Z7, Z8); \
	VCMPPD $4, Z26, Z1, K4; \
	VMULPD.Z Z1, Z3, K4, Z9; \
	VMOVAPD Z9, Z10; \
	VFNMADD231PD Z1, Z3, Z10; \
	VFMSUB213PD Z9, Z0, Z4; \
	VADDPD Z10, Z4, Z10; \
	VMULPD.BCST finishing_minCtt(AX), Z0, Z19; \
	VCMPPD $30, Z19, Z2, K1; \
	VCMPPD.BCST $29, finishing_minObs(AX), Z0, K1, K1; \
	KNOTB K1, K2; \
	VMOVAPD Z31, K2, Z10; \
	VMOVAPD Z31, K2, Z6; \
	CROWDED(no_crowds) \
	COLUMN(Z16); \
	VMULPD Z16, Z1, Z15; \
	VBROADCASTSD finishing_timePerTau(AX), Z19; \
	VFMADD213PD.BCST finishing_meanTime(AX), Z19, Z15; \
	VFMADD231PD Z16, Z3, Z6; \
	VBROADCASTSD finishing_zero(AX), Z18; \
	VSUBPD Z15, Z18, Z18; \
	KEEP(no_rmse, no_intercept, kept); \
	VMULPD Z13, Z4, Z14; \
	VMULPD.BCST finishing_perTime(AX), Z14, Z17; \
	PUT(0, Z14, R13); \
	VMOVAPD Z18, Z19; \
	LINE_AT(Z19); \
	PUT(1, Z19, R13); \
	CMPQ finishing_results+(9*8)(AX), $0; \
	JEQ no_mean; \
	MEAN; \
	VBROADCASTSD finishing_unitScale(AX), Z20; \
	VFMADD213PD.BCST finishing_unitOffset(AX), Z20, Z19; \
	PUT(9, Z19, R13); \
no_mean: \
	PUT(10, Z0, R13); \
	CMPQ finishing_first(AX), $0; \
	JEQ no_ends; \
	FROM(finishing_first, Z7); \
	FROM(finishing_last, Z9); \
	VMOVAPD Z31, K2, Z7; \
	VMOVAPD Z31, K2, Z9; \
	VSUBPD Z7, Z9, Z19; \
	VMULPD Z17, Z19, Z19; \
	VMULPD.BCST finishing_unitScale(AX), Z19, Z19; \
	PUT(15, Z19, R13); \
	VSUBPD Z15, Z7, Z19; \
	LINE_AT(Z19); \
	PUT(13, Z19, R13); \
	VSUBPD Z15, Z9, Z19; \
	LINE_AT(Z19); \
	PUT(14, Z19, R13); \
	VBROADCASTSD finishing_timeUnit(AX), Z20; \
	VFMADD213PD.BCST finishing_timeOrigin(AX), Z20, Z7; \
	PUT(11, Z7, R13); \
	VFMADD213PD.BCST finishing_timeOrigin(AX), Z20, Z9; \
	PUT(12, Z9, R13); \
no_ends: \
	CMPQ finishing_residual(AX), $0; \
	JEQ no_residual; \
	DETERMINANT(Z0, Z5, Z3, Z3, Z11, Z12); \
	VMOVAPD Z8, Z19; \
	DETERMINANT(Z12, Z19, Z10, Z10, Z20, Z21); \
	VMAXPD Z21, Z26, Z21; \
	VCMPPD.BCST $18, finishing_two(AX), Z0, K3; \
	VMOVAPD Z26, K3, Z21; \
	VMULPD Z12, Z8, Z22; \
	VPANDQ Z29, Z10, Z23; \
	PERFECT(few_dates) \
	VSQRTPD Z22, Z22; \
	VDIVPD Z22, Z27, Z22; \
	VMULPD Z22, Z23, Z24; \
	VMINPD Z24, Z27, Z24; \
	VFMADD213PD Z27, Z26, K3, Z24; \
	VPANDNQ Z14, Z29, Z30; \
	VPORQ Z30, Z24, Z19; \
	PUT(2, Z19, R13); \
	VMULPD Z24, Z24, Z19; \
	PUT(3, Z19, R13); \
	VSQRTPD Z21, Z21; \
	VPANDQ Z29, Z13, Z13; \
	VMULPD 256(R15), Z21, Z19; \
	VMULPD Z16, Z19, Z19; \
	VMULPD.BCST finishing_rmseUnit(AX), Z19, Z19; \
	PUT(8, Z19, R13); \
	COLUMN(Z19); \
	VMULPD Z19, Z23, Z19; \
	VDIVPD Z21, Z19, Z19; \
	VPORQ Z30, Z19, Z19; \
	PUT(4, Z19, R13); \
	COLUMN(Z19); \
	VMULPD Z13, Z21, Z12; \
	VMULPD Z19, Z12, Z12; \
	PUT(6, Z12, R13); \
	VMULPD.BCST finishing_interceptUnit(AX), Z12, Z19; \
	VMULPD 320(R15), Z19, Z19; \
	PUT(7, Z19, R13); \
	COLUMN(Z20); \
	VMOVAPD Z20, Z19; \
	VFNMADD213PD Z14, Z12, Z19; \
	PUT(16, Z19, R13); \
	VFMADD213PD Z14, Z12, Z20; \
	PUT(17, Z20, R13); \
	CMPQ finishing_tail(AX), $0; \
	JEQ no_residual; \
	VMULPD Z22, Z21, Z21; \
	VMOVUPD Z0, 0(R14)(R13*8); \
	VMOVUPD Z24, 512(R14)(R13*8); \
	VMOVUPD Z21, 1024(R14)(R13*8); \
	VMOVUPD Z30, 1536(R14)(R13*8); \
no_residual: \
	MARK(unmarked) \
	JMP done

// ---- p-values of the staged pixels, up to 64, 8 at a time --------------------------------------------
//
// They are computed in a separate loop, so that a processor that executes a few hundred
// instructions out of order works on several groups at once.
//
//	R14 n, w = |r|, sqrt(1 - r*r) and the sign of the slope of 64 pixels
//	Z0  n                                       Z7  even powers, then p; Z9 odd ones
//	Z24 w, Z22 sqrt(1 - r*r), Z30 sign          Z12 z*z, Z20 z, Z19 q
//	Z25 row of the table, then df               Z21 sqrt(1 - r*r)^df

#define TAIL(COLUMN, PUT, bits, no_bits, done) \
	MOVQ finishing_byTail(AX), R8; \
	LEAQ (R10)(R8*1), R9; \
	VMOVUPD 512(R14)(DX*8), Z24; \
	VMOVUPD 1024(R14)(DX*8), Z22; \
	VMOVUPD 1536(R14)(DX*8), Z30; \
	COLUMN(Z19); \
	VFMADD213PD Z27, Z24, Z19; \
	VDIVPD Z19, Z27, Z19; \
	COLUMN(Z20); \
	COLUMN(Z12); \
	VFMADD213PD Z12, Z19, Z20; \
	VMULPD Z20, Z20, Z12; \
	COLUMN(Z7); COLUMN(Z9); \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; COLUMN(Z6); VFMADD213PD Z6, Z12, Z9; \
	COLUMN(Z5); VFMADD213PD Z5, Z12, Z7; \
	VFMADD231PD Z20, Z9, Z7; \
	VMULPD Z19, Z7, Z7; \
	VCVTTPD2QQ Z0, Z25; \
	VPSUBQ.BCST finishing_wholeTwo(AX), Z25, Z25; \
	VMOVAPD Z27, Z21; \
	MOVQ finishing_dfBits(AX), CX; \
	TESTQ CX, CX; \
	JEQ no_bits; \
bits: \
	VPTESTMQ.BCST finishing_wholeOne(AX), Z25, K4; \
	VMULPD Z22, Z21, K4, Z21; \
	VMULPD Z22, Z22, Z22; \
	VPSRLQ $1, Z25, Z25; \
	DECQ CX; \
	JNZ bits; \
no_bits: \
	VMULPD Z21, Z7, Z7; \
	VMINPD Z7, Z27, Z7; \
	PUT(5, Z7, DX); \
	VCMPPD.BCST $17, finishing_level(AX), Z7, K4; \
	VCMPPD.BCST $29, finishing_level(AX), Z7, K5; \
	VMOVAPD Z26, K5, Z7; \
	VPORQ Z30, Z27, K4, Z7; \
	PUT(18, Z7, DX); \
	JMP done

// ROWS: R10 = the first column of the table for the pixels of Z0, if all have the same row.
// Otherwise it jumps to differ.
#define ROWS(differ) \
	VCVTTPD2QQ Z0, Z25; \
	VMOVQ X25, R8; \
	MOVQ finishing_by(AX), R10; \
	VPBROADCASTQ X25, Z19; \
	VPCMPEQQ Z19, Z25, K4; \
	KORTESTB K4, K4; \
	JCC differ; \
	LEAQ (R10)(R8*8), R10

// ROWS_NEAR: R10 = the first column at the smallest of the rows, and Z25 = the rows relative to it.
// It jumps to far if they do not fit into a window.
#define ROWS_NEAR(far) \
	VEXTRACTI64X4 $1, Z25, Y19; \
	VPMINSQ Y19, Y25, Y19; \
	VEXTRACTI64X2 $1, Y19, X20; \
	VPMINSQ X20, X19, X19; \
	VPSHUFD $0x4e, X19, X20; \
	VPMINSQ X20, X19, X19; \
	VMOVQ X19, R8; \
	VPBROADCASTQ X19, Z19; \
	LEAQ (R10)(R8*8), R10; \
	VPSUBQ Z19, Z25, Z25; \
	VPCMPUQ.BCST $6, finishing_wholeWindow(AX), Z25, K4; \
	KORTESTB K4, K4; \
	JNE far

// TAILS: the p-values of the R13 staged pixels.
#define TAILS(PUT) \
tail: \
	VMOVUPD 0(R14)(DX*8), Z0; \
	ROWS(tail_differ); \
	TAIL(COLUMN_SAME, PUT, tail_bits, tail_no_bits, tail_next); \
tail_differ: \
	ROWS_NEAR(tail_far); \
	TAIL(COLUMN_NEAR, PUT, near_bits, near_no_bits, tail_next); \
tail_far: \
	TAIL(COLUMN_FAR, PUT, far_bits, far_no_bits, tail_next); \
tail_next: \
	ADDQ $8, DX; \
	CMPQ DX, R13; \
	JNE tail

#define FINISH(PUT, COPY) \
	MOVQ p+0(FP), AX; \
	XORL BX, BX; \
	VPXORQ Z26, Z26, Z26; \
	VBROADCASTSD finishing_one(AX), Z27; \
	VBROADCASTSD finishing_num(AX), Z28; \
	VBROADCASTSD finishing_nan(AX), Z31; \
	VPTERNLOGD $255, Z29, Z29, Z29; \
	VPSRLQ $1, Z29, Z29; \
	MOVQ finishing_byStride(AX), R11; \
	MOVQ finishing_stage(AX), R12; \
	MOVQ finishing_tails(AX), R14; \
	MOVQ finishing_kept(AX), R15; \
	VMOVUPD Z31, 0(R15); \
	XORL R13, R13; \
pixels: \
	FROM(finishing_n, Z0); \
	FROM(finishing_t, Z1); \
	FROM(finishing_tt, Z2); \
	FROM(finishing_y, Z3); \
	FROM(finishing_ty, Z4); \
	FROM(finishing_yy, Z5); \
	FROM(finishing_ref, Z6); \
	CMPQ finishing_residual(AX), $0; \
	JEQ line; \
	ROWS(differ); \
	RESULTS(COLUMN_SAME, KEPT_SAME, PUT, same_rmse, same_intercept, same_kept, same_ends, same_residual, same_crowds, same_mean, same_dates, same_unmarked, next); \
differ: \
	ROWS_NEAR(far); \
	RESULTS(COLUMN_NEAR, KEPT_NOT, PUT, near_rmse, near_intercept, near_kept, near_ends, near_residual, near_crowds, near_mean, near_dates, near_unmarked, next); \
far: \
	RESULTS(COLUMN_FAR, KEPT_NOT, PUT, far_rmse, far_intercept, far_kept, far_ends, far_residual, far_crowds, far_mean, far_dates, far_unmarked, next); \
line: \
	RESULTS(COLUMN_INVERSE, KEPT_NOT, PUT, line_rmse, line_intercept, line_kept, line_ends, line_residual, line_crowds, line_mean, line_dates, line_unmarked, next); \
next: \
	ADDQ $8, BX; \
	ADDQ $8, R13; \
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

TEXT ·finishF32AVX512(SB), NOSPLIT, $0-8
	FINISH(PUT_F32, COPY_F32)

TEXT ·finishF64AVX512(SB), NOSPLIT, $0-8
	FINISH(PUT_F64, COPY_F64)

// Student's t of up to 64 pixels: n and t*t at R14 become the numbers that TAILS takes.
//
//	Z0  n, then n-2                             Z1  t*t, then w = |r|
//	Z2  n-2+t*t                                 R13 number of pixels, DX pixels done
TEXT ·studentAVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	VPXORQ Z26, Z26, Z26
	VBROADCASTSD finishing_one(AX), Z27
	MOVQ finishing_byStride(AX), R11
	MOVQ finishing_stage(AX), R12
	MOVQ finishing_tails(AX), R14
	MOVQ finishing_pixels(AX), R13
	XORL DX, DX
squares:
	VMOVUPD 0(R14)(DX*8), Z0
	VSUBPD.BCST finishing_two(AX), Z0, Z0
	VMOVUPD 512(R14)(DX*8), Z1
	VADDPD Z1, Z0, Z2
	VDIVPD Z2, Z1, Z1
	VSQRTPD Z1, Z1
	VMOVUPD Z1, 512(R14)(DX*8)
	VDIVPD Z2, Z0, Z0
	VSQRTPD Z0, Z0
	VMOVUPD Z0, 1024(R14)(DX*8)
	ADDQ $8, DX
	CMPQ DX, R13
	JNE squares
	XORL DX, DX
	TAILS(PUT_F64)
	VZEROUPPER
	RET
