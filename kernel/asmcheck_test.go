package kernel

import (
	"testing"

	"github.com/pixtrend/pixtrend/internal/asmcheck"
)

func TestAssemblyIsWhatItsNamesClaim(t *testing.T) {
	asmcheck.Bodies(t, "kernel_amd64.s", 3*len(dtypes)*2)
}
