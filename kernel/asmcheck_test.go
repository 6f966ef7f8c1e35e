package kernel

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAssemblyIsWhatItsNamesClaim reads the assembly: a body whose name ends in AVX2 uses no
// register or mask of AVX-512, every body leaves through VZEROUPPER and declares its argument
// (vet checks nothing where the size is missing), and none touches BP, which holds the frame.
func TestAssemblyIsWhatItsNamesClaim(t *testing.T) {
	src, err := os.ReadFile("kernel_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(src), "\\\n", " ")
	macros := map[string]string{}
	var bodies [][2]string // name, body
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "//")
		if m := regexp.MustCompile(`^#define (\w+)(?:\([^)]*\))?\s*(.*)`).FindStringSubmatch(line); m != nil {
			macros[m[1]] = m[2]
		} else if m := regexp.MustCompile(`^TEXT ·(\w+)\(SB\), (\w+), (\S+)`).FindStringSubmatch(line); m != nil {
			if m[2] != "NOSPLIT" || m[3] != "$0-8" {
				t.Errorf("%s is declared %s, %s: want NOSPLIT, $0-8", m[1], m[2], m[3])
			}
			bodies = append(bodies, [2]string{m[1], ""})
		} else if len(bodies) > 0 {
			bodies[len(bodies)-1][1] += line + "\n"
		}
	}
	if want := 3 * len(dtypes) * 2; len(bodies) != want {
		t.Fatalf("%d bodies in the assembly, want %d", len(bodies), want)
	}
	word := regexp.MustCompile(`\w+`)
	var expand func(string) string
	expand = func(s string) string {
		for _, w := range word.FindAllString(s, -1) {
			if body, ok := macros[w]; ok {
				s += " ; " + expand(body)
			}
		}
		return s
	}
	above := regexp.MustCompile(`\b(Z\d+|K[0-7]|[XY](1[6-9]|2\d|3[01])|V\w+Q[ \t]+[XYZ]\d+|VCVTUDQ2PD|K[A-Z]+[BWDQ]\b)`)
	for _, b := range bodies {
		name, body := b[0], expand(b[1])
		switch {
		case strings.HasSuffix(name, "AVX512"):
			if !regexp.MustCompile(`\bZ\d`).MatchString(body) {
				t.Errorf("%s uses no Z register", name)
			}
		case strings.HasSuffix(name, "AVX2"):
			if m := above.FindString(body); m != "" {
				t.Errorf("%s uses %s, which AVX2 has not", name, m)
			}
		default:
			t.Errorf("%s does not end in the name of an ISA", name)
		}
		if !regexp.MustCompile(`VZEROUPPER\s*;\s*RET`).MatchString(body) || strings.Count(body, "RET") != 1 {
			t.Errorf("%s does not leave by VZEROUPPER, RET and by it alone", name)
		}
		if regexp.MustCompile(`\bBP\b`).MatchString(body) {
			t.Errorf("%s touches BP", name)
		}
	}
}
