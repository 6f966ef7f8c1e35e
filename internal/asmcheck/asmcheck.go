// Package asmcheck checks the text of assembly files in tests. It enforces the rules of this module
// that neither the assembler nor vet checks.
package asmcheck

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	include = regexp.MustCompile(`(?m)^#include "(\w+\.h)"$`)
	define  = regexp.MustCompile(`^#define (\w+)(?:\([^)]*\))?\s*(.*)`)
	text    = regexp.MustCompile(`^TEXT ·(\w+)\(SB\), (\w+), (\S+)`)
	word    = regexp.MustCompile(`\w+`)
	zreg    = regexp.MustCompile(`\bZ\d`)
	bp      = regexp.MustCompile(`\bBP\b`)
	leave   = regexp.MustCompile(`VZEROUPPER\s*;?\s*RET\b`)
	ret     = regexp.MustCompile(`\bRET\b`)

	// above matches registers, masks and instructions of AVX-512, which AVX2 does not have. Most of
	// the instructions have the width of an element as a suffix (VPXORQ).
	above = regexp.MustCompile(`\b(Z\d+|K[0-7]|[XY](1[6-9]|2\d|3[01])|V\w+Q[ \t]+[XYZ]\d+|VCVTUDQ2PD|V\w+(32|64)X\d|VMOVDQ[AU](8|16|32|64)|K[A-Z]+[BWDQ]\b)`)
	// below has instructions of AVX and AVX2 that above matches.
	below = []string{"VCVTPS2DQ", "VCVTTPS2DQ", "VPCMPGTQ", "VPUNPCKLDQ", "VPUNPCKHDQ", "VPUNPCKLQDQ", "VPUNPCKHQDQ", "VPADDQ", "VPSUBQ", "VPCMPEQQ", "VPMOVSXDQ"}
)

// Bodies checks the bodies in an assembly file, of which there must be want:
//
//   - A body whose name ends in AVX2 uses no register, mask or instruction of AVX-512.
//   - A body whose name ends in AVX512 uses Z registers. There are no other names.
//   - A body returns at one place, after VZEROUPPER.
//   - A body declares the size of its argument. Without it, vet checks nothing.
//   - A body does not use BP, which holds the frame pointer.
func Bodies(t testing.TB, file string, want int) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range include.FindAllSubmatch(src, -1) {
		// Headers of the toolchain are elsewhere and have no instructions.
		if header, err := os.ReadFile(string(m[1])); err == nil {
			src = append(append(header, '\n'), src...)
		}
	}
	macros := map[string]string{}
	var bodies [][2]string // name, body
	for line := range strings.Lines(strings.ReplaceAll(string(src), "\\\n", " ")) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "//")
		if m := define.FindStringSubmatch(line); m != nil {
			macros[m[1]] = m[2]
		} else if m := text.FindStringSubmatch(line); m != nil {
			if m[2] != "NOSPLIT" || m[3] != "$0-8" {
				t.Errorf("%s is declared %s, %s: want NOSPLIT, $0-8", m[1], m[2], m[3])
			}
			bodies = append(bodies, [2]string{m[1], ""})
		} else if strings.HasPrefix(line, "TEXT") {
			t.Errorf("not a declaration that this test can read: %s", line)
		} else if len(bodies) > 0 {
			bodies[len(bodies)-1][1] += line + "\n"
		}
	}
	if len(bodies) != want {
		t.Fatalf("%d bodies in %s, want %d", len(bodies), file, want)
	}
	var expand func(string) string
	expand = func(s string) string {
		for _, w := range word.FindAllString(s, -1) {
			if body, ok := macros[w]; ok {
				s += " ; " + expand(body)
			}
		}
		return s
	}
	for _, b := range bodies {
		for _, problem := range problems(b[0], expand(b[1])) {
			t.Errorf("%s %s", b[0], problem)
		}
	}
}

// problems describes what is wrong with a body whose macros are expanded.
func problems(name, body string) []string {
	var ps []string
	switch {
	case strings.HasSuffix(name, "AVX512"):
		if !zreg.MatchString(body) {
			ps = append(ps, "uses no Z register")
		}
	case strings.HasSuffix(name, "AVX2"):
		for _, m := range above.FindAllString(body, -1) {
			if !slices.Contains(below, strings.Fields(m)[0]) {
				ps = append(ps, "uses "+m+", which AVX2 has not")
				break
			}
		}
	default:
		ps = append(ps, "does not end in the name of an ISA")
	}
	if !leave.MatchString(body) || len(ret.FindAllString(body, -1)) != 1 {
		ps = append(ps, "does not leave by VZEROUPPER, RET and by it alone")
	}
	if bp.MatchString(body) {
		ps = append(ps, "touches BP")
	}
	return ps
}
