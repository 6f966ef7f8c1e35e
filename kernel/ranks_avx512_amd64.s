//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "ranks_amd64.h"

// The bodies of rank trends that gain by 512 bits. The others are those of ranks_avx2_amd64.s.

DATA rankUnit<>+0(SB)/4, $1
GLOBL rankUnit<>(SB), RODATA|NOPTR, $4

// ---- Signs -------------------------------------------------------------------------------------
//
// As rankSignsAVX2, for the 16 pixels at once.
//
//	Z0-Z3 samples of the rows   Z4 pairs with less   Z5-Z8 f of the rows   Z9 sample of a column
//	Z12 ones   K1-K4 results of comparisons
//	SI column   DI rows   R8 y

#define SIGN(q, f, less, equal) \
	VCMPPS $0x11, Z9, q, less; \
	VCMPPS $0, Z9, q, equal; \
	VPADDD Z12, Z4, less, Z4; \
	VPADDD Z12, f, equal, f

#define TIES(f) \
	VPADDD Z9, f, Z10; \
	VPMULLD f, Z10, Z10; \
	VPADDD Z10, Z4, Z4

TEXT ·rankSignsAVX512(SB), NOSPLIT, $0-8
	MOVQ p+0(FP), AX
	MOVQ rankParams_signs(AX), R8
	TASK_ENTER
	VPBROADCASTD rankUnit<>(SB), Z12

signs_task:
	CMPQ R9, R10
	JGE signs_done
	TESTQ R12, R12
	JLE signs_done
	MOVLQSX rankTask_a(R9), SI
	MOVLQSX rankTask_j(R9), DI
	MOVLQSX rankTask_cols(R9), CX
	LEAQ (CX*8), DX
	SUBQ DX, R12
	SHLQ $6, SI
	SHLQ $6, DI
	ADDQ R8, SI
	ADDQ R8, DI
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	VPXORD Z6, Z6, Z6
	VPXORD Z7, Z7, Z7
	VPXORD Z8, Z8, Z8
	VMOVUPS (DI), Z0
	CMPL rankTask_rows(R9), $4
	JNE signs_row
	VMOVUPS 64(DI), Z1
	VMOVUPS 128(DI), Z2
	VMOVUPS 192(DI), Z3
	TESTQ CX, CX
	JZ signs_triangle

	PCALIGN $32
signs_column:
	VMOVUPS (SI), Z9
	SIGN(Z0, Z5, K1, K2)
	SIGN(Z1, Z6, K3, K4)
	SIGN(Z2, Z7, K1, K2)
	SIGN(Z3, Z8, K3, K4)
	ADDQ $64, SI
	DECQ CX
	JNZ signs_column

signs_triangle:
	VMOVAPS Z0, Z9
	SIGN(Z1, Z6, K1, K2)
	SIGN(Z2, Z7, K3, K4)
	SIGN(Z3, Z8, K1, K2)
	VMOVAPS Z1, Z9
	SIGN(Z2, Z7, K3, K4)
	SIGN(Z3, Z8, K1, K2)
	VMOVAPS Z2, Z9
	SIGN(Z3, Z8, K3, K4)
	JMP signs_sum

signs_row:
	VMOVUPS (SI), Z9
	SIGN(Z0, Z5, K1, K2)
	ADDQ $64, SI
	DECQ CX
	JNZ signs_row

signs_sum:
	VPADDD rankParams_less(AX), Z4, Z4
	VMOVDQU32 Z4, rankParams_less(AX)
	VPORD Z5, Z6, Z9
	VPORD Z7, Z8, Z10
	VPORD Z9, Z10, Z9
	VPTESTMD Z9, Z9, K1
	KORTESTW K1, K1
	JEQ signs_next
	VPADDD Z12, Z12, Z9
	VPXORD Z4, Z4, Z4
	TIES(Z5)
	TIES(Z6)
	TIES(Z7)
	TIES(Z8)
	VPADDD Z5, Z6, Z5
	VPADDD Z7, Z8, Z7
	VPADDD Z5, Z7, Z5
	VPADDD rankParams_same(AX), Z5, Z5
	VMOVDQU32 Z5, rankParams_same(AX)
	VEXTRACTI64X4 $1, Z4, Y5
	VCVTDQ2PD Y4, Z4
	VCVTDQ2PD Y5, Z5
	VADDPD rankParams_ties(AX), Z4, Z4
	VADDPD rankParams_ties+64(AX), Z5, Z5
	VMOVUPD Z4, rankParams_ties(AX)
	VMOVUPD Z5, rankParams_ties+64(AX)

signs_next:
	ADDQ $rankTask__size, R9
	JMP signs_task

signs_done:
	MOVQ R9, rankParams_task(AX)
	LEAVE
