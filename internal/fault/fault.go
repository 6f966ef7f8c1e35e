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
	kind error
}

// Inputf returns an error that wraps ErrInput. Arguments of type Option name options that would
// help.
func Inputf(format string, args ...any) error { return &Error{Messagef(format, args...), ErrInput} }

// Outputf returns an error that wraps ErrOutput.
func Outputf(format string, args ...any) error { return &Error{Messagef(format, args...), ErrOutput} }

// Errorf returns an error that wraps neither, for what is wrong with the options themselves.
func Errorf(format string, args ...any) error { return &Error{Messagef(format, args...), nil} }

func (e *Error) Error() string { return e.String() }
func (e *Error) Unwrap() error { return e.kind }
