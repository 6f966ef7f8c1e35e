package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/airbusgeo/godal"
	"github.com/spf13/cobra"
)

// inside runs a command line in this process, which is faster, and enough for those that only
// print.
func inside(args ...string) (code int, stdout, stderr string) {
	var out, errs strings.Builder
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// allCommands returns the arguments that name each command, those that the help hides among them.
func allCommands() (paths [][]string) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		paths = append(paths, strings.Fields(cmd.CommandPath())[1:])
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRootCommand())
	return paths
}

// Help begins with a sentence, has three examples or more, and fits a screen's width.
func TestHelp(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z]([^.]|\.[^ ])*\.$`)
	for _, path := range append(allCommands(), []string{"help"}) {
		args := append(slices.Clone(path), "--help")
		code, stdout, stderr := inside(args...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "\nUsage:\n  pixtrend ") {
			t.Errorf("%v: exit code %d, printed %q and %q", args, code, stdout, stderr)
		}
		if first, _, _ := strings.Cut(stdout, "\n\n"); !sentence.MatchString(strings.ReplaceAll(first, "\n", " ")) {
			t.Errorf("%v: does not begin with a sentence of its own: %q", args, first)
		}
		_, examples, _ := strings.Cut(stdout, "\nExamples:\n")
		examples, _, _ = strings.Cut(examples, "\n\n")
		if n := len(regexp.MustCompile(`(?m)^  [^#\n]*\bpixtrend `).FindAllString(examples, -1)); n < 3 {
			t.Errorf("%v: %d examples, want 3 or more:\n%s", args, n, examples)
		}
		checkWidth(t, args, stdout)
	}
	for args, want := range map[string]string{"": "\nUsage:\n  pixtrend COMMAND", "fit": "\nUsage:\n  pixtrend fit ", "bench kernel": "\nUsage:\n  pixtrend bench kernel "} {
		if code, stdout, stderr := inside(append([]string{"help"}, strings.Fields(args)...)...); code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("help %s: exit code %d, %q, no %q in\n%s", args, code, stderr, want, stdout)
		}
	}
}

// checkWidth finds lines that are too long but for code, which is never broken.
func checkWidth(t *testing.T, args []string, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > helpWidth && !strings.HasPrefix(line, "        ") {
			t.Errorf("%v: a line is too long: %s", args, line)
		}
	}
}

// Every topic is listed, and printed without the marks of Markdown.
func TestTopics(t *testing.T) {
	_, root, _ := inside("help")
	all := topics(newRootCommand())
	for _, want := range []string{"dates", "gaps", "remote", "semantics"} {
		if !slices.Contains(all, want) {
			t.Errorf("no topic %s among %v", want, all)
		}
	}
	for _, topic := range all {
		if !regexp.MustCompile(`(?m)^  ` + topic + ` {2,}[A-Z].*`).MatchString(root) {
			t.Errorf("the help does not list %s:\n%s", topic, root)
		}
		code, stdout, stderr := inside("help", topic)
		if code != 0 || stderr != "" || strings.Count(stdout, "\n") < 20 {
			t.Errorf("%s: exit code %d, printed %q and %q", topic, code, stdout, stderr)
		}
		checkWidth(t, []string{topic}, stdout)
		for line := range strings.Lines(stdout) {
			if mark := regexp.MustCompile("^#+ |\\*\\*|\\]\\(|^ *\\|.*\\|$|<!--|\u00a0").FindString(line); mark != "" && !strings.HasPrefix(line, "        ") {
				t.Errorf("%s: %q is left of the Markdown in %q", topic, mark, line)
			}
		}
	}
	for alias, topic := range topicAliases {
		_, got, _ := inside("help", alias)
		if _, want, _ := inside("help", topic); got != want || want == "" {
			t.Errorf("help %s is not help %s", alias, topic)
		}
	}
	// What the docs have about a command stands below its help.
	_, short, _ := inside("info", "--help")
	if _, long, _ := inside("help", "info"); !strings.HasPrefix(long, short) || !strings.Contains(long, "\nWhat it warns of\n") || strings.Contains(short, "What it warns of") {
		t.Errorf("help info is not the help of info and docs/info.md:\n%s", long)
	}
}

// writeNetCDF writes a NetCDF file with the variable t2m at five dates, by GDAL.
func writeNetCDF(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(registerGDAL(), godal.RegisterRaster("netCDF")); err != nil {
		t.Fatal(err)
	}
	ds, err := godal.Create(godal.Memory, "", 5, godal.Float32, 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	errs := []error{ds.SetGeoTransform([6]float64{10, 0.25, 0, 50, 0, -0.25})}
	for key, value := range map[string]string{"NETCDF_DIM_EXTRA": "{time}", "NETCDF_DIM_time_DEF": "{5,6}", "NETCDF_DIM_time_VALUES": "{0,365,731,1096,1461}",
		"time#units": "days since 2019-01-01", "time#calendar": "standard"} {
		errs = append(errs, ds.SetMetadata(key, value))
	}
	for i, b := range ds.Bands() {
		errs = append(errs, b.SetMetadata("NETCDF_VARNAME", "t2m"), b.Write(0, 0, slices.Repeat([]float32{float32(i)}, 12), 4, 3))
	}
	nc, err := ds.Translate(path, []string{"-of", "netCDF"}, godal.ErrLogger(func(godal.ErrorCategory, int, string) error { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(append(errs, nc.Close(), ds.Close())...); err != nil {
		t.Fatal(err)
	}
}

// The examples of the help do what they say, one after the other, in one folder.
func TestExamples(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	long := os.Getenv("PIXTREND_LONG") != ""
	root := newRootCommand()
	root.InitDefaultHelpCmd()
	for _, path := range append(allCommands(), []string{"help"}) {
		if len(path) > 0 && path[0] == "bench" && !long {
			continue // half of the time of all examples
		}
		cmd, _, err := root.Find(path)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		writeScenes(t, filepath.Join(dir, "scenes"))
		writeNetCDF(t, filepath.Join(dir, "era5.nc"))
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			t.Parallel()
			for line := range strings.Lines(cmd.Example) {
				line = strings.TrimSpace(line)
				if strings.HasPrefix(line, "#") || strings.HasSuffix(line, "# several minutes") || strings.Contains(line, "--width 4000") && !long {
					continue
				}
				c := exec.Command(shell, "-c", line)
				c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir, "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", line, err, out)
				}
			}
		})
	}
}
