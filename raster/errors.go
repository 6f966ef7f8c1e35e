package raster

import (
	"errors"
	"fmt"
)

// ErrInput is wrapped by errors about inputs that are missing, unreadable or cannot be a stack.
var ErrInput = errors.New("unusable input")

// ErrOutput is wrapped by errors about the output: a target that exists, or cannot be written.
var ErrOutput = errors.New("output cannot be written")

// fault is a sentence for people that is one of the errors above to programs.
type fault struct {
	sentence string
	kind     error
}

func (f *fault) Error() string { return f.sentence }
func (f *fault) Unwrap() error { return f.kind }

func inputErrorf(format string, args ...any) error {
	return &fault{fmt.Sprintf(format, args...), ErrInput}
}

func outputErrorf(format string, args ...any) error {
	return &fault{fmt.Sprintf(format, args...), ErrOutput}
}
