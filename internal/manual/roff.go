package manual

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	table "github.com/yuin/goldmark/extension/ast"
)

// Page is a man page in progress. It uses the man macros that both groff and mandoc support.
type Page struct{ b strings.Builder }

// Header has the parts that are the same on all pages.
type Header struct {
	Date    string // "" if unknown, as in reproducible builds
	Version string
}

// NewPage begins a page. name is its name, such as pixtrend-fit, and section its section of the
// manual. summary is one line without a full stop.
func NewPage(name string, section int, summary string, h Header) *Page {
	p := &Page{}
	p.b.WriteString("'\\\" t -*- coding: UTF-8 -*-\n") // tables to come, in UTF-8
	fmt.Fprintf(&p.b, ".TH %s %d %s %s %s\n", quote(strings.ToUpper(name)), section, quote(h.Date), quote(h.Version), quote("pixtrend"))
	p.b.WriteString(".nh\n.ad l\n") // do not hyphenate names of options, nor justify lines
	p.Section("NAME")
	p.b.WriteString(prose(name) + " \\- " + prose(summary) + "\n")
	return p
}

func (p *Page) String() string { return p.b.String() }

// Section begins a section.
func (p *Page) Section(title string) { p.b.WriteString(".SH " + quote(prose(title)) + "\n") }

// Subsection begins a subsection.
func (p *Page) Subsection(title string) { p.b.WriteString(".SS " + quote(prose(title)) + "\n") }

// paragraph begins a paragraph. After a heading nothing is needed.
func (p *Page) paragraph() {
	text := strings.TrimSuffix(p.b.String(), "\n")
	if last := text[strings.LastIndexByte(text, '\n')+1:]; !strings.HasPrefix(last, ".SH ") && !strings.HasPrefix(last, ".SS ") {
		p.b.WriteString(".PP\n")
	}
}

// Text writes paragraphs, which are separated by empty lines. Indented lines are not filled.
func (p *Page) Text(text string) {
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		for _, part := range parts(paragraph) {
			if part.verbatim {
				p.Code(part.text)
			} else {
				p.paragraph()
				p.b.WriteString(guard(prose(part.text)) + "\n")
			}
		}
	}
}

// Code writes lines unchanged, without their common indentation.
func (p *Page) Code(text string) {
	p.paragraph()
	p.b.WriteString(".RS 4\n.nf\n" + literal(outdent(text)) + "\n.fi\n.RE\n")
}

// Item writes a label, such as -o, --output, with the placeholder of its value, and its
// explanation.
func (p *Page) Item(label, value, text string) {
	p.b.WriteString(".TP\n\\fB" + literal(label) + "\\fR")
	if value != "" {
		p.b.WriteString(" \\fI" + literal(value) + "\\fR")
	}
	p.b.WriteString("\n" + guard(prose(text)) + "\n")
}

// Synopsis writes how to call a command.
func (p *Page) Synopsis(command, rest string) {
	p.b.WriteString("\\fB" + literal(command) + "\\fR " + prose(rest) + "\n")
}

// SeeAlso writes the names of other pages, such as pixtrend-fit(1).
func (p *Page) SeeAlso(names []string) {
	p.Section("SEE ALSO")
	for i, name := range names {
		bare, section, _ := strings.Cut(strings.TrimSuffix(name, ")"), "(")
		end := ","
		if i == len(names)-1 {
			end = ""
		}
		fmt.Fprintf(&p.b, ".BR %s (%s)%s\n", literal(bare), section, end)
	}
}

// Markdown writes a page of the docs without its title. Its headings become sections, or
// subsections if the page has a section for it. reference returns the text for a link to another
// page.
func (p *Page) Markdown(source []byte, below bool, reference func(topic string) string) {
	r := &roff{source: source, page: p, reference: reference, below: below}
	r.blocks(parse(source))
}

type roff struct {
	source    []byte
	page      *Page
	reference func(topic string) string
	below     bool
}

func (r *roff) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.block(n, false)
	}
}

// block writes a block. The first block of an item has no space above it.
func (r *roff) block(n ast.Node, first bool) {
	b := &r.page.b
	switch n := n.(type) {
	case *ast.Heading:
		switch title := flat(r.source, n); {
		case n.Level == 1: // the title is in the section NAME
		case n.Level == 2 && !r.below:
			r.page.Section(strings.ToUpper(title))
		default:
			r.page.Subsection(title)
		}
	case *ast.Paragraph, *ast.TextBlock:
		if !first && n.Kind() == ast.KindParagraph {
			r.page.paragraph()
		}
		b.WriteString(r.inline(n) + "\n")
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		r.page.Code(lines(r.source, n))
	case *ast.Blockquote:
		b.WriteString(".RS 4\n")
		r.blocks(n)
		b.WriteString(".RE\n")
	case *ast.List:
		r.list(n)
	case *table.Table:
		r.table(n)
	case *ast.HTMLBlock, *ast.ThematicBreak:
	default:
		r.blocks(n)
	}
}

func (r *roff) list(n *ast.List) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if n.IsOrdered() {
			fmt.Fprintf(&r.page.b, ".IP %d. 4\n", number)
			number++
		} else {
			r.page.b.WriteString(".IP \\(bu 2\n")
		}
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			if c == item.FirstChild() {
				r.block(c, true)
				continue
			}
			r.page.b.WriteString(".RS\n")
			r.block(c, false)
			r.page.b.WriteString(".RE\n")
		}
	}
}

const tableWidth = 62 // columns for a table on a page of 80 columns, less the wide gaps of tbl

func (r *roff) table(n *table.Table) {
	width := func(c ast.Node) string { return flat(r.source, c) }
	widths := columns(rows(n, width), tableWidth)
	b := &r.page.b
	r.page.paragraph()
	b.WriteString(".TS\ntab(\t);\n")
	var layout []string
	for _, w := range widths {
		layout = append(layout, fmt.Sprintf("lw(%dn)", w))
	}
	cells := rows(n, func(c ast.Node) string { return breakable(r.inline(c)) })
	if cells[0] != nil {
		b.WriteString(strings.ReplaceAll(strings.Join(layout, " "), "lw", "lBw") + "\n")
	}
	b.WriteString(strings.Join(layout, " ") + ".\n")
	for _, row := range cells {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if cell != "" {
				b.WriteString("T{\n" + cell + "\nT}")
			}
		}
		if row != nil {
			b.WriteByte('\n')
		}
	}
	b.WriteString(".TE\n")
}

// breakable allows line breaks after punctuation in long names, which may be wider than a cell.
func breakable(cell string) string {
	words := strings.Split(cell, " ")
	for i, w := range words {
		if len(w) > 20 {
			words[i] = signs.Replace(w)
		}
	}
	return strings.Join(words, " ")
}

var signs = strings.NewReplacer("_", `_\:`, "/", `/\:`, ".", `.\:`, `\-`, `\-\:`)

// inline returns a paragraph as roff, with code in bold.
func (r *roff) inline(n ast.Node) string {
	var b strings.Builder
	for _, s := range inline(r.source, n, r.reference) {
		switch text := strings.TrimSpace(s.text); s.style {
		case plain:
			b.WriteString(keepSpace(prose, s.text))
		case code:
			b.WriteString("\\fB" + literal(text) + "\\fR")
		case strong:
			b.WriteString("\\fB" + keepSpace(prose, s.text) + "\\fR")
		case emphasis:
			b.WriteString("\\fI" + keepSpace(prose, s.text) + "\\fR")
		}
	}
	return guard(strings.TrimSpace(b.String()))
}

// keepSpace applies escape to a text and keeps one space at each end that has any.
func keepSpace(escape func(string) string, text string) string {
	bare := strings.TrimSpace(text)
	if bare == "" {
		return strings.Repeat(" ", min(len(text), 1))
	}
	s := escape(bare)
	if bare[0] != text[0] {
		s = " " + s
	}
	if bare[len(bare)-1] != text[len(text)-1] {
		s += " "
	}
	return s
}

// prose escapes running text. A dash at the beginning of a word, as in --stats or -9999, and any
// dashes after it become minus signs.
func prose(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		dashed := strings.HasPrefix(strings.TrimLeft(w, "'\"(["), "-")
		w = escapes.Replace(w)
		if dashed {
			w = strings.ReplaceAll(w, "-", `\-`)
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

// literal escapes text that is typed or printed, line by line.
func literal(text string) string {
	ls := strings.Split(text, "\n")
	for i, l := range ls {
		ls[i] = guard(strings.ReplaceAll(escapes.Replace(l), "-", `\-`))
	}
	return strings.Join(ls, "\n")
}

var escapes = strings.NewReplacer(`\`, `\e`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// guard prevents a line from being read as a request.
func guard(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\(dq`) + `"` }

// outdent removes the common indentation of all lines.
func outdent(text string) string {
	ls := strings.Split(strings.Trim(text, "\n"), "\n")
	least := -1
	for _, l := range ls {
		if bare := strings.TrimLeft(l, " \t"); bare != "" && (least < 0 || len(l)-len(bare) < least) {
			least = len(l) - len(bare)
		}
	}
	for i, l := range ls {
		ls[i] = l[min(max(least, 0), len(l)):]
	}
	return strings.Join(ls, "\n")
}
