package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestMan(t *testing.T) {
	dir := t.TempDir()
	for _, env := range [][]string{{"SOURCE_DATE_EPOCH=1767225600"}, {"SOURCE_DATE_EPOCH="}} {
		if code, stdout, stderr := start(t, command(dir, env, "man", "man")); code != 0 || stdout+stderr != "" {
			t.Fatalf("exit code %d, printed %q and %q", code, stdout, stderr)
		}
		text, err := os.ReadFile(filepath.Join(dir, "man", "pixtrend-fit.1"))
		if err != nil {
			t.Fatal(err)
		}
		if dated := strings.Contains(string(text), "2026-01-01"); dated != (env[0] == "SOURCE_DATE_EPOCH=1767225600") {
			t.Errorf("%v: a page with that date is %v", env, dated)
		}
	}
	before := files(t, dir)
	if code, _, stderr := start(t, command(dir, []string{"SOURCE_DATE_EPOCH="}, "man", "man")); code != 0 {
		t.Fatal(stderr)
	}
	checkSame(t, before, dir)

	for page, want := range map[string][]string{
		"pixtrend.1":              {".SH COMMANDS", "PIXTREND_ISA", `.BR pixtrend\-dates (7)`},
		"pixtrend-fit.1":          {".SS Dates", `\fB\-o, \-\-output\fR \fIFILE\fR`, `pixtrend fit demo \-o`, ".SH EXIT STATUS"},
		"pixtrend-bench-kernel.1": {`\-\-quick`},
		"pixtrend-info.1":         {".SH NOTES", ".SS What it warns of", `\fBpixtrend\-gaps(7)\fR`},
		"pixtrend-dates.7":        {".SH NAMES", ".TS"},
		"pixtrend-gaps.7":         {".SH INDICES"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, "man", page))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(string(text), "\""+w) && !strings.Contains(strings.ReplaceAll(string(text), `"`, ""), w) {
				t.Errorf("no %q in %s:\n%s", w, page, text)
			}
		}
	}

	// The program that shows pages has nothing to complain about.
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("no groff here")
	}
	pages, err := filepath.Glob(filepath.Join(dir, "man", "*"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range pages {
		c := exec.Command(groff, "-K", "utf8", "-t", "-man", "-T", "utf8", "-ww", "-rLL=78n", "-P", "-c", page)
		c.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		code, stdout, stderr := start(t, c)
		if code != 0 || stderr != "" || len(stdout) < 500 {
			t.Errorf("%s: exit code %d, %q, %d bytes", filepath.Base(page), code, stderr, len(stdout))
		}
		plain := regexp.MustCompile(`\x1b\[[0-9;]*m|.\x08`).ReplaceAllString(stdout, "")
		for _, left := range []string{`\f`, `\(`, "T{", "](", "**"} {
			if strings.Contains(plain, left) {
				t.Errorf("%s shows %q", filepath.Base(page), left)
			}
		}
	}
}
