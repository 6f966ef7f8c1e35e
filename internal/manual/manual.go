// Package manual formats the Markdown of the docs for terminals and as man pages, and writes the
// man pages of commands.
//
// It supports the parts of Markdown that the docs use: headings, paragraphs, lists, code, quotes,
// tables, links and pictures. It omits comments and other HTML.
package manual

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	table "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Title returns the first heading of a page and the first sentence below it, both as plain text.
func Title(source []byte) (title, sentence string) {
	for n := parse(source).FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindHeading:
			if title != "" {
				return title, ""
			}
			title = flat(source, n)
		case ast.KindParagraph:
			text := flat(source, n)
			if end := sentenceEnd.FindStringIndex(text); end != nil {
				text = text[:end[0]+1]
			}
			return title, text
		}
	}
	return title, ""
}

var sentenceEnd = regexp.MustCompile(`[.?!] `)

func parse(source []byte) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
}

type style int

const (
	plain style = iota
	code
	emphasis
	strong
)

// span is a piece of a paragraph with one style.
type span struct {
	text  string
	style style
}

// inline returns the spans of a paragraph, a heading or a cell. A link to another page is replaced
// by the result of page for the name of that page.
func inline(source []byte, parent ast.Node, page func(topic string) string) []span {
	var spans []span
	add := func(text string, s style) {
		if n := len(spans); n > 0 && spans[n-1].style == s {
			spans[n-1].text += text
			return
		}
		spans = append(spans, span{text, s})
	}
	var walk func(ast.Node, style)
	walk = func(parent ast.Node, s style) {
		for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
			switch n := n.(type) {
			case *ast.Text:
				t := string(n.Value(source))
				if s != code {
					t = unescape(t)
				}
				if n.SoftLineBreak() || n.HardLineBreak() {
					t += " "
				}
				add(t, s)
			case *ast.String:
				add(string(n.Value), s)
			case *ast.CodeSpan:
				walk(n, code)
			case *ast.Emphasis:
				walk(n, emphasis+style(n.Level-1))
			case *ast.AutoLink:
				add(string(n.URL(source)), s)
			case *ast.Image:
				add("[picture: ", s)
				walk(n, s)
				add("]", s)
			case *ast.Link:
				to := string(n.Destination)
				topic, isPage := strings.CutSuffix(strings.TrimPrefix(to[:strings.IndexByte(to+"#", '#')], "./"), ".md")
				isPage = isPage && !strings.Contains(topic, "/")
				if isPage && flat(source, n) == topic+".md" {
					add(page(topic), code)
					continue
				}
				walk(n, s)
				switch {
				case isPage:
					add(" (", s)
					add(page(topic), code)
					add(")", s)
				case strings.Contains(to, "://"):
					add(" ("+to+")", s)
				}
			case *ast.RawHTML: // comments
			default:
				walk(n, s)
			}
		}
	}
	walk(parent, plain)
	return spans
}

// unescape removes the backslashes before characters that would otherwise have a meaning in
// Markdown.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && s[i+1] < utf8.RuneSelf && (unicode.IsPunct(rune(s[i+1])) || unicode.IsSymbol(rune(s[i+1]))) {
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// flat returns a paragraph as plain text.
func flat(source []byte, n ast.Node) string {
	var b strings.Builder
	for _, s := range inline(source, n, func(topic string) string { return topic + ".md" }) {
		b.WriteString(s.text)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// lines returns the lines of a block of code.
func lines(source []byte, n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		b.Write(at.Value(source))
	}
	return strings.TrimRight(b.String(), "\n")
}

// rows returns the cells of a table. The first row is the header; it is nil if all of its cells are
// empty.
func rows(n *table.Table, cell func(ast.Node) string) (cells [][]string) {
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		var row []string
		empty := true
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			row = append(row, cell(c))
			empty = empty && row[len(row)-1] == ""
		}
		if r.Kind() == table.KindTableHeader && empty {
			row = nil
		}
		cells = append(cells, row)
	}
	return cells
}

// columns returns the widths of a table's columns, together at most width. If there is room, a
// column is as wide as its cells. Otherwise columns that are wider than an equal share divide the
// rest between them.
func columns(cells [][]string, width int) []int {
	var natural []int
	for _, row := range cells {
		for i, c := range row {
			if i == len(natural) {
				natural = append(natural, 1)
			}
			natural[i] = max(natural[i], columnsOf(c))
		}
	}
	width -= gutter * (len(natural) - 1)
	widths := make([]int, len(natural))
	for open := len(natural); open > 0; {
		share, settled := max(width/open, 1), false
		for i, w := range natural {
			if widths[i] == 0 && w <= share {
				widths[i], settled = w, true
				width -= w
				open--
			}
		}
		if settled {
			continue
		}
		for i := range widths { // the remaining columns are wider
			if widths[i] == 0 {
				widths[i] = share
			}
		}
		break
	}
	return widths
}

const gutter = 2 // columns between those of a table

// columnsOf returns the number of terminal columns of a text. A combining accent takes none.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.Mn, r) {
			n++
		}
	}
	return n
}
