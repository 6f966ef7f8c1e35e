// Package fault makes errors that are one sentence for a person and a kind of error for a program.
package fault

import (
	"errors"
	"fmt"
)

// ErrInput is wrapped by errors about inputs that are missing, unreadable or cannot be a stack.
var ErrInput = errors.New("unusable input")

// ErrOutput is wrapped by errors about the output: a target that exists, or cannot be written.
var ErrOutput = errors.New("output cannot be written")

// sentenceError is a sentence for people that is one of the errors above to programs.
type sentenceError struct {
	sentence string
	kind     error
}

func (f *sentenceError) Error() string { return f.sentence }
func (f *sentenceError) Unwrap() error { return f.kind }

func Inputf(format string, args ...any) error {
	return &sentenceError{fmt.Sprintf(format, args...), ErrInput}
}

func Outputf(format string, args ...any) error {
	return &sentenceError{fmt.Sprintf(format, args...), ErrOutput}
}
