package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a shell is told to offer for a command line whose last word is being typed.
func TestComplete(t *testing.T) {
	const (
		files   = ":0" // directives of cobra
		noFiles = ":4"
		dirs    = ":16"
		list    = ":6" // no files, and no space behind
	)
	for _, tt := range []struct {
		typed     string // words by |
		want      []string
		not       []string
		directive string
	}{
		{"", []string{"fit", "info", "synth", "bench", "version", "help", "completion"}, []string{"man", "dates"}, noFiles},
		{"fit|", nil, nil, files},
		{"fit|--o", []string{"--of", "--ot", "--output", "--overwrite"}, []string{"--stats"}, noFiles},
		{"fit|-o|", nil, nil, files},
		{"fit|--residuals|", nil, nil, files},
		{"fit|--mask-from|", nil, nil, files},
		{"fit|--of|", []string{"GTiff", "COG"}, nil, noFiles},
		{"fit|--of=C", []string{"COG"}, nil, noFiles},
		{"fit|--stats|", []string{"slope", "pvalue", "n", "all"}, nil, list},
		{"fit|--stats|slope,", []string{"slope,intercept", "slope,n"}, []string{"slope,slope"}, list},
		{"fit|--co|COMP", []string{"COMPRESS=DEFLATE", "COMPRESS=ZSTD"}, nil, noFiles},
		{"fit|--per|", []string{"year", "month", "day", "step"}, nil, noFiles},
		{"fit|--threads|", nil, []string{"fit"}, noFiles},
		{"fit|--memory|", nil, nil, noFiles},
		{"info|", nil, nil, files},
		{"synth|", nil, nil, dirs},
		{"synth|demo|", nil, nil, noFiles},
		{"bench|", []string{"kernel", "scaling", "pipeline", "all"}, nil, noFiles},
		{"bench|pipeline|", nil, nil, dirs},
		{"bench|kernel|--plots|", nil, nil, dirs},
		{"bench|kernel|--json|", nil, nil, files},
		{"bench|kernel|--runs|", nil, nil, noFiles},
		{"help|", []string{"fit", "bench", "dates", "gaps", "remote"}, []string{"man"}, noFiles},
		{"help|bench|", []string{"kernel"}, []string{"dates"}, noFiles},
		{"help|dates|", nil, []string{"gaps"}, noFiles},
		{"completion|", []string{"bash", "zsh", "fish", "powershell"}, nil, noFiles},
		{"version|", nil, []string{"fit"}, noFiles},
	} {
		code, stdout, _ := inside(append([]string{"__complete"}, strings.Split(tt.typed, "|")...)...)
		lines := strings.Split(strings.TrimSpace(stdout), "\n")
		directive := lines[len(lines)-1]
		var offered []string
		for _, line := range lines[:len(lines)-1] {
			word, _, _ := strings.Cut(line, "\t")
			offered = append(offered, word)
		}
		if code != 0 || directive != tt.directive {
			t.Errorf("%q: exit code %d, directive %s, want %s", tt.typed, code, directive, tt.directive)
		}
		for _, want := range tt.want {
			if !slices.Contains(offered, want) {
				t.Errorf("%q: %s is not offered: %v", tt.typed, want, offered)
			}
		}
		for _, not := range tt.not {
			if slices.Contains(offered, not) {
				t.Errorf("%q: %s is offered: %v", tt.typed, not, offered)
			}
		}
	}
}

// Shells that are there take the completions, and offer what they say.
func TestCompletionInShells(t *testing.T) {
	dir := t.TempDir()
	for shell, script := range map[string]string{
		"bash": `source pixtrend.bash
COMP_WORDS=(pixtrend fit --of ''); COMP_CWORD=3; COMP_LINE='pixtrend fit --of '; COMP_POINT=${#COMP_LINE}
_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=''; prev=--of; }
__start_pixtrend
printf '%s\n' "${COMPREPLY[@]}"`,
		"zsh": `autoload -Uz compinit && compinit -u -D
source ./pixtrend.zsh
[[ $_comps[pixtrend] == _pixtrend ]] || exit 3
_describe() { local -a c; c=("${(@P)4:-}"); print -l -- $completions }
words=(pixtrend fit --of ''); CURRENT=4
_pixtrend`,
		"fish": `source pixtrend.fish; complete -C 'pixtrend fit --of '`,
	} {
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("no %s here: not tested", shell)
			continue
		}
		_, stdout, _ := inside("completion", shell)
		if err := os.WriteFile(filepath.Join(dir, "pixtrend."+shell), []byte(stdout), 0o666); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(path, "-c", script)
		c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir, "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
		out, err := c.CombinedOutput()
		if words := strings.Fields(string(out)); err != nil || !slices.Contains(words, "GTiff") || !slices.Contains(words, "COG") {
			t.Errorf("%s: %v, offered %q", shell, err, out)
		}
	}
}
