// Macros of the bodies of rank trends for AVX2 and AVX-512.

#define LEAVE \
	VZEROUPPER; \
	RET

// ---- Tasks -------------------------------------------------------------------------------------
//
// A task is four rows j … j+3, or one: the pairs of their slots with the slots from a to j, and in
// the case of four with one another. Bodies take tasks until params.budget, in pairs, is used up.
//
//	R9 task   R10 end of the tasks   R12 budget   CX columns left

#define TASK_ENTER \
	MOVQ rankParams_task(AX), R9; \
	MOVQ rankParams_tasksEnd(AX), R10; \
	MOVQ rankParams_budget(AX), R12
