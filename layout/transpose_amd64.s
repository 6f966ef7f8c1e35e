//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// A body reads the series of one pixel after another and writes planes. It processes groups of as
// many pixels as fill one vector of a plane: 64 bytes with AVX-512, 32 bytes with AVX2. For each
// group it processes units of as many dates as 16 bytes hold (8 bytes for 8-bit samples with AVX2,
// which has half the registers). The unit of a pixel is loaded into a 128-bit lane. Lane j of
// register r gets pixel j*R + r of the group, where R is the number of registers of a unit. Each
// round of unpacking moves one bit of the pixel's number from the number of the register to the
// position in the lane, and one bit of the date's number in the other direction. In the end every
// register has one date, with its pixels in order. No instruction crosses lanes.
//
// The last unit of a series is moved back so that it ends with the series. Some dates are then
// written twice with the same samples. If a series is shorter than a unit, the unit includes
// samples of the next pixel. They are written to plane 0. Because the dates of a unit are written
// from the last to the first, the samples of plane 0 are written later.
//
// General registers, in all bodies:
//	AX  *params
//	SI  the group's first pixel at the unit's first date
//	R8-R11  pixel 0 of each lane, then pixel 4, 8 ...       BX  bytes from lane to lane
//	R12 bytes from pixel to pixel                           R13 three times that
//	DI  the group's first pixel in a plane at offset 0
//	DX  address in params.off of the unit's first date      CX  dates after the unit; negative: missing dates
//	R14 address to prefetch                                 R15 scratch

// The hardware prefetchers stop at every boundary of 4 KiB, which a core that reads one stream
// reaches every 100 ns. Software prefetching crosses the boundaries. A unit prefetches as many
// lines as it reads, distributed over its loads. Prefetching lines beyond the end of the samples is
// harmless.
#define PREFETCH(j) PREFETCHT0 (j*64)(R14)

// ---- Macros of all bodies -----------------------------------------------------------------

// lanelog: log2 of the number of pixels in a lane
#define ENTER(lanelog) \
	MOVQ p+0(FP), AX; \
	MOVQ params_src(AX), SI; \
	MOVQ params_dst(AX), DI; \
	MOVQ params_pixel(AX), R12; \
	LEAQ (R12)(R12*2), R13; \
	MOVQ R12, BX; \
	SHLQ $lanelog, BX

#define FIRST_UNIT(dates) \
	MOVQ params_off(AX), DX; \
	MOVQ params_dates(AX), CX; \
	SUBQ $dates, CX; \
	MOVQ params_ahead(AX), R14; \
	ADDQ SI, R14

// Go to the next unit, which is moved back if it is the last. After the last, jump to the end of
// the group.
#define NEXT_UNIT(dates, size, bytes, end) \
	TESTQ CX, CX; \
	JLE end; \
	MOVQ $dates, R15; \
	CMPQ CX, R15; \
	CMOVQLT CX, R15; \
	SUBQ R15, CX; \
	LEAQ (DX)(R15*8), DX; \
	LEAQ (SI)(R15*size), SI; \
	ADDQ $bytes, R14

// After the last group of a panel, go to the next panel.
#define NEXT_GROUP(bytes, same) \
	ADDQ params_next(AX), SI; \
	ADDQ $bytes, DI; \
	DECQ params_left(AX); \
	JNZ same; \
	MOVQ params_panel(AX), R15; \
	MOVQ R15, params_left(AX); \
	ADDQ params_jump(AX), DI; \
same: \
	DECQ params_groups(AX)

#define LANES2 \
	MOVQ SI, R8; \
	LEAQ (SI)(BX*1), R9

#define LANES4 \
	LANES2; \
	LEAQ (SI)(BX*2), R10; \
	LEAQ (R9)(BX*2), R11

#define NEXT4_LANES2 \
	LEAQ (R8)(R12*4), R8; \
	LEAQ (R9)(R12*4), R9

#define NEXT4_LANES4 \
	NEXT4_LANES2; \
	LEAQ (R10)(R12*4), R10; \
	LEAQ (R11)(R12*4), R11

// One round on a pair of registers interleaves their elements. lo gets those of the lower halves of
// the lanes, and hi those of the upper halves.
#define PAIR8(a, b, lo, hi) VPUNPCKLBW b, a, lo; VPUNPCKHBW b, a, hi
#define PAIR16(a, b, lo, hi) VPUNPCKLWD b, a, lo; VPUNPCKHWD b, a, hi
#define PAIR32(a, b, lo, hi) VPUNPCKLDQ b, a, lo; VPUNPCKHDQ b, a, hi
#define PAIR64(a, b, lo, hi) VPUNPCKLQDQ b, a, lo; VPUNPCKHQDQ b, a, hi

// A round on 4, 8 or 16 registers p with results in q. The numbers of the registers in a pair
// differ in the bit of 1, 2, 4 or 8.
#define ROUND2(PAIR, p0, p1, q0, q1) \
	PAIR(p0, p1, q0, q1)

#define ROUND4_2(PAIR, p0, p1, p2, p3, q0, q1, q2, q3) \
	PAIR(p0, p2, q0, q2); \
	PAIR(p1, p3, q1, q3)

#define ROUND4_1(PAIR, p0, p1, p2, p3, q0, q1, q2, q3) \
	PAIR(p0, p1, q0, q1); \
	PAIR(p2, p3, q2, q3)

#define ROUND8_4(PAIR, p0, p1, p2, p3, p4, p5, p6, p7, q0, q1, q2, q3, q4, q5, q6, q7) \
	PAIR(p0, p4, q0, q4); \
	PAIR(p1, p5, q1, q5); \
	PAIR(p2, p6, q2, q6); \
	PAIR(p3, p7, q3, q7)

#define ROUND8_2(PAIR, p0, p1, p2, p3, p4, p5, p6, p7, q0, q1, q2, q3, q4, q5, q6, q7) \
	ROUND4_2(PAIR, p0, p1, p2, p3, q0, q1, q2, q3); \
	ROUND4_2(PAIR, p4, p5, p6, p7, q4, q5, q6, q7)

#define ROUND8_1(PAIR, p0, p1, p2, p3, p4, p5, p6, p7, q0, q1, q2, q3, q4, q5, q6, q7) \
	ROUND4_1(PAIR, p0, p1, p2, p3, q0, q1, q2, q3); \
	ROUND4_1(PAIR, p4, p5, p6, p7, q4, q5, q6, q7)

#define STORE(j, v) \
	MOVQ (j*8)(DX), R15; \
	VMOVDQU v, (DI)(R15*1)

#define STOREZ(j, v) \
	MOVQ (j*8)(DX), R15; \
	VMOVDQU32 v, (DI)(R15*1)

// ---- AVX-512 ----------------------------------------------------------------------------------
//
//	Z0-Z15   loaded samples, and the results of every second round
//	Z16-Z31  the results of the other rounds
//	K1-K3    masks of lanes 1, 2 and 3: a load that broadcasts 16 bytes to all lanes but writes only
//	         one needs no shuffle

#define MASKS \
	MOVL $0x00F0, R15; \
	KMOVW R15, K1; \
	MOVL $0x0F00, R15; \
	KMOVW R15, K2; \
	MOVL $0xF000, R15; \
	KMOVW R15, K3

// Rows of registers: row r loads pixel r of each lane and prefetches line j.
#define LOADZ(j, at, x, z) \
	VMOVDQU (R8)at, x; \
	VBROADCASTI32X4 (R9)at, K1, z; \
	VBROADCASTI32X4 (R10)at, K2, z; \
	VBROADCASTI32X4 (R11)at, K3, z; \
	PREFETCH(j)

#define LOADZ2(j, x0, z0, x1, z1) \
	VMOVDQU (R8), x0; \
	VBROADCASTI32X4 (R9), K1, z0; \
	VBROADCASTI32X4 (R10), K2, z0; \
	VBROADCASTI32X4 (R11), K3, z0; \
	PREFETCH(j); \
	LOADZ((j+1), (R12*1), x1, z1)

#define LOADZ4(j, x0, z0, x1, z1, x2, z2, x3, z3) \
	LOADZ2(j, x0, z0, x1, z1); \
	LOADZ((j+2), (R12*2), x2, z2); \
	LOADZ((j+3), (R13*1), x3, z3)

// func transpose8AVX512(p *params)
TEXT ·transpose8AVX512(SB), NOSPLIT, $0-8
	ENTER(4)
	MASKS

	PCALIGN $64
group:
	FIRST_UNIT(16)

	PCALIGN $64
unit:
	LANES4
	LOADZ4(0, X0, Z0, X1, Z1, X2, Z2, X3, Z3)
	NEXT4_LANES4
	LOADZ4(4, X4, Z4, X5, Z5, X6, Z6, X7, Z7)
	NEXT4_LANES4
	LOADZ4(8, X8, Z8, X9, Z9, X10, Z10, X11, Z11)
	NEXT4_LANES4
	LOADZ4(12, X12, Z12, X13, Z13, X14, Z14, X15, Z15)
	// Pairs of registers eight apart, then four, two and one.
	ROUND8_4(PAIR8, Z0, Z1, Z2, Z3, Z8, Z9, Z10, Z11, Z16, Z17, Z18, Z19, Z24, Z25, Z26, Z27)
	ROUND8_4(PAIR8, Z4, Z5, Z6, Z7, Z12, Z13, Z14, Z15, Z20, Z21, Z22, Z23, Z28, Z29, Z30, Z31)
	ROUND8_4(PAIR8, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ROUND8_4(PAIR8, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)
	ROUND8_2(PAIR8, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	ROUND8_2(PAIR8, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31)
	ROUND8_1(PAIR8, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ROUND8_1(PAIR8, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15)
	STOREZ(15, Z15)
	STOREZ(14, Z14)
	STOREZ(13, Z13)
	STOREZ(12, Z12)
	STOREZ(11, Z11)
	STOREZ(10, Z10)
	STOREZ(9, Z9)
	STOREZ(8, Z8)
	STOREZ(7, Z7)
	STOREZ(6, Z6)
	STOREZ(5, Z5)
	STOREZ(4, Z4)
	STOREZ(3, Z3)
	STOREZ(2, Z2)
	STOREZ(1, Z1)
	STOREZ(0, Z0)
	NEXT_UNIT(16, 1, 1024, end)
	JMP unit
end:
	NEXT_GROUP(64, same)
	JNZ group
	VZEROUPPER
	RET

// func transpose16AVX512(p *params)
TEXT ·transpose16AVX512(SB), NOSPLIT, $0-8
	ENTER(3)
	MASKS

	PCALIGN $64
group:
	FIRST_UNIT(8)

	PCALIGN $64
unit:
	LANES4
	LOADZ4(0, X0, Z0, X1, Z1, X2, Z2, X3, Z3)
	NEXT4_LANES4
	LOADZ4(4, X4, Z4, X5, Z5, X6, Z6, X7, Z7)
	ROUND8_4(PAIR16, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	ROUND8_2(PAIR16, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)
	ROUND8_1(PAIR16, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	STOREZ(7, Z23)
	STOREZ(6, Z22)
	STOREZ(5, Z21)
	STOREZ(4, Z20)
	STOREZ(3, Z19)
	STOREZ(2, Z18)
	STOREZ(1, Z17)
	STOREZ(0, Z16)
	NEXT_UNIT(8, 2, 512, end)
	JMP unit
end:
	NEXT_GROUP(64, same)
	JNZ group
	VZEROUPPER
	RET

// func transpose32AVX512(p *params)
TEXT ·transpose32AVX512(SB), NOSPLIT, $0-8
	ENTER(2)
	MASKS

	PCALIGN $64
group:
	FIRST_UNIT(4)

	PCALIGN $64
unit:
	LANES4
	LOADZ4(0, X0, Z0, X1, Z1, X2, Z2, X3, Z3)
	ROUND4_2(PAIR32, Z0, Z1, Z2, Z3, Z16, Z17, Z18, Z19)
	ROUND4_1(PAIR32, Z16, Z17, Z18, Z19, Z0, Z1, Z2, Z3)
	STOREZ(3, Z3)
	STOREZ(2, Z2)
	STOREZ(1, Z1)
	STOREZ(0, Z0)
	NEXT_UNIT(4, 4, 256, end)
	JMP unit
end:
	NEXT_GROUP(64, same)
	JNZ group
	VZEROUPPER
	RET

// func transpose64AVX512(p *params)
TEXT ·transpose64AVX512(SB), NOSPLIT, $0-8
	ENTER(1)
	MASKS

	PCALIGN $64
group:
	FIRST_UNIT(2)

	PCALIGN $64
unit:
	LANES4
	LOADZ2(0, X0, Z0, X1, Z1)
	ROUND2(PAIR64, Z0, Z1, Z16, Z17)
	STOREZ(1, Z17)
	STOREZ(0, Z16)
	NEXT_UNIT(2, 8, 128, end)
	JMP unit
end:
	NEXT_GROUP(64, same)
	JNZ group
	VZEROUPPER
	RET

// ---- AVX2 -------------------------------------------------------------------------------------
//
//	Y0-Y7   loaded samples, and the results of every second round
//	Y8-Y15  the results of the other rounds

// Rows of registers: row r loads pixel r of each lane. Two rows prefetch line j.
#define LOADY(at, x, y) \
	VMOVDQU (R8)at, x; \
	VINSERTI128 $1, (R9)at, y, y

#define LOADY2(j, x0, y0, x1, y1) \
	VMOVDQU (R8), x0; \
	VINSERTI128 $1, (R9), y0, y0; \
	LOADY((R12*1), x1, y1); \
	PREFETCH(j)

#define LOADY4(j, x0, y0, x1, y1, x2, y2, x3, y3) \
	LOADY2(j, x0, y0, x1, y1); \
	LOADY((R12*2), x2, y2); \
	LOADY((R13*1), x3, y3); \
	PREFETCH((j+1))

// Units of 8 bytes: row r loads pixels 2r and 2r+1 of each lane.
#define LOADYHALF2(j, x0, y0, x1, y1) \
	VMOVQ (R8), x0; \
	VMOVQ (R9), X14; \
	VMOVQ (R8)(R12*2), x1; \
	VMOVQ (R9)(R12*2), X15; \
	VPINSRQ $1, (R8)(R12*1), x0, x0; \
	VPINSRQ $1, (R9)(R12*1), X14, X14; \
	VPINSRQ $1, (R8)(R13*1), x1, x1; \
	VPINSRQ $1, (R9)(R13*1), X15, X15; \
	VINSERTI128 $1, X14, y0, y0; \
	VINSERTI128 $1, X15, y1, y1; \
	PREFETCH(j)

// func transpose8AVX2(p *params)
TEXT ·transpose8AVX2(SB), NOSPLIT, $0-8
	ENTER(4)

	PCALIGN $64
group:
	FIRST_UNIT(8)

	PCALIGN $64
unit:
	LANES2
	LOADYHALF2(0, X0, Y0, X1, Y1)
	NEXT4_LANES2
	LOADYHALF2(1, X2, Y2, X3, Y3)
	NEXT4_LANES2
	LOADYHALF2(2, X4, Y4, X5, Y5)
	NEXT4_LANES2
	LOADYHALF2(3, X6, Y6, X7, Y7)
	// The position in a lane has four bits, one of which belongs to the pixel at first, so four
	// rounds are needed. The first and the last are on pairs four apart. The bits of the date are
	// then in the number of the register in the order 0, 2, 1.
	ROUND8_4(PAIR8, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	ROUND8_2(PAIR8, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	ROUND8_1(PAIR8, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	ROUND8_4(PAIR8, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	STORE(7, Y7)
	STORE(6, Y3)
	STORE(5, Y6)
	STORE(4, Y2)
	STORE(3, Y5)
	STORE(2, Y1)
	STORE(1, Y4)
	STORE(0, Y0)
	NEXT_UNIT(8, 1, 256, end)
	JMP unit
end:
	NEXT_GROUP(32, same)
	JNZ group
	VZEROUPPER
	RET

// func transpose16AVX2(p *params)
TEXT ·transpose16AVX2(SB), NOSPLIT, $0-8
	ENTER(3)

	PCALIGN $64
group:
	FIRST_UNIT(8)

	PCALIGN $64
unit:
	LANES2
	LOADY4(0, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	NEXT4_LANES2
	LOADY4(2, X4, Y4, X5, Y5, X6, Y6, X7, Y7)
	ROUND8_4(PAIR16, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	ROUND8_2(PAIR16, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	ROUND8_1(PAIR16, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	STORE(7, Y15)
	STORE(6, Y14)
	STORE(5, Y13)
	STORE(4, Y12)
	STORE(3, Y11)
	STORE(2, Y10)
	STORE(1, Y9)
	STORE(0, Y8)
	NEXT_UNIT(8, 2, 256, end)
	JMP unit
end:
	NEXT_GROUP(32, same)
	JNZ group
	VZEROUPPER
	RET

// func transpose32AVX2(p *params)
TEXT ·transpose32AVX2(SB), NOSPLIT, $0-8
	ENTER(2)

	PCALIGN $64
group:
	FIRST_UNIT(4)

	PCALIGN $64
unit:
	LANES2
	LOADY4(0, X0, Y0, X1, Y1, X2, Y2, X3, Y3)
	ROUND4_2(PAIR32, Y0, Y1, Y2, Y3, Y8, Y9, Y10, Y11)
	ROUND4_1(PAIR32, Y8, Y9, Y10, Y11, Y0, Y1, Y2, Y3)
	STORE(3, Y3)
	STORE(2, Y2)
	STORE(1, Y1)
	STORE(0, Y0)
	NEXT_UNIT(4, 4, 128, end)
	JMP unit
end:
	NEXT_GROUP(32, same)
	JNZ group
	VZEROUPPER
	RET

// func transpose64AVX2(p *params)
TEXT ·transpose64AVX2(SB), NOSPLIT, $0-8
	ENTER(1)

	PCALIGN $64
group:
	FIRST_UNIT(2)

	PCALIGN $64
unit:
	LANES2
	LOADY2(0, X0, Y0, X1, Y1)
	ROUND2(PAIR64, Y0, Y1, Y8, Y9)
	STORE(1, Y9)
	STORE(0, Y8)
	NEXT_UNIT(2, 8, 64, end)
	JMP unit
end:
	NEXT_GROUP(32, same)
	JNZ group
	VZEROUPPER
	RET
