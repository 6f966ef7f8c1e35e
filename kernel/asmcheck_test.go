package kernel

import (
	"testing"

	"github.com/pixtrend/pixtrend/internal/asmcheck"
)

func TestAssemblyIsWhatItsNamesClaim(t *testing.T) {
	const narrow = 4 // types of 8 and 16 bits
	asmcheck.Bodies(t, "kernel_avx512_amd64.s", 8*len(dtypes)+3*narrow+3)
	asmcheck.Bodies(t, "model_avx512_amd64.s", 18)
	asmcheck.Bodies(t, "model_avx2_amd64.s", 17)
	asmcheck.Bodies(t, "kernel_avx2_amd64.s", 8*len(dtypes)+3*narrow)
	asmcheck.Bodies(t, "ranks_avx2_amd64.s", narrow+1+15)
	asmcheck.Bodies(t, "ranks_avx512_amd64.s", 1)
}
