package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestGeneratedFilesMatchThePrograms(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the programs make: run go generate ./stats", name)
		}
	}
}

// Values that do not fit into the registers are still what they were when they are needed.
func TestValuesInMemory(t *testing.T) {
	const count = 20
	transfer := regexp.MustCompile(`(?:VMOVUPD|FLDPQ|FSTPQ) (\S+|\(F\d+, F\d+\)), (\S+|\(F\d+, F\d+\))\n`)
	for name, on := range map[string]func(p *program) target{
		"avx2": func(p *program) target { return avx2{amd64{p, "Y"}} },
		"neon": func(p *program) target { return neon{p} },
	} {
		p := &program{name: "Moves", numbers: map[value]uint64{}, data: &data{}}
		p.target = on(p)
		var values []value
		for i := range count {
			values = append(values, p.load(fmt.Sprintf("%d(R8)", i)))
		}
		copied := p.variable(values[0])
		p.move(copied, values[count-1])
		for i, v := range values {
			p.store(fmt.Sprintf("%d(R12)", i), v)
		}
		p.store("copied", copied)
		at := map[string]string{} // what was loaded to a place, from where
		for _, m := range transfer.FindAllStringSubmatch(asTransfers(p.text()), -1) {
			from, ok := at[m[1]]
			if !ok {
				from = m[1]
			}
			at[m[2]] = from
		}
		for i := range count {
			if got, want := at[fmt.Sprintf("%d(R12)", i)], fmt.Sprintf("%d(R8)", i); got != want {
				t.Errorf("%s: value %d is that of %s, want %s", name, i, got, want)
			}
		}
		if got, want := at["copied"], fmt.Sprintf("%d(R8)", count-1); got != want {
			t.Errorf("%s: the copy is that of %s, want %s", name, got, want)
		}
		if p.slots < count-p.shape().registers {
			t.Errorf("%s: %d values in memory", name, p.slots)
		}
	}
}

// asTransfers replaces the copies of registers of NEON by those of their pairs.
func asTransfers(text string) string {
	copied := regexp.MustCompile(`ORR_16B\((\d+), (\d+), (\d+)\)`)
	return copied.ReplaceAllStringFunc(text, func(s string) string {
		m := copied.FindStringSubmatch(s)
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[3])
		return fmt.Sprintf("FLDPQ (F%d, F%d), (F%d, F%d)", from, from+1, to, to+1)
	})
}

// A program for NEON that blends numbers in all the ways there are overwrites none that is needed
// later.
func TestBlendsOfNEON(t *testing.T) {
	blend := regexp.MustCompile(`(ORR|BIT|BIF|BSL)_16B\((\d+), (\d+), (\d+)\)`)
	for kept := range 8 { // which of mask, yes and no are needed later
		p := &program{name: "Blends", numbers: map[value]uint64{}, data: &data{}}
		p.target = neon{p}
		in := []value{p.load("mask"), p.load("yes"), p.load("no")}
		p.store("blended", p.choose(in[0], in[1], in[2]))
		for i, v := range in {
			if kept>>i&1 == 1 {
				p.store(fmt.Sprintf("kept%d", i), v)
			}
		}
		at := map[string]string{} // what the first register of each value holds
		for _, line := range regexp.MustCompile(`(?m)^\t.*$`).FindAllString(p.text(), -1) {
			if m := regexp.MustCompile(`FLDPQ (\w+), \(F(\d+),`).FindStringSubmatch(line); m != nil {
				at[m[2]] = m[1]
			}
			for _, m := range blend.FindAllStringSubmatch(line, -1) {
				second, first, to := at[m[2]], at[m[3]], at[m[4]]
				switch m[1] {
				case "ORR":
					at[m[4]] = first
				case "BIT":
					at[m[4]] = fmt.Sprintf("%s ? %s : %s", second, first, to)
				case "BIF":
					at[m[4]] = fmt.Sprintf("%s ? %s : %s", second, to, first)
				case "BSL":
					at[m[4]] = fmt.Sprintf("%s ? %s : %s", to, first, second)
				}
			}
			if m := regexp.MustCompile(`FSTPQ \(F(\d+), F\d+\), (\w+)`).FindStringSubmatch(line); m != nil {
				want := map[string]string{"blended": "mask ? yes : no", "kept0": "mask", "kept1": "yes", "kept2": "no"}[m[2]]
				if got := at[m[1]]; got != want {
					t.Errorf("%03b are needed later: %s is %s, want %s", kept, m[2], got, want)
				}
			}
		}
	}
}

// The text for NEON has a body for each program. A body uses only registers that are not those of
// the platform (R18), the assembler (R27) and Go (R28 to R30).
func TestBodiesOfNEON(t *testing.T) {
	text := string(files()["lanes_neon_arm64.s"])
	if m := regexp.MustCompile(`\b(R18|R27|R28|R29|R30|g|RSP|LR)\b`).FindString(text); m != "" {
		t.Errorf("the assembly uses %s", m)
	}
	bodies := regexp.MustCompile(`(?m)^TEXT ·lane\w+NEON\(SB\), NOSPLIT, \$0-8$`).FindAllString(text, -1)
	want := len(programs(targets["arm64"][0], &data{}))
	if returns := strings.Count(text, "\tRET\n"); len(bodies) != want || returns != want {
		t.Errorf("%d bodies that return at %d places, want %d", len(bodies), returns, want)
	}
}

// encodings has the words that llvm-mc produces for words, with the registers 1, 2 and 3 for m, n
// and d.
var encodings = map[string]struct {
	a64  string
	word uint32
}{
	"FADD_2D":   {"fadd v3.2d, v2.2d, v1.2d", 0x4e61d443},
	"FSUB_2D":   {"fsub v3.2d, v2.2d, v1.2d", 0x4ee1d443},
	"FMUL_2D":   {"fmul v3.2d, v2.2d, v1.2d", 0x6e61dc43},
	"FDIV_2D":   {"fdiv v3.2d, v2.2d, v1.2d", 0x6e61fc43},
	"FMLA_2D":   {"fmla v3.2d, v2.2d, v1.2d", 0x4e61cc43},
	"FNEG_2D":   {"fneg v3.2d, v2.2d", 0x6ee0f843},
	"FABS_2D":   {"fabs v3.2d, v2.2d", 0x4ee0f843},
	"FSQRT_2D":  {"fsqrt v3.2d, v2.2d", 0x6ee1f843},
	"FRINTM_2D": {"frintm v3.2d, v2.2d", 0x4e619843},
	"FCVTN_2S":  {"fcvtn v3.2s, v2.2d", 0x0e616843},
	"FCVTL_2D":  {"fcvtl v3.2d, v2.2s", 0x0e617843},
	"FCVTZS_2D": {"fcvtzs v3.2d, v2.2d", 0x4ee1b843},
	"FCMEQ_2D":  {"fcmeq v3.2d, v2.2d, v1.2d", 0x4e61e443},
	"FCMGE_2D":  {"fcmge v3.2d, v2.2d, v1.2d", 0x6e61e443},
	"FCMGT_2D":  {"fcmgt v3.2d, v2.2d, v1.2d", 0x6ee1e443},
	"CMTST_2D":  {"cmtst v3.2d, v2.2d, v1.2d", 0x4ee18c43},
	"ADD_2D":    {"add v3.2d, v2.2d, v1.2d", 0x4ee18443},
	"ADDP_D":    {"addp d3, v2.2d", 0x5ef1b843},
	"AND_16B":   {"and v3.16b, v2.16b, v1.16b", 0x4e211c43},
	"BIC_16B":   {"bic v3.16b, v2.16b, v1.16b", 0x4e611c43},
	"ORR_16B":   {"orr v3.16b, v2.16b, v1.16b", 0x4ea11c43},
	"NOT_16B":   {"not v3.16b, v2.16b", 0x6e205843},
	"BSL_16B":   {"bsl v3.16b, v2.16b, v1.16b", 0x6e611c43},
	"BIT_16B":   {"bit v3.16b, v2.16b, v1.16b", 0x6ea11c43},
	"BIF_16B":   {"bif v3.16b, v2.16b, v1.16b", 0x6ee11c43},
	"ZIP1_2D":   {"zip1 v3.2d, v2.2d, v1.2d", 0x4ec13843},
	"ZIP2_2D":   {"zip2 v3.2d, v2.2d, v1.2d", 0x4ec17843},
}

func TestWordsOfNEON(t *testing.T) {
	for _, w := range words {
		word := w.word | 2<<5 | 3
		if strings.Contains(w.a64, "Vm") {
			word |= 1 << 16
		}
		a64 := strings.NewReplacer("Vm", "v1", "Vn", "v2", "Vd", "v3", "Dd", "d3").Replace(w.a64)
		if want := encodings[w.name]; word != want.word || strings.ToLower(a64) != want.a64 {
			t.Errorf("%s is %q and %#08x, and the assembler makes %#08x of %q", w.name, a64, word, want.word, want.a64)
		}
	}
	if len(words) != len(encodings) {
		t.Errorf("%d instructions, %d encodings", len(words), len(encodings))
	}
}
