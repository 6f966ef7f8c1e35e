package manual

import (
	"strings"
	"testing"
)

const page = "# Gaps, masks\n" +
	"\n" +
	"What counts as an `observation`. The rest\n" +
	"is [elsewhere](dates.md#names), in [info.md](info.md) or [R](https://example.org/r).\n" +
	"\n" +
	"<!-- not run: a comment -->\n" +
	"\n" +
	"    pixtrend fit 'demo/ndvi_*.tif' -o slope.tif  # a line that is longer than all others are allowed\n" +
	"\n" +
	"## Where `--dates` **come** from\n" +
	"\n" +
	"1. It is *finite*.\n" +
	"2. It is one of two lines, and this is the second sentence of it.\n" +
	"\n" +
	"* a\n" +
	"\n" +
	"  below\n" +
	"* b\n" +
	"\n" +
	"### Tables\n" +
	"\n" +
	"| | what |\n" +
	"|---|---|\n" +
	"| `a\\|b` | a cell with more words than its column has room for |\n" +
	"| t̄ | −1\\* |\n" +
	"\n" +
	"```go\n" +
	"x := 1 // **\n" +
	"```\n" +
	"\n" +
	"> quoted\n" +
	"\n" +
	"![A map](pictures/map.png)\n"

func TestText(t *testing.T) {
	want := strings.Join([]string{
		"Gaps, masks",
		"",
		"    What counts as an observation. The rest",
		"    is elsewhere (help dates), in help info",
		"    or R (https://example.org/r).",
		"",
		"        pixtrend fit 'demo/ndvi_*.tif' -o slope.tif  # a line that is longer than all others are allowed",
		"",
		"Where --dates come from",
		"",
		"    1. It is finite.",
		"    2. It is one of two lines, and this is",
		"       the second sentence of it.",
		"",
		"    * a",
		"",
		"      below",
		"",
		"    * b",
		"",
		"  Tables",
		"",
		"         what",
		"    ---  ----------------------------------",
		"    a|b  a cell with more words than its",
		"         column has room for",
		"    t̄    −1*",
		"",
		"        x := 1 // **",
		"",
		"        quoted",
		"",
		"    [picture: A map]",
		"",
	}, "\n")
	compare(t, want, Text([]byte(page), 43, "help"))
}

func TestRoff(t *testing.T) {
	p := NewPage("pixtrend-gaps", 7, "what -9999 is", Header{Date: "2026-01-01", Version: "pixtrend 1"})
	p.Markdown([]byte(page), false, func(topic string) string { return "pixtrend-" + topic + "(7)" })
	p.Item("-o, --output", "FILE", "write to FILE, as with '--of'")
	p.Text("a\nb\n\n  .c  d\n    \\e")
	p.SeeAlso([]string{"pixtrend(1)", "pixtrend-dates(7)"})
	want := strings.Join([]string{
		`'\" t -*- coding: UTF-8 -*-`,
		`.TH "PIXTREND-GAPS" 7 "2026-01-01" "pixtrend 1" "pixtrend"`,
		`.nh`,
		`.ad l`,
		`.SH "NAME"`,
		`pixtrend-gaps \- what \-9999 is`,
		`.PP`,
		`What counts as an \fBobservation\fR. The rest is elsewhere (\fBpixtrend\-dates(7)\fR), in \fBpixtrend\-info(7)\fR or R (https://example.org/r).`,
		`.PP`,
		`.RS 4`,
		`.nf`,
		`pixtrend fit \(aqdemo/ndvi_*.tif\(aq \-o slope.tif  # a line that is longer than all others are allowed`,
		`.fi`,
		`.RE`,
		`.SH "WHERE \-\-DATES COME FROM"`,
		`.IP 1. 4`,
		`It is \fIfinite\fR.`,
		`.IP 2. 4`,
		`It is one of two lines, and this is the second sentence of it.`,
		`.IP \(bu 2`,
		`a`,
		`.RS`,
		`.PP`,
		`below`,
		`.RE`,
		`.IP \(bu 2`,
		`b`,
		`.SS "Tables"`,
		`.TS`,
		`tab(	);`,
		`lBw(3n) lBw(51n)`,
		`lw(3n) lw(51n).`,
		"\tT{",
		`what`,
		`T}`,
		`T{`,
		`\fBa|b\fR`,
		"T}\tT{",
		`a cell with more words than its column has room for`,
		`T}`,
		`T{`,
		`t̄`,
		"T}\tT{",
		`−1*`,
		`T}`,
		`.TE`,
		`.PP`,
		`.RS 4`,
		`.nf`,
		`x := 1 // **`,
		`.fi`,
		`.RE`,
		`.RS 4`,
		`.PP`,
		`quoted`,
		`.RE`,
		`.PP`,
		`[picture: A map]`,
		`.TP`,
		`\fB\-o, \-\-output\fR \fIFILE\fR`,
		`write to FILE, as with \(aq\-\-of\(aq`,
		`.PP`,
		`a b`,
		`.PP`,
		`.RS 4`,
		`.nf`,
		`\&.c  d`,
		`  \ee`,
		`.fi`,
		`.RE`,
		`.SH "SEE ALSO"`,
		`.BR pixtrend (1),`,
		`.BR pixtrend\-dates (7)`,
		``,
	}, "\n")
	compare(t, want, p.String())
}

// compare reports the first line that differs.
func compare(t *testing.T, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		switch {
		case i >= len(w):
			t.Fatalf("line %d is %q, and should not be there", i+1, g[i])
		case i >= len(g):
			t.Fatalf("line %d is missing: %q", i+1, w[i])
		case w[i] != g[i]:
			t.Fatalf("line %d is\n%q, want\n%q, in\n%s", i+1, g[i], w[i], got)
		}
	}
}

func TestTitle(t *testing.T) {
	for source, want := range map[string][2]string{
		page:                          {"Gaps, masks", "What counts as an observation."},
		"# A `b`\n\nOne, e.g.x. Two.": {"A b", "One, e.g.x."},
		"# A\n\n## B\n\nText.":        {"A", ""},
		"# A":                         {"A", ""},
		"# A\n\nWhere? There.":        {"A", "Where?"},
		"No end":                      {"", "No end"},
		"":                            {"", ""},
	} {
		if title, sentence := Title([]byte(source)); title != want[0] || sentence != want[1] {
			t.Errorf("%q: %q and %q, want %q", source, title, sentence, want)
		}
	}
}

func TestFill(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"one two\nthree", "one two\nthree\n"},
		{"one two three four\n\n  kept as it is, even if it is long\n", "one two\nthree\nfour\n\n  kept as it is, even if it is long\n"},
		{"a-word-that-is-too-long b", "a-word-that-is-too-long\nb\n"},
		{"one\n  kept\ntwo", "one\n  kept\ntwo\n"},
	} {
		if got := Fill(tt.text, 9); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestHang(t *testing.T) {
	for label, want := range map[string]string{
		"-a":           "-a    one\n      two\n      three\n",
		"--long":       "--long  one\n      two\n      three\n",
		"--very-long":  "--very-long\n      one\n      two\n      three\n",
		"--exactly-12": "--exactly-12\n      one\n      two\n      three\n",
	} {
		var b strings.Builder
		if Hang(&b, label, "one two three", 6, 12); b.String() != want {
			t.Errorf("%s: %q, want %q", label, b.String(), want)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		cells [][]string
		width int
		want  []int
	}{
		{[][]string{{"a", "bcd"}, {"ab", ""}}, 20, []int{2, 3}},
		{[][]string{nil, {"ab", strings.Repeat("x", 90)}}, 20, []int{2, 16}},
		{[][]string{{"ab", strings.Repeat("x", 90), strings.Repeat("x", 30)}}, 26, []int{2, 10, 10}},
	} {
		got := columns(tt.cells, tt.width)
		for i := range tt.want {
			if len(got) != len(tt.want) || got[i] != tt.want[i] {
				t.Errorf("%v in %d: %v, want %v", tt.cells, tt.width, got, tt.want)
				break
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for text, want := range map[string]string{
		"LC08_L1TP_014032_20180113": "LC08_L1TP_|014032_|20180113",
		"abcdefghijklmnop":          "abcdefghij|klmnop",
		"one two three":             "one two|three",
		"":                          "",
	} {
		if got := strings.Join(wrap(text, 10), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
