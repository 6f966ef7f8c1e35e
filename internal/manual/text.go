package manual

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	table "github.com/yuin/goldmark/extension/ast"
)

// Text returns a page as text for a terminal, in lines of at most width columns. Only code may be
// wider. A link to another page becomes command and the page's name.
func Text(source []byte, width int, command string) string {
	t := &terminal{source: source, width: width, command: command}
	t.blocks(parse(source), "")
	return strings.TrimLeft(t.b.String(), "\n")
}

type terminal struct {
	source  []byte
	width   int
	command string
	b       strings.Builder
}

const (
	bodyIndent = "    "
	hardSpace  = "\u00a0" // replaces spaces in code, so that it is not broken
)

// blocks writes the blocks of a page, each after an empty line. Everything below a heading is
// indented.
func (t *terminal) blocks(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			indent = bodyIndent
			t.b.WriteByte('\n')
			t.fill(flat(t.source, n), strings.Repeat("  ", max(n.Level-2, 0)), "")
		case *ast.Paragraph, *ast.TextBlock:
			if n.Kind() == ast.KindParagraph {
				t.b.WriteByte('\n')
			}
			t.fill(t.inline(n), indent, "")
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			t.b.WriteByte('\n')
			for line := range strings.Lines(lines(t.source, n)) {
				t.b.WriteString(strings.TrimRight(indent+bodyIndent+line, " \n") + "\n")
			}
		case *ast.Blockquote:
			t.blocks(n, indent+bodyIndent)
		case *ast.List:
			t.list(n, indent)
		case *table.Table:
			t.table(n, indent)
		case *ast.HTMLBlock, *ast.ThematicBreak:
		default:
			t.blocks(n, indent)
		}
	}
}

// list writes the items of a list. Further lines of an item begin below the beginning of its text.
func (t *terminal) list(n *ast.List, indent string) {
	t.b.WriteByte('\n')
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "* "
		if n.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		within := &terminal{source: t.source, width: t.width, command: t.command}
		within.blocks(item, indent+strings.Repeat(" ", len(mark)))
		text := strings.TrimLeft(within.b.String(), "\n ")
		if item != n.FirstChild() && !n.IsTight {
			t.b.WriteByte('\n')
		}
		t.b.WriteString(indent + mark + text)
	}
}

// table writes a table with the column widths that columns returns. Cells are broken into lines.
func (t *terminal) table(n *table.Table, indent string) {
	cells := rows(n, t.inline)
	widths := columns(cells, t.width-len(indent))
	t.b.WriteByte('\n')
	for i, row := range cells {
		if row == nil {
			continue // an empty header
		}
		broken := make([][]string, len(row))
		height := 0
		for c := range row {
			broken[c] = wrap(row[c], widths[c])
			height = max(height, len(broken[c]))
		}
		if i == 0 { // the header
			rule := make([]string, len(row))
			for c := range row {
				rule[c] = strings.Repeat("-", widths[c])
			}
			for c := range broken {
				for len(broken[c]) < height {
					broken[c] = append(broken[c], "")
				}
				broken[c] = append(broken[c], rule[c])
			}
			height++
		}
		for line := range height {
			text := indent
			for c := range broken {
				part := ""
				if line < len(broken[c]) {
					part = broken[c][line]
				}
				text += part + strings.Repeat(" ", max(widths[c]-columnsOf(part), 0)+gutter)
			}
			t.b.WriteString(strings.TrimRight(text, " ") + "\n")
		}
	}
}

// inline returns a paragraph as one line, with hard spaces in code.
func (t *terminal) inline(n ast.Node) string {
	var b strings.Builder
	for _, s := range inline(t.source, n, func(topic string) string { return t.command + " " + topic }) {
		if s.style == code {
			s.text = strings.ReplaceAll(strings.TrimSpace(s.text), " ", hardSpace)
		}
		b.WriteString(s.text)
	}
	return b.String()
}

func (t *terminal) fill(text, indent, hanging string) {
	fill(&t.b, text, t.width, indent, indent+hanging)
}

// Fill breaks a text into lines of at most width columns. Paragraphs are separated by empty lines.
// Indented lines are not filled.
func Fill(text string, width int) string {
	var b strings.Builder
	for i, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, part := range parts(p) {
			if part.verbatim {
				b.WriteString(part.text + "\n")
			} else {
				fill(&b, part.text, width, "", "")
			}
		}
	}
	return b.String()
}

// Hang writes a label and, from column left on, its explanation.
func Hang(b *strings.Builder, label, text string, left, width int) {
	first := label + strings.Repeat(" ", max(left-columnsOf(label), 2))
	fill(b, text, width, first, strings.Repeat(" ", left))
}

// fill writes a text in lines. The first begins with first and the others with next.
func fill(b *strings.Builder, text string, width int, first, next string) {
	line := first
	bare := true // the line has no word yet
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		space := 1
		if bare {
			space = 0
		}
		if columnsOf(line)+space+columnsOf(word) > width && !(bare && line == next) {
			b.WriteString(clean(line))
			line, space = next, 0
		}
		line += strings.Repeat(" ", space) + word
		bare = false
	}
	b.WriteString(clean(line))
}

func clean(line string) string {
	return strings.TrimRight(strings.ReplaceAll(line, hardSpace, " "), " ") + "\n"
}

// wrap breaks a text into lines of at most width columns. A wider word is broken too.
func wrap(text string, width int) []string {
	var b strings.Builder
	fill(&b, text, width, "", "")
	var broken []string
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		for columnsOf(line) > width {
			cut := breakAt([]rune(line), width)
			broken = append(broken, strings.TrimRight(string([]rune(line)[:cut]), " "))
			line = strings.TrimLeft(string([]rune(line)[cut:]), " ")
		}
		broken = append(broken, line)
	}
	return broken
}

// breakAt returns where to break a line that is too wide: after the last space or punctuation that
// fits, or at width.
func breakAt(line []rune, width int) int {
	for i := width; i > width/2; i-- {
		if strings.ContainsRune(" _-./,", line[i-1]) {
			return i
		}
	}
	return width
}

// part is a run of lines of a paragraph that are all indented or all not indented.
type part struct {
	text     string
	verbatim bool
}

func parts(paragraph string) (ps []part) {
	for line := range strings.SplitSeq(paragraph, "\n") {
		verbatim := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")
		if n := len(ps); n > 0 && ps[n-1].verbatim == verbatim {
			ps[n-1].text += "\n" + line
			continue
		}
		ps = append(ps, part{line, verbatim})
	}
	return ps
}
