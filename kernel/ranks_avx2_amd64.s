//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "ranks_amd64.h"

// The bodies of rank trends. ranks_amd64.go explains the method and its proof. A call works on the
// 16 pixels of a block, in two registers of 8 float32, the halves, or in one of 16 words. Arrays by
// slot have 16 numbers per slot, one per pixel. Word w of a register belongs to
//
//	pixels 0-3, 8-11 | 4-7, 12-15
//
// which is the order that VPACKSSDW makes of two halves and VPUNPCKLWD, VPUNPCKHWD undo.
//
// General registers, in all bodies: AX *rankParams; BX 0 or 32, the bytes of the half.

DATA rankAbs<>+0(SB)/4, $0x7fffffff
GLOBL rankAbs<>(SB), RODATA|NOPTR, $4
DATA rankOne<>+0(SB)/4, $0x3f800000
GLOBL rankOne<>(SB), RODATA|NOPTR, $4
DATA rankHalf<>+0(SB)/4, $0x3f000000
GLOBL rankHalf<>(SB), RODATA|NOPTR, $4
DATA rankTwo<>+0(SB)/4, $0x40000000
GLOBL rankTwo<>(SB), RODATA|NOPTR, $4
DATA rankFive<>+0(SB)/4, $0x40a00000
GLOBL rankFive<>(SB), RODATA|NOPTR, $4
DATA rankMinus<>+0(SB)/4, $0xbf800000
GLOBL rankMinus<>(SB), RODATA|NOPTR, $4
DATA rankExponent<>+0(SB)/4, $0x7f800000
GLOBL rankExponent<>(SB), RODATA|NOPTR, $4
DATA rankTwoInt<>+0(SB)/4, $2
GLOBL rankTwoInt<>(SB), RODATA|NOPTR, $4
DATA rankMaskBits<>+0(SB)/8, $0x0000000200000001
DATA rankMaskBits<>+8(SB)/8, $0x0000000800000004
DATA rankMaskBits<>+16(SB)/8, $0x0000002000000010
DATA rankMaskBits<>+24(SB)/8, $0x0000008000000040
DATA rankMaskBits<>+32(SB)/8, $0x0000020000000100
DATA rankMaskBits<>+40(SB)/8, $0x0000080000000400
DATA rankMaskBits<>+48(SB)/8, $0x0000200000001000
DATA rankMaskBits<>+56(SB)/8, $0x0000800000004000
GLOBL rankMaskBits<>(SB), RODATA|NOPTR, $64

// ---- Samples -----------------------------------------------------------------------------------
//
// The samples of the block go to y in the order of the slots, as float32, with NaN in gaps.
//
//	SI first pixel at the first date   R11 bytes from a date to the next   R12 dates of the slots
//	R13, R15 the same of the mask      CX slots left                       DI y
//	Y0, Y1 samples   Y2, Y3 bits set where there is a gap   Y10 lo, Y11 hi, Y12 nodata   Y13 zero

#define RANK_U8 VPMOVZXBD (R8), Y0; VPMOVZXBD 8(R8), Y1; VCVTDQ2PS Y0, Y0; VCVTDQ2PS Y1, Y1
#define RANK_I8 VPMOVSXBD (R8), Y0; VPMOVSXBD 8(R8), Y1; VCVTDQ2PS Y0, Y0; VCVTDQ2PS Y1, Y1
#define RANK_U16 VPMOVZXWD (R8), Y0; VPMOVZXWD 16(R8), Y1; VCVTDQ2PS Y0, Y0; VCVTDQ2PS Y1, Y1
#define RANK_I16 VPMOVSXWD (R8), Y0; VPMOVSXWD 16(R8), Y1; VCVTDQ2PS Y0, Y0; VCVTDQ2PS Y1, Y1
#define RANK_F32 VMOVUPS (R8), Y0; VMOVUPS 32(R8), Y1

// GAP(y, gap): sets all bits of gap where y is no observation. Comparisons with NaN are true.
#define GAP(y, gap) \
	VCMPPS $0x19, Y10, y, gap; \
	VCMPPS $0x16, Y11, y, Y4; \
	VORPS Y4, gap, gap; \
	VCMPPS $0, Y12, y, Y4; \
	VORPS Y4, gap, gap

#define RANK_LOAD(LOAD) \
	MOVQ p+0(FP), AX; \
	MOVQ rankParams_src(AX), SI; \
	MOVQ rankParams_stride(AX), R11; \
	MOVQ rankParams_order(AX), R12; \
	MOVQ rankParams_mask(AX), R13; \
	MOVQ rankParams_maskStride(AX), R15; \
	MOVQ rankParams_slots(AX), CX; \
	MOVQ rankParams_y(AX), DI; \
	VBROADCASTSS rankParams_lo(AX), Y10; \
	VBROADCASTSS rankParams_hi(AX), Y11; \
	VBROADCASTSS rankParams_nodata(AX), Y12; \
	VPXOR Y13, Y13, Y13; \
load_slot: \
	MOVLQSX (R12), R10; \
	MOVQ R10, R14; \
	IMULQ R11, R10; \
	LEAQ (SI)(R10*1), R8; \
	LOAD; \
	GAP(Y0, Y2); \
	GAP(Y1, Y3); \
	TESTQ R13, R13; \
	JZ load_store; \
	IMULQ R15, R14; \
	ADDQ R13, R14; \
	CMPQ rankParams_maskBits(AX), $0; \
	JNE load_bits; \
	VPMOVZXBD (R14), Y4; \
	VPCMPEQD Y13, Y4, Y4; \
	VPOR Y4, Y2, Y2; \
	VPMOVZXBD 8(R14), Y4; \
	VPCMPEQD Y13, Y4, Y4; \
	VPOR Y4, Y3, Y3; \
	JMP load_store; \
load_bits: \
	MOVWLZX (R14), R10; \
	VMOVD R10, X4; \
	VPBROADCASTD X4, Y4; \
	VPAND rankMaskBits<>+32(SB), Y4, Y5; \
	VPAND rankMaskBits<>(SB), Y4, Y4; \
	VPCMPEQD Y13, Y4, Y4; \
	VPCMPEQD Y13, Y5, Y5; \
	VPOR Y4, Y2, Y2; \
	VPOR Y5, Y3, Y3; \
load_store: \
	VORPS Y2, Y0, Y0; \
	VORPS Y3, Y1, Y1; \
	VMOVUPS Y0, (DI); \
	VMOVUPS Y1, 32(DI); \
	ADDQ $64, DI; \
	ADDQ $4, R12; \
	DECQ CX; \
	JNZ load_slot; \
	LEAVE

TEXT ·rankLoadU8AVX2(SB), NOSPLIT, $0-8
	RANK_LOAD(RANK_U8)

TEXT ·rankLoadI8AVX2(SB), NOSPLIT, $0-8
	RANK_LOAD(RANK_I8)

TEXT ·rankLoadU16AVX2(SB), NOSPLIT, $0-8
	RANK_LOAD(RANK_U16)

TEXT ·rankLoadI16AVX2(SB), NOSPLIT, $0-8
	RANK_LOAD(RANK_I16)

TEXT ·rankLoadF32AVX2(SB), NOSPLIT, $0-8
	RANK_LOAD(RANK_F32)

// ---- Start -------------------------------------------------------------------------------------
//
// The least squares line of each pixel, with a level per group, gives the first m, and its
// residuals the scale. Writes n of the groups, the state of the search, u and gap.
//
//	SI y   DI t   R8 n of the group   R9 end of the group's slots   R10 bytes of a slot   R12 means
//	CX slot, 64 times   DX ends of the groups   R11 groups left
//
// First the sums of a group:
//
//	Y0 first observations   Y1 n   Y2 Σt   Y3 Σt²   Y4 Σd   Y5 Σtd   Y6 Σd²   Y7 greatest |d|
//	Y8 d   Y9 mask, t   Y10-Y15 scratch

TEXT ·rankStartAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	XORL BX, BX

start_half:
	MOVQ rankParams_y(AX), SI
	MOVQ rankParams_t(AX), DI
	ADDQ BX, SI
	ADDQ BX, DI

	// Y0 = first observation of each lane, NaN if there is none.
	MOVQ rankParams_slots(AX), R10
	SHLQ $6, R10
	XORL CX, CX
	VPCMPEQD Y0, Y0, Y0

start_first:
	VCMPPS $3, Y0, Y0, Y1
	VMOVMSKPS Y1, R13
	TESTL R13, R13
	JZ start_sums
	VMOVUPS (SI)(CX*1), Y2
	VBLENDVPS Y1, Y2, Y0, Y0
	ADDQ $64, CX
	CMPQ CX, R10
	JLT start_first

start_sums:
	VPXOR Y7, Y7, Y7
	VMOVUPS Y7, rankParams_ctt(AX)(BX*1)
	VMOVUPS Y7, rankParams_cty(AX)(BX*1)
	VMOVUPS Y7, rankParams_cyy(AX)(BX*1)
	VMOVUPS Y7, rankParams_n(AX)(BX*1)
	VMOVUPS Y7, rankParams_variance(AX)(BX*1)
	MOVQ rankParams_ends(AX), DX
	MOVQ rankParams_groups(AX), R11
	MOVQ rankParams_groupN(AX), R8
	MOVQ rankParams_means(AX), R12
	ADDQ BX, R8
	ADDQ BX, R12
	XORL CX, CX

start_group:
	MOVLQSX (DX), R9
	SHLQ $6, R9
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VBROADCASTSS rankAbs<>(SB), Y15
	CMPQ CX, R9
	JGE start_line

start_add:
	VMOVUPS (SI)(CX*1), Y8
	VSUBPS Y0, Y8, Y8
	VCMPPS $7, Y8, Y8, Y9
	VPSUBD Y9, Y1, Y1
	VANDPS Y9, Y8, Y8
	VANDPS (DI)(CX*1), Y9, Y9
	VADDPS Y9, Y2, Y2
	VFMADD231PS Y9, Y9, Y3
	VADDPS Y8, Y4, Y4
	VFMADD231PS Y8, Y9, Y5
	VFMADD231PS Y8, Y8, Y6
	VANDPS Y15, Y8, Y8
	VMAXPS Y8, Y7, Y7
	ADDQ $64, CX
	CMPQ CX, R9
	JLT start_add

start_line:
	// Y8 = n, Y9 = 1/max(n,1); means to R12; then the centred sums are added to those of the
	// groups before.
	VMOVUPS Y1, (R8)
	VPADDD rankParams_n(AX)(BX*1), Y1, Y10
	VMOVUPS Y10, rankParams_n(AX)(BX*1)
	VCVTDQ2PS Y1, Y8
	VBROADCASTSS rankOne<>(SB), Y10
	VMAXPS Y10, Y8, Y9
	VDIVPS Y9, Y10, Y9
	VMULPS Y9, Y2, Y11
	VMULPS Y9, Y4, Y12
	VMOVUPS Y11, (R12)
	VMOVUPS Y12, 64(R12)
	VFNMADD231PS Y11, Y2, Y3
	VFNMADD231PS Y11, Y4, Y5
	VFNMADD231PS Y12, Y4, Y6
	VADDPS rankParams_ctt(AX)(BX*1), Y3, Y3
	VADDPS rankParams_cty(AX)(BX*1), Y5, Y5
	VADDPS rankParams_cyy(AX)(BX*1), Y6, Y6
	VMOVUPS Y3, rankParams_ctt(AX)(BX*1)
	VMOVUPS Y5, rankParams_cty(AX)(BX*1)
	VMOVUPS Y6, rankParams_cyy(AX)(BX*1)
	VBROADCASTSS rankTwo<>(SB), Y11
	VBROADCASTSS rankFive<>(SB), Y12
	VFMADD213PS Y12, Y8, Y11             // 2n+5
	VSUBPS Y10, Y8, Y13
	VMULPS Y13, Y8, Y13
	VMOVUPS rankParams_variance(AX)(BX*1), Y14
	VFMADD231PS Y13, Y11, Y14
	VMOVUPS Y14, rankParams_variance(AX)(BX*1)
	ADDQ $64, R8
	ADDQ $128, R12
	ADDQ $4, DX
	DECQ R11
	JNZ start_group

	// Y0 is kept. Y3, Y5, Y6 = ctt, cty, cyy. Y1 = slope b, or 0 if the line has none.
	VPXOR Y15, Y15, Y15
	VCMPPS $0x1e, Y15, Y3, Y9            // ctt > 0
	VDIVPS Y3, Y5, Y1
	VANDPS Y9, Y1, Y1
	VFNMADD231PS Y1, Y5, Y6
	VMAXPS Y15, Y6, Y6                   // Σ of squared residuals
	VCVTDQ2PS rankParams_n(AX)(BX*1), Y8
	VSUBPS Y10, Y8, Y9
	VSUBPS Y10, Y9, Y9
	VMAXPS Y10, Y9, Y9
	VDIVPS Y9, Y6, Y6
	VSQRTPS Y6, Y9                       // their standard deviation
	VDIVPS Y3, Y6, Y6
	VSQRTPS Y6, Y6                       // standard error of b
	// Y2 = scale, the power of two below 8000/max(deviation, 2^-11 Y, tiny)
	VMULPS rankParams_floor+0(AX), Y7, Y11
	VMAXPS Y11, Y9, Y9
	VMAXPS rankParams_tiny+0(AX), Y9, Y9
	VMOVUPS rankParams_target+0(AX), Y2
	VDIVPS Y9, Y2, Y2
	VBROADCASTSS rankExponent<>(SB), Y11
	VANDPS Y11, Y2, Y2
	VMOVUPS Y2, rankParams_scale(AX)(BX*1)
	VMOVUPS Y7, rankParams_size(AX)(BX*1)
	// Y3 = m, in quanta. inv = slope per pair: error of b · scale / (½√var S)
	VMULPS Y2, Y1, Y3
	VMOVUPS rankParams_mmax(AX), Y11
	VXORPS Y12, Y12, Y12
	VSUBPS Y11, Y12, Y12
	VMAXPS Y12, Y3, Y3
	VMINPS Y11, Y3, Y3
	VMOVUPS Y3, rankParams_m(AX)(BX*1)
	VMOVUPS rankParams_variance(AX)(BX*1), Y14
	VMULPS rankParams_over72(AX), Y14, Y14
	VSQRTPS Y14, Y14
	VMAXPS Y10, Y14, Y14
	VMULPS Y2, Y6, Y6
	VDIVPS Y14, Y6, Y6
	VMAXPS rankParams_inv0(AX), Y6, Y6   // also if Y6 is NaN
	VMINPS Y11, Y6, Y6
	VMOVUPS Y6, rankParams_inv(AX)(BX*1)

	// u = scale·d − (scale·mean of d − m·mean of t).  Y4 = greatest |u|
	MOVQ rankParams_ends(AX), DX
	MOVQ rankParams_groups(AX), R11
	MOVQ rankParams_means(AX), R12
	ADDQ BX, R12
	MOVQ rankParams_u(AX), R8
	ADDQ BX, R8
	XORL CX, CX
	VXORPS Y4, Y4, Y4
	VBROADCASTSS rankAbs<>(SB), Y15

start_level:
	MOVLQSX (DX), R9
	SHLQ $6, R9
	VMULPS 64(R12), Y2, Y5
	VFNMADD231PS (R12), Y3, Y5
	CMPQ CX, R9
	JGE start_next

start_u:
	VMOVUPS (SI)(CX*1), Y8
	VSUBPS Y0, Y8, Y8
	VFMSUB213PS Y5, Y2, Y8
	VMOVUPS Y8, (R8)(CX*1)
	VANDPS Y15, Y8, Y8
	VMAXPS Y4, Y8, Y4                    // Y4 if Y8 is NaN
	ADDQ $64, CX
	CMPQ CX, R9
	JLT start_u

start_next:
	ADDQ $128, R12
	ADDQ $4, DX
	DECQ R11
	JNZ start_level

	// most = max(scale·Y, greatest |u|)
	VMULPS Y7, Y2, Y7
	VMAXPS Y4, Y7, Y4
	VMOVUPS Y4, rankParams_most(AX)(BX*1)
	ADDQ $32, BX
	CMPQ BX, $64
	JLT start_half

	// gap has all bits of a word set where u is NaN.
	MOVQ rankParams_u(AX), SI
	MOVQ rankParams_gap(AX), DI
	MOVQ rankParams_slots(AX), CX

start_gap:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VCMPPS $3, Y0, Y0, Y0
	VCMPPS $3, Y1, Y1, Y1
	VPACKSSDW Y1, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ $64, SI
	ADDQ $32, DI
	DECQ CX
	JNZ start_gap
	LEAVE

// ---- Signs -------------------------------------------------------------------------------------
//
// Counts pairs whose later sample is less, and equal samples. The tie sums add f and f(f+2) of each
// row, where f is the number of samples of its columns that are equal to its own.
//
//	Y0-Y3 samples of the rows   Y4 pairs with less   Y5-Y8 f of the rows   Y9 sample of a column
//	SI column   DI rows   R8 y

#define SIGN(q, f) \
	VCMPPS $0x11, Y9, q, Y10; \
	VCMPPS $0, Y9, q, Y11; \
	VPSUBD Y10, Y4, Y4; \
	VPSUBD Y11, f, f

#define TIES(f) \
	VPADDD Y9, f, Y10; \
	VPMULLD f, Y10, Y10; \
	VPADDD Y10, Y4, Y4

TEXT ·rankSignsAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_signs(AX), R8
	TASK_ENTER

signs_task:
	CMPQ R9, R10
	JGE signs_done
	TESTQ R12, R12
	JLE signs_done
	XORL BX, BX

signs_half:
	MOVLQSX rankTask_a(R9), SI
	MOVLQSX rankTask_j(R9), DI
	MOVLQSX rankTask_cols(R9), CX
	SHLQ $6, SI
	SHLQ $6, DI
	ADDQ R8, SI
	ADDQ R8, DI
	ADDQ BX, SI
	ADDQ BX, DI
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8
	VMOVUPS (DI), Y0
	CMPL rankTask_rows(R9), $4
	JNE signs_row
	VMOVUPS 64(DI), Y1
	VMOVUPS 128(DI), Y2
	VMOVUPS 192(DI), Y3
	TESTQ CX, CX
	JZ signs_triangle

signs_column:
	VMOVUPS (SI), Y9
	SIGN(Y0, Y5)
	SIGN(Y1, Y6)
	SIGN(Y2, Y7)
	SIGN(Y3, Y8)
	ADDQ $64, SI
	DECQ CX
	JNZ signs_column

signs_triangle:
	VMOVAPS Y0, Y9
	SIGN(Y1, Y6)
	SIGN(Y2, Y7)
	SIGN(Y3, Y8)
	VMOVAPS Y1, Y9
	SIGN(Y2, Y7)
	SIGN(Y3, Y8)
	VMOVAPS Y2, Y9
	SIGN(Y3, Y8)
	JMP signs_sum

signs_row:
	VMOVUPS (SI), Y9
	SIGN(Y0, Y5)
	ADDQ $64, SI
	DECQ CX
	JNZ signs_row

signs_sum:
	VPADDD rankParams_less(AX)(BX*1), Y4, Y4
	VMOVDQU Y4, rankParams_less(AX)(BX*1)
	VPOR Y5, Y6, Y9
	VPOR Y7, Y8, Y10
	VPOR Y9, Y10, Y9
	VPTEST Y9, Y9
	JZ signs_next
	VPBROADCASTD rankTwoInt<>(SB), Y9
	VPXOR Y4, Y4, Y4
	TIES(Y5)
	TIES(Y6)
	TIES(Y7)
	TIES(Y8)
	VPADDD Y5, Y6, Y5
	VPADDD Y7, Y8, Y7
	VPADDD Y5, Y7, Y5
	VPADDD rankParams_same(AX)(BX*1), Y5, Y5
	VMOVDQU Y5, rankParams_same(AX)(BX*1)
	VEXTRACTI128 $1, Y4, X5
	VCVTDQ2PD X4, Y4
	VCVTDQ2PD X5, Y5
	VADDPD rankParams_ties(AX)(BX*2), Y4, Y4
	VADDPD rankParams_ties+32(AX)(BX*2), Y5, Y5
	VMOVUPD Y4, rankParams_ties(AX)(BX*2)
	VMOVUPD Y5, rankParams_ties+32(AX)(BX*2)

signs_next:
	ADDQ $32, BX
	CMPQ BX, $64
	JLT signs_half
	MOVLQSX rankTask_cols(R9), CX
	SHLQ $3, CX
	SUBQ CX, R12
	ADDQ $rankTask__size, R9
	JMP signs_task

signs_done:
	MOVQ R9, rankParams_task(AX)
	LEAVE

// ---- Search ------------------------------------------------------------------------------------
//
// A pass counts the pairs whose quotient is less than m, which are those with z_j < z_i, and then
// chooses the next m of each lane. z = u − m·t is rounded to words. z is written twice: as that of a
// column, where a gap is the least word, and as that of a row, where it is the greatest, so that a
// gap is never counted.
//
//	R8 z: word registers of column and row by slot   SI column   DI row   R11 columns before the
//	sums of words could overflow
//	Y0-Y3 rows   Y4-Y7 counts of rows   Y8 column   Y9-Y12 scratch

// z of the slot at SI (u), DI (t), DX (gap), R8 (z), for m in Y0, Y1, as words in Y2.
#define WORDS(m0, m1) \
	VMOVUPS (SI)(CX*1), Y2; \
	VMOVUPS 32(SI)(CX*1), Y3; \
	VFNMADD231PS (DI)(CX*1), m0, Y2; \
	VFNMADD231PS 32(DI)(CX*1), m1, Y3; \
	VCVTPS2DQ Y2, Y2; \
	VCVTPS2DQ Y3, Y3; \
	VPACKSSDW Y3, Y2, Y2

#define COUNT(q, n, x) \
	VPCMPGTW q, Y8, x; \
	VPSUBW x, n, n

TEXT ·rankSearchAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_z(AX), R8
	TASK_ENTER
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	CMPQ R9, rankParams_tasks(AX)
	JNE search_count                     // go on with a pass

search_pass:
	MOVQ rankParams_u(AX), SI
	MOVQ rankParams_t(AX), DI
	MOVQ rankParams_gap(AX), DX
	MOVQ rankParams_slots(AX), R13
	SHLQ $6, R13
	XORL CX, CX
	VMOVUPS rankParams_m(AX), Y0
	VMOVUPS rankParams_m+32(AX), Y1
	VPXOR Y3, Y3, Y3
	VMOVDQU Y3, rankParams_count(AX)
	VMOVDQU Y3, rankParams_count+32(AX)

search_words:
	WORDS(Y0, Y1)
	VMOVDQU Y2, (R8)(CX*1)
	VPXOR (DX), Y2, Y2
	VMOVDQU Y2, 32(R8)(CX*1)
	ADDQ $32, DX
	ADDQ $64, CX
	CMPQ CX, R13
	JLT search_words

search_count:
	MOVQ $16383, R11

search_task:
	CMPQ R9, R10
	JGE search_flush
	MOVLQSX rankTask_cols(R9), CX
	SUBQ CX, R11
	SUBQ $3, R11
	JLT search_flush
	TESTQ R12, R12
	JLE search_flush
	LEAQ (CX*4), DX
	SUBQ DX, R12
	MOVLQSX rankTask_a(R9), SI
	MOVLQSX rankTask_j(R9), DI
	SHLQ $6, SI
	SHLQ $6, DI
	ADDQ R8, SI
	ADDQ R8, DI
	VMOVDQU 32(DI), Y0
	CMPL rankTask_rows(R9), $4
	JNE search_row
	VMOVDQU 96(DI), Y1
	VMOVDQU 160(DI), Y2
	VMOVDQU 224(DI), Y3
	ADDQ $rankTask__size, R9
	TESTQ CX, CX
	JZ search_triangle

	PCALIGN $32
search_column:
	VMOVDQU (SI), Y8
	COUNT(Y0, Y4, Y9)
	COUNT(Y1, Y5, Y10)
	COUNT(Y2, Y6, Y11)
	COUNT(Y3, Y7, Y12)
	ADDQ $64, SI
	DECQ CX
	JNZ search_column

search_triangle:
	VMOVDQU (DI), Y8
	COUNT(Y1, Y5, Y10)
	COUNT(Y2, Y6, Y11)
	COUNT(Y3, Y7, Y12)
	VMOVDQU 64(DI), Y8
	COUNT(Y2, Y6, Y11)
	COUNT(Y3, Y7, Y12)
	VMOVDQU 128(DI), Y8
	COUNT(Y3, Y7, Y12)
	JMP search_task

search_row:
	VMOVDQU (SI), Y8
	COUNT(Y0, Y4, Y9)
	ADDQ $64, SI
	DECQ CX
	JNZ search_row
	ADDQ $rankTask__size, R9
	JMP search_task

search_flush:
	VPADDW Y4, Y5, Y4
	VPADDW Y6, Y7, Y6
	VPADDW Y4, Y6, Y4
	VPXOR Y5, Y5, Y5
	VPUNPCKLWD Y5, Y4, Y6
	VPUNPCKHWD Y5, Y4, Y7
	VPADDD rankParams_count(AX), Y6, Y6
	VPADDD rankParams_count+32(AX), Y7, Y7
	VMOVDQU Y6, rankParams_count(AX)
	VMOVDQU Y7, rankParams_count+32(AX)
	VPXOR Y4, Y4, Y4
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	CMPQ R9, R10
	JGE search_counted
	TESTQ R12, R12
	JG search_count
	JMP search_done

search_counted:
	// All tasks are counted: the pass ends. R11 collects the lanes that have converged.
	INCQ rankParams_pass(AX)
	MOVQ rankParams_tasks(AX), R9
	XORL BX, BX
	MOVL $-1, R11

search_half:
	// Y0 = count, Y1 = m, Y2 = lo, Y3 = hi, Y4 = count of lo, Y5 = count of hi, Y6 = mid, Y7 = bits
	// set if there is a mid. m becomes lo if it lies below what is sought, hi if above, and mid if
	// it lies between the two middle quotients.
	VMOVDQU rankParams_count(AX)(BX*1), Y0
	VMOVUPS rankParams_m(AX)(BX*1), Y1
	VMOVUPS rankParams_below(AX)(BX*1), Y2
	VMOVUPS rankParams_above(AX)(BX*1), Y3
	VMOVDQU rankParams_nBelow(AX)(BX*1), Y4
	VMOVDQU rankParams_nAbove(AX)(BX*1), Y5
	VMOVUPS rankParams_mid(AX)(BX*1), Y6
	VMOVDQU rankParams_hasMid(AX)(BX*1), Y7
	VMOVDQU rankParams_k1(AX)(BX*1), Y8
	VMOVDQU rankParams_k2(AX)(BX*1), Y9
	VPCMPGTD Y0, Y8, Y10                 // count < k1
	VPCMPGTD Y0, Y9, Y11                 // count < k2
	VBLENDVPS Y10, Y1, Y2, Y2
	VBLENDVPS Y10, Y0, Y4, Y4
	VBLENDVPS Y11, Y3, Y1, Y3
	VBLENDVPS Y11, Y5, Y0, Y5
	VPANDN Y11, Y10, Y10
	VBLENDVPS Y10, Y1, Y6, Y6
	VPOR Y10, Y7, Y7
	VMOVUPS Y2, rankParams_below(AX)(BX*1)
	VMOVUPS Y3, rankParams_above(AX)(BX*1)
	VMOVDQU Y4, rankParams_nBelow(AX)(BX*1)
	VMOVDQU Y5, rankParams_nAbove(AX)(BX*1)
	VMOVUPS Y6, rankParams_mid(AX)(BX*1)
	VMOVDQU Y7, rankParams_hasMid(AX)(BX*1)

	// Y15 = lanes that have converged: few quotients, or a bracket too narrow for words.
	VPSUBD Y4, Y5, Y10
	VPBROADCASTD rankParams_few(AX), Y11
	VPCMPGTD Y10, Y11, Y15
	VSUBPS Y2, Y3, Y10
	VCMPPS $0x12, rankParams_tol(AX)(BX*1), Y10, Y10
	VORPS Y10, Y15, Y15
	VORPS rankParams_off(AX)(BX*1), Y15, Y15
	VMOVMSKPS Y15, R13
	ANDL R13, R11
	CMPL R13, $0xff
	JEQ search_other

	// Y10 = below is known, Y11 = above is known, Y12 = move below and not above
	VMOVUPS rankParams_mmax(AX), Y1
	VXORPS Y0, Y0, Y0
	VSUBPS Y1, Y0, Y0
	VCMPPS $0x1e, Y0, Y2, Y10
	VCMPPS $0x11, Y1, Y3, Y11
	VCVTDQ2PS Y4, Y4
	VCVTDQ2PS Y5, Y5
	VCVTDQ2PS Y8, Y8
	VCVTDQ2PS Y9, Y9
	VSUBPS Y4, Y8, Y12
	VSUBPS Y9, Y5, Y13
	VBROADCASTSS rankOne<>(SB), Y14
	VADDPS Y14, Y13, Y13
	VCMPPS $0x1e, Y13, Y12, Y12
	VANDPS Y11, Y12, Y12
	VPCMPEQD Y13, Y13, Y13
	VXORPS Y13, Y10, Y13                 // below is not known
	VORPS Y13, Y12, Y12
	// Between (Y2, Y4) and (Y3, Y5), of which mid is the end that stays, aim at the count Y9.
	VANDNPS Y7, Y12, Y13
	VBLENDVPS Y13, Y6, Y2, Y2
	VBLENDVPS Y13, Y8, Y4, Y4
	VANDPS Y7, Y12, Y13
	VBLENDVPS Y13, Y6, Y3, Y3
	VBLENDVPS Y13, Y8, Y5, Y5
	VSUBPS rankParams_slack(AX), Y8, Y8
	VADDPS rankParams_slack(AX), Y9, Y9
	VSUBPS Y14, Y9, Y9
	VBLENDVPS Y12, Y8, Y9, Y9
	// Y7 = by interpolation
	VSUBPS Y4, Y9, Y12                   // aim − count of the lower end
	VSUBPS Y9, Y5, Y13                   // count of the upper end − aim
	VSUBPS Y4, Y5, Y6
	VDIVPS Y6, Y12, Y7
	VMAXPS rankParams_least(AX), Y7, Y7
	VMINPS rankParams_greatest(AX), Y7, Y7
	CMPQ rankParams_pass(AX), $8
	JLT search_between
	VBROADCASTSS rankHalf<>(SB), Y7

search_between:
	VSUBPS Y2, Y3, Y6
	VFMADD213PS Y2, Y6, Y7
	// Y12 = upwards from the lower end, Y13 = downwards from the upper end, by the slope per pair
	VMOVUPS rankParams_step(AX)(BX*1), Y6
	VMOVUPS rankParams_grow(AX), Y5
	VMOVUPS rankParams_inv(AX)(BX*1), Y4
	VFMADD213PS Y6, Y5, Y12
	VFMADD213PS Y6, Y5, Y13
	VFMADD213PS Y2, Y4, Y12
	VFNMADD213PS Y3, Y4, Y13
	VCMPPS $0x1e, Y0, Y2, Y2             // the lower end is known
	VCMPPS $0x11, Y1, Y3, Y3             // the upper end is known
	VBLENDVPS Y3, Y7, Y12, Y12
	VBLENDVPS Y2, Y12, Y13, Y12
	VMAXPS Y0, Y12, Y12
	VMINPS Y1, Y12, Y12
	VMOVUPS rankParams_m(AX)(BX*1), Y13
	VBLENDVPS Y15, Y13, Y12, Y12
	VMOVUPS Y12, rankParams_m(AX)(BX*1)
	// Steps double until both ends are known.
	VANDPS Y10, Y11, Y10
	VANDNPS Y6, Y10, Y10
	VADDPS Y10, Y6, Y6
	VMOVUPS Y6, rankParams_step(AX)(BX*1)

search_other:
	ADDQ $32, BX
	CMPQ BX, $64
	JLT search_half
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	CMPL R11, $0xff
	JEQ search_converged
	MOVQ rankParams_pass(AX), R11
	CMPQ R11, rankParams_passes(AX)
	JGE search_converged
	TESTQ R12, R12
	JG search_pass
	JMP search_done

search_converged:
	MOVQ $1, rankParams_done(AX)

search_done:
	MOVQ R9, rankParams_task(AX)
	LEAVE

// ---- Capture -----------------------------------------------------------------------------------
//
// Counts the pairs that are surely below the bracket and writes an event for each column that has
// pairs which are neither that nor surely above it.
//
//	R8 z: columns lowered by E at below, rows at below, columns raised by E at above, rows at above
//	Y0-Y3 rows at below   Y4-Y7 rows at above   Y8 counts   Y9, Y10 columns   Y11-Y14 scratch
//	SI column   DI row   R11 columns as in the search   R13 end of the events   R14 bits of the
//	task's rows   R15, BX, DX, CX scratch

// below(q) into b, counted; then b also has the pairs that are surely above, and is zero for the
// others.
#define OUTSIDE(q, h, b, x) \
	VPCMPGTW q, Y9, b; \
	VPCMPGTW Y10, h, x; \
	VPSUBW b, Y8, Y8; \
	VPOR x, b, b

// An event is always written, and kept if it has pairs.
#define EVENT \
	VMOVDQU (SI), Y9; \
	VMOVDQU 64(SI), Y10; \
	OUTSIDE(Y0, Y4, Y11, Y15); \
	OUTSIDE(Y1, Y5, Y12, Y14); \
	VPACKSSWB Y12, Y11, Y11; \
	OUTSIDE(Y2, Y6, Y13, Y15); \
	OUTSIDE(Y3, Y7, Y12, Y14); \
	VPACKSSWB Y12, Y13, Y13; \
	VPMOVMSKB Y11, R15; \
	VPMOVMSKB Y13, BX; \
	SHLQ $32, BX; \
	ORQ BX, R15; \
	NOTQ R15; \
	ANDQ R14, R15; \
	MOVQ R15, (R11)(R13*8); \
	MOVQ DX, (const_rankEvents*8)(R11)(R13*8); \
	CMPQ R15, $1; \
	SBBQ $-1, R13; \
	INCQ DX; \
	ADDQ $128, SI

// The bits of row 0, of rows 1 to 3, of rows 2 and 3, and of row 3 in an event.
#define ROW_0 $0x00ff00ff
#define ROWS_1_3 $0xffffffffff00ff00
#define ROWS_2_3 $0xffffffff00000000
#define ROW_3 $0xff00ff0000000000

TEXT ·rankCaptureAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_z(AX), R8
	TASK_ENTER
	MOVQ rankParams_events(AX), R11
	XORL R13, R13
	CMPQ R9, rankParams_tasks(AX)
	JNE capture_task                     // go on

	// Y15 = E as words. E = 1 + ⌊2^-21·(most + |m|·T)⌋ for the greater |m| of the bracket.
	VBROADCASTSS rankAbs<>(SB), Y3
	VMOVUPS rankParams_error(AX), Y4
	VMOVUPS rankParams_reach(AX), Y5
	VBROADCASTSS rankOne<>(SB), Y6
	VANDPS rankParams_left(AX), Y3, Y0
	VANDPS rankParams_right(AX), Y3, Y1
	VMAXPS Y0, Y1, Y0
	VFMADD213PS rankParams_most(AX), Y5, Y0
	VFMADD213PS Y6, Y4, Y0
	VCVTTPS2DQ Y0, Y0
	VANDPS rankParams_left+32(AX), Y3, Y1
	VANDPS rankParams_right+32(AX), Y3, Y2
	VMAXPS Y1, Y2, Y1
	VFMADD213PS rankParams_most+32(AX), Y5, Y1
	VFMADD213PS Y6, Y4, Y1
	VCVTTPS2DQ Y1, Y1
	VPACKSSDW Y1, Y0, Y15
	MOVQ rankParams_u(AX), SI
	MOVQ rankParams_t(AX), DI
	MOVQ rankParams_gap(AX), DX
	MOVQ rankParams_slots(AX), R14
	SHLQ $6, R14
	XORL CX, CX
	VMOVUPS rankParams_left(AX), Y4
	VMOVUPS rankParams_left+32(AX), Y5
	VMOVUPS rankParams_right(AX), Y6
	VMOVUPS rankParams_right+32(AX), Y7
	VPXOR Y3, Y3, Y3
	VMOVDQU Y3, rankParams_count(AX)
	VMOVDQU Y3, rankParams_count+32(AX)

capture_words:
	VMOVDQU (DX), Y9
	WORDS(Y4, Y5)
	VPXOR Y9, Y2, Y10
	VPSUBSW Y15, Y2, Y2
	VMOVDQU Y2, (R8)(CX*2)
	VMOVDQU Y10, 32(R8)(CX*2)
	WORDS(Y6, Y7)
	VPXOR Y9, Y2, Y10
	VPADDSW Y15, Y2, Y2
	VMOVDQU Y2, 64(R8)(CX*2)
	VMOVDQU Y10, 96(R8)(CX*2)
	ADDQ $32, DX
	ADDQ $64, CX
	CMPQ CX, R14
	JLT capture_words

capture_task:
	CMPQ R9, R10
	JGE capture_done
	TESTQ R12, R12
	JLE capture_done
	MOVLQSX rankTask_cols(R9), CX
	LEAQ 4(CX)(R13*1), DX
	CMPQ DX, $const_rankEvents
	JGT capture_done
	LEAQ (CX*8), DX
	SUBQ DX, R12
	MOVLQSX rankTask_a(R9), SI
	MOVLQSX rankTask_j(R9), DI
	MOVQ DI, DX
	SHLQ $32, DX
	ORQ SI, DX                           // row and column
	SHLQ $7, SI
	SHLQ $7, DI
	ADDQ R8, SI
	ADDQ R8, DI
	VPXOR Y8, Y8, Y8
	VMOVDQU 32(DI), Y0
	VMOVDQU 96(DI), Y4
	CMPL rankTask_rows(R9), $4
	JNE capture_row
	MOVQ $-1, R14
	ANDQ rankParams_lanes(AX), R14
	VMOVDQU 160(DI), Y1
	VMOVDQU 224(DI), Y5
	VMOVDQU 288(DI), Y2
	VMOVDQU 352(DI), Y6
	VMOVDQU 416(DI), Y3
	VMOVDQU 480(DI), Y7
	TESTQ CX, CX
	JZ capture_triangle

	PCALIGN $32
capture_column:
	EVENT
	DECQ CX
	JNZ capture_column

capture_triangle:
	// A row whose columns are done becomes the greatest word, which is never below.
	VPCMPEQW Y0, Y0, Y0
	VPSRLW $1, Y0, Y0
	MOVQ ROWS_1_3, R14
	ANDQ rankParams_lanes(AX), R14
	EVENT
	VMOVDQA Y0, Y1
	MOVQ ROWS_2_3, R14
	ANDQ rankParams_lanes(AX), R14
	EVENT
	VMOVDQA Y0, Y2
	MOVQ ROW_3, R14
	ANDQ rankParams_lanes(AX), R14
	EVENT
	JMP capture_flush

capture_row:
	VPCMPEQW Y1, Y1, Y1
	VPSRLW $1, Y1, Y1
	VMOVDQA Y1, Y2
	VMOVDQA Y1, Y3
	VMOVDQA Y1, Y5
	VMOVDQA Y1, Y6
	VMOVDQA Y1, Y7
	MOVQ ROW_0, R14
	ANDQ rankParams_lanes(AX), R14

capture_row_column:
	EVENT
	DECQ CX
	JNZ capture_row_column

capture_flush:
	VPXOR Y5, Y5, Y5
	VPUNPCKLWD Y5, Y8, Y6
	VPUNPCKHWD Y5, Y8, Y7
	VPADDD rankParams_count(AX), Y6, Y6
	VPADDD rankParams_count+32(AX), Y7, Y7
	VMOVDQU Y6, rankParams_count(AX)
	VMOVDQU Y7, rankParams_count+32(AX)
	ADDQ $rankTask__size, R9
	JMP capture_task

capture_done:
	MOVQ R9, rankParams_task(AX)
	MOVQ R13, rankParams_nEvents(AX)
	LEAVE

// ---- Quotients ---------------------------------------------------------------------------------
//
// Appends the quotients of the pairs of the events to those of their lanes, or compares them. First
// the pairs of some events are listed, as the numbers of their two samples among all of y. Four
// numbers are written at once, because a loop over the bits would be mispredicted.
//
//	R8 y   R9 slot of each sample   R15 times   R10 quotients: 16 lanes by number   R11 events   DX event   SI rankPairOf
//	R14 pair   DI end of the pairs

#define PAIR(at) \
	TZCNTQ R12, BX; \
	BLSRQ R12, R12; \
	MOVQ (SI)(BX*8), BX; \
	ADDQ R13, BX; \
	MOVQ BX, at(R14)

// LOAD(at, x): x = the sample at R8 as float64. A quotient that is NaN has a gap.
#define QUOTIENT_F32(at, x) VCVTSS2SD (R8)(at*4), X15, x
#define QUOTIENT_F64(at, x) VMOVSD (R8)(at*8), x

// What is done with the quotient in X0, of lane R12: it is appended to those of the lane, or compared
// with the pivot of the lane.
#define APPEND \
	MOVQ rankParams_nQuotients(AX)(R12*8), CX; \
	INCQ rankParams_nQuotients(AX)(R12*8); \
	CMPQ CX, rankParams_room(AX); \
	JGE quotients_next; \
	SHLQ $4, CX; \
	ADDQ CX, R12; \
	VMOVSD X0, (R10)(R12*8)

#define COMPARE \
	VUCOMISD rankParams_pivot(AX)(R12*8), X0; \
	SETEQ CX; \
	ADCQ $0, rankParams_nLess(AX)(R12*8); \
	MOVBLZX CX, CX; \
	ADDQ CX, rankParams_nEqual(AX)(R12*8)

#define QUOTIENTS(Y, LOAD, USE) \
	MOVQ p+0(FP), AX; \
	MOVQ Y(AX), R8; \
	MOVQ rankParams_slotOf(AX), R9; \
	MOVQ rankParams_times(AX), R15; \
	MOVQ rankParams_quotients(AX), R10; \
	MOVQ rankParams_events(AX), R11; \
	MOVQ rankParams_pairOf(AX), SI; \
	VXORPS X15, X15, X15; \
	MOVQ rankParams_event(AX), DX; \
	JMP quotients_more; \
quotients_list: \
	LEAQ rankParams_list(AX), DI; \
quotients_event: \
	MOVQ (R11)(DX*8), R12; \
	MOVQ (const_rankEvents*8)(R11)(DX*8), R13; \
	SHLQ $4, R13; \
	POPCNTQ R12, CX; \
	MOVQ DI, R14; \
quotients_four: \
	PAIR(0); \
	PAIR(8); \
	PAIR(16); \
	PAIR(24); \
	ADDQ $32, R14; \
	TESTQ R12, R12; \
	JNZ quotients_four; \
	LEAQ (DI)(CX*8), DI; \
	INCQ DX; \
	CMPQ DX, rankParams_nEvents(AX); \
	JGE quotients_listed; \
	LEAQ (rankParams_list+const_rankListed*8)(AX), R14; \
	CMPQ DI, R14; \
	JLT quotients_event; \
quotients_listed: \
	LEAQ rankParams_list(AX), R14; \
quotients_pair: \
	MOVL 4(R14), BX; \
	MOVL (R14), R12; \
	LOAD(BX, X0); \
	LOAD(R12, X1); \
	VSUBSD X1, X0, X0; \
	MOVL (R9)(BX*4), BX; \
	MOVL (R9)(R12*4), CX; \
	VMOVSD (R15)(BX*8), X2; \
	VSUBSD (R15)(CX*8), X2, X2; \
	VDIVSD X2, X0, X0; \
	VUCOMISD X0, X0; \
	JPS quotients_next; \
	ANDL $15, R12; \
	USE; \
quotients_next: \
	ADDQ $8, R14; \
	CMPQ R14, DI; \
	JLT quotients_pair; \
quotients_more: \
	CMPQ DX, rankParams_nEvents(AX); \
	JGE quotients_done; \
	DECQ rankParams_budget(AX); \
	JGE quotients_list; \
quotients_done: \
	MOVQ DX, rankParams_event(AX); \
	LEAVE

TEXT ·rankQuotientsF32AVX2(SB), NOSPLIT, $0-8
	QUOTIENTS(rankParams_y, QUOTIENT_F32, APPEND)

TEXT ·rankQuotientsF64AVX2(SB), NOSPLIT, $0-8
	QUOTIENTS(rankParams_y64, QUOTIENT_F64, APPEND)

TEXT ·rankCompareF32AVX2(SB), NOSPLIT, $0-8
	QUOTIENTS(rankParams_y, QUOTIENT_F32, COMPARE)

TEXT ·rankCompareF64AVX2(SB), NOSPLIT, $0-8
	QUOTIENTS(rankParams_y64, QUOTIENT_F64, COMPARE)

// ---- Sorting -----------------------------------------------------------------------------------
//
// A network is a list of pairs of byte offsets of rows, of which the first gets the smaller
// numbers. This body sorts the quotients of the lanes after it has filled those of lanes with fewer
// rows with +Inf.
//
//	R10 quotients   SI network   DI its end   R8, R9 numbers to compare
//	Y0-Y3 numbers of quotients of the lanes, less those of the rows before   Y4 one   Y5 +Inf

#define EXCHANGE(at) \
	VMOVUPD at(R8), Y0; \
	VMOVUPD at(R9), Y1; \
	VMINPD Y1, Y0, Y2; \
	VMAXPD Y1, Y0, Y3; \
	VMOVUPD Y2, at(R8); \
	VMOVUPD Y3, at(R9)

DATA rankInf<>+0(SB)/8, $0x7ff0000000000000
GLOBL rankInf<>(SB), RODATA|NOPTR, $8
DATA rankInf32<>+0(SB)/4, $0x7f800000
GLOBL rankInf32<>(SB), RODATA|NOPTR, $4

#define FILL(n, at) \
	VPCMPGTQ Y6, n, Y7; \
	VBLENDVPD Y7, at(R8), Y5, Y8; \
	VMOVUPD Y8, at(R8); \
	VPSUBQ Y4, n, n

TEXT ·rankSortAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_quotients(AX), R10
	MOVQ rankParams_network(AX), SI
	MOVQ rankParams_networkEnd(AX), DI
	VMOVDQU rankParams_nQuotients(AX), Y0
	VMOVDQU rankParams_nQuotients+32(AX), Y1
	VMOVDQU rankParams_nQuotients+64(AX), Y2
	VMOVDQU rankParams_nQuotients+96(AX), Y3
	VPXOR Y6, Y6, Y6
	VPCMPEQD Y4, Y4, Y4
	VPSRLQ $63, Y4, Y4
	VBROADCASTSD rankInf<>(SB), Y5
	MOVQ R10, R8
	MOVQ rankParams_rows(AX), CX

sort_fill:
	FILL(Y0, 0)
	FILL(Y1, 32)
	FILL(Y2, 64)
	FILL(Y3, 96)
	ADDQ $128, R8
	DECQ CX
	JNZ sort_fill

sort_exchange:
	MOVL (SI), R8
	MOVL 4(SI), R9
	ADDQ R10, R8
	ADDQ R10, R9
	EXCHANGE(0)
	EXCHANGE(32)
	EXCHANGE(64)
	EXCHANGE(96)
	ADDQ $8, SI
	CMPQ SI, DI
	JLT sort_exchange
	LEAVE

// ---- Packing -----------------------------------------------------------------------------------
//
// Moves the observations of each lane to the front of its group. A gap is written too, and then
// overwritten by the next observation. Its bits are all set, as RANK_LOAD makes them.
//
//	SI y   DX times   R11 slot   CX slots left   R8, R9, R10 y, times and slots of the packed
//	samples   DI time of the slot   R12 y   R13 place, 16 to a slot

#define PACK(l) \
	MOVL (l*4)(SI), R12; \
	MOVL (rankParams_place+l*4)(AX), R13; \
	MOVL R12, (R8)(R13*4); \
	MOVL DI, (R9)(R13*4); \
	MOVL R11, (R10)(R13*4); \
	CMPL R12, $-1; \
	SBBL R12, R12; \
	ANDL $16, R12; \
	ADDL R12, R13; \
	MOVL R13, (rankParams_place+l*4)(AX)

TEXT ·rankPackAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_y(AX), SI
	MOVQ rankParams_t(AX), DX
	MOVQ rankParams_firstSlot(AX), R11
	MOVQ rankParams_slots(AX), CX
	MOVQ rankParams_packedY(AX), R8
	MOVQ rankParams_packedT(AX), R9
	MOVQ rankParams_packedSlotOf(AX), R10

pack_slot:
	MOVL (DX), DI
	PACK(0)
	PACK(1)
	PACK(2)
	PACK(3)
	PACK(4)
	PACK(5)
	PACK(6)
	PACK(7)
	PACK(8)
	PACK(9)
	PACK(10)
	PACK(11)
	PACK(12)
	PACK(13)
	PACK(14)
	PACK(15)
	ADDQ $64, SI
	ADDQ $64, DX
	INCQ R11
	DECQ CX
	JNZ pack_slot
	LEAVE

// ---- Sorted samples ----------------------------------------------------------------------------
//
// Sorts rows of values in z, with +Inf for values that are not present. A pair of the network whose
// second row is behind the last would change nothing.
//
//	R8 z   SI network   DI its end   R11 bytes of the rows   R9, R10 rows

#define ORDER(at) \
	VMOVUPS at(R8)(R9*1), Y0; \
	VMOVUPS at(R8)(R10*1), Y1; \
	VMINPS Y1, Y0, Y2; \
	VMAXPS Y1, Y0, Y3; \
	VMOVUPS Y2, at(R8)(R9*1); \
	VMOVUPS Y3, at(R8)(R10*1)

TEXT ·rankOrderAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_z(AX), R8
	MOVQ rankParams_values(AX), R9
	MOVQ rankParams_present(AX), R10
	MOVQ rankParams_rows(AX), R11
	SHLQ $6, R11
	MOVQ rankParams_network(AX), SI
	MOVQ rankParams_networkEnd(AX), DI
	CMPQ SI, rankParams_networkBegin(AX)
	JNE order_pair                       // go on
	XORL CX, CX
	VBROADCASTSS rankInf32<>(SB), Y2

order_fill:
	VMOVUPS (R10)(CX*1), Y0
	VMOVUPS 32(R10)(CX*1), Y1
	VCMPPS $7, Y0, Y0, Y3
	VCMPPS $7, Y1, Y1, Y4
	VBLENDVPS Y3, (R9)(CX*1), Y2, Y0
	VBLENDVPS Y4, 32(R9)(CX*1), Y2, Y1
	VMOVUPS Y0, (R8)(CX*1)
	VMOVUPS Y1, 32(R8)(CX*1)
	ADDQ $64, CX
	CMPQ CX, R11
	JLT order_fill

order_pair:
	CMPQ SI, DI
	JGE order_done
	MOVL 4(SI), R10
	MOVL (SI), R9
	ADDQ $8, SI
	CMPQ R10, R11
	JGE order_pair
	ORDER(0)
	ORDER(32)
	JMP order_pair

order_done:
	MOVQ SI, rankParams_network(AX)
	LEAVE

// ---- Middle times ------------------------------------------------------------------------------
//
// Counts, in the order of the times, the slots before two observations of each lane: those with the
// numbers lower and upper, from 1, which the numbers of slots replace.
//
//	R8 y   SI slots in the order of their times   CX slots left   R9 the slot
//	Y0, Y1 observations so far   Y2, Y3 and Y4, Y5 numbers of the two, from 1
//	Y6, Y7 and Y8, Y9 slots before them   Y10-Y13 scratch

#define MIDDLE(at, n, lower, upper, lowerAt, upperAt, x, y) \
	VMOVUPS at(R8)(R9*1), x; \
	VCMPPS $7, x, x, x; \
	VPSUBD x, n, n; \
	VPCMPGTD n, lower, x; \
	VPCMPGTD n, upper, y; \
	VPSUBD x, lowerAt, lowerAt; \
	VPSUBD y, upperAt, upperAt

TEXT ·rankMiddleAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_values(AX), R8
	MOVQ rankParams_byTime(AX), SI
	MOVQ rankParams_rows(AX), CX
	VMOVDQU rankParams_lower(AX), Y2
	VMOVDQU rankParams_lower+32(AX), Y3
	VMOVDQU rankParams_upper(AX), Y4
	VMOVDQU rankParams_upper+32(AX), Y5
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8
	VPXOR Y9, Y9, Y9

middle_slot:
	MOVLQSX (SI), R9
	SHLQ $6, R9
	MIDDLE(0, Y0, Y2, Y4, Y6, Y8, Y10, Y11)
	MIDDLE(32, Y1, Y3, Y5, Y7, Y9, Y12, Y13)
	ADDQ $4, SI
	DECQ CX
	JNZ middle_slot
	VMOVDQU Y6, rankParams_lower(AX)
	VMOVDQU Y7, rankParams_lower+32(AX)
	VMOVDQU Y8, rankParams_upper(AX)
	VMOVDQU Y9, rankParams_upper+32(AX)
	LEAVE

// ---- Rows of quotients -------------------------------------------------------------------------
//
// Writes the quotients of a sample with those of some columns, +Inf where one of them is a gap.
//
//	SI column   R15 its time   R10 quotients   CX columns left
//	Y0-Y3 the sample of the lanes   X4 its time   Y5 difference of times   Y6 +Inf   Y7-Y9 scratch

#define ROW_QUOTIENT(WIDEN, from, y, at) \
	WIDEN from(SI), Y7; \
	VSUBPD y, Y7, Y7; \
	VDIVPD Y5, Y7, Y7; \
	VCMPPD $3, Y7, Y7, Y8; \
	VBLENDVPD Y8, Y6, Y7, Y7; \
	VMOVUPD Y7, at(R10)

// size is that of the samples of four lanes.
#define ROW(WIDEN, size) \
	MOVQ p+0(FP), AX; \
	MOVQ rankParams_row(AX), SI; \
	WIDEN (SI), Y0; \
	WIDEN size(SI), Y1; \
	WIDEN (2*size)(SI), Y2; \
	WIDEN (3*size)(SI), Y3; \
	MOVQ rankParams_column(AX), SI; \
	MOVQ rankParams_columnTimes(AX), R15; \
	MOVQ rankParams_rowTo(AX), R10; \
	MOVQ rankParams_columns(AX), CX; \
	VMOVSD rankParams_rowTime(AX), X4; \
	VBROADCASTSD rankInf<>(SB), Y6; \
row_column: \
	VMOVSD (R15), X5; \
	VSUBSD X4, X5, X5; \
	VBROADCASTSD X5, Y5; \
	ROW_QUOTIENT(WIDEN, 0, Y0, 0); \
	ROW_QUOTIENT(WIDEN, size, Y1, 32); \
	ROW_QUOTIENT(WIDEN, (2*size), Y2, 64); \
	ROW_QUOTIENT(WIDEN, (3*size), Y3, 96); \
	ADDQ $(4*size), SI; \
	ADDQ $8, R15; \
	ADDQ $128, R10; \
	DECQ CX; \
	JNZ row_column; \
	LEAVE

TEXT ·rankRowF32AVX2(SB), NOSPLIT, $0-8
	ROW(VCVTPS2PD, 16)

TEXT ·rankRowF64AVX2(SB), NOSPLIT, $0-8
	ROW(VMOVUPD, 32)

// Sorts rows of float64. The network is that of rankOrder, whose rows are half as long.
//
//	R10 rows   R11 their bytes   SI network   DI its end   R8, R9 rows to compare

TEXT ·rankSortRowAVX2(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_rowTo(AX), R10
	MOVQ rankParams_rows(AX), R11
	SHLQ $7, R11
	MOVQ rankParams_network(AX), SI
	MOVQ rankParams_networkEnd(AX), DI

sort_row_pair:
	CMPQ SI, DI
	JGE sort_row_done
	MOVL 4(SI), R9
	MOVL (SI), R8
	ADDQ $8, SI
	SHLQ $1, R9
	SHLQ $1, R8
	CMPQ R9, R11
	JGE sort_row_pair
	ADDQ R10, R8
	ADDQ R10, R9
	EXCHANGE(0)
	EXCHANGE(32)
	EXCHANGE(64)
	EXCHANGE(96)
	JMP sort_row_pair

sort_row_done:
	LEAVE
