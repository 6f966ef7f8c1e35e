// Package fault makes errors that are one sentence for a person and a kind of error for a program.
// A sentence can name options that would help. A library names them by their Go fields, and a
// command by its flags.
package fault

import "errors"

// ErrInput is wrapped by errors about inputs that are missing, unreadable or cannot be a stack.
var ErrInput = errors.New("unusable input")

// ErrOutput is wrapped by errors about the output: a target that exists, or cannot be written.
var ErrOutput = errors.New("output cannot be written")

// Error is a sentence that is one of the errors above to programs.
type Error struct {
	Message
	kind  error
	cause error // what Because has set
}

// Inputf returns an error that wraps ErrInput. Arguments of type Option name options that would
// help.
func Inputf(format string, args ...any) error {
	return &Error{Messagef(format, args...), ErrInput, nil}
}

// Outputf returns an error that wraps ErrOutput.
func Outputf(format string, args ...any) error {
	return &Error{Messagef(format, args...), ErrOutput, nil}
}

// Errorf returns an error that wraps neither, for what is wrong with the options themselves.
func Errorf(format string, args ...any) error { return &Error{Messagef(format, args...), nil, nil} }

func (e *Error) Error() string { return e.String() }
func (e *Error) Unwrap() error { return e.kind }

// Because adds the cause to an Error whose sentence has the cause as words only. It returns err.
func Because(err, cause error) error {
	if e, ok := err.(*Error); ok {
		e.cause = cause
	}
	return err
}

// Causes calls see for err and for everything that it came from: what it wraps, and the errors that
// the sentences of Errors were made of, which errors.Is does not find.
func Causes(err error, see func(error)) {
	if err == nil {
		return
	}
	see(err)
	if e, ok := err.(*Error); ok {
		for _, a := range e.args {
			if inner, ok := a.(error); ok {
				Causes(inner, see)
			}
		}
		Causes(e.cause, see)
	}
	switch wrapped := err.(type) {
	case interface{ Unwrap() error }:
		Causes(wrapped.Unwrap(), see)
	case interface{ Unwrap() []error }:
		for _, inner := range wrapped.Unwrap() {
			Causes(inner, see)
		}
	}
}
