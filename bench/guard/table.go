package guard

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// ErrDiffers is wrapped by the error that Check returns if a count differs from the recorded one.
var ErrDiffers = errors.New("numbers of instructions differ from those recorded")

// Allowed is the largest difference from a recorded count, as a share of it.
const Allowed = 0.03

const head = `# Instructions of this module that each case takes, for the tests of bench/guard and
# TestInstructionsOfFits of cmd/pixtrend. make bench-guard UPDATE=1 writes this file.
`

// Counts maps the names of cases to numbers of instructions. A name has the form of those of package
// bench: key=value pairs, separated by slashes.
type Counts map[string]int64

// Read returns the counts recorded in a file.
func Read(file string) (Counts, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	counts := Counts{}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(words) != 2 {
			return nil, fmt.Errorf("%s: the line %q is not a name and a number", file, strings.TrimSpace(line))
		}
		n, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("%s: %q is not a number of instructions", file, words[1])
		}
		if counts[words[0]] != 0 {
			return nil, fmt.Errorf("%s: there are two lines of %s", file, words[0])
		}
		counts[words[0]] = n
	}
	return counts, nil
}

// write records counts in a file.
func (c Counts) write(file string) error {
	var b strings.Builder
	b.WriteString(head)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(w, "%s\t%d\n", name, c[name])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o666)
}

// Check compares counts with those recorded in a file whose names begin with prefix. It returns an
// error that wraps ErrDiffers if one differs by more than Allowed, is not recorded, or is recorded
// and was not counted. Fewer instructions are a difference too: once they are recorded, later
// changes are compared with them.
func Check(file, prefix string, counts Counts) error {
	recorded, err := Read(file)
	if err != nil {
		return err
	}
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		switch n, want := counts[name], recorded[name]; {
		case want == 0:
			differ = append(differ, fmt.Sprintf("%s takes %d instructions, and none are recorded", name, n))
		case !(math.Abs(float64(n-want)) <= Allowed*float64(want)):
			differ = append(differ, fmt.Sprintf("%s takes %d instructions, %+.1f %% of the %d recorded", name, n, 100*(float64(n)/float64(want)-1), want))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		if _, has := counts[name]; strings.HasPrefix(name, prefix) && !has {
			differ = append(differ, fmt.Sprintf("%s is recorded, and there is no such case", name))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("%w (%s, compiled by %s; if this is intended, run 'make bench-guard UPDATE=1' and commit %s):\n  %s",
		ErrDiffers, prefix, runtime.Version(), file, strings.Join(differ, "\n  "))
}

// Update records counts in a file, in place of all whose names begin with prefix.
func Update(file, prefix string, counts Counts) error {
	recorded, err := Read(file)
	if errors.Is(err, os.ErrNotExist) {
		recorded, err = Counts{}, nil
	}
	if err != nil {
		return err
	}
	maps.DeleteFunc(recorded, func(name string, _ int64) bool { return strings.HasPrefix(name, prefix) })
	maps.Copy(recorded, counts)
	return recorded.write(file)
}
