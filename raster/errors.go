package raster

import "github.com/pixtrend/pixtrend/internal/fault"

// Errors wrap one of these, for errors.Is.
var (
	ErrInput  = fault.ErrInput  // an input is missing, unreadable or cannot be part of a stack
	ErrOutput = fault.ErrOutput // a target exists, or cannot be written
)

// Error is a sentence for a person. Where it names options that would help, Error.Options has them,
// and Error.Named names them in other words, such as the flags of a command.
type Error = fault.Error

// Option is an option that an error or a warning names, by its field in OpenOptions or Options,
// such as Memory or Mask.From.
type Option = fault.Option

// Sentence returns the text of an error with the options that it names in other words, such as the
// flags of a command.
func Sentence(err error, name func(Option) string) string { return fault.Sentence(err, name) }
