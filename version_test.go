package pixtrend_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
)

// Every file that names the release names this one, with the same date.
func TestVersion(t *testing.T) {
	const version = `(\d+\.\d+\.\d+)`
	for _, tt := range []struct{ file, pattern string }{
		{"CITATION.cff", `(?m)^version: ` + version + `$`},
		{"CHANGELOG.md", `(?m)^## \[` + version + `\] - `}, // the first match is the newest release
		{"packaging/debian/changelog", `^pixtrend \(` + version + `-1\) `},
	} {
		if got := firstMatch(t, tt.file, tt.pattern); got != pixtrend.Version {
			t.Errorf("%s has the version %s, version.go has %s", tt.file, got, pixtrend.Version)
		}
	}

	released := firstMatch(t, "CHANGELOG.md", `(?m)^## \[`+regexp.QuoteMeta(pixtrend.Version)+`\] - (\d{4}-\d{2}-\d{2})$`)
	if got := firstMatch(t, "CITATION.cff", `(?m)^date-released: "(.*)"$`); got != released {
		t.Errorf("CITATION.cff has the date %s, CHANGELOG.md has %s", got, released)
	}
}

// What builds are stamped with begins with the release.
func TestVersionScript(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	out, err := exec.Command(bash, "scripts/version.sh").CombinedOutput()
	if err != nil {
		t.Fatalf("scripts/version.sh: %v\n%s", err, out)
	}
	want := regexp.MustCompile(`^` + regexp.QuoteMeta(pixtrend.Version) + `(\+[0-9a-f]{7,}(-dirty)?)?$`)
	if got := strings.TrimSpace(string(out)); !want.MatchString(got) {
		t.Errorf("scripts/version.sh prints %q, want %s with or without a commit", got, pixtrend.Version)
	}
}

// firstMatch returns the group of the first match in a file of the repository.
func firstMatch(t *testing.T, file, pattern string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(pattern).FindSubmatch(text)
	if m == nil {
		t.Fatalf("%s has no match of %s", file, pattern)
	}
	return string(m[1])
}
