package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// option defines a flag that takes a value. word, such as FILE, is the name of the value in the
// help.
func option[T any](flags *pflag.FlagSet, to *T, name, short, word, usage string, parse func(string) (T, error)) {
	flags.VarP(&value[T]{to: to, parse: parse, word: word}, name, short, usage)
}

// repeated defines a flag that takes a value and may be given several times.
func repeated(flags *pflag.FlagSet, to *[]string, name, word, usage string, check func(string) error) {
	option(flags, to, name, "", word, usage, func(s string) ([]string, error) {
		if err := check(s); err != nil {
			return nil, err
		}
		return append(*to, s), nil
	})
}

// value is a flag's value. It is parsed as soon as it is set, so that later code has only valid
// values.
type value[T any] struct {
	to    *T
	parse func(string) (T, error)
	word  string // its name in the help
	text  string // as it was typed
}

func (v *value[T]) String() string { return v.text }
func (v *value[T]) Type() string   { return v.word }

func (v *value[T]) Set(s string) error {
	x, err := v.parse(s)
	if err != nil {
		return err
	}
	*v.to, v.text = x, s
	return nil
}

// atLeast returns a parser of whole numbers that are at least least.
func atLeast(least int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || int(n) < least {
			return 0, fmt.Errorf("give a whole number, %d or more", least)
		}
		return int(n), nil
	}
}

// between0And1 reads a level of significance.
func between0And1(s string) (float64, error) { return parseLevel(s, "0.05") }

// parseConfidence reads a level of confidence.
func parseConfidence(s string) (float64, error) { return parseLevel(s, "0.95") }

// parseLevel reads a number between 0 and 1, of which example is one.
func parseLevel(s, example string) (float64, error) {
	number, percent := strings.CutSuffix(s, "%")
	x, err := strconv.ParseFloat(number, 64)
	switch {
	case err == nil && x < 100 && (x > 1 || percent && x > 0):
		return 0, fmt.Errorf("give a number between 0 and 1: %s %% is %.6g", number, x/100)
	case err != nil || !(x > 0 && x < 1):
		return 0, fmt.Errorf("give a number between 0 and 1, such as %s", example)
	}
	return x, nil
}

// parseInterceptAt reads a date. Whether it fits the dates of the inputs is checked once these are
// known.
func parseInterceptAt(s string) (string, error) {
	_, noDate := timeaxis.Parse(s)
	if x, err := strconv.ParseFloat(s, 64); noDate != nil && (err != nil || math.IsNaN(x) || math.IsInf(x, 0)) {
		return "", errors.New("give a year such as 2005, or a day such as 2005-07-01, as the dates of the inputs are, or a number with --x")
	}
	return s, nil
}

// parseNodata reads a number or nan.
func parseNodata(s string) (*float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, errors.New("give a number or nan")
	}
	return &x, nil
}

// parseExtent reads WxH.
func parseExtent(s string) ([2]int, error) {
	w, h, _ := strings.Cut(s, "x")
	var size [2]int
	for i, side := range []string{w, h} {
		n, err := strconv.ParseInt(side, 10, 32)
		if err != nil || n < 1 {
			return size, errors.New("give a width and a height, such as 512x256")
		}
		size[i] = int(n)
	}
	return size, nil
}

// checkCreation checks a creation option.
func checkCreation(s string) error {
	if key, _, found := strings.Cut(s, "="); !found || strings.TrimSpace(key) == "" {
		return errors.New("give KEY=VALUE, such as COMPRESS=DEFLATE")
	}
	return nil
}

// flagError turns an error of the flag parser into a sentence.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &missing):
		return usagef("%s needs a value", dashed(missing.GetFlag()))
	case errors.As(err, &invalid):
		cause := invalid.Unwrap()
		if errors.Is(cause, strconv.ErrSyntax) {
			cause = errors.New("it is on or off and takes no value")
		}
		if name := "--" + invalid.GetFlag().Name; strings.HasPrefix(cause.Error(), name+" ") {
			return usagef("%w", cause) // the error names the flag
		}
		return usagef("%s %s: %w", dashed(invalid.GetFlag()), quoteIfNeeded(invalid.GetValue()), cause)
	}
	return usageError{err: err}
}

func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) error {
	name := unknown.GetSpecifiedName()
	given := "--" + name
	if unknown.GetSpecifiedShortnames() != "" {
		given = "-" + name
	}
	// pixtrend -o slope.tif …: the subcommand is missing, or follows the flag.
	for _, sub := range cmd.Commands() {
		if f := sub.Flags().Lookup(name); f != nil || len(name) == 1 && sub.Flags().ShorthandLookup(name) != nil {
			return usageError{fmt.Errorf("%s is an option of %s: write '%[3]s %s … %[1]s'", given, sub.Name(), cmd.CommandPath(), sub.Name()), sub}
		}
	}
	if !strings.HasPrefix(given, "--") {
		return usagef("no option is called %s", given)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return usagef("no option is called %s: did you mean --%s?", given, near)
	}
	return usagef("no option is called %s", given)
}

// checkDashes finds long options with one dash, which GDAL's own programs accept. pflag would read
// them letter by letter: -overwrite as -o verwrite.
func checkDashes(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil {
		return nil // ExecuteC will report it
	}
	for _, arg := range rest {
		if arg == "--" {
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && cmd.Flags().Lookup(name) != nil {
			return usageError{fmt.Errorf("%s: long options have two dashes, --%s", arg, name), cmd}
		}
	}
	return nil
}

// dashed returns a flag as it is typed.
func dashed(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand + ", --" + f.Name
	}
	return "--" + f.Name
}

func quoteIfNeeded(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n'\"") {
		return strconv.Quote(s)
	}
	return s
}

// nearest returns the word that s is probably a misspelling of, or "".
func nearest(s string, words []string) string {
	best, least := "", math.MaxInt
	for _, w := range words {
		d := distance(s, w)
		if len(s) > 1 && strings.HasPrefix(w, s) {
			d = 1 // s is the beginning of w
		}
		if d < least {
			best, least = w, d
		}
	}
	if least > max(1, len(best)/3) {
		return ""
	}
	return best
}

// distance returns the least number of insertions, deletions, substitutions and swaps of neighbours
// that turn a into b (optimal string alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j], d[i][j-1], d[i-1][j-1])
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}
