//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernel_amd64.h"

// ---- Samples -------------------------------------------------------------------------------
//
// LOAD_<type>(j, y, z): z = samples 8j..8j+7 at R8 as float64. y is the lower half of z. The macros
// read exactly the bytes of these samples.

#define LOAD_U8(j, y, z) VPMOVZXBD (j*8)(R8), y; VCVTDQ2PD y, z
#define LOAD_I8(j, y, z) VPMOVSXBD (j*8)(R8), y; VCVTDQ2PD y, z
#define LOAD_U16(j, y, z) VPMOVZXWD (j*16)(R8), y; VCVTDQ2PD y, z
#define LOAD_I16(j, y, z) VPMOVSXWD (j*16)(R8), y; VCVTDQ2PD y, z
#define LOAD_U32(j, y, z) VCVTUDQ2PD (j*32)(R8), z
#define LOAD_I32(j, y, z) VCVTDQ2PD (j*32)(R8), z
#define LOAD_F64(j, y, z) VMOVUPD (j*64)(R8), z

// The conversion is faster from a register than from memory: the three instructions for a vector of
// samples take 1.2 cycles instead of 1.3.
#define LOAD_F32(j, y, z) VMOVUPS (j*32)(R8), y; VCVTPS2PD y, z

// NODATA_<size>: z = the nodata value in the type of the samples.
#define NODATA_1(z) VPBROADCASTB params_nodata(AX), z
#define NODATA_2(z) VPBROADCASTW params_nodata(AX), z
#define NODATA_4(z) VPBROADCASTD params_nodata(AX), z
#define NODATA_8(z) VPBROADCASTQ params_nodata(AX), z

// DIFFER_<type>: clears the bits of K1-K4 whose samples, of the 64 at R8, equal nodata (Z25).
#define DIFFER_I8 VPCMPB $4, (R8), Z25, K1, K1
#define DIFFER_I16 VPCMPW $4, (R8), Z25, K1, K1; VPCMPW $4, 64(R8), Z25, K2, K2
#define DIFFER_I32 VPCMPD $4, (R8), Z25, K1, K1; VPCMPD $4, 64(R8), Z25, K2, K2; VPCMPD $4, 128(R8), Z25, K3, K3; VPCMPD $4, 192(R8), Z25, K4, K4
#define DIFFER_F32 VCMPPS $4, (R8), Z25, K1, K1; VCMPPS $4, 64(R8), Z25, K2, K2; VCMPPS $4, 128(R8), Z25, K3, K3; VCMPPS $4, 192(R8), Z25, K4, K4
#define DIFFER_F64 VCMPPD $4, (R8), Z25, K1, K1; VCMPPD $4, 64(R8), Z25, K2, K2; VCMPPD $4, 128(R8), Z25, K3, K3; VCMPPD $4, 192(R8), Z25, K4, K4; \
	VCMPPD $4, 256(R8), Z25, K1, K1; VCMPPD $4, 320(R8), Z25, K2, K2; VCMPPD $4, 384(R8), Z25, K3, K3; VCMPPD $4, 448(R8), Z25, K4, K4

// Set all bits of K1-K4. Bits for which there is no comparison become 0 with the first comparison.
#define ALL_ONES \
	KXNORQ K1, K1, K1; \
	KXNORQ K2, K2, K2; \
	KXNORQ K3, K3, K3; \
	KXNORQ K4, K4, K4

// ONES_<size>: sets the carry flag if all bits of K1-K4 that have a comparison are still 1.
#define ONES_1 KORTESTQ K1, K1
#define ONES_2 KANDD K2, K1, K1; KORTESTD K1, K1
#define ONES_4 KANDW K2, K1, K1; KANDW K4, K3, K3; KANDW K3, K1, K1; KORTESTW K1, K1
#define ONES_8 KANDB K2, K1, K1; KANDB K4, K3, K3; KANDB K3, K1, K1; KORTESTB K1, K1

// MASKED: clears the carry flag if the masks of the 64 pixels have a gap. It keeps R13 and R14.
// K5 [64]bool = no gap so far
#define MASKED \
	KXNORQ K5, K5, K5; \
	MOVQ R13, R14; \
	MOVQ params_dates(AX), CX; \
	CMPQ params_maskByte(AX), $1; \
	JEQ mask_bits; \
mask_bytes: \
	VMOVDQU8 (R14), Z16; \
	VPTESTMB Z16, Z16, K5, K5; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bytes; \
	JMP mask_read; \
mask_bits: \
	KMOVQ (R14), K6; \
	KANDQ K6, K5, K5; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bits; \
mask_read: \
	KORTESTQ K5, K5

DATA one<>+0(SB)/8, $0x3ff0000000000000
GLOBL one<>(SB), RODATA|NOPTR, $8

DATA unit<>+0(SB)/8, $1
GLOBL unit<>(SB), RODATA|NOPTR, $8

DATA countMask<>+0(SB)/8, $0xfff
GLOBL countMask<>(SB), RODATA|NOPTR, $8

// ---- Results ---------------------------------------------------------------------------------

// PUT(j, y, z): stores the 8 results of z as float64, or as float32 if R10 is not 0.
#define PUT32(j, y, z) VCVTPD2PS z, y; VMOVUPS y, (j*32)(DI)(BX*4)
#define PUT64(j, z) VMOVUPD z, (j*64)(DI)(BX*8)

// PUT_PAST: stores 16 results as float32 past the caches, so that memory is not read before it is
// written. y is the lower half of z, and y1 becomes the upper half.
#define PUT_PAST(j, y, z, y1, a, b) VCVTPD2PS a, y; VCVTPD2PS b, y1; VINSERTF32X8 $1, y1, z, z; VMOVNTPS z, (j*64)(DI)(BX*4)

// ---- Slope of gap-free pixels, 64 at a time ---------------------------------------------------
//
//	Z0-Z7   [64]float64 = sum of tau*d          Z24 tau of the date
//	Z8-Z15  [64]float64 = first observations    Z25 nodata, in the samples' type
//	Z16-Z23 [64]float64 = y, then d             Z26 scale, Z27 n
//	K1-K4   no sample so far equals nodata
//
// Eight independent sums hide the latency of the fused multiply-add (4 cycles, two per cycle). The
// sums can be loaded from and stored to memory, because a tile in main memory is read a few dates
// at a time. A gap makes the sum of a pixel of its group NaN, as a sample that is not finite does
// anyway.

#define SLOPE8(LOAD, j, y, z, ref, acc) \
	LOAD(j, y, z); \
	VSUBPD ref, z, z; \
	VFMADD231PD z, Z24, acc

#define SLOPE_DATE(LOAD) \
	VBROADCASTSD (R9), Z24; \
	SLOPE8(LOAD, 0, Y16, Z16, Z8, Z0); \
	SLOPE8(LOAD, 1, Y17, Z17, Z9, Z1); \
	SLOPE8(LOAD, 2, Y18, Z18, Z10, Z2); \
	SLOPE8(LOAD, 3, Y19, Z19, Z11, Z3); \
	SLOPE8(LOAD, 4, Y20, Z20, Z12, Z4); \
	SLOPE8(LOAD, 5, Y21, Z21, Z13, Z5); \
	SLOPE8(LOAD, 6, Y22, Z22, Z14, Z6); \
	SLOPE8(LOAD, 7, Y23, Z23, Z15, Z7)

#define MOVE_SUMS(OP) \
	OP(0, Z0); OP(1, Z1); OP(2, Z2); OP(3, Z3); OP(4, Z4); OP(5, Z5); OP(6, Z6); OP(7, Z7)
#define CLEAR(j, z) VPXORQ z, z, z
#define RESUME(j, z) VMOVUPD (j*64)(R10)(BX*8), z
#define SUSPEND(j, z) VMOVUPD z, (j*64)(R10)(BX*8)

// For RUNS, see there.
#define FOLD_FIRST(j, z, a, b) VMOVUPD z, (j*64)(CX)
#define FOLD(j, z, a, b) VMOVUPD (j*64)(CX), a; VADDPD a, z, b; VMOVUPD b, (j*64)(CX); VSUBPD a, b, b; VSUBPD b, z, z
#define FOLD_LAST(j, z, a, b) VADDPD (j*64)(CX), z, z

// x - x is NaN if x is not finite, and the sum of all differences is NaN if any of them is.
#define FINITE \
	VSUBPD Z0, Z0, Z16; \
	VSUBPD Z1, Z1, Z17; \
	VSUBPD Z2, Z2, Z18; \
	VSUBPD Z3, Z3, Z19; \
	VSUBPD Z4, Z4, Z20; \
	VSUBPD Z5, Z5, Z21; \
	VSUBPD Z6, Z6, Z22; \
	VSUBPD Z7, Z7, Z23; \
	VADDPD Z16, Z17, Z16; \
	VADDPD Z18, Z19, Z18; \
	VADDPD Z20, Z21, Z20; \
	VADDPD Z22, Z23, Z22; \
	VADDPD Z16, Z18, Z16; \
	VADDPD Z20, Z22, Z20; \
	VADDPD Z16, Z20, Z16; \
	VCMPPD $3, Z16, Z16, K1; \
	KORTESTB K1, K1

#define SCALE(j, z) VMULPD Z27, z, z; VMULPD Z26, z, z

#define PUT_SLOPES \
	MOVQ params_out(AX), DI; \
	CMPQ params_float32(AX), $0; \
	JNE put32; \
	PUT64(0, Z0); PUT64(1, Z1); PUT64(2, Z2); PUT64(3, Z3); \
	PUT64(4, Z4); PUT64(5, Z5); PUT64(6, Z6); PUT64(7, Z7); \
	JMP next; \
put32: \
	CMPQ params_past(AX), $0; \
	JNE put_past; \
	PUT32(0, Y16, Z0); PUT32(1, Y17, Z1); PUT32(2, Y18, Z2); PUT32(3, Y19, Z3); \
	PUT32(4, Y20, Z4); PUT32(5, Y21, Z5); PUT32(6, Y22, Z6); PUT32(7, Y23, Z7); \
	JMP next; \
put_past: \
	PUT_PAST(0, Y16, Z16, Y17, Z0, Z1); PUT_PAST(1, Y18, Z18, Y19, Z2, Z3); \
	PUT_PAST(2, Y20, Z20, Y21, Z4, Z5); PUT_PAST(3, Y22, Z22, Y23, Z6, Z7)

#define RUNS_OF_64(OP) \
	OP(0, Z0, Z16, Z17); OP(1, Z1, Z18, Z19); OP(2, Z2, Z20, Z21); OP(3, Z3, Z22, Z23); \
	OP(4, Z4, Z16, Z17); OP(5, Z5, Z18, Z19); OP(6, Z6, Z20, Z21); OP(7, Z7, Z22, Z23)

#define SLOPE(LOAD, NODATA, DIFFER, ONES, AHEAD, size) \
	ENTER; \
	NODATA(Z25); \
	VBROADCASTSD params_scale(AX), Z26; \
	VBROADCASTSD params_all(AX), Z27; \
group: \
	MOVQ params_back(AX), R8; \
	ADDQ SI, R8; \
	LOAD(0, Y8, Z8); \
	LOAD(1, Y9, Z9); \
	LOAD(2, Y10, Z10); \
	LOAD(3, Y11, Z11); \
	LOAD(4, Y12, Z12); \
	LOAD(5, Y13, Z13); \
	LOAD(6, Y14, Z14); \
	LOAD(7, Y15, Z15); \
	MOVQ params_resume(AX), R10; \
	TESTQ R10, R10; \
	JNE resume; \
	MOVE_SUMS(CLEAR); \
	JMP start; \
resume: \
	MOVE_SUMS(RESUME); \
start: \
	FIRST_DATE; \
	ALL_ONES; \
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
	END_RUN; \
	JMP summed; \
	PCALIGN $64; \
nodata: \
	TESTQ R12, R12; \
	JEQ nodata_fetched; \
	AHEAD; \
nodata_fetched: \
	DIFFER; \
	SLOPE_DATE(LOAD); \
	NEXT_DATE; \
	JNZ nodata; \
	END_RUN; \
compared: \
	ONES; \
	JCC gap; \
summed: \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED; \
	JCS unmasked; \
gap: \
	VPTERNLOGD $255, Z0, Z0, Z0; \
unmasked: \
	MOVQ params_suspend(AX), R10; \
	TESTQ R10, R10; \
	JNE suspend; \
	FINITE; \
	JNE done; \
	MOVE_SUMS(SCALE); \
	PUT_SLOPES; \
next: \
	NEXT_GROUP(64, 8, size); \
	NEXT_BLOCK; \
	JCS group; \
done: \
	LEAVE; \
suspend: \
	MOVE_SUMS(SUSPEND); \
	JMP next; \
RUNS(RUNS_OF_64); \
	CMPQ params_hasNodata(AX), $0; \
	JEQ summed; \
	JMP compared

// ---- Slope of gap-free pixels whose samples are interleaved, 16 at a time ---------------------------
//
// The series of a pixel is contiguous. Four dates of 16 pixels are loaded and transposed in registers,
// as package layout does it: lane j of register r gets pixel 4j + r, and after two rounds of
// interleaving each register has the 16 pixels of one date.
//
//	Z0, Z1   [16]float64 = sum of tau*d         Z25 nodata
//	Z2, Z3   [16]float64 = first observations   Z26 scale, Z27 n
//	Z4-Z7    samples as loaded                  K1-K3 masks of lanes 1, 2 and 3
//	Z8-Z11   after the first round              K4  no sample so far equals nodata
//	Z16-Z19  samples of the four dates          Z20-Z23 y, then d
//
//	SI  the group's first pixel                 R12 bytes from pixel to pixel, R13 three times that
//	R8-R11 pixel 0, 4, 8 and 12 at the first of the four dates
//	DI  weight of that date                     DX  address to prefetch, a line for each date
//	CX  dates left                              BX  pixels done

// FOUR_DATES: Z16-Z19 = the 16 pixels at each of the four dates. A load that broadcasts 16 bytes to all
// lanes but writes only one needs no shuffle.
#define LANES(at, x, z) \
	VMOVUPS (R8)at, x; \
	VBROADCASTF32X4 (R9)at, K1, z; \
	VBROADCASTF32X4 (R10)at, K2, z; \
	VBROADCASTF32X4 (R11)at, K3, z

#define FOUR_DATES \
	VMOVUPS (R8), X4; \
	VBROADCASTF32X4 (R9), K1, Z4; \
	VBROADCASTF32X4 (R10), K2, Z4; \
	VBROADCASTF32X4 (R11), K3, Z4; \
	LANES((R12*1), X5, Z5); \
	LANES((R12*2), X6, Z6); \
	LANES((R13*1), X7, Z7); \
	VUNPCKLPS Z6, Z4, Z8; \
	VUNPCKHPS Z6, Z4, Z10; \
	VUNPCKLPS Z7, Z5, Z9; \
	VUNPCKHPS Z7, Z5, Z11; \
	VUNPCKLPS Z9, Z8, Z16; \
	VUNPCKHPS Z9, Z8, Z17; \
	VUNPCKLPS Z11, Z10, Z18; \
	VUNPCKHPS Z11, Z10, Z19

// Go on by some dates, which have so many bytes of samples, of weights and of lines to prefetch.
#define SKIP_DATES(samples, weights, lines) \
	ADDQ samples, R8; \
	ADDQ samples, R9; \
	ADDQ samples, R10; \
	ADDQ samples, R11; \
	ADDQ weights, DI; \
	ADDQ lines, DX

// DATE16(j, y, z): adds date j of the four, which z has and y is the lower half of.
#define DATE16(j, y, z) \
	PREFETCHT0 (j*64)(DX); \
	VCMPPS $4, z, Z25, K4, K4; \
	VEXTRACTF32X8 $1, z, Y21; \
	VCVTPS2PD y, Z20; \
	VCVTPS2PD Y21, Z21; \
	VSUBPD Z2, Z20, Z20; \
	VSUBPD Z3, Z21, Z21; \
	VFMADD231PD.BCST (j*8)(DI), Z20, Z0; \
	VFMADD231PD.BCST (j*8)(DI), Z21, Z1

// func slopeInterleavedF32AVX512(p *params)
TEXT ·slopeInterleavedF32AVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ params_src(AX), SI
	MOVQ params_ahead(AX), DX
	ADDQ SI, DX
	MOVQ params_stride(AX), R12
	LEAQ (R12)(R12*2), R13
	XORL BX, BX
	MOVL $0x00f0, R8
	KMOVW R8, K1
	MOVL $0x0f00, R8
	KMOVW R8, K2
	MOVL $0xf000, R8
	KMOVW R8, K3
	NODATA_4(Z25)
	VBROADCASTSD params_scale(AX), Z26
	VBROADCASTSD params_all(AX), Z27
group:
	MOVQ SI, R8
	LEAQ (R8)(R12*4), R9
	LEAQ (R9)(R12*4), R10
	LEAQ (R10)(R12*4), R11
	LEAQ (R11)(R12*4), SI
	MOVQ params_tau(AX), DI
	MOVQ params_dates(AX), CX
	KXNORW K4, K4, K4
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	FOUR_DATES
	VEXTRACTF32X8 $1, Z16, Y3
	VCVTPS2PD Y16, Z2
	VCVTPS2PD Y3, Z3

	PCALIGN $64
dates:
	DATE16(0, Y16, Z16)
	DATE16(1, Y17, Z17)
	DATE16(2, Y18, Z18)
	DATE16(3, Y19, Z19)
	SUBQ $8, CX
	JLT rest
	ADDQ $4, CX
	SKIP_DATES($16, $32, $256)
	FOUR_DATES
	JMP dates
rest:
	ADDQ $4, CX
	JEQ summed
	// Load the last four dates of the series, of which CX have not been added.
	LEAQ (CX*4), R14
	LEAQ (CX*8), R15
	SHLQ $6, CX
	SKIP_DATES(R14, R15, CX)
	FOUR_DATES
	CMPQ CX, $128
	JEQ two
	JLT one
	DATE16(1, Y17, Z17)
two:
	DATE16(2, Y18, Z18)
one:
	DATE16(3, Y19, Z19)
summed:
	KORTESTW K4, K4
	JCC done
	VSUBPD Z0, Z0, Z16
	VSUBPD Z1, Z1, Z17
	VADDPD Z16, Z17, Z16
	VCMPPD $3, Z16, Z16, K5
	KORTESTB K5, K5
	JNE done
	ADDQ $256, DX
	SCALE(0, Z0)
	SCALE(1, Z1)
	MOVQ params_out(AX), DI
	CMPQ params_float32(AX), $0
	JNE put32
	PUT64(0, Z0)
	PUT64(1, Z1)
	JMP next
put32:
	CMPQ params_past(AX), $0
	JNE put_past
	PUT32(0, Y16, Z0)
	PUT32(1, Y17, Z1)
	JMP next
put_past:
	PUT_PAST(0, Y16, Z16, Y17, Z0, Z1)
next:
	ADDQ $16, BX
	CMPQ BX, params_pixels(AX)
	JCS group
done:
	LEAVE

// ---- Which samples are observations ------------------------------------------------------------
//
// VALID_<type>(p, x, y, z, ka, kb): ka and kb = whether samples 16p..16p+7 and 16p+8..16p+15 at R8
// are observations, without considering the masks. Higher bits are undefined. x, y and z are one
// register.
//
//	Z29 lo, Z30 hi, Z31 nodata, in the samples' own type
//	K1  ones if there is no nodata value for integers

#define LIMITS(BROADCAST) \
	BROADCAST params_lo(AX), Z29; \
	BROADCAST params_hi(AX), Z30; \
	BROADCAST params_nodata(AX), Z31; \
	KXNORQ K1, K1, K1; \
	CMPQ params_hasNodata(AX), $0; \
	JEQ limits; \
	KXORQ K1, K1, K1; \
limits:

#define VALID_I8(p, x, y, z, ka, kb) \
	VMOVDQU8 (p*16)(R8), x; \
	VPCMPB $4, X31, x, ka; \
	KORW K1, ka, ka; \
	VPCMPB $5, X29, x, ka, ka; \
	VPCMPB $2, X30, x, ka, ka; \
	KSHIFTRW $8, ka, kb

#define VALID_U8(p, x, y, z, ka, kb) \
	VMOVDQU8 (p*16)(R8), x; \
	VPCMPUB $4, X31, x, ka; \
	KORW K1, ka, ka; \
	VPCMPUB $5, X29, x, ka, ka; \
	VPCMPUB $2, X30, x, ka, ka; \
	KSHIFTRW $8, ka, kb

#define VALID_I16(p, x, y, z, ka, kb) \
	VMOVDQU16 (p*32)(R8), y; \
	VPCMPW $4, Y31, y, ka; \
	KORW K1, ka, ka; \
	VPCMPW $5, Y29, y, ka, ka; \
	VPCMPW $2, Y30, y, ka, ka; \
	KSHIFTRW $8, ka, kb

#define VALID_U16(p, x, y, z, ka, kb) \
	VMOVDQU16 (p*32)(R8), y; \
	VPCMPUW $4, Y31, y, ka; \
	KORW K1, ka, ka; \
	VPCMPUW $5, Y29, y, ka, ka; \
	VPCMPUW $2, Y30, y, ka, ka; \
	KSHIFTRW $8, ka, kb

#define VALID_I32(p, x, y, z, ka, kb) \
	VMOVDQU32 (p*64)(R8), z; \
	VPCMPD $4, Z31, z, ka; \
	KORW K1, ka, ka; \
	VPCMPD $5, Z29, z, ka, ka; \
	VPCMPD $2, Z30, z, ka, ka; \
	KSHIFTRW $8, ka, kb

#define VALID_U32(p, x, y, z, ka, kb) \
	VMOVDQU32 (p*64)(R8), z; \
	VPCMPUD $4, Z31, z, ka; \
	KORW K1, ka, ka; \
	VPCMPUD $5, Z29, z, ka, ka; \
	VPCMPUD $2, Z30, z, ka, ka; \
	KSHIFTRW $8, ka, kb

#define VALID_F32(p, x, y, z, ka, kb) \
	VALID16_F32(p, z, ka); \
	KSHIFTRW $8, ka, kb
#define VALID16_F32(p, z, k) \
	VMOVUPS (p*64)(R8), z; \
	VCMPPS $29, Z29, z, k; \
	VCMPPS $18, Z30, z, k, k; \
	VCMPPS $4, Z31, z, k, k

#define VALID_F64(p, x, y, z, ka, kb) \
	VMOVUPD (p*128)(R8), z; \
	VCMPPD $29, Z29, z, ka; \
	VCMPPD $18, Z30, z, ka, ka; \
	VCMPPD $4, Z31, z, ka, ka; \
	VMOVUPD (p*128+64)(R8), z; \
	VCMPPD $29, Z29, z, kb; \
	VCMPPD $18, Z30, z, kb, kb; \
	VCMPPD $4, Z31, z, kb, kb

// VALID_FINITE: VALID_F32 without limits, for samples that are not infinite. A comparison that is
// false for NaN does all. Z31 is not NaN.
#define VALID_FINITE(p, x, y, z, ka, kb) \
	VCMPPS $12, (p*64)(R8), Y31, ka; \
	VCMPPS $12, (p*64+32)(R8), Y31, kb
#define VALID16_FINITE(p, z, k) VCMPPS $12, (p*64)(R8), Z31, k

// FINITE_2, FINITE_4: set the zero flag if the sums of d of 16 or 32 pixels are finite, as they are unless
// a sample is infinite. x - x is NaN if x is not finite.
#define FINITE_2(a, b) \
	VSUBPD a, a, Z24; \
	VSUBPD b, b, Z25; \
	VADDPD Z24, Z25, Z24; \
	VCMPPD $3, Z24, Z24, K7; \
	KORTESTB K7, K7
#define FINITE_4(a, b, c, d) \
	VADDPD a, b, Z24; \
	VADDPD c, d, Z25; \
	FINITE_2(Z24, Z25)

// MASK32, MASK16: clear the bits of K3-K6, or K3 and K4, for pixels that are gaps in the masks at
// R14. MASK32_BY_16, MASK16_BY_16: the same for K3 and K5, or K3, of 16 pixels each.
#define MASK32(bits, done) \
	MASKS32(bits, done); \
	KANDB K7, K3, K3; \
	KSHIFTRD $8, K7, K7; \
	KANDB K7, K4, K4; \
	KSHIFTRD $8, K7, K7; \
	KANDB K7, K5, K5; \
	KSHIFTRD $8, K7, K7; \
	KANDB K7, K6, K6

#define MASK32_BY_16(bits, done) \
	MASKS32(bits, done); \
	KANDW K7, K3, K3; \
	KSHIFTRD $16, K7, K7; \
	KANDW K7, K5, K5

#define MASKS32(bits, done) \
	CMPQ params_maskByte(AX), $1; \
	JEQ bits; \
	VMOVDQU8 (R14), Y24; \
	VPTESTMB Y24, Y24, K7; \
	JMP done; \
bits: \
	KMOVD (R14), K7; \
done:

#define MASK16(bits, done) \
	MASKS16(bits, done); \
	KANDB K7, K3, K3; \
	KSHIFTRW $8, K7, K7; \
	KANDB K7, K4, K4

#define MASK16_BY_16(bits, done) \
	MASKS16(bits, done); \
	KANDW K7, K3, K3

#define MASKS16(bits, done) \
	CMPQ params_maskByte(AX), $1; \
	JEQ bits; \
	VMOVDQU8 (R14), X24; \
	VPTESTMB X24, X24, K7; \
	JMP done; \
bits: \
	KMOVW (R14), K7; \
done:

// ---- Slope of pixels with gaps, 32 at a time ------------------------------------------------------
//
//	Z0-Z3   [32]int64 = n, or counts            Z24-Z27 y, then d; tau of observations
//	Z4-Z7   [32]float64 = sum of tau            Z28 tau of the date, or counts of the date
//	Z8-Z11  [32]float64 = sum of tau*tau        Z29 lo, Z30 hi, Z31 nodata
//	Z12-Z15 [32]float64 = sum of d              K2  whether the block has a gap
//	Z16-Z19 [32]float64 = sum of tau*d          K3-K6 observations among the 32
//	Z20-Z23 [32]float64 = first observations
//
// For a gap, tau and d are set to zero by a mask, so that it adds nothing. There are no branches,
// and adding under a mask took 1.3 times as long. The number of vector instructions limits the
// speed. If the axis has counts (see axis.go), one addition updates n, the sum of tau and the sum
// of tau*tau, which saves three of eight instructions.

// With counts, at R10: adds to counts (Z27 has those of the date), sum of d and sum of tau*d.
#define COUNT8(LOAD, j, y, z, k, n, sy, sty, ref) \
	LOAD(j, y, z); \
	VSUBPD.Z ref, z, k, z; \
	VPADDQ Z27, n, k, n; \
	VADDPD z, sy, sy; \
	VFMADD231PD z, Z28, sty

// UNCOUNT: converts the counts in n to n, sum of tau and sum of tau*tau.
// Z24 params.added, Z25 mask of n
#define UNCOUNT(n, st, stt) \
	VPSRLQ $32, n, stt; \
	VPSLLQ $32, n, st; \
	VPSRLQ $44, st, st; \
	VPANDQ Z25, n, n; \
	VCVTUQQ2PD stt, stt; \
	VCVTUQQ2PD st, st; \
	VCVTUQQ2PD n, n; \
	VFNMADD231PD Z24, n, st

// Without counts. Additions are multiply-adds of d*1, because the adders are busy with conversions
// and differences.
#define GAP8(LOAD, j, y, z, tau, k, n, st, stt, sy, sty, ref) \
	LOAD(j, y, z); \
	VSUBPD.Z ref, z, k, z; \
	VMOVAPD.Z Z28, k, tau; \
	VPADDQ.BCST unit<>(SB), n, k, n; \
	VADDPD tau, st, st; \
	VFMADD231PD tau, Z28, stt; \
	VFMADD231PD.BCST one<>(SB), z, sy; \
	VFMADD231PD z, Z28, sty

// The first observations are found before the sums are added. The first R10 dates are read
// backwards, so that the first observation is kept. If some pixel has none there, R10 grows by a
// factor of four. Pixels without any observation get 0.
//
// FIRST8(LOAD, j, y, z, k, ref): ref = 8 samples where k is set. Float32 samples are found 16 at a time,
// as they are, and widened at the end (WIDEN16), which takes a quarter of the instructions.
#define FIRST8(LOAD, j, y, z, k, ref) \
	LOAD(j, y, z); \
	VMOVAPD z, k, ref
#define WIDEN16(y, z, y1, z1) \
	VEXTRACTF32X8 $1, z, y1; \
	VCVTPS2PD y, z; \
	VCVTPS2PD y1, z1

// CHECK: the bodies for finite samples return at a block with an infinite one.
#define ANY_32
#define ALL_FINITE_32 \
	FINITE_4(Z12, Z13, Z14, Z15); \
	JNE done
#define ANY_16
#define ALL_FINITE_16 \
	FINITE_2(Z6, Z7); \
	JNE done

#define WALK_BACK \
	MOVQ R10, CX; \
	MOVQ R10, R8; \
	DECQ R8; \
	MOVQ R8, R14; \
	IMULQ R11, R8; \
	ADDQ SI, R8; \
	IMULQ R15, R14; \
	ADDQ R13, R14

#define STEP_BACK \
	SUBQ R11, R8; \
	SUBQ R15, R14; \
	DECQ CX; \
	JNZ back

// With the zero flag, all pixels have a first observation.
#define FOUND_ALL \
	JEQ found; \
	CMPQ R10, params_dates(AX); \
	JEQ none; \
	MORE_DATES; \
	JMP walk

#define FEW_DATES \
	MOVQ $4, R10; \
	CMPQ R10, params_dates(AX); \
	CMOVQGT params_dates(AX), R10

#define MORE_DATES \
	SHLQ $2, R10; \
	CMPQ R10, params_dates(AX); \
	CMOVQGT params_dates(AX), R10

#define NONE_ZERO(ref) \
	VCMPPD $7, ref, ref, K7; \
	VMOVAPD.Z ref, K7, ref

// FIND_32, FIND_32_F32: Z20-Z23 = the first observations of 32 pixels.
#define FIND_32(LOAD, VALID) \
	VPTERNLOGD $255, Z20, Z20, Z20; \
	VMOVAPD Z20, Z21; \
	VMOVAPD Z20, Z22; \
	VMOVAPD Z20, Z23; \
	FEW_DATES; \
walk: \
	WALK_BACK; \
back: \
	VALID(0, X24, Y24, Z24, K3, K4); \
	VALID(1, X25, Y25, Z25, K5, K6); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	FIRST8(LOAD, 0, Y24, Z24, K3, Z20); \
	FIRST8(LOAD, 1, Y25, Z25, K4, Z21); \
	FIRST8(LOAD, 2, Y26, Z26, K5, Z22); \
	FIRST8(LOAD, 3, Y27, Z27, K6, Z23); \
	STEP_BACK; \
	VADDPD Z20, Z21, Z24; \
	VADDPD Z22, Z23, Z25; \
	VADDPD Z24, Z25, Z24; \
	VCMPPD $3, Z24, Z24, K7; \
	KORTESTB K7, K7; \
	FOUND_ALL; \
back_masked: \
	MASK32(back_bits, back_read); \
	JMP back_valid; \
none: \
	NONE_ZERO(Z20); \
	NONE_ZERO(Z21); \
	NONE_ZERO(Z22); \
	NONE_ZERO(Z23); \
found:

#define FIND_32_F32(VALID16) \
	VPTERNLOGD $255, Z20, Z20, Z20; \
	VMOVAPD Z20, Z22; \
	FEW_DATES; \
walk: \
	WALK_BACK; \
back: \
	VALID16(0, Z24, K3); \
	VALID16(1, Z25, K5); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	VMOVUPS (R8), K3, Z20; \
	VMOVUPS 64(R8), K5, Z22; \
	STEP_BACK; \
	VADDPS Z20, Z22, Z24; \
	VCMPPS $3, Z24, Z24, K7; \
	KORTESTW K7, K7; \
	FOUND_ALL; \
back_masked: \
	MASK32_BY_16(back_bits, back_read); \
	JMP back_valid; \
none: \
	WIDEN16(Y20, Z20, Y21, Z21); \
	WIDEN16(Y22, Z22, Y23, Z23); \
	NONE_ZERO(Z20); \
	NONE_ZERO(Z21); \
	NONE_ZERO(Z22); \
	NONE_ZERO(Z23); \
	JMP widened; \
found: \
	WIDEN16(Y20, Z20, Y21, Z21); \
	WIDEN16(Y22, Z22, Y23, Z23); \
widened:

// PRODUCT_ANY(st, sy): Z24 = st*sy, or 0 if st is 0, also if sy is infinite. PRODUCT needs finite sums.
// It can make -0 of a 0, but LINE8 subtracts that from a number that is never -0.
#define PRODUCT_ANY(st, sy) \
	VCMPPD $4, Z26, st, K4; \
	VMULPD.Z st, sy, K4, Z24
#define PRODUCT(st, sy) VMULPD st, sy, Z24

// LINE8: sty = the slopes of 8 pixels from their sums, NaN() for pixels without a slope.
// Z28 num, Z26 0
#define LINE8(MULTIPLY, n, st, stt, sy, sty) \
	MULTIPLY(st, sy); \
	VFMSUB213PD Z24, n, sty; \
	VMULPD st, st, Z25; \
	VFMSUB213PD Z25, n, stt; \
	VMULPD.BCST params_minCtt(AX), n, Z25; \
	VCMPPD $30, Z25, stt, K4; \
	VCMPPD.BCST $29, params_minObs(AX), n, K4, K4; \
	VDIVPD stt, Z28, Z25; \
	VMULPD Z25, sty, Z25; \
	VCMPPD $7, Z25, Z25, K4, K4; \
	VBROADCASTSD params_nan(AX), sty; \
	VMOVAPD Z25, K4, sty

#define PUT_LINES(MULTIPLY) \
	VBROADCASTSD params_num(AX), Z28; \
	VPXORQ Z26, Z26, Z26; \
	VMINPD Z0, Z1, Z24; \
	VMINPD Z2, Z3, Z25; \
	VMINPD Z24, Z25, Z24; \
	VCMPPD.BCST $4, params_all(AX), Z24, K3; \
	KORB K3, K2, K2; \
	LINE8(MULTIPLY, Z0, Z4, Z8, Z12, Z16); \
	LINE8(MULTIPLY, Z1, Z5, Z9, Z13, Z17); \
	LINE8(MULTIPLY, Z2, Z6, Z10, Z14, Z18); \
	LINE8(MULTIPLY, Z3, Z7, Z11, Z15, Z19); \
	MOVQ params_out(AX), DI; \
	MOVQ params_outN(AX), R10; \
	CMPQ params_float32(AX), $0; \
	JNE put32; \
	PUT64(0, Z16); PUT64(1, Z17); PUT64(2, Z18); PUT64(3, Z19); \
	TESTQ R10, R10; \
	JEQ put; \
	MOVQ R10, DI; \
	PUT64(0, Z0); PUT64(1, Z1); PUT64(2, Z2); PUT64(3, Z3); \
	JMP put; \
put32: \
	CMPQ params_past(AX), $0; \
	JNE put_past; \
	PUT32(0, Y24, Z16); PUT32(1, Y25, Z17); PUT32(2, Y26, Z18); PUT32(3, Y27, Z19); \
	JMP put_n; \
put_past: \
	PUT_PAST(0, Y24, Z24, Y25, Z16, Z17); PUT_PAST(1, Y26, Z26, Y27, Z18, Z19); \
put_n: \
	TESTQ R10, R10; \
	JEQ put; \
	MOVQ R10, DI; \
	PUT32(0, Y24, Z0); PUT32(1, Y25, Z1); PUT32(2, Y26, Z2); PUT32(3, Y27, Z3); \
put:

// After a block without a gap, the body returns, so that the body for gap-free pixels continues.
#define NEXT_BLOCK_WITH_GAPS \
	NEXT_BLOCK; \
	JCC done; \
	KORTESTB K2, K2; \
	JEQ done; \
	KXORQ K2, K2, K2; \
	JMP group

#define RUNS_OF_32(OP) \
	OP(0, Z16, Z24, Z25); OP(1, Z17, Z26, Z27); OP(2, Z18, Z24, Z25); OP(3, Z19, Z26, Z27)

// FIND, CHECK and PRODUCT suit the samples and VALID.
#define SLOPE_GAPS(LOAD, VALID, BROADCAST, AHEAD, size) \
	SLOPE_GAPS_BY(FIND_32(LOAD, VALID), ANY_32, PRODUCT_ANY, LOAD, VALID, BROADCAST, AHEAD, size)

#define SLOPE_GAPS_BY(FIND, CHECK, PRODUCT, LOAD, VALID, BROADCAST, AHEAD, size) \
	ENTER; \
	LIMITS(BROADCAST); \
	KXORQ K2, K2, K2; \
group: \
	FIND; \
	VPXORQ Z0, Z0, Z0; VPXORQ Z1, Z1, Z1; VPXORQ Z2, Z2, Z2; VPXORQ Z3, Z3, Z3; \
	VPXORQ Z12, Z12, Z12; VPXORQ Z13, Z13, Z13; VPXORQ Z14, Z14, Z14; VPXORQ Z15, Z15, Z15; \
	VPXORQ Z16, Z16, Z16; VPXORQ Z17, Z17, Z17; VPXORQ Z18, Z18, Z18; VPXORQ Z19, Z19, Z19; \
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
	VALID(0, X24, Y24, Z24, K3, K4); \
	VALID(1, X25, Y25, Z25, K5, K6); \
	VBROADCASTSD (R9), Z28; \
	VPBROADCASTQ (R10), Z27; \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	COUNT8(LOAD, 0, Y24, Z24, K3, Z0, Z12, Z16, Z20); \
	COUNT8(LOAD, 1, Y25, Z25, K4, Z1, Z13, Z17, Z21); \
	COUNT8(LOAD, 2, Y26, Z26, K5, Z2, Z14, Z18, Z22); \
	COUNT8(LOAD, 3, Y24, Z24, K6, Z3, Z15, Z19, Z23); \
	ADDQ $8, R10; \
	NEXT_DATE; \
	JNZ date; \
	END_RUN; \
counted: \
	VBROADCASTSD params_added(AX), Z24; \
	VPBROADCASTQ countMask<>(SB), Z25; \
	UNCOUNT(Z0, Z4, Z8); \
	UNCOUNT(Z1, Z5, Z9); \
	UNCOUNT(Z2, Z6, Z10); \
	UNCOUNT(Z3, Z7, Z11); \
lines: \
	CHECK; \
	PUT_LINES(PRODUCT); \
	NEXT_GROUP(32, 4, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK_WITH_GAPS; \
done: \
	ANDQ $-64, BX; \
	LEAVE; \
masked: \
	MASK32(mask_bits, mask_read); \
	ADDQ R15, R14; \
	JMP valid; \
uncounted: \
	VPXORQ Z4, Z4, Z4; VPXORQ Z5, Z5, Z5; VPXORQ Z6, Z6, Z6; VPXORQ Z7, Z7, Z7; \
	VPXORQ Z8, Z8, Z8; VPXORQ Z9, Z9, Z9; VPXORQ Z10, Z10, Z10; VPXORQ Z11, Z11, Z11; \
	CMPQ CX, $const_RunDates; \
	JGT several; \
	PCALIGN $64; \
any_date: \
	TESTQ R12, R12; \
	JEQ any_date_fetched; \
	AHEAD; \
any_date_fetched: \
	VBROADCASTSD (R9), Z28; \
	VALID(0, X24, Y24, Z24, K3, K4); \
	VALID(1, X25, Y25, Z25, K5, K6); \
	TESTQ R13, R13; \
	JNE any_masked; \
any_valid: \
	GAP8(LOAD, 0, Y24, Z24, Z26, K3, Z0, Z4, Z8, Z12, Z16, Z20); \
	GAP8(LOAD, 1, Y25, Z25, Z27, K4, Z1, Z5, Z9, Z13, Z17, Z21); \
	GAP8(LOAD, 2, Y24, Z24, Z26, K5, Z2, Z6, Z10, Z14, Z18, Z22); \
	GAP8(LOAD, 3, Y25, Z25, Z27, K6, Z3, Z7, Z11, Z15, Z19, Z23); \
	NEXT_DATE; \
	JNZ any_date; \
	END_RUN; \
any_summed: \
	VCVTQQ2PD Z0, Z0; \
	VCVTQQ2PD Z1, Z1; \
	VCVTQQ2PD Z2, Z2; \
	VCVTQQ2PD Z3, Z3; \
	JMP lines; \
any_masked: \
	MASK32(any_bits, any_read); \
	ADDQ R15, R14; \
	JMP any_valid; \
RUNS(RUNS_OF_32); \
	TESTQ R10, R10; \
	JNE counted; \
	JMP any_summed

// ---- Samples of 8 and 16 bits on an axis of 16-bit integers ------------------------------------------
//
// Sums of integers are exact in any order and width if they fit; wholeAxis has the bounds. Two
// dates are processed at a time: their samples are interleaved, multiplied by tau in pairs and
// added in 32 bits. After a period of pairs, these sums are carried over to float64.
//
// WIDE_<type>(j, r, z): z = samples 32j..32j+31 at r as signed words. For U16 it subtracts 2^15,
// which Z27 has as words. This does not change any sum of d.

#define WIDE_U8(j, r, z) VPMOVZXBW (j*32)(r), z
#define WIDE_I8(j, r, z) VPMOVSXBW (j*32)(r), z
#define WIDE_U16(j, r, z) VPXORD (j*64)(r), Z27, z
#define WIDE_I16(j, r, z) VMOVDQU16 (j*64)(r), z

// IN_ORDER(a, b, ...): z0-z3 = the 32-bit sums of 32 pixels as float64, in order. After
// interleaving, a has those of the lower four of every eight pixels, and b those of the upper four.
// y0-y3 are the lower halves of z0-z3.
#define IN_ORDER(a, b, z0, y0, z1, y1, z2, y2, z3, y3) \
	VMOVDQU64 lower<>(SB), z0; \
	VMOVDQU64 upper<>(SB), z2; \
	VPERMI2Q b, a, z0; \
	VPERMI2Q b, a, z2; \
	VEXTRACTI64X4 $1, z0, y1; \
	VEXTRACTI64X4 $1, z2, y3; \
	VCVTDQ2PD y0, z0; \
	VCVTDQ2PD y1, z1; \
	VCVTDQ2PD y2, z2; \
	VCVTDQ2PD y3, z3

DATA lower<>+0(SB)/8, $0
DATA lower<>+8(SB)/8, $1
DATA lower<>+16(SB)/8, $8
DATA lower<>+24(SB)/8, $9
DATA lower<>+32(SB)/8, $2
DATA lower<>+40(SB)/8, $3
DATA lower<>+48(SB)/8, $10
DATA lower<>+56(SB)/8, $11
GLOBL lower<>(SB), RODATA|NOPTR, $64

DATA upper<>+0(SB)/8, $4
DATA upper<>+8(SB)/8, $5
DATA upper<>+16(SB)/8, $12
DATA upper<>+24(SB)/8, $13
DATA upper<>+32(SB)/8, $6
DATA upper<>+40(SB)/8, $7
DATA upper<>+48(SB)/8, $14
DATA upper<>+56(SB)/8, $15
GLOBL upper<>(SB), RODATA|NOPTR, $64

// ---- Slope of gap-free pixels of 8 or 16 bits, 64 at a time ---------------------------------------
//
//	Z0-Z7   [64]float64 = sum of tau*y          Z24 tau of two dates, as words in turn
//	Z8-Z11  [64]int32 = the same since carried  Z25 nodata as words
//	Z16-Z19 y of two dates, 32 pixels each      Z26 scale, Z27 2^15 as words, Z28 n
//	Z20-Z23 their products                      K1-K4 no sample so far equals nodata
//	DI pairs until carried over                 R10 whether there is a nodata value

// CARRY(a, b, s0, s1, s2, s3): adds the 32-bit sums of 32 pixels to their sums in float64.
// clobbers: Z16-Z19
#define CARRY(a, b, s0, s1, s2, s3) \
	IN_ORDER(a, b, Z16, Y16, Z17, Y17, Z18, Y18, Z19, Y19); \
	VADDPD Z16, s0, s0; \
	VADDPD Z17, s1, s1; \
	VADDPD Z18, s2, s2; \
	VADDPD Z19, s3, s3

#define SLOPE_WHOLE(WIDE, AHEAD, size) \
	ENTER; \
	VPBROADCASTW params_nodata16(AX), Z25; \
	VBROADCASTSD params_scale(AX), Z26; \
	VPBROADCASTW params_bias16(AX), Z27; \
	VBROADCASTSD params_all(AX), Z28; \
group: \
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
	ALL_ONES; \
period: \
	MOVQ params_period(AX), DI; \
	VPXORQ Z8, Z8, Z8; \
	VPXORQ Z9, Z9, Z9; \
	VPXORQ Z10, Z10, Z10; \
	VPXORQ Z11, Z11, Z11; \
	PCALIGN $64; \
pair: \
	TESTQ R12, R12; \
	JEQ pair_fetched; \
	AHEAD; \
pair_fetched: \
	ADDQ R12, DX; \
	WIDE(0, R8, Z16); \
	WIDE(1, R8, Z17); \
	VMOVDQA64 Z16, Z18; \
	VMOVDQA64 Z17, Z19; \
	CMPQ CX, $1; \
	JEQ single; \
	TESTQ R12, R12; \
	JEQ pair_fetched2; \
	AHEAD; \
pair_fetched2: \
	ADDQ R12, DX; \
	ADDQ R11, R8; \
	WIDE(0, R8, Z18); \
	WIDE(1, R8, Z19); \
single: \
	VPBROADCASTD (R9), Z24; \
	TESTQ R10, R10; \
	JEQ add; \
	VPCMPW $4, Z25, Z16, K1, K1; \
	VPCMPW $4, Z25, Z17, K2, K2; \
	VPCMPW $4, Z25, Z18, K3, K3; \
	VPCMPW $4, Z25, Z19, K4, K4; \
add: \
	VPUNPCKLWD Z18, Z16, Z20; \
	VPUNPCKHWD Z18, Z16, Z21; \
	VPUNPCKLWD Z19, Z17, Z22; \
	VPUNPCKHWD Z19, Z17, Z23; \
	VPMADDWD Z24, Z20, Z20; \
	VPMADDWD Z24, Z21, Z21; \
	VPMADDWD Z24, Z22, Z22; \
	VPMADDWD Z24, Z23, Z23; \
	VPADDD Z20, Z8, Z8; \
	VPADDD Z21, Z9, Z9; \
	VPADDD Z22, Z10, Z10; \
	VPADDD Z23, Z11, Z11; \
	ADDQ R11, R8; \
	ADDQ $4, R9; \
	SUBQ $2, CX; \
	JLE carry; \
	DECQ DI; \
	JNZ pair; \
carry: \
	CARRY(Z8, Z9, Z0, Z1, Z2, Z3); \
	CARRY(Z10, Z11, Z4, Z5, Z6, Z7); \
	TESTQ CX, CX; \
	JGT period; \
	TESTQ R10, R10; \
	JEQ summed; \
	KANDD K2, K1, K1; \
	KANDD K4, K3, K3; \
	KANDD K3, K1, K1; \
	KORTESTD K1, K1; \
	JCC gap; \
summed: \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED; \
	JCS unmasked; \
gap: \
	VPTERNLOGD $255, Z0, Z0, Z0; \
unmasked: \
	MOVQ params_suspend(AX), R10; \
	TESTQ R10, R10; \
	JNE suspend; \
	VCMPPD $3, Z0, Z0, K1; \
	KORTESTB K1, K1; \
	JNE done; \
	MOVE_SUMS(SCALE_WHOLE); \
	PUT_SLOPES; \
next: \
	NEXT_GROUP(64, 8, size); \
	NEXT_BLOCK; \
	JCS group; \
done: \
	LEAVE; \
suspend: \
	MOVE_SUMS(SUSPEND); \
	JMP next

#define SCALE_WHOLE(j, z) VMULPD Z28, z, z; VMULPD Z26, z, z

// ---- Slope of pixels with gaps, of 8 or 16 bits, 64 at a time ---------------------------------------
//
//	Z0-Z3   [64]uint32 = n and sum of tau, as counts have them in their lower half
//	Z4-Z7   [64]uint32 = sum of tau*tau, their upper half
//	Z8-Z11  [64]int32 = sum of y, since carried over, in interleaved order
//	Z12-Z15 [64]int32 = sum of tau*y, alike
//	Z16, Z17 [64]int16 = first observations
//	Z18, Z19 y of the earlier of two dates      Z20, Z21 of the later
//	Z22, Z23 interleaved                        Z24 tau of the two dates, as words in turn
//	Z25 words of 1                              Z26 nodata as words, Z27 2^15
//	Z28, Z29 counts of the earlier date         Z30, Z31 of the later
//	K3, K4  observations of the earlier date    K5, K6 of the later
//	DI      pairs until carried over            scratch: [2][64]float64, what was carried over
//
// The dates are read backwards, so that the first observation is the one that is kept.

DATA words<>+0(SB)/4, $0x00010001
GLOBL words<>(SB), RODATA|NOPTR, $4

#define KEEP(j, z) VMOVUPD z, (j*64)(DI)
#define ADD_KEPT(j, z) VADDPD (j*64)(DI), z, z; VMOVUPD z, (j*64)(DI)

// Carries the sums a, b of 32 pixels over to the scratch memory at DI, beginning with its number
// 8j.
#define CARRY_KEPT(j0, j1, j2, j3, a, b) \
	IN_ORDER(a, b, Z20, Y20, Z21, Y21, Z22, Y22, Z23, Y23); \
	ADD_KEPT(j0, Z20); \
	ADD_KEPT(j1, Z21); \
	ADD_KEPT(j2, Z22); \
	ADD_KEPT(j3, Z23)

// COUNT32: adds the counts of a date for the observations k of 32 pixels to their counts, of which
// l0 and l1 are the lower halves.
#define COUNT32(k, low, high, l0, l1, h0, h1) \
	VPADDD low, l0, k, l0; \
	VPADDD high, h0, k, h0; \
	KSHIFTRD $16, k, k; \
	VPADDD low, l1, k, l1; \
	VPADDD high, h1, k, h1

#define COUNT64(ka, kb, low, high) \
	COUNT32(ka, low, high, Z0, Z1, Z4, Z5); \
	COUNT32(kb, low, high, Z2, Z3, Z6, Z7)

// OBSERVE: ref = a where k is set, and a = 0 elsewhere.
#define OBSERVE(a, k, ref) \
	VMOVDQU16 a, k, ref; \
	VMOVDQU16.Z a, k, a

// ADD_PAIRS: adds the interleaved samples Z22. It clobbers Z22 and Z23.
#define ADD_PAIRS(sy, sty) \
	VPMADDWD Z24, Z22, Z23; \
	VPMADDWD Z25, Z22, Z22; \
	VPADDD Z23, sty, sty; \
	VPADDD Z22, sy, sy

// R9 and R10 = the pair and the counts of the last date.
#define LAST_COUNTS \
	LAST_DATE; \
	MOVQ params_counts(AX), R10; \
	LEAQ (R10)(R9*8), R10; \
	SHRQ $1, R9; \
	SHLQ $2, R9; \
	ADDQ params_pairs(AX), R9

// Limits and masks are rare, so their code is out of line. WITHIN clears bits of k, with the limits
// in Z22 and Z23. MASK64 clears bits of ka and kb, and MASK_OF_32 of k.
#define LIMITS16 \
	VPBROADCASTW params_lo16(AX), Z22; \
	VPBROADCASTW params_hi16(AX), Z23
#define WITHIN(a, k) \
	VPCMPW $5, Z22, a, k, k; \
	VPCMPW $2, Z23, a, k, k

#define MASK_OF_32(k, bits, done) \
	CMPQ params_maskByte(AX), $1; \
	JEQ bits; \
	VMOVDQU8 (R14), Y22; \
	VPTESTMB Y22, Y22, K7; \
	JMP done; \
bits: \
	KMOVD (R14), K7; \
done: \
	KANDD K7, k, k

#define MASK64(ka, kb, bits, done) \
	CMPQ params_maskByte(AX), $1; \
	JEQ bits; \
	VMOVDQU8 (R14), Z22; \
	VPTESTMB Z22, Z22, K7; \
	JMP done; \
bits: \
	KMOVQ (R14), K7; \
done: \
	KANDD K7, ka, ka; \
	KSHIFTRQ $32, K7, K7; \
	KANDD K7, kb, kb

// VALID64: finds the observations among the 64 samples a, b, with masks at R14. The code at special
// handles limits, masks and the lack of a nodata value, and jumps back to valid.
#define VALID64(a, b, ka, kb, special, valid) \
	VPCMPW $4, Z26, a, ka; \
	VPCMPW $4, Z26, b, kb; \
	CMPQ params_special(AX), $0; \
	JNE special; \
valid:

#define SPECIAL(a, b, ka, kb, special, limits, bits, read, valid) \
special: \
	CMPQ params_hasNodata(AX), $0; \
	JNE limits; \
	KXNORD ka, ka, ka; \
	KXNORD kb, kb, kb; \
limits: \
	LIMITS16; \
	WITHIN(a, ka); \
	WITHIN(b, kb); \
	TESTQ R13, R13; \
	JEQ valid; \
	MASK64(ka, kb, bits, read); \
	JMP valid

// VALID_OF_32 and SPECIAL_OF_32: the same for the 32 samples a.
#define VALID_OF_32(a, k, special, valid) \
	VPCMPW $4, Z26, a, k; \
	CMPQ params_special(AX), $0; \
	JNE special; \
valid:

#define SPECIAL_OF_32(a, k, special, limits, bits, read, valid) \
special: \
	CMPQ params_hasNodata(AX), $0; \
	JNE limits; \
	KXNORD k, k, k; \
limits: \
	LIMITS16; \
	WITHIN(a, k); \
	TESTQ R13, R13; \
	JEQ valid; \
	MASK_OF_32(k, bits, read); \
	JMP valid

// COUNTED8: n (Z21), sum of tau (Z22) and sum of tau*tau (Z23) of 8 pixels from their counts low
// and high, and their first observations (Z20) from the quarter q of first.
#define COUNTED8(low, high, q, first) \
	VCVTUDQ2PD high, Z23; \
	VPSRLD $12, low, Y22; \
	VCVTUDQ2PD Y22, Z22; \
	VPANDD.BCST countMask<>(SB), low, Y21; \
	VCVTUDQ2PD Y21, Z21; \
	VFNMADD231PD.BCST params_added(AX), Z21, Z22; \
	VEXTRACTI32X4 $q, first, X20; \
	VPMOVSXWD X20, Y20; \
	VCVTDQ2PD Y20, Z20

// LINE_WHOLE(j, ...): computes the slopes of pixels 8j..8j+7.
#define LINE_WHOLE(j, low, high, q, first, wide, past, put) \
	COUNTED8(low, high, q, first); \
	VMOVUPD (j*64)(DI), Z18; \
	VMOVUPD (512+j*64)(DI), Z19; \
	VFNMADD231PD Z20, Z21, Z18; \
	VFNMADD231PD Z20, Z22, Z19; \
	VCMPPD.BCST $4, params_all(AX), Z21, K3; \
	KORB K3, K2, K2; \
	LINE8(PRODUCT_ANY, Z21, Z22, Z23, Z18, Z19); \
	CMPQ params_float32(AX), $0; \
	JEQ wide; \
	VCVTPD2PS Z19, Y19; \
	CMPQ params_past(AX), $0; \
	JNE past; \
	VMOVUPS Y19, (j*32)(R9)(BX*4); \
	TESTQ R10, R10; \
	JEQ put; \
	VCVTPD2PS Z21, Y21; \
	VMOVUPS Y21, (j*32)(R10)(BX*4); \
	JMP put; \
past: \
	VMOVNTPS Y19, (j*32)(R9)(BX*4); \
	JMP put; \
wide: \
	VMOVUPD Z19, (j*64)(R9)(BX*8); \
	TESTQ R10, R10; \
	JEQ put; \
	VMOVUPD Z21, (j*64)(R10)(BX*8); \
put:

#define SLOPE_GAPS_WHOLE(WIDE, AHEAD, size) \
	ENTER; \
	KXORQ K2, K2, K2; \
group: \
	VPBROADCASTD words<>(SB), Z25; \
	VPBROADCASTW params_nodata16(AX), Z26; \
	VPBROADCASTW params_bias16(AX), Z27; \
	VPXORQ Z0, Z0, Z0; VPXORQ Z1, Z1, Z1; VPXORQ Z2, Z2, Z2; VPXORQ Z3, Z3, Z3; \
	VPXORQ Z4, Z4, Z4; VPXORQ Z5, Z5, Z5; VPXORQ Z6, Z6, Z6; VPXORQ Z7, Z7, Z7; \
	VPXORQ Z16, Z16, Z16; VPXORQ Z17, Z17, Z17; \
	MOVQ params_scratch(AX), DI; \
	KEEP(0, Z0); KEEP(1, Z0); KEEP(2, Z0); KEEP(3, Z0); KEEP(4, Z0); KEEP(5, Z0); KEEP(6, Z0); KEEP(7, Z0); \
	KEEP(8, Z0); KEEP(9, Z0); KEEP(10, Z0); KEEP(11, Z0); KEEP(12, Z0); KEEP(13, Z0); KEEP(14, Z0); KEEP(15, Z0); \
	LAST_COUNTS; \
period: \
	VPXORQ Z8, Z8, Z8; VPXORQ Z9, Z9, Z9; VPXORQ Z10, Z10, Z10; VPXORQ Z11, Z11, Z11; \
	VPXORQ Z12, Z12, Z12; VPXORQ Z13, Z13, Z13; VPXORQ Z14, Z14, Z14; VPXORQ Z15, Z15, Z15; \
	MOVQ params_period(AX), DI; \
	PCALIGN $64; \
pair: \
	VPBROADCASTD (R9), Z24; \
	VPXORQ Z20, Z20, Z20; \
	VPXORQ Z21, Z21, Z21; \
	TESTQ $1, CX; \
	JNE earlier; \
	TESTQ R12, R12; \
	JEQ pair_fetched; \
	AHEAD; \
pair_fetched: \
	ADDQ R12, DX; \
	WIDE(0, R8, Z20); \
	WIDE(1, R8, Z21); \
	VPBROADCASTD (R10), Z30; \
	VPBROADCASTD 4(R10), Z31; \
	VALID64(Z20, Z21, K5, K6, later_special, later_valid); \
	OBSERVE(Z20, K5, Z16); \
	OBSERVE(Z21, K6, Z17); \
	COUNT64(K5, K6, Z30, Z31); \
	DATE_BEFORE; \
	SUBQ $8, R10; \
	DECQ CX; \
earlier: \
	TESTQ R12, R12; \
	JEQ earlier_fetched; \
	AHEAD; \
earlier_fetched: \
	ADDQ R12, DX; \
	WIDE(0, R8, Z18); \
	WIDE(1, R8, Z19); \
	VPBROADCASTD (R10), Z28; \
	VPBROADCASTD 4(R10), Z29; \
	VALID64(Z18, Z19, K3, K4, earlier_special, earlier_valid); \
	OBSERVE(Z18, K3, Z16); \
	OBSERVE(Z19, K4, Z17); \
	COUNT64(K3, K4, Z28, Z29); \
	VPUNPCKLWD Z20, Z18, Z22; \
	ADD_PAIRS(Z8, Z12); \
	VPUNPCKHWD Z20, Z18, Z22; \
	ADD_PAIRS(Z9, Z13); \
	VPUNPCKLWD Z21, Z19, Z22; \
	ADD_PAIRS(Z10, Z14); \
	VPUNPCKHWD Z21, Z19, Z22; \
	ADD_PAIRS(Z11, Z15); \
	DATE_BEFORE; \
	SUBQ $8, R10; \
	SUBQ $4, R9; \
	DECQ CX; \
	JEQ carry; \
	DECQ DI; \
	JNZ pair; \
carry: \
	MOVQ params_scratch(AX), DI; \
	CARRY_KEPT(0, 1, 2, 3, Z8, Z9); \
	CARRY_KEPT(4, 5, 6, 7, Z10, Z11); \
	CARRY_KEPT(8, 9, 10, 11, Z12, Z13); \
	CARRY_KEPT(12, 13, 14, 15, Z14, Z15); \
	TESTQ CX, CX; \
	JNE period; \
	VBROADCASTSD params_num(AX), Z28; \
	VPXORQ Z26, Z26, Z26; \
	VEXTRACTI64X4 $1, Z0, Y8; \
	VEXTRACTI64X4 $1, Z1, Y9; \
	VEXTRACTI64X4 $1, Z2, Y10; \
	VEXTRACTI64X4 $1, Z3, Y11; \
	VEXTRACTI64X4 $1, Z4, Y12; \
	VEXTRACTI64X4 $1, Z5, Y13; \
	VEXTRACTI64X4 $1, Z6, Y14; \
	VEXTRACTI64X4 $1, Z7, Y15; \
	MOVQ params_out(AX), R9; \
	MOVQ params_outN(AX), R10; \
	LINE_WHOLE(0, Y0, Y4, 0, Z16, wide0, past0, put0); \
	LINE_WHOLE(1, Y8, Y12, 1, Z16, wide1, past1, put1); \
	LINE_WHOLE(2, Y1, Y5, 2, Z16, wide2, past2, put2); \
	LINE_WHOLE(3, Y9, Y13, 3, Z16, wide3, past3, put3); \
	LINE_WHOLE(4, Y2, Y6, 0, Z17, wide4, past4, put4); \
	LINE_WHOLE(5, Y10, Y14, 1, Z17, wide5, past5, put5); \
	LINE_WHOLE(6, Y3, Y7, 2, Z17, wide6, past6, put6); \
	LINE_WHOLE(7, Y11, Y15, 3, Z17, wide7, past7, put7); \
	NEXT_GROUP(64, 8, size); \
	NEXT_BLOCK_WITH_GAPS; \
done: \
	LEAVE; \
SPECIAL(Z20, Z21, K5, K6, later_special, later_limits, later_bits, later_read, later_valid); \
SPECIAL(Z18, Z19, K3, K4, earlier_special, earlier_limits, earlier_bits, earlier_read, earlier_valid)

// ---- Sums of gap-free pixels, 32 at a time -----------------------------------------------------
//
//	Z0-Z3   [32]float64 = sum of d              Z24 tau of the date
//	Z4-Z7   [32]float64 = sum of tau*d          Z25 nodata, in the samples' type
//	Z8-Z11  [32]float64 = sum of d*d            K1-K4 no sample so far equals nodata
//	Z12-Z15 [32]float64 = first observations
//	Z16-Z19 [32]float64 = y, then d

// DIFFER32_<type>: as DIFFER_<type>, for the 32 samples at R8.
#define DIFFER32_I8 VPCMPB $4, (R8), Y25, K1, K1
#define DIFFER32_I16 VPCMPW $4, (R8), Z25, K1, K1
#define DIFFER32_I32 VPCMPD $4, (R8), Z25, K1, K1; VPCMPD $4, 64(R8), Z25, K2, K2
#define DIFFER32_F32 VCMPPS $4, (R8), Z25, K1, K1; VCMPPS $4, 64(R8), Z25, K2, K2
#define DIFFER32_F64 VCMPPD $4, (R8), Z25, K1, K1; VCMPPD $4, 64(R8), Z25, K2, K2; VCMPPD $4, 128(R8), Z25, K3, K3; VCMPPD $4, 192(R8), Z25, K4, K4

#define ONES32_1 KORTESTD K1, K1
#define ONES32_2 KORTESTD K1, K1
#define ONES32_4 KANDW K2, K1, K1; KORTESTW K1, K1
#define ONES32_8 ONES_8

#define MASKED32 \
	KXNORQ K5, K5, K5; \
	MOVQ R13, R14; \
	MOVQ params_dates(AX), CX; \
	CMPQ params_maskByte(AX), $1; \
	JEQ mask_bits; \
mask_bytes: \
	VMOVDQU8 (R14), Y20; \
	VPTESTMB Y20, Y20, K5, K5; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bytes; \
	JMP mask_read; \
mask_bits: \
	KMOVD (R14), K6; \
	KANDD K6, K5, K5; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bits; \
mask_read: \
	KORTESTD K5, K5

#define SUM8(LOAD, j, y, z, ref, sy, sty, syy) \
	LOAD(j, y, z); \
	VSUBPD ref, z, z; \
	VADDPD z, sy, sy; \
	VFMADD231PD z, Z24, sty; \
	VFMADD231PD z, z, syy

#define SUMS_DATE(LOAD) \
	VBROADCASTSD (R9), Z24; \
	SUM8(LOAD, 0, Y16, Z16, Z12, Z0, Z4, Z8); \
	SUM8(LOAD, 1, Y17, Z17, Z13, Z1, Z5, Z9); \
	SUM8(LOAD, 2, Y18, Z18, Z14, Z2, Z6, Z10); \
	SUM8(LOAD, 3, Y19, Z19, Z15, Z3, Z7, Z11)

#define PUT4(field, a, b, c, d) \
	MOVQ field(AX), DI; \
	PUT64(0, a); PUT64(1, b); PUT64(2, c); PUT64(3, d)

#define RUNS_OF_SUMS(OP) \
	OP(0, Z4, Z16, Z17); OP(1, Z5, Z18, Z19); OP(2, Z6, Z16, Z17); OP(3, Z7, Z18, Z19)

#define SUMS(LOAD, NODATA, DIFFER, ONES, AHEAD, size) \
	ENTER; \
	NODATA(Z25); \
	VBROADCASTSD params_all(AX), Z26; \
	VBROADCASTSD params_sumT(AX), Z27; \
	VBROADCASTSD params_sumTT(AX), Z28; \
group: \
	FIRST_DATE; \
	LOAD(0, Y12, Z12); \
	LOAD(1, Y13, Z13); \
	LOAD(2, Y14, Z14); \
	LOAD(3, Y15, Z15); \
	VPXORQ Z0, Z0, Z0; VPXORQ Z1, Z1, Z1; VPXORQ Z2, Z2, Z2; VPXORQ Z3, Z3, Z3; \
	VPXORQ Z4, Z4, Z4; VPXORQ Z5, Z5, Z5; VPXORQ Z6, Z6, Z6; VPXORQ Z7, Z7, Z7; \
	VPXORQ Z8, Z8, Z8; VPXORQ Z9, Z9, Z9; VPXORQ Z10, Z10, Z10; VPXORQ Z11, Z11, Z11; \
	ALL_ONES; \
	FIRST_RUN; \
	CMPQ params_hasNodata(AX), $0; \
	JNE nodata; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	SUMS_DATE(LOAD); \
	NEXT_DATE; \
	JNZ date; \
	END_RUN; \
	JMP summed; \
	PCALIGN $64; \
nodata: \
	TESTQ R12, R12; \
	JEQ nodata_fetched; \
	AHEAD; \
nodata_fetched: \
	DIFFER; \
	SUMS_DATE(LOAD); \
	NEXT_DATE; \
	JNZ nodata; \
	END_RUN; \
compared: \
	ONES; \
	JCC done; \
summed: \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED32; \
	JCC done; \
unmasked: \
	VSUBPD Z4, Z4, Z16; \
	VSUBPD Z5, Z5, Z17; \
	VSUBPD Z6, Z6, Z18; \
	VSUBPD Z7, Z7, Z19; \
	VADDPD Z16, Z17, Z16; \
	VADDPD Z18, Z19, Z18; \
	VADDPD Z16, Z18, Z16; \
	VCMPPD $3, Z16, Z16, K1; \
	KORTESTB K1, K1; \
	JNE done; \
	PUT4(params_y, Z0, Z1, Z2, Z3); \
	PUT4(params_ty, Z4, Z5, Z6, Z7); \
	PUT4(params_yy, Z8, Z9, Z10, Z11); \
	PUT4(params_ref, Z12, Z13, Z14, Z15); \
	PUT4(params_n, Z26, Z26, Z26, Z26); \
	PUT4(params_t, Z27, Z27, Z27, Z27); \
	PUT4(params_tt, Z28, Z28, Z28, Z28); \
	NEXT_GROUP(32, 4, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE; \
RUNS(RUNS_OF_SUMS); \
	CMPQ params_hasNodata(AX), $0; \
	JEQ summed; \
	JMP compared

// ---- Sums of pixels with gaps, 16 at a time --------------------------------------------------------
//
//	Z0, Z1   [16]int64 = n, or counts           Z12, Z13 [16]float64 = first observations
//	Z2, Z3   [16]float64 = sum of tau           Z24-Z27 y, then d; tau of observations
//	Z4, Z5   [16]float64 = sum of tau*tau       Z28 tau of the date
//	Z6, Z7   [16]float64 = sum of d             Z29 lo, Z30 hi, Z31 nodata
//	Z8, Z9   [16]float64 = sum of tau*d         K2  whether the block has a gap
//	Z10, Z11 [16]float64 = sum of d*d           K3, K4 observations among the 16

#define PUT2(field, a, b) \
	MOVQ field(AX), DI; \
	PUT64(0, a); PUT64(1, b)

// ADD_TO: loads the sums of earlier dates, to which this tile is added. Pixels that already have
// observations keep their first one.
#define GET2(field, a, b) \
	MOVQ field(AX), DI; \
	VMOVUPD (DI)(BX*8), a; \
	VMOVUPD 64(DI)(BX*8), b

#define ADD_TO \
	GET2(params_n, Z0, Z1); \
	VPXORQ Z24, Z24, Z24; \
	VCMPPD $4, Z24, Z0, K3; \
	VCMPPD $4, Z24, Z1, K4; \
	MOVQ params_ref(AX), DI; \
	VMOVUPD (DI)(BX*8), K3, Z12; \
	VMOVUPD 64(DI)(BX*8), K4, Z13; \
	VCVTPD2QQ Z0, Z0; \
	VCVTPD2QQ Z1, Z1; \
	GET2(params_t, Z2, Z3); \
	GET2(params_tt, Z4, Z5); \
	GET2(params_y, Z6, Z7); \
	GET2(params_ty, Z8, Z9); \
	GET2(params_yy, Z10, Z11)

#define RUNS_OF_16(OP) OP(0, Z8, Z24, Z25); OP(1, Z9, Z26, Z27)

// FIND_16, FIND_16_F32: Z12, Z13 = the first observations of 16 pixels.
#define FIND_16(LOAD, VALID) \
	VPTERNLOGD $255, Z12, Z12, Z12; \
	VMOVAPD Z12, Z13; \
	FEW_DATES; \
walk: \
	WALK_BACK; \
back: \
	VALID(0, X24, Y24, Z24, K3, K4); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	FIRST8(LOAD, 0, Y24, Z24, K3, Z12); \
	FIRST8(LOAD, 1, Y25, Z25, K4, Z13); \
	STEP_BACK; \
	VADDPD Z12, Z13, Z24; \
	VCMPPD $3, Z24, Z24, K7; \
	KORTESTB K7, K7; \
	FOUND_ALL; \
back_masked: \
	MASK16(back_bits, back_read); \
	JMP back_valid; \
none: \
	NONE_ZERO(Z12); \
	NONE_ZERO(Z13); \
found:

#define FIND_16_F32(VALID16) \
	VPTERNLOGD $255, Z12, Z12, Z12; \
	FEW_DATES; \
walk: \
	WALK_BACK; \
back: \
	VALID16(0, Z24, K3); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	VMOVUPS (R8), K3, Z12; \
	STEP_BACK; \
	VCMPPS $3, Z12, Z12, K7; \
	KORTESTW K7, K7; \
	FOUND_ALL; \
back_masked: \
	MASK16_BY_16(back_bits, back_read); \
	JMP back_valid; \
none: \
	WIDEN16(Y12, Z12, Y13, Z13); \
	NONE_ZERO(Z12); \
	NONE_ZERO(Z13); \
	JMP widened; \
found: \
	WIDEN16(Y12, Z12, Y13, Z13); \
widened:

#define SUMS_GAPS(LOAD, VALID, BROADCAST, AHEAD, size) \
	SUMS_GAPS_BY(FIND_16(LOAD, VALID), ANY_16, LOAD, VALID, BROADCAST, AHEAD, size)

#define SUMS_GAPS_BY(FIND, CHECK, LOAD, VALID, BROADCAST, AHEAD, size) \
	ENTER; \
	LIMITS(BROADCAST); \
	KXORQ K2, K2, K2; \
group: \
	FIND; \
	CMPQ params_add(AX), $0; \
	JNE add; \
	VPXORQ Z0, Z0, Z0; VPXORQ Z1, Z1, Z1; \
	VPXORQ Z6, Z6, Z6; VPXORQ Z7, Z7, Z7; VPXORQ Z8, Z8, Z8; \
	VPXORQ Z9, Z9, Z9; VPXORQ Z10, Z10, Z10; VPXORQ Z11, Z11, Z11; \
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
	VALID(0, X24, Y24, Z24, K3, K4); \
	VBROADCASTSD (R9), Z28; \
	VPBROADCASTQ (R10), Z27; \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	COUNT8(LOAD, 0, Y24, Z24, K3, Z0, Z6, Z8, Z12); \
	VFMADD231PD Z24, Z24, Z10; \
	COUNT8(LOAD, 1, Y25, Z25, K4, Z1, Z7, Z9, Z13); \
	VFMADD231PD Z25, Z25, Z11; \
	ADDQ $8, R10; \
	NEXT_DATE; \
	JNZ date; \
	END_RUN; \
counted: \
	VBROADCASTSD params_added(AX), Z24; \
	VPBROADCASTQ countMask<>(SB), Z25; \
	UNCOUNT(Z0, Z2, Z4); \
	UNCOUNT(Z1, Z3, Z5); \
put: \
	CHECK; \
	VCMPPD.BCST $4, params_all(AX), Z0, K3; \
	VCMPPD.BCST $4, params_all(AX), Z1, K4; \
	KORB K3, K2, K2; \
	KORB K4, K2, K2; \
	PUT2(params_n, Z0, Z1); \
	PUT2(params_t, Z2, Z3); \
	PUT2(params_tt, Z4, Z5); \
	PUT2(params_y, Z6, Z7); \
	PUT2(params_ty, Z8, Z9); \
	PUT2(params_yy, Z10, Z11); \
	PUT2(params_ref, Z12, Z13); \
	NEXT_GROUP(16, 2, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK_WITH_GAPS; \
done: \
	ANDQ $-64, BX; \
	LEAVE; \
masked: \
	MASK16(mask_bits, mask_read); \
	ADDQ R15, R14; \
	JMP valid; \
uncounted: \
	VPXORQ Z2, Z2, Z2; VPXORQ Z3, Z3, Z3; VPXORQ Z4, Z4, Z4; VPXORQ Z5, Z5, Z5; \
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
	VBROADCASTSD (R9), Z28; \
	VALID(0, X24, Y24, Z24, K3, K4); \
	TESTQ R13, R13; \
	JNE any_masked; \
any_valid: \
	GAP8(LOAD, 0, Y24, Z24, Z26, K3, Z0, Z2, Z4, Z6, Z8, Z12); \
	VFMADD231PD Z24, Z24, Z10; \
	GAP8(LOAD, 1, Y25, Z25, Z27, K4, Z1, Z3, Z5, Z7, Z9, Z13); \
	VFMADD231PD Z25, Z25, Z11; \
	NEXT_DATE; \
	JNZ any_date; \
	END_RUN; \
any_summed: \
	VCVTQQ2PD Z0, Z0; \
	VCVTQQ2PD Z1, Z1; \
	JMP put; \
any_masked: \
	MASK16(any_bits, any_read); \
	ADDQ R15, R14; \
	JMP any_valid; \
RUNS(RUNS_OF_16); \
	TESTQ R10, R10; \
	JNE counted; \
	JMP any_summed

// ---- Sums of pixels of 8 or 16 bits on an axis of 16-bit integers, 32 at a time -----------------
//
//	Z0, Z1   [32]uint32 = lower halves of counts     Z16 [32]int16 = first observations
//	Z4, Z5   [32]uint32 = upper halves of counts     Z18 y of the earlier of two dates, Z20 of the later
//	Z8, Z9   [32]int32 = sum of y since carried over Z21-Z23 scratch
//	Z12, Z13 [32]int32 = sum of tau*y, alike         Z24 tau of the two dates, as words in turn
//	Z2, Z3   [32]uint32 = sum of y*y, modulo 2^32    Z25 words of 1, Z26 nodata as words, Z27 2^15
//	Z6, Z7   [32]uint32 = sum of its upper halves    Z28-Z31 counts of the two dates
//	K3, K5   observations of the earlier and of the later date
//	DI       pairs until carried over                scratch: [2][32]float64, what was carried over
//
// The squares of a pair of dates add up to 2^31 at most, and several of these do not fit 32 bits.
// So their upper halves, up to 2^15, are also added by themselves. Axes with counts have at most
// 2^11 pairs. The sum of the lower halves is therefore below 2^27, and follows from the sum modulo
// 2^32.
//
// The sums of d follow from those of y at the end. All of them are integers below 2^46, so this is
// exact.

// ADD_SQUARES: adds the squares of the interleaved samples Z22. It clobbers Z21.
#define ADD_SQUARES(syy, upper) \
	VPMADDWD Z22, Z22, Z21; \
	VPADDD Z21, syy, syy; \
	VPSRLD $16, Z21, Z21; \
	VPADDD Z21, upper, upper

#define PUT8(field, j, z) \
	MOVQ field(AX), R10; \
	VMOVUPD z, (j*64)(R10)(BX*8)

// WHOLE8(j, ...): stores the sums of pixels 8j..8j+7, whose sums of y*y are yy.
// Z28 2^15 or 0, Z31 0
#define WHOLE8(j, low, high, q, yy) \
	COUNTED8(low, high, q, Z16); \
	VMOVUPD (j*64)(DI), Z18; \
	VMOVUPD (256+j*64)(DI), Z19; \
	VMOVAPD Z18, Z29; \
	VFNMADD231PD Z20, Z21, Z29; \
	VFNMADD231PD Z20, Z22, Z19; \
	VADDPD Z29, Z18, Z18; \
	VFNMADD231PD Z20, Z18, yy; \
	VCMPPD.BCST $4, params_all(AX), Z21, K3; \
	KORB K3, K2, K2; \
	VCMPPD $4, Z31, Z21, K4; \
	VADDPD.Z Z28, Z20, K4, Z20; \
	PUT8(params_n, j, Z21); \
	PUT8(params_t, j, Z22); \
	PUT8(params_tt, j, Z23); \
	PUT8(params_y, j, Z29); \
	PUT8(params_ty, j, Z19); \
	PUT8(params_yy, j, yy); \
	PUT8(params_ref, j, Z20)

DATA upperHalf<>+0(SB)/8, $0x40f0000000000000 // 2^16
GLOBL upperHalf<>(SB), RODATA|NOPTR, $8

#define SUMS_GAPS_WHOLE(WIDE, AHEAD, size) \
	ENTER; \
	KXORQ K2, K2, K2; \
	VPBROADCASTD words<>(SB), Z25; \
	VPBROADCASTW params_nodata16(AX), Z26; \
	VPBROADCASTW params_bias16(AX), Z27; \
group: \
	VPXORQ Z0, Z0, Z0; VPXORQ Z1, Z1, Z1; VPXORQ Z4, Z4, Z4; VPXORQ Z5, Z5, Z5; \
	VPXORQ Z2, Z2, Z2; VPXORQ Z3, Z3, Z3; VPXORQ Z6, Z6, Z6; VPXORQ Z7, Z7, Z7; \
	VPXORQ Z16, Z16, Z16; \
	MOVQ params_scratch(AX), DI; \
	KEEP(0, Z0); KEEP(1, Z0); KEEP(2, Z0); KEEP(3, Z0); KEEP(4, Z0); KEEP(5, Z0); KEEP(6, Z0); KEEP(7, Z0); \
	LAST_COUNTS; \
period: \
	VPXORQ Z8, Z8, Z8; VPXORQ Z9, Z9, Z9; VPXORQ Z12, Z12, Z12; VPXORQ Z13, Z13, Z13; \
	MOVQ params_period(AX), DI; \
	PCALIGN $64; \
pair: \
	VPBROADCASTD (R9), Z24; \
	VPXORQ Z20, Z20, Z20; \
	TESTQ $1, CX; \
	JNE earlier; \
	TESTQ R12, R12; \
	JEQ pair_fetched; \
	AHEAD; \
pair_fetched: \
	ADDQ R12, DX; \
	WIDE(0, R8, Z20); \
	VPBROADCASTD (R10), Z30; \
	VPBROADCASTD 4(R10), Z31; \
	VALID_OF_32(Z20, K5, later_special, later_valid); \
	OBSERVE(Z20, K5, Z16); \
	COUNT32(K5, Z30, Z31, Z0, Z1, Z4, Z5); \
	DATE_BEFORE; \
	SUBQ $8, R10; \
	DECQ CX; \
earlier: \
	TESTQ R12, R12; \
	JEQ earlier_fetched; \
	AHEAD; \
earlier_fetched: \
	ADDQ R12, DX; \
	WIDE(0, R8, Z18); \
	VPBROADCASTD (R10), Z28; \
	VPBROADCASTD 4(R10), Z29; \
	VALID_OF_32(Z18, K3, earlier_special, earlier_valid); \
	OBSERVE(Z18, K3, Z16); \
	COUNT32(K3, Z28, Z29, Z0, Z1, Z4, Z5); \
	VPUNPCKLWD Z20, Z18, Z22; \
	ADD_SQUARES(Z2, Z6); \
	ADD_PAIRS(Z8, Z12); \
	VPUNPCKHWD Z20, Z18, Z22; \
	ADD_SQUARES(Z3, Z7); \
	ADD_PAIRS(Z9, Z13); \
	DATE_BEFORE; \
	SUBQ $8, R10; \
	SUBQ $4, R9; \
	DECQ CX; \
	JEQ carry; \
	DECQ DI; \
	JNZ pair; \
carry: \
	MOVQ params_scratch(AX), DI; \
	CARRY_KEPT(0, 1, 2, 3, Z8, Z9); \
	CARRY_KEPT(4, 5, 6, 7, Z12, Z13); \
	TESTQ CX, CX; \
	JNE period; \
	VPSLLD $16, Z6, Z20; \
	VPSLLD $16, Z7, Z21; \
	VPSUBD Z20, Z2, Z2; \
	VPSUBD Z21, Z3, Z3; \
	IN_ORDER(Z2, Z3, Z12, Y12, Z13, Y13, Z14, Y14, Z15, Y15); \
	IN_ORDER(Z6, Z7, Z20, Y20, Z21, Y21, Z22, Y22, Z23, Y23); \
	VBROADCASTSD upperHalf<>(SB), Z24; \
	VFMADD231PD Z20, Z24, Z12; \
	VFMADD231PD Z21, Z24, Z13; \
	VFMADD231PD Z22, Z24, Z14; \
	VFMADD231PD Z23, Z24, Z15; \
	VPSRLD $16, Y27, Y28; \
	VCVTDQ2PD Y28, Z28; \
	VPXORQ Z31, Z31, Z31; \
	VEXTRACTI64X4 $1, Z0, Y8; \
	VEXTRACTI64X4 $1, Z1, Y9; \
	VEXTRACTI64X4 $1, Z4, Y10; \
	VEXTRACTI64X4 $1, Z5, Y11; \
	WHOLE8(0, Y0, Y4, 0, Z12); \
	WHOLE8(1, Y8, Y10, 1, Z13); \
	WHOLE8(2, Y1, Y5, 2, Z14); \
	WHOLE8(3, Y9, Y11, 3, Z15); \
	NEXT_GROUP(32, 4, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK_WITH_GAPS; \
done: \
	LEAVE; \
SPECIAL_OF_32(Z20, K5, later_special, later_limits, later_bits, later_read, later_valid); \
SPECIAL_OF_32(Z18, K3, earlier_special, earlier_limits, earlier_bits, earlier_read, earlier_valid)

// ---- Designs: several coefficients of gap-free pixels in one pass --------------------------------------
//
// A group has 32 pixels with 4 rows and 16 pixels with 8 rows.
//	Z0-Z15  [4][32]float64 or [8][16]float64 = sum of row*d
//	Z16-Z19 first observations                  Z24 a row's number of the date
//	Z20-Z23 y, then d                           Z25 nodata as float64
//	K1      no sample so far equals nodata

#define LOAD_DIFF(LOAD, j, y, z, ref) \
	LOAD(j, y, z); \
	VCMPPD $4, Z25, z, K1, K1; \
	VSUBPD ref, z, z

#define ROW4(j, a, b, c, d) \
	VBROADCASTSD (j*8)(R9), Z24; \
	VFMADD231PD Z20, Z24, a; \
	VFMADD231PD Z21, Z24, b; \
	VFMADD231PD Z22, Z24, c; \
	VFMADD231PD Z23, Z24, d

#define ROW2(j, a, b) \
	VBROADCASTSD (j*8)(R9), Z24; \
	VFMADD231PD Z20, Z24, a; \
	VFMADD231PD Z21, Z24, b

#define CLEAR16 \
	VPXORQ Z0, Z0, Z0; VPXORQ Z1, Z1, Z1; VPXORQ Z2, Z2, Z2; VPXORQ Z3, Z3, Z3; \
	VPXORQ Z4, Z4, Z4; VPXORQ Z5, Z5, Z5; VPXORQ Z6, Z6, Z6; VPXORQ Z7, Z7, Z7; \
	VPXORQ Z8, Z8, Z8; VPXORQ Z9, Z9, Z9; VPXORQ Z10, Z10, Z10; VPXORQ Z11, Z11, Z11; \
	VPXORQ Z12, Z12, Z12; VPXORQ Z13, Z13, Z13; VPXORQ Z14, Z14, Z14; VPXORQ Z15, Z15, Z15

// PUT_ROW: adds the product of the first observations and the sum of row j, and stores the result
// if the row exists.
#define PUT_ROW4(j, a, b, c, d, none) \
	MOVQ params_rows+(j*8)(AX), DI; \
	TESTQ DI, DI; \
	JEQ none; \
	VBROADCASTSD params_rowSums+(j*8)(AX), Z24; \
	VFMADD231PD Z16, Z24, a; \
	VFMADD231PD Z17, Z24, b; \
	VFMADD231PD Z18, Z24, c; \
	VFMADD231PD Z19, Z24, d; \
	PUT64(0, a); PUT64(1, b); PUT64(2, c); PUT64(3, d); \
none:

#define PUT_ROW2(j, a, b, none) \
	MOVQ params_rows+(j*8)(AX), DI; \
	TESTQ DI, DI; \
	JEQ none; \
	VBROADCASTSD params_rowSums+(j*8)(AX), Z24; \
	VFMADD231PD Z16, Z24, a; \
	VFMADD231PD Z17, Z24, b; \
	PUT64(0, a); PUT64(1, b); \
none:

#define MASKED16 \
	KXNORW K5, K5, K5; \
	MOVQ R13, R14; \
	MOVQ params_dates(AX), CX; \
	CMPQ params_maskByte(AX), $1; \
	JEQ mask_bits; \
mask_bytes: \
	VMOVDQU8 (R14), X20; \
	VPTESTMB X20, X20, K5, K5; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bytes; \
	JMP mask_read; \
mask_bits: \
	KMOVW (R14), K6; \
	KANDW K6, K5, K5; \
	ADDQ R15, R14; \
	DECQ CX; \
	JNZ mask_bits; \
mask_read: \
	KORTESTW K5, K5

#define ROWS4(LOAD, AHEAD, size) \
	ENTER; \
	VBROADCASTSD params_nodata64(AX), Z25; \
group: \
	FIRST_DATE; \
	LOAD(0, Y16, Z16); \
	LOAD(1, Y17, Z17); \
	LOAD(2, Y18, Z18); \
	LOAD(3, Y19, Z19); \
	CLEAR16; \
	KXNORB K1, K1, K1; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	LOAD_DIFF(LOAD, 0, Y20, Z20, Z16); \
	LOAD_DIFF(LOAD, 1, Y21, Z21, Z17); \
	LOAD_DIFF(LOAD, 2, Y22, Z22, Z18); \
	LOAD_DIFF(LOAD, 3, Y23, Z23, Z19); \
	ROW4(0, Z0, Z1, Z2, Z3); \
	ROW4(1, Z4, Z5, Z6, Z7); \
	ROW4(2, Z8, Z9, Z10, Z11); \
	ROW4(3, Z12, Z13, Z14, Z15); \
	ADDQ $24, R9; \
	NEXT_DATE; \
	JNZ date; \
	KORTESTB K1, K1; \
	JCC done; \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED32; \
	JCC done; \
unmasked: \
	VSUBPD Z0, Z0, Z20; \
	VSUBPD Z1, Z1, Z21; \
	VSUBPD Z2, Z2, Z22; \
	VSUBPD Z3, Z3, Z23; \
	VADDPD Z20, Z21, Z20; \
	VADDPD Z22, Z23, Z22; \
	VADDPD Z20, Z22, Z20; \
	VCMPPD $3, Z20, Z20, K1; \
	KORTESTB K1, K1; \
	JNE done; \
	PUT_ROW4(0, Z0, Z1, Z2, Z3, none0); \
	PUT_ROW4(1, Z4, Z5, Z6, Z7, none1); \
	PUT_ROW4(2, Z8, Z9, Z10, Z11, none2); \
	PUT_ROW4(3, Z12, Z13, Z14, Z15, none3); \
	NEXT_GROUP(32, 4, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE

#define ROWS8(LOAD, AHEAD, size) \
	ENTER; \
	VBROADCASTSD params_nodata64(AX), Z25; \
group: \
	FIRST_DATE; \
	LOAD(0, Y16, Z16); \
	LOAD(1, Y17, Z17); \
	CLEAR16; \
	KXNORB K1, K1, K1; \
	PCALIGN $64; \
date: \
	TESTQ R12, R12; \
	JEQ date_fetched; \
	AHEAD; \
date_fetched: \
	LOAD_DIFF(LOAD, 0, Y20, Z20, Z16); \
	LOAD_DIFF(LOAD, 1, Y21, Z21, Z17); \
	ROW2(0, Z0, Z1); \
	ROW2(1, Z2, Z3); \
	ROW2(2, Z4, Z5); \
	ROW2(3, Z6, Z7); \
	ROW2(4, Z8, Z9); \
	ROW2(5, Z10, Z11); \
	ROW2(6, Z12, Z13); \
	ROW2(7, Z14, Z15); \
	ADDQ $56, R9; \
	NEXT_DATE; \
	JNZ date; \
	KORTESTB K1, K1; \
	JCC done; \
	TESTQ R13, R13; \
	JEQ unmasked; \
	MASKED16; \
	JCC done; \
unmasked: \
	VSUBPD Z0, Z0, Z20; \
	VSUBPD Z1, Z1, Z21; \
	VADDPD Z20, Z21, Z20; \
	VCMPPD $3, Z20, Z20, K1; \
	KORTESTB K1, K1; \
	JNE done; \
	PUT_ROW2(0, Z0, Z1, none0); \
	PUT_ROW2(1, Z2, Z3, none1); \
	PUT_ROW2(2, Z4, Z5, none2); \
	PUT_ROW2(3, Z6, Z7, none3); \
	PUT_ROW2(4, Z8, Z9, none4); \
	PUT_ROW2(5, Z10, Z11, none5); \
	PUT_ROW2(6, Z12, Z13, none6); \
	PUT_ROW2(7, Z14, Z15, none7); \
	NEXT_GROUP(16, 2, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
done: \
	ANDQ $-64, BX; \
	LEAVE

// ---- The first and the last observation, 16 pixels at a time ---------------------------------------------
//
//	Z0-Z1 [16]float64 = time of the first       K2, K5 pixels whose observation is not found
//	Z2-Z3 [16]float64 = time of the last        K3, K4 those that have one at this date
//	Z28 time of the date                        Z29 lo, Z30 hi, Z31 nodata
//
// Dates are read from the first forwards until all 16 pixels have an observation, and from the last
// backwards. Usually these are few dates.

#define ENDS_DATE(a, b) \
	KANDB K2, K3, K3; \
	KANDB K5, K4, K4; \
	VBROADCASTSD (R9), Z28; \
	VMOVAPD Z28, K3, a; \
	VMOVAPD Z28, K4, b; \
	KANDNB K2, K3, K2; \
	KANDNB K5, K4, K5

#define ENDS(VALID, BROADCAST, size) \
	ENTER; \
	LIMITS(BROADCAST); \
group: \
	MOVQ params_first(AX), DI; \
	VMOVUPD (DI)(BX*8), Z0; \
	VMOVUPD 64(DI)(BX*8), Z1; \
	VCMPPD $3, Z0, Z0, K2; \
	VCMPPD $3, Z1, Z1, K5; \
	FIRST_DATE; \
date: \
	KORTESTB K2, K5; \
	JEQ first; \
	VALID(0, X24, Y24, Z24, K3, K4); \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	ENDS_DATE(Z0, Z1); \
	ADDQ R15, R14; \
	NEXT_DATE; \
	JNZ date; \
first: \
	VMOVUPD Z0, (DI)(BX*8); \
	VMOVUPD Z1, 64(DI)(BX*8); \
	MOVQ params_last(AX), DI; \
	VMOVUPD (DI)(BX*8), Z2; \
	VMOVUPD 64(DI)(BX*8), Z3; \
	KXNORB K2, K2, K2; \
	KXNORB K5, K5, K5; \
	MOVQ params_dates(AX), R10; \
	MOVQ params_tau(AX), R9; \
	LEAQ -8(R9)(R10*8), R9; \
	WALK_BACK; \
back: \
	VALID(0, X24, Y24, Z24, K3, K4); \
	TESTQ R13, R13; \
	JNE back_masked; \
back_valid: \
	ENDS_DATE(Z2, Z3); \
	KORTESTB K2, K5; \
	JEQ last; \
	SUBQ R11, R8; \
	SUBQ R15, R14; \
	SUBQ $8, R9; \
	DECQ CX; \
	JNZ back; \
last: \
	VMOVUPD Z2, (DI)(BX*8); \
	VMOVUPD Z3, 64(DI)(BX*8); \
	NEXT_GROUP(16, 2, size); \
	TESTQ $63, BX; \
	JNE group; \
	NEXT_BLOCK; \
	JCS group; \
	LEAVE; \
masked: \
	MASK16(mask_bits, mask_read); \
	JMP valid; \
back_masked: \
	MASK16(back_bits, back_read); \
	JMP back_valid

// ---- The bodies, one per type --------------------------------------------------------------

// ---- Samples of 32 pixels as models need them -----------------------------------------------------
//
// One call takes 32 pixels at some dates. It writes, by date, the differences from the first
// observation and the bits of the observations, and for every four dates where the row of each pixel
// begins in a table (see Model).
//
//	Z16-Z19 [32]float64 = first observations    K2 pixels that have one
//	Z20-Z21 [32]uint32 = where rows begin       Z22, Z28 size of a row, Z28 times 2 for each date
//	Z24-Z27 y, then d                           Z29 lo, Z30 hi, Z31 nodata
//	K3-K6   observations                        K7 first observations
//	R9 keep, R12 bits, DX d, BX index           DI dates until the index is stored
//	R10 bits of pixels that had gaps            SI scratch

#define PUT_INDEX \
	VPMOVDW Z20, Y24; \
	VMOVDQU16 Y24, (BX); \
	VPMOVDW Z21, Y24; \
	VMOVDQU16 Y24, 32(BX); \
	VPXORQ Z20, Z20, Z20; \
	VPXORQ Z21, Z21, Z21; \
	VMOVDQA64 Z22, Z28; \
	MOVL $4, DI; \
	ADDQ $64, BX

#define STAGE(LOAD, VALID, BROADCAST) \
	ENTER; \
	LIMITS(BROADCAST); \
	MOVQ params_refs(AX), DI; \
	VMOVUPD (DI), Z16; \
	VMOVUPD 64(DI), Z17; \
	VMOVUPD 128(DI), Z18; \
	VMOVUPD 192(DI), Z19; \
	KMOVD params_seen(AX), K2; \
	VPBROADCASTD params_row(AX), Z22; \
	MOVQ SI, R8; \
	MOVQ R13, R14; \
	MOVQ params_keep(AX), R9; \
	MOVQ params_bits(AX), R12; \
	MOVQ params_d(AX), DX; \
	MOVQ params_index(AX), BX; \
	MOVQ params_dates(AX), CX; \
	XORL R10, R10; \
	VPXORQ Z20, Z20, Z20; \
	VPXORQ Z21, Z21, Z21; \
	VMOVDQA64 Z22, Z28; \
	MOVL $4, DI; \
	PCALIGN $64; \
date: \
	VALID(0, X24, Y24, Z24, K3, K4); \
	VALID(1, X25, Y25, Z25, K5, K6); \
	TESTQ R13, R13; \
	JNE masked; \
valid: \
	KUNPCKBW K3, K4, K3; \
	KUNPCKBW K5, K6, K5; \
	KUNPCKWD K3, K5, K3; \
	KMOVD (R9), K7; \
	KANDD K7, K3, K3; \
	KMOVD K3, SI; \
	MOVL SI, (R12); \
	XORL (R9), SI; \
	ORL SI, R10; \
	KANDND K3, K2, K7; \
	LOAD(0, Y24, Z24); \
	LOAD(1, Y25, Z25); \
	LOAD(2, Y26, Z26); \
	LOAD(3, Y27, Z27); \
	KSHIFTRD $8, K3, K4; \
	KSHIFTRD $16, K3, K5; \
	KSHIFTRD $24, K3, K6; \
	VPADDD Z28, Z20, K3, Z20; \
	VPADDD Z28, Z21, K5, Z21; \
	VPADDD Z28, Z28, Z28; \
	KORTESTD K7, K7; \
	JNE first; \
known: \
	VSUBPD.Z Z16, Z24, K3, Z24; \
	VSUBPD.Z Z17, Z25, K4, Z25; \
	VSUBPD.Z Z18, Z26, K5, Z26; \
	VSUBPD.Z Z19, Z27, K6, Z27; \
	VMOVUPD Z24, (DX); \
	VMOVUPD Z25, 64(DX); \
	VMOVUPD Z26, 128(DX); \
	VMOVUPD Z27, 192(DX); \
	DECQ DI; \
	JEQ index; \
indexed: \
	ADDQ R11, R8; \
	ADDQ $4, R9; \
	ADDQ $4, R12; \
	ADDQ $256, DX; \
	DECQ CX; \
	JNZ date; \
	CMPQ DI, $4; \
	JEQ stored; \
	PUT_INDEX; \
stored: \
	MOVQ params_refs(AX), DI; \
	VMOVUPD Z16, (DI); \
	VMOVUPD Z17, 64(DI); \
	VMOVUPD Z18, 128(DI); \
	VMOVUPD Z19, 192(DI); \
	KMOVD K2, params_seen(AX); \
	ORL R10, params_gaps(AX); \
	LEAVE; \
index: \
	PUT_INDEX; \
	JMP indexed; \
masked: \
	MASK32(mask_bits, mask_read); \
	ADDQ R15, R14; \
	JMP valid; \
first: \
	KORD K7, K2, K2; \
	VMOVAPD Z24, K7, Z16; \
	KSHIFTRD $8, K7, K7; \
	VMOVAPD Z25, K7, Z17; \
	KSHIFTRD $8, K7, K7; \
	VMOVAPD Z26, K7, Z18; \
	KSHIFTRD $8, K7, K7; \
	VMOVAPD Z27, K7, Z19; \
	JMP known

TEXT ·slopeU8AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_U8, NODATA_1, DIFFER_I8, ONES_1, AHEAD_1, 1)

TEXT ·slopeI8AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_I8, NODATA_1, DIFFER_I8, ONES_1, AHEAD_1, 1)

TEXT ·slopeU16AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_U16, NODATA_2, DIFFER_I16, ONES_2, AHEAD_2, 2)

TEXT ·slopeI16AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_I16, NODATA_2, DIFFER_I16, ONES_2, AHEAD_2, 2)

TEXT ·slopeU32AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_U32, NODATA_4, DIFFER_I32, ONES_4, AHEAD_4, 4)

TEXT ·slopeI32AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_I32, NODATA_4, DIFFER_I32, ONES_4, AHEAD_4, 4)

TEXT ·slopeF32AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_F32, NODATA_4, DIFFER_F32, ONES_4, AHEAD_4, 4)

TEXT ·slopeF64AVX512(SB), NOSPLIT, $0-8
	SLOPE(LOAD_F64, NODATA_8, DIFFER_F64, ONES_8, AHEAD_8, 8)

TEXT ·slopeGapsU8AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_U8, VALID_U8, VPBROADCASTB, AHEAD_1, 1)

TEXT ·slopeGapsI8AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_I8, VALID_I8, VPBROADCASTB, AHEAD_1, 1)

TEXT ·slopeGapsU16AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_U16, VALID_U16, VPBROADCASTW, AHEAD_1, 2)

TEXT ·slopeGapsI16AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_I16, VALID_I16, VPBROADCASTW, AHEAD_1, 2)

TEXT ·slopeGapsU32AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_U32, VALID_U32, VPBROADCASTD, AHEAD_2, 4)

TEXT ·slopeGapsI32AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_I32, VALID_I32, VPBROADCASTD, AHEAD_2, 4)

TEXT ·slopeGapsF32AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS_BY(FIND_32_F32(VALID16_F32), ANY_32, PRODUCT_ANY, LOAD_F32, VALID_F32, VPBROADCASTD, AHEAD_2, 4)

TEXT ·slopeGapsFiniteF32AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS_BY(FIND_32_F32(VALID16_FINITE), ALL_FINITE_32, PRODUCT, LOAD_F32, VALID_FINITE, VPBROADCASTD, AHEAD_2, 4)

TEXT ·slopeGapsF64AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS(LOAD_F64, VALID_F64, VPBROADCASTQ, AHEAD_4, 8)

TEXT ·sumsU8AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_U8, NODATA_1, DIFFER32_I8, ONES32_1, AHEAD_1, 1)

TEXT ·sumsI8AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_I8, NODATA_1, DIFFER32_I8, ONES32_1, AHEAD_1, 1)

TEXT ·sumsU16AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_U16, NODATA_2, DIFFER32_I16, ONES32_2, AHEAD_1, 2)

TEXT ·sumsI16AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_I16, NODATA_2, DIFFER32_I16, ONES32_2, AHEAD_1, 2)

TEXT ·sumsU32AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_U32, NODATA_4, DIFFER32_I32, ONES32_4, AHEAD_2, 4)

TEXT ·sumsI32AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_I32, NODATA_4, DIFFER32_I32, ONES32_4, AHEAD_2, 4)

TEXT ·sumsF32AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_F32, NODATA_4, DIFFER32_F32, ONES32_4, AHEAD_2, 4)

TEXT ·sumsF64AVX512(SB), NOSPLIT, $0-8
	SUMS(LOAD_F64, NODATA_8, DIFFER32_F64, ONES32_8, AHEAD_4, 8)

TEXT ·sumsGapsU8AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_U8, VALID_U8, VPBROADCASTB, AHEAD_1, 1)

TEXT ·sumsGapsI8AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_I8, VALID_I8, VPBROADCASTB, AHEAD_1, 1)

TEXT ·sumsGapsU16AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_U16, VALID_U16, VPBROADCASTW, AHEAD_1, 2)

TEXT ·sumsGapsI16AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_I16, VALID_I16, VPBROADCASTW, AHEAD_1, 2)

TEXT ·sumsGapsU32AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_U32, VALID_U32, VPBROADCASTD, AHEAD_1, 4)

TEXT ·sumsGapsI32AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_I32, VALID_I32, VPBROADCASTD, AHEAD_1, 4)

TEXT ·sumsGapsF32AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS_BY(FIND_16_F32(VALID16_F32), ANY_16, LOAD_F32, VALID_F32, VPBROADCASTD, AHEAD_1, 4)

TEXT ·sumsGapsFiniteF32AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS_BY(FIND_16_F32(VALID16_FINITE), ALL_FINITE_16, LOAD_F32, VALID_FINITE, VPBROADCASTD, AHEAD_1, 4)

TEXT ·sumsGapsF64AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS(LOAD_F64, VALID_F64, VPBROADCASTQ, AHEAD_2, 8)

TEXT ·slopeWholeU8AVX512(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_U8, AHEAD_1, 1)

TEXT ·slopeWholeI8AVX512(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_I8, AHEAD_1, 1)

TEXT ·slopeWholeU16AVX512(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_U16, AHEAD_2, 2)

TEXT ·slopeWholeI16AVX512(SB), NOSPLIT, $0-8
	SLOPE_WHOLE(WIDE_I16, AHEAD_2, 2)

TEXT ·slopeGapsWholeU8AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_U8, AHEAD_1, 1)

TEXT ·slopeGapsWholeI8AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_I8, AHEAD_1, 1)

TEXT ·slopeGapsWholeU16AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_U16, AHEAD_2, 2)

TEXT ·slopeGapsWholeI16AVX512(SB), NOSPLIT, $0-8
	SLOPE_GAPS_WHOLE(WIDE_I16, AHEAD_2, 2)

TEXT ·sumsGapsWholeU8AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_U8, AHEAD_1, 1)

TEXT ·sumsGapsWholeI8AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_I8, AHEAD_1, 1)

TEXT ·sumsGapsWholeU16AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_U16, AHEAD_1, 2)

TEXT ·sumsGapsWholeI16AVX512(SB), NOSPLIT, $0-8
	SUMS_GAPS_WHOLE(WIDE_I16, AHEAD_1, 2)

TEXT ·rows4U8AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_U8, AHEAD_1, 1)

TEXT ·rows4I8AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_I8, AHEAD_1, 1)

TEXT ·rows4U16AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_U16, AHEAD_1, 2)

TEXT ·rows4I16AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_I16, AHEAD_1, 2)

TEXT ·rows4U32AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_U32, AHEAD_2, 4)

TEXT ·rows4I32AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_I32, AHEAD_2, 4)

TEXT ·rows4F32AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_F32, AHEAD_2, 4)

TEXT ·rows4F64AVX512(SB), NOSPLIT, $0-8
	ROWS4(LOAD_F64, AHEAD_4, 8)

TEXT ·rows8U8AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_U8, AHEAD_1, 1)

TEXT ·rows8I8AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_I8, AHEAD_1, 1)

TEXT ·rows8U16AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_U16, AHEAD_1, 2)

TEXT ·rows8I16AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_I16, AHEAD_1, 2)

TEXT ·rows8U32AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_U32, AHEAD_1, 4)

TEXT ·rows8I32AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_I32, AHEAD_1, 4)

TEXT ·rows8F32AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_F32, AHEAD_1, 4)

TEXT ·rows8F64AVX512(SB), NOSPLIT, $0-8
	ROWS8(LOAD_F64, AHEAD_2, 8)

TEXT ·endsU8AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_U8, VPBROADCASTB, 1)

TEXT ·endsI8AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_I8, VPBROADCASTB, 1)

TEXT ·endsU16AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_U16, VPBROADCASTW, 2)

TEXT ·endsI16AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_I16, VPBROADCASTW, 2)

TEXT ·endsU32AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_U32, VPBROADCASTD, 4)

TEXT ·endsI32AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_I32, VPBROADCASTD, 4)

TEXT ·endsF32AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_F32, VPBROADCASTD, 4)

TEXT ·endsF64AVX512(SB), NOSPLIT, $0-8
	ENDS(VALID_F64, VPBROADCASTQ, 8)

TEXT ·stageU8AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_U8, VALID_U8, VPBROADCASTB)

TEXT ·stageI8AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_I8, VALID_I8, VPBROADCASTB)

TEXT ·stageU16AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_U16, VALID_U16, VPBROADCASTW)

TEXT ·stageI16AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_I16, VALID_I16, VPBROADCASTW)

TEXT ·stageU32AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_U32, VALID_U32, VPBROADCASTD)

TEXT ·stageI32AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_I32, VALID_I32, VPBROADCASTD)

TEXT ·stageF32AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_F32, VALID_F32, VPBROADCASTD)

TEXT ·stageF64AVX512(SB), NOSPLIT, $0-8
	STAGE(LOAD_F64, VALID_F64, VPBROADCASTQ)
