package raster

import (
	"slices"
	"syscall"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

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

// passing are failures of file systems that another try may not have: of a disk or a server of
// files, of a disk that is full, and of one that does not answer in time.
var passing = []syscall.Errno{syscall.EIO, syscall.ESTALE, syscall.ENOSPC, syscall.EDQUOT, syscall.ETIMEDOUT}

// Temporary reports whether the same call may succeed later, without a change to inputs or options:
// the file system has failed or is full, or a server did not answer.
func Temporary(err error) (temporary bool) {
	fault.Causes(err, func(cause error) {
		switch cause := cause.(type) {
		case syscall.Errno:
			temporary = temporary || slices.Contains(passing, cause)
		case *gdal.RemoteError:
			temporary = temporary || cause.Temporary()
		}
	})
	return temporary
}
