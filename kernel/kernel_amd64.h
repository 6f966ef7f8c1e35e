// Macros of the bodies for AVX-512 and AVX2. Each lane is a pixel. A body carries a group of pixels
// in registers, goes through the dates in order and adds to each lane with one rounding per term.
// That is what kernel_generic.go does, so the bits are the same. Samples are widened to float64
// when they are loaded, which is exact. A call works on whole blocks of 64 pixels, the size of a
// panel of a packed tile. A block consists of one or more groups.
//
// General registers, in all bodies:
//	AX  *params
//	SI  sample of the group's first pixel at the call's first date
//	R8  the same at the current date
//	R9  weights of the current date
//	R11 bytes from a date to the next       R12 bytes that DX moves from a date to the next
//	R13 mask of the group's first pixel at the first date, 0 without masks
//	R14 the same at the current date        R15 bytes of masks from a date to the next
//	CX  dates left                          DX  address to prefetch
//	BX  pixels done                         DI, R10  outputs and scratch

#define ENTER \
	MOVQ p+0(FP), AX; \
	MOVQ params_src(AX), SI; \
	MOVQ params_stride(AX), R11; \
	MOVQ params_aheadStride(AX), R12; \
	MOVQ params_mask(AX), R13; \
	MOVQ params_maskStride(AX), R15; \
	MOVQ params_ahead(AX), DX; \
	ADDQ SI, DX; \
	XORL BX, BX

// If aheadRuns is 0, prefetching starts anew with each group. Otherwise DX continues from the last
// group.
#define FIRST_DATE \
	MOVQ params_ahead(AX), R10; \
	ADDQ SI, R10; \
	CMPQ params_aheadRuns(AX), $0; \
	CMOVQEQ R10, DX; \
	MOVQ SI, R8; \
	MOVQ R13, R14; \
	MOVQ params_tau(AX), R9; \
	MOVQ params_dates(AX), CX

#define NEXT_DATE \
	ADDQ R11, R8; \
	ADDQ R12, DX; \
	ADDQ $8, R9; \
	DECQ CX

// LAST_DATE is FIRST_DATE for bodies that read the dates backwards: R8 and R14 are those of the
// last date, whose number is R9. DATE_BEFORE goes to the date before.
#define LAST_DATE \
	FIRST_DATE; \
	LEAQ -1(CX), R9; \
	MOVQ R9, R10; \
	IMULQ R11, R10; \
	ADDQ R10, R8; \
	MOVQ R9, R10; \
	IMULQ R15, R10; \
	ADDQ R10, R14

#define DATE_BEFORE \
	SUBQ R11, R8; \
	SUBQ R15, R14

// The sum of tau*d is the sum of those of runs of RunDates dates (see RunDates). FIRST_RUN follows
// FIRST_DATE and limits CX to the dates of the first run. END_RUN follows the dates of a run. RUNS has
// what they jump to if there are several runs: it continues at few with the next dates, or, with the
// whole sums, behind itself. EACH(OP) is OP(j, r, a, b) for each register r of sums, with a and b as
// scratch. params.rest has the number of dates after a run, -1 after the last of several, and 0 if
// there is only one.
//
//	FOLD_FIRST  clears the sums of the runs before, at CX, by storing sums that are 0
//	FOLD        adds the sums of a run to those of the runs before and keeps the rounding errors
//	FOLD_LAST   adds the sums of the runs before to those of the last
#define FIRST_RUN \
	CMPQ CX, $const_RunDates; \
	JGT several; \
few:

#define END_RUN \
	CMPQ params_rest(AX), $0; \
	JNE more

// CX = where the sums of the runs before are.
#define FOLDED \
	MOVQ BX, CX; \
	ANDQ params_foldedOf(AX), CX; \
	SHLQ $3, CX; \
	ADDQ params_folded(AX), CX

#define RUNS(EACH) \
several: \
	MOVQ CX, params_rest(AX); \
	FOLDED; \
	EACH(FOLD_FIRST); \
	JMP next_run; \
more: \
	FOLDED; \
	CMPQ params_rest(AX), $0; \
	JLT last_run; \
	EACH(FOLD); \
next_run: \
	MOVQ $const_RunDates, CX; \
	SUBQ CX, params_rest(AX); \
	JGT few; \
	ADDQ params_rest(AX), CX; \
	MOVQ $-1, params_rest(AX); \
	JMP few; \
last_run: \
	EACH(FOLD_LAST)

// Go to the next group of pixels in the block, and from one block to the next. eighth is pixels/8.
#define NEXT_GROUP(pixels, eighth, size) \
	ADDQ $(pixels*size), SI; \
	ADDQ $pixels, BX; \
	MOVQ params_maskByte(AX), R10; \
	LEAQ (R13)(R10*eighth), R13

#define NEXT_BLOCK \
	ADDQ params_jump(AX), SI; \
	ADDQ params_maskJump(AX), R13; \
	CMPQ BX, params_pixels(AX)

// SFENCE orders the stores past the caches before those of the caller.
#define LEAVE \
	MOVQ BX, params_done(AX); \
	SFENCE; \
	VZEROUPPER; \
	RET

// AHEAD_n prefetches n cache lines of 64 bytes, as many as a group has at a date. If nothing is to
// be prefetched (R12 is 0), bodies jump over it, because prefetching bytes that are read at once
// made reading from memory half as fast.
#define AHEAD_1 PREFETCHT0 (DX)
#define AHEAD_2 AHEAD_1; PREFETCHT0 64(DX)
#define AHEAD_4 AHEAD_2; PREFETCHT0 128(DX); PREFETCHT0 192(DX)
#define AHEAD_8 AHEAD_4; PREFETCHT0 256(DX); PREFETCHT0 320(DX); PREFETCHT0 384(DX); PREFETCHT0 448(DX)
