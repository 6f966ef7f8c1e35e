package fault

import (
	"strings"

	"github.com/pixtrend/pixtrend/internal/foreign"
)

// Option is an option that would help, by the field of the options that has it, such as Memory.
// Value is what to set it to; it is empty if that is clear from the sentence.
type Option struct{ Field, Value string }

// String names the option as Go programs know it.
func (o Option) String() string {
	if o.Value == "" {
		return "the option " + o.Field
	}
	return "the option " + o.Field + " = " + o.Value
}

// Message is a sentence that may name options.
type Message struct {
	format string
	args   []any
}

// Messagef returns a sentence made as by foreign.Sprintf: strings and errors are printable in it and
// without secrets. Arguments of type Option name options that would help.
func Messagef(format string, args ...any) Message { return Message{format, args} }

// String returns the sentence with options named by their fields.
func (m Message) String() string {
	return foreign.Sprintf(strings.ReplaceAll(m.format, "%w", "%v"), m.args...)
}

// Options returns the options that the sentence names.
func (m Message) Options() []Option {
	var options []Option
	for _, a := range m.args {
		if o, ok := a.(Option); ok {
			options = append(options, o)
		}
	}
	return options
}

// Named returns the same sentence with each option in the words of name, such as those of a flag.
func (m Message) Named(name func(Option) string) Message {
	args := make([]any, len(m.args))
	for i, a := range m.args {
		switch a := a.(type) {
		case Option:
			args[i] = name(a)
		case Message:
			args[i] = a.Named(name)
		case error:
			args[i] = Sentence(a, name)
		default:
			args[i] = a
		}
	}
	return Message{m.format, args}
}

// MarshalText makes a message a string in JSON.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Sentence returns the text of err with each option in the words of name, however deep in err the
// sentence is that names it.
func Sentence(err error, name func(Option) string) string {
	text := err.Error()
	each(err, func(e *Error) {
		text = strings.Replace(text, e.Error(), e.Named(name).String(), 1)
	})
	return text
}

// each calls do for the outermost Errors in err.
func each(err error, do func(*Error)) {
	if e, ok := err.(*Error); ok {
		do(e)
		return
	}
	switch wrapped := err.(type) {
	case interface{ Unwrap() error }:
		if inner := wrapped.Unwrap(); inner != nil {
			each(inner, do)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range wrapped.Unwrap() {
			each(inner, do)
		}
	}
}
