package asmcheck

import "testing"

// The check must find each kind of problem, and must accept what is right.
func TestProblems(t *testing.T) {
	const end = "\nVZEROUPPER\nRET\n"
	for _, c := range []struct {
		name, body string
		sound      bool
	}{
		{"fAVX2", "VPUNPCKLQDQ Y1, Y0, Y2; VMOVQ (R8), X0; VPINSRQ $1, (R8), X0, X0" + end, true},
		{"fAVX2", "VADDPD Y1, Y2, Y3; VZEROUPPER; RET", true},
		{"fAVX512", "VPXORQ Z1, Z1, Z1" + end, true},
		{"fAVX512", "VPXOR Y1, Y1, Y1" + end, false},
		{"fAVX2", "VPXORQ Y1, Y1, Y1" + end, false},
		{"fAVX2", "VPUNPCKLQDQ Y1, Y0, Y2; VPXORQ Y1, Y1, Y1" + end, false},
		{"fAVX2", "VMOVDQU32 (R8), Y1" + end, false},
		{"fAVX2", "VBROADCASTI32X4 (R8), Y1" + end, false},
		{"fAVX2", "VADDPD Y1, Y2, Y17" + end, false},
		{"fAVX2", "VADDPD Z1, Z2, Z3" + end, false},
		{"fAVX2", "VADDPD Y1, Y2, K1, Y3" + end, false},
		{"fAVX2", "KXNORB K1, K1, K1" + end, false},
		{"fAVX", "VADDPD Y1, Y2, Y3" + end, false},
		{"fAVX2", "VADDPD Y1, Y2, Y3\nRET\n", false},
		{"fAVX2", "JMP end\nRET\nend:" + end, false},
		{"fAVX2", "MOVQ AX, BP" + end, false},
	} {
		if ps := problems(c.name, c.body); (len(ps) == 0) != c.sound {
			t.Errorf("%s with %q: %q", c.name, c.body, ps)
		}
	}
}
