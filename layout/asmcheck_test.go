package layout

import (
	"testing"

	"github.com/pixtrend/pixtrend/internal/asmcheck"
)

func TestAssemblyIsWhatItsNamesClaim(t *testing.T) {
	asmcheck.Bodies(t, "transpose_amd64.s", 4*2) // four sizes
}
