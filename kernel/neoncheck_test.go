package kernel

import (
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The tests in this file read the arm64 assembly as text, so they run on any machine.

// encodings has the words that llvm-mc produces for the instructions of kernel_neon_arm64.h, with
// the registers 1, 2 and 3 for m, n and d.
var encodings = map[string]struct {
	a64  string
	word uint32
}{
	"ADD_2D":    {"add v3.2d, v2.2d, v1.2d", 0x4ee18443},
	"AND_16B":   {"and v3.16b, v2.16b, v1.16b", 0x4e211c43},
	"BIC_16B":   {"bic v3.16b, v2.16b, v1.16b", 0x4e611c43},
	"BIT_16B":   {"bit v3.16b, v2.16b, v1.16b", 0x6ea11c43},
	"CMEQ0_16B": {"cmeq v3.16b, v2.16b, #0", 0x4e209843},
	"CMEQ0_8B":  {"cmeq v3.8b, v2.8b, #0", 0xe209843},
	"CMEQ_8H":   {"cmeq v3.8h, v2.8h, v1.8h", 0x6e618c43},
	"CMTST_8B":  {"cmtst v3.8b, v2.8b, v1.8b", 0xe218c43},
	"EOR_16B":   {"eor v3.16b, v2.16b, v1.16b", 0x6e211c43},
	"FADDP_D":   {"faddp d3, v2.2d", 0x7e70d843},
	"FADD_2D":   {"fadd v3.2d, v2.2d, v1.2d", 0x4e61d443},
	"FCMEQ0_2D": {"fcmeq v3.2d, v2.2d, #0.0", 0x4ee0d843},
	"FCMEQ_2D":  {"fcmeq v3.2d, v2.2d, v1.2d", 0x4e61e443},
	"FCMEQ_4S":  {"fcmeq v3.4s, v2.4s, v1.4s", 0x4e21e443},
	"FCMGE_2D":  {"fcmge v3.2d, v2.2d, v1.2d", 0x6e61e443},
	"FCMGE_4S":  {"fcmge v3.4s, v2.4s, v1.4s", 0x6e21e443},
	"FCMGT_2D":  {"fcmgt v3.2d, v2.2d, v1.2d", 0x6ee1e443},
	"FCVTL2_2D": {"fcvtl2 v3.2d, v2.4s", 0x4e617843},
	"FCVTL_2D":  {"fcvtl v3.2d, v2.2s", 0xe617843},
	"FCVTN2_4S": {"fcvtn2 v3.4s, v2.2d", 0x4e616843},
	"FCVTN_2S":  {"fcvtn v3.2s, v2.2d", 0xe616843},
	"FDIV_2D":   {"fdiv v3.2d, v2.2d, v1.2d", 0x6e61fc43},
	"FMLA_2D":   {"fmla v3.2d, v2.2d, v1.2d", 0x4e61cc43},
	"FMLS_2D":   {"fmls v3.2d, v2.2d, v1.2d", 0x4ee1cc43},
	"FMUL_2D":   {"fmul v3.2d, v2.2d, v1.2d", 0x6e61dc43},
	"FNEG_2D":   {"fneg v3.2d, v2.2d", 0x6ee0f843},
	"FSUB_2D":   {"fsub v3.2d, v2.2d, v1.2d", 0x4ee1d443},
	"ORN_16B":   {"orn v3.16b, v2.16b, v1.16b", 0x4ee11c43},
	"ORR_16B":   {"orr v3.16b, v2.16b, v1.16b", 0x4ea11c43},
	"SCVTF_2D":  {"scvtf v3.2d, v2.2d", 0x4e61d843},
	"SCVTF_4S":  {"scvtf v3.4s, v2.4s", 0x4e21d843},
	"SHL_2D":    {"shl v3.2d, v2.2d, #44", 0x4f6c5443},
	"SMLAL2_4S": {"smlal2 v3.4s, v2.8h, v1.8h", 0x4e618043},
	"SMLAL_4S":  {"smlal v3.4s, v2.4h, v1.4h", 0xe618043},
	"SUB_4S":    {"sub v3.4s, v2.4s, v1.4s", 0x6ea18443},
	"SXTL2_2D":  {"sshll2 v3.2d, v2.4s, #0", 0x4f20a443},
	"SXTL2_4S":  {"sshll2 v3.4s, v2.8h, #0", 0x4f10a443},
	"SXTL2_8H":  {"sshll2 v3.8h, v2.16b, #0", 0x4f08a443},
	"SXTL_2D":   {"sshll v3.2d, v2.2s, #0", 0xf20a443},
	"SXTL_4S":   {"sshll v3.4s, v2.4h, #0", 0xf10a443},
	"SXTL_8H":   {"sshll v3.8h, v2.8b, #0", 0xf08a443},
	"UCVTF_2D":  {"ucvtf v3.2d, v2.2d", 0x6e61d843},
	"USHR_2D":   {"ushr v3.2d, v2.2d, #44", 0x6f540443},
	"UXTL2_2D":  {"ushll2 v3.2d, v2.4s, #0", 0x6f20a443},
	"UXTL2_8H":  {"ushll2 v3.8h, v2.16b, #0", 0x6f08a443},
	"UXTL_2D":   {"ushll v3.2d, v2.2s, #0", 0x2f20a443},
	"UXTL_4S":   {"ushll v3.4s, v2.4h, #0", 0x2f10a443},
	"UZP1_4S":   {"uzp1 v3.4s, v2.4s, v1.4s", 0x4e811843},
	"UXTL_8H":   {"ushll v3.8h, v2.8b, #0", 0x2f08a443},
}

var instruction = regexp.MustCompile(`^#define (\w+)\(([^)]*)\) (VVV?)\((.*), n, d\) *// (.*)$`)

func TestNEONEncodings(t *testing.T) {
	src, err := os.ReadFile("kernel_neon_arm64.h")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#define") || strings.HasPrefix(line, "#define VV") {
			continue
		}
		m := instruction.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("not an instruction in the form of the others: %s", line)
			continue
		}
		name, args, op, manual := m[1], m[2], m[4], m[5]
		want, ok := encodings[name]
		if !ok {
			t.Errorf("%s has no encoding to compare with", name)
			continue
		}
		seen++
		if m[3] == "VVV" {
			op = strings.TrimSuffix(op, ", m")
		}
		if three := strings.HasPrefix(args, "m, "); three != (m[3] == "VVV") {
			t.Errorf("%s(%s) is made of %s", name, args, m[3])
		}
		base := eval(t, strings.ReplaceAll(op, "by", "44"))
		word := base | 2<<5 | 3
		fields := uint32(31<<5 | 31)
		if m[3] == "VVV" {
			word |= 1 << 16
			fields |= 31 << 16
		}
		if base&fields != 0 || word != want.word {
			t.Errorf("%s is %#08x, and the assembler makes %#08x of %s", name, word, want.word, want.a64)
		}
		a64 := strings.NewReplacer("Vm", "v1", "Vn", "v2", "Vd", "v3", "Dd", "d3", "#by", "#44").Replace(manual)
		if strings.ToLower(a64) != want.a64 {
			t.Errorf("%s says %q, and is compared with %s", name, manual, want.a64)
		}
	}
	if seen != len(encodings) {
		t.Errorf("%d instructions in kernel_neon_arm64.h, %d encodings", seen, len(encodings))
	}
}

// eval returns the value of a constant expression.
func eval(t *testing.T, expr string) uint32 {
	t.Helper()
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expr)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := constant.Uint64Val(v.Value)
	return uint32(x)
}

// The name of a body ends in NEON. A body declares the size of its argument (without it, vet checks
// nothing), returns at one place, and does not use the registers of the platform (R18), the
// assembler (R27) and Go (R28 to R30).
func TestNEONAssembly(t *testing.T) {
	src, err := os.ReadFile("kernel_neon_arm64.s")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(src), "\\\n", " ")
	text = regexp.MustCompile(`//.*`).ReplaceAllString(text, "")
	if m := regexp.MustCompile(`\b(R18|R27|R28|R29|R30|g|RSP|LR|WORD|VVV?)\b`).FindString(text); m != "" {
		t.Errorf("the assembly uses %s", m)
	}
	if !regexp.MustCompile(`#define LEAVE\s+MOVD R11, params_done\(R0\);\s+RET\s`).MatchString(text) || strings.Count(text, "RET") != 1 {
		t.Error("bodies must leave by the macro LEAVE alone")
	}
	calls := map[string]int{} // of LEAVE, by macros
	for _, m := range regexp.MustCompile(`(?m)^#define (\w+)(.*)$`).FindAllStringSubmatch(text, -1) {
		calls[m[1]] = len(regexp.MustCompile(`\b(LEAVE|FINISH_SLOPES)\b`).FindAllString(m[2], -1))
	}
	want := map[string]bool{}
	for _, d := range []string{"U8", "I8", "U16", "I16", "U32", "I32", "F32", "F64"} {
		ops := []string{"slope", "slopeGaps", "sums", "sumsGaps"}
		if strings.HasSuffix(d, "8") || strings.HasSuffix(d, "16") {
			ops = append(ops, "slopeWhole")
		}
		for _, op := range ops {
			want[op+d+"NEON"] = true
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\), (.*)\n\t(\w+).*$`).FindAllStringSubmatch(text, -1) {
		name, flags, macro := m[1], m[2], m[3]
		if !want[name] {
			t.Errorf("%s is no body that the driver knows", name)
		}
		delete(want, name)
		if flags != "NOSPLIT, $0-8" {
			t.Errorf("%s is declared %s: want NOSPLIT, $0-8", name, flags)
		}
		if calls[macro] != 1 {
			t.Errorf("%s leaves at %d places", name, calls[macro])
		}
	}
	if len(want) != 0 {
		t.Errorf("not in the assembly: %v", want)
	}
}
