package foreign

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Printable returns text as it is if all of its characters can be printed, and otherwise as %q
// quotes it. U+FFFD takes the place of what is not UTF-8.
func Printable(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if strings.IndexFunc(text, func(r rune) bool { return !strconv.IsGraphic(r) }) < 0 {
		return text
	}
	return strconv.QuoteToGraphic(text)
}

// Escaped returns a text with escapes, as in %q, in place of the characters that do not show, apart
// from tabs and ends of lines. Foreign parts of a text are made printable before it is put together;
// this is the last thing that is done before it reaches a terminal.
func Escaped(text string) string {
	return escaped(text, func(r rune) bool { return r == '\n' || r == '\t' }, inGo)
}

// Line is Escaped for a text that is one line.
func Line(text string) string { return escaped(text, func(rune) bool { return false }, inGo) }

// inGo returns the escape of a character in Go.
func inGo(r rune) string {
	quoted := strconv.QuoteRune(r)
	return quoted[1 : len(quoted)-1]
}

// EscapedJSON is Escaped for a text in JSON, whose meaning stays the same.
func EscapedJSON(text string) string {
	return escaped(text, func(r rune) bool { return r == '\n' }, func(r rune) string {
		if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

func escaped(text string, stays func(rune) bool, escape func(rune) string) string {
	hidden := func(r rune) bool { return !unicode.IsGraphic(r) && !stays(r) }
	if utf8.ValidString(text) && strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if hidden(r) {
			b.WriteString(escape(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Sprintf is fmt.Sprintf for a sentence. Strings and errors among the arguments are shown printable
// and without secrets.
func Sprintf(format string, args ...any) string {
	shown := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			shown[i] = argument(a)
		case error:
			shown[i] = argument(Joined(a.Error()))
		default:
			shown[i] = a
		}
	}
	return fmt.Sprintf(format, shown...)
}

// Joined joins the lines of a text, such as that of several errors, with semicolons.
func Joined(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// argument is a foreign string among the arguments of a format.
type argument string

// Format implements fmt.Formatter: %q quotes the text, and other verbs show it printable.
func (a argument) Format(f fmt.State, verb rune) {
	text := Scrub(string(a))
	if verb == 'q' {
		text = strings.ToValidUTF8(text, "\uFFFD")
	} else {
		text = Printable(text)
	}
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), text)
}
