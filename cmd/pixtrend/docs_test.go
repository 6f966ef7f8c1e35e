package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

// The pages of the documentation are tried as a reader would try them. docs/README.md says which
// code blocks are commands; here they are run, each page from top to bottom in a folder of its own.

var update = flag.Bool("update", false, "write what the commands of the pages print, and the pictures that they make, into docs")

const (
	docsDir      = "../../docs"
	leastRun     = 30        // calls of pixtrend in all pages, so that none gets lost
	largestImage = 150 << 10 // bytes of a picture
)

func TestDocs(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	pages, err := filepath.Glob(filepath.Join(docsDir, "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages in %s: %v", docsDir, err)
	}
	ran, notRun := 0, 0
	for _, page := range append([]string{"../../README.md"}, pages...) {
		t.Run(filepath.ToSlash(strings.TrimPrefix(page, "../../")), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			checkLinks(t, filepath.Dir(page), string(text))
			p := &reader{shell: shell, dir: t.TempDir()}
			if err := os.MkdirAll(filepath.Join(p.dir, "bin"), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(program, filepath.Join(p.dir, "bin", "pixtrend")); err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(text), "\n")
			blocks := slices.DeleteFunc(codeBlocks(lines), func(b codeBlock) bool { return b.language != "sh" && b.language != "console" })
			tutorial := filepath.Base(page) == "tutorial.md" // which makes all that it needs
			if len(blocks) > 0 && !tutorial {
				p.provide(t, filepath.Base(page))
			}
			for _, b := range blocks {
				p.try(t, lines, b)
			}
			if *update && !t.Failed() {
				if now := strings.Join(lines, ""); now != string(text) {
					if err := os.WriteFile(page, []byte(now), 0o666); err != nil {
						t.Fatal(err)
					}
				}
			}
			p.pictures(t, string(text), tutorial)
			ran, notRun = ran+p.ran, notRun+p.notRun
		})
	}
	t.Logf("%d calls of pixtrend run, %d blocks not run", ran, notRun)
	if !t.Failed() && ran < leastRun && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		t.Errorf("%d calls of pixtrend were run, want %d or more: are there blocks that the test does not find?", ran, leastRun)
	}
}

// A codeBlock is a run of lines of a page that are code.
type codeBlock struct {
	first, end int      // its lines, from 0
	indent     string   // what stands before each of them
	language   string   // of the fence; sh for a block that is indented
	marks      []string // the comments right above it
}

var (
	fenceLine   = regexp.MustCompile("^( {0,3})```+ *([a-z]*)")
	commentLine = regexp.MustCompile(`^<!-- *(.*?) *-->$`)
)

// codeBlocks finds the code of a page.
func codeBlocks(lines []string) (found []codeBlock) {
	var marks []string
	blank := true // the line above
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\n")
		if fence := fenceLine.FindStringSubmatch(line); fence != nil {
			b := codeBlock{first: i + 1, indent: fence[1], language: fence[2], marks: marks}
			for i++; i < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[i]), "```"); i++ {
			}
			b.end = min(i, len(lines))
			found, marks, blank = append(found, b), nil, false
			continue
		}
		if blank && strings.HasPrefix(line, "    ") && strings.TrimSpace(line) != "" {
			b := codeBlock{first: i, indent: "    ", language: "sh", marks: marks}
			for ; i < len(lines) && (strings.HasPrefix(lines[i], b.indent) || strings.TrimSpace(lines[i]) == ""); i++ {
				if strings.TrimSpace(lines[i]) != "" {
					b.end = i + 1
				}
			}
			i = b.end - 1
			found, marks, blank = append(found, b), nil, false
			continue
		}
		comment := commentLine.FindStringSubmatch(line)
		blank = strings.TrimSpace(line) == "" || comment != nil
		switch {
		case comment != nil:
			marks = append(marks, comment[1])
		case !blank:
			marks = nil
		}
	}
	return found
}

// A reader tries a page.
type reader struct {
	shell, dir  string
	ran, notRun int
}

// provide makes what pages take for granted that is not made by their own commands.
func (p *reader) provide(t *testing.T, page string) {
	t.Helper()
	at := func(name string) string { return filepath.Join(p.dir, name) }
	writeScenes(t, at("scenes"))
	errs := []error{os.CopyFS(at("demo"), os.DirFS(stack)), os.CopyFS(p.dir, os.DirFS(stack)), os.Mkdir(at("doses"), 0o777)}
	for _, year := range []string{"1995", "1996", "1997"} {
		errs = append(errs, os.Link(at("ndvi_"+year+".tif"), at("doses/dose_"+year[3:]+".tif")))
	}
	if page == "models.md" {
		writeSeasons(t, p.dir)
	}
	scenes, err := filepath.Glob(at("scenes/*_stack.tif"))
	list, dates := "", "path,date\n"
	for i, scene := range scenes {
		name := filepath.Base(scene) // LC08_20140701_stack.tif
		band := strings.Replace(name, "_stack", "_NDVI", 1)
		list += "ndvi/" + band + "\n"
		dates += fmt.Sprintf("%s,%s-%s-%s\n", band, name[5:9], name[9:11], name[11:13])
		qa := strings.Replace(scene, "_stack", "_QA", 1)
		switch page {
		case "gaps.md":
			writeScene(t, strings.Replace(scene, "_stack.tif", "_SR_B4.TIF", 1), [][]int16{slices.Repeat([]int16{int16(1000 + i)}, 80)})
			errs = append(errs, os.Link(qa, strings.Replace(qa, "_QA.tif", "_QA_PIXEL.TIF", 1)))
		case "README.md":
			errs = append(errs, os.Remove(qa), os.MkdirAll(at("ndvi"), 0o777)) // its folder scenes holds nothing else
			writeScene(t, at("ndvi/"+band), [][]int16{slices.Repeat([]int16{int16(1000 + i)}, 80)})
		}
	}
	errs = append(errs, err, os.WriteFile(at("scenes.txt"), []byte(list), 0o666), os.WriteFile(at("dates.csv"), []byte(dates), 0o666))
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	// A raster whose bands are the dates: a stack with its trend taken off is one.
	if code, _, stderr := call(t, p.dir, "fit", "demo", "-q", "-o", "bin/slope.tif", "--detrend", "stack.tif"); code != 0 {
		t.Fatal(stderr)
	}
}

// try runs the commands of a block, and holds what they print against what the page says. It
// replaces what is no longer true in lines, if it is asked to.
func (p *reader) try(t *testing.T, lines []string, b codeBlock) {
	t.Helper()
	exit := 0
	for _, mark := range b.marks {
		reason, not := strings.CutPrefix(mark, "not run: ")
		needs, conditional := strings.CutPrefix(mark, "needs: ")
		switch {
		case not && reason != "":
			p.notRun++
			return
		case conditional:
			if code, _ := p.run(t, needs); code != 0 {
				t.Logf("line %d is not run: %s fails here", b.first+1, needs)
				p.notRun++
				return
			}
		default:
			if _, err := fmt.Sscanf(mark, "exits %d", &exit); err != nil {
				t.Errorf("line %d: the comment %q above it says nothing: write not run: REASON, needs: COMMAND or exits CODE", b.first+1, mark)
			}
		}
	}
	at := func(i int) string { return strings.TrimPrefix(lines[i], b.indent) }
	switch b.language {
	case "sh":
		script := "set -e\n"
		for i := b.first; i < b.end; i++ {
			script += at(i)
		}
		if code, printed := p.run(t, script); code != exit {
			t.Errorf("line %d: exit code %d, want %d, of\n%s\nwhich printed\n%s", b.first+1, code, exit, script, printed)
		}
	case "console":
		for i := b.first; i < b.end; {
			command, ok := strings.CutPrefix(at(i), "$ ")
			if !ok {
				t.Errorf("line %d: %q is printed by no command: it should follow a line with $", i+1, at(i))
				return
			}
			start := i
			for i++; i < b.end && strings.HasSuffix(command, "\\\n"); i++ {
				command += at(i)
			}
			from := i
			for i < b.end && !strings.HasPrefix(at(i), "$ ") {
				i++
			}
			want := ""
			for k := from; k < i; k++ {
				want += at(k)
			}
			code, printed := p.run(t, command)
			if code != exit {
				t.Errorf("line %d: exit code %d, want %d, of\n%s\nwhich printed\n%s", start+1, code, exit, command, printed)
			}
			same := samePrint(want, printed)
			switch {
			case *update && !(same && strings.Contains(want, "…")): // where nothing is left out, with the seconds of now
				for k := from; k < i; k++ {
					lines[k] = ""
				}
				for line := range strings.Lines(printed) {
					lines[from-1] += b.indent + line
				}
			case !same:
				t.Errorf("line %d: the page says that\n%sprints\n%s\nbut it prints\n%s\n(make docs writes it into the page)", start+1, command, want, printed)
			}
		}
	}
}

var callLine = regexp.MustCompile(`(?m)(?:^|[ \t;&|])(?:bin/)?pixtrend `)

// run runs a script as a reader would, who has pixtrend on the PATH and a terminal that shows
// UTF-8.
func (p *reader) run(t *testing.T, script string) (code int, printed string) {
	t.Helper()
	p.ran += len(callLine.FindAllString(script, -1))
	c := exec.Command(p.shell, "-c", script)
	c.Dir = p.dir
	c.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, kernel.EnvISA+"=") })
	c.Env = append(c.Env, "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	// On a terminal a bar takes the place of the dots, and is gone at the end.
	return c.ProcessState.ExitCode(), strings.ReplaceAll(out.String(), dotted, "")
}

// unsteady is what no two runs or machines print alike.
var unsteady = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`(?m)^ *(time|threads): .*`), "TIMES"}, // where a fit spent it
	{regexp.MustCompile(`\d[\d,]*(\.\d+)? ?[kMGT]?i?(pixel|px|B)/s`), "RATE"},
	{regexp.MustCompile(`\d[\d,]*(\.\d+)? (ns|µs|ms|s|minutes|hours)\b`), "TIME"},
	{regexp.MustCompile(`\b(generic|avx2|avx512|neon)\b`), "ISA"},
	{regexp.MustCompile(`\b\d+ threads?\b`), "THREADS"},
	{regexp.MustCompile(`[ \t]+`), " "}, // columns as wide as these
	{regexp.MustCompile(` \n`), "\n"},
}

// samePrint tells whether a command printed what a page says, in which … stands for anything, and
// on a line of its own for any lines.
func samePrint(want, got string) bool {
	for _, u := range unsteady {
		want, got = u.what.ReplaceAllString(want, u.as), u.what.ReplaceAllString(got, u.as)
	}
	pattern := `\A`
	for line := range strings.Lines(want) {
		if strings.TrimSpace(line) == "…" {
			pattern += `(.*\n)*?`
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*")
	}
	return regexp.MustCompile(pattern + `\z`).MatchString(got)
}

var pictureLink = regexp.MustCompile(`!\[[^\]]*\]\((pictures/[^)]+)\)`)

// pictures looks at the pictures of a page. Those that its commands make are put into docs, if
// asked for.
func (p *reader) pictures(t *testing.T, text string, madeHere bool) {
	t.Helper()
	for _, link := range pictureLink.FindAllStringSubmatch(text, -1) {
		kept, made := filepath.Join(docsDir, link[1]), filepath.Join(p.dir, filepath.Base(link[1]))
		data, err := os.ReadFile(made)
		switch {
		case err != nil && madeHere:
			t.Errorf("no command of the page makes the picture %s", filepath.Base(link[1]))
		case err == nil && *update && !t.Failed():
			if err := errors.Join(os.MkdirAll(filepath.Dir(kept), 0o777), os.WriteFile(kept, data, 0o666)); err != nil {
				t.Error(err)
			}
		}
		if info, err := os.Stat(kept); err == nil && info.Size() > largestImage {
			t.Errorf("%s has %d bytes, more than %d: make it with a smaller --size", link[1], info.Size(), largestImage)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

// checkLinks finds links to files that are not there. Pictures are checked where they are made.
func checkLinks(t *testing.T, dir, text string) {
	t.Helper()
	for _, l := range link.FindAllStringSubmatch(text, -1) {
		if strings.Contains(l[1], "://") || *update && strings.HasPrefix(l[1], "pictures/") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, l[1])); err != nil {
			t.Errorf("a link leads to %s, which is not there", l[1])
		}
	}
}

// Every page stands in the index.
func TestDocsIndex(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(docsDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := filepath.Glob(filepath.Join(docsDir, "*.md"))
	for _, page := range pages {
		if name := filepath.Base(page); name != "README.md" && !strings.Contains(string(index), "("+name+")") {
			t.Errorf("docs/README.md has no link to %s", name)
		}
	}
}

func TestCodeBlocks(t *testing.T) {
	page := "# A page\n\ntext\n    that goes on\n\n    first command\n\n    second\n\nmore `code`\n<!-- exits 1 -->\n\n```console\n$ third\n    printed\n```\n" +
		"<!-- not run: no reason -->\ntext between\n\n```\nplain\n```\n* a list\n\n  ```python\n  x = 1\n  ```\n"
	lines := strings.SplitAfter(page, "\n")
	var got []string
	for _, b := range codeBlocks(lines) {
		text := ""
		for _, line := range lines[b.first:b.end] {
			text += strings.TrimPrefix(line, b.indent)
		}
		got = append(got, fmt.Sprintf("%s %q %q", b.language, b.marks, text))
	}
	want := []string{
		`sh [] "first command\n\nsecond\n"`,
		`console ["exits 1"] "$ third\n    printed\n"`,
		` [] "plain\n"`,
		`python [] "x = 1\n"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSamePrint(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		same      bool
	}{
		{"", "", true},
		{"", "a\n", false},
		{"a\n", "", false},
		{"a  1\n", "a    1 \n", true},
		{"a 1\n", "a 2\n", false},
		{"1,000 pixels in 0.10 s: 1.2 Mpixel/s, 3 GB/s, avx2 on 2 threads\n", "1,000 pixels in 12 ms: 900 kpixel/s, 3.1 MB/s, generic on 1 thread\n", true},
		{"1,000 pixels in 0.10 s\n", "1,001 pixels in 0.10 s\n", false},
		{"a … c\n", "a b b c\n", true},
		{"a … c\n", "a b b d\n", false},
		{"a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"a\n…\nd\n", "a\nd\n", true},
		{"a\n…\nd\n", "a\nb\n", false},
		{"a.c\n", "abc\n", false},
	} {
		if same := samePrint(tt.want, tt.got); same != tt.same {
			t.Errorf("samePrint(%q, %q) is %v", tt.want, tt.got, same)
		}
	}
}
