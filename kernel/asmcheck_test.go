package kernel

import (
	"testing"

	"github.com/pixtrend/pixtrend/internal/asmcheck"
)

func TestAssemblyIsWhatItsNamesClaim(t *testing.T) {
	const narrow = 4 // types of 8 and 16 bits
	asmcheck.Bodies(t, "avx512_amd64.s", 6*len(dtypes)+2*narrow+1)
	asmcheck.Bodies(t, "avx2_amd64.s", 6*len(dtypes)+narrow+1)
}
