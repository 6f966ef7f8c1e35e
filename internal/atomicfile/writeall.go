package atomicfile

import (
	"context"
	"io"
)

// Content is a file of any kind that is to be written.
type Content struct {
	Path  string
	Write func(io.Writer) error
}

// Text returns a file with a text.
func Text(path, text string) Content {
	return Content{path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}}
}

// WriteAll writes files that appear together, once all of them are whole, unless ctx ends before. Errors
// wrap fault.ErrOutput, or are the cause of ctx.
func WriteAll(ctx context.Context, overwrite bool, files ...Content) error {
	var staged []*Temp
	defer func() {
		for _, t := range staged {
			t.Remove()
		}
	}()
	for _, f := range files {
		t, err := Stage(f.Path, overwrite, f.Write)
		if err != nil {
			return err
		}
		staged = append(staged, t)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return Publish(staged...)
}
