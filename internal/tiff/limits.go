package tiff

import (
	"errors"
	"io"
)

// mostDirectories is how many directories a file may have, each of which GDAL looks at.
const mostDirectories = 1 << 13

// Check returns a LimitError if a TIFF of so many bytes has directories that take a reader much more
// memory or time than the file is large: libtiff reads the values of every tag that it does not
// know, and many tags may share their bytes. Files that are no TIFFs, and damaged ones, are left to
// GDAL. Any other error is one of r, which then says nothing about the file.
//
// masked reports whether a directory after the first says that it is the mask of an image in full
// resolution. GDAL ignores such a mask if it cannot use it.
func Check(r io.ReaderAt, size int64) (masked bool, err error) {
	const reduced, mask = 1, 4 // bits of the tag
	t := &File{r: r, size: size}
	err = t.walk(func(first bool) {
		subfile, err := t.number(tagSubfile, 0)
		masked = masked || !first && err == nil && subfile&(mask|reduced) == mask
	})
	if errors.Is(err, errUnknown) {
		err = nil
	}
	return masked, err
}

// walk reads one directory of the file after the other, and calls visit for each, until one is
// damaged.
func (t *File) walk(visit func(first bool)) error {
	at, err := t.header()
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for at != 0 && !seen[at] {
		if len(seen) == mostDirectories {
			return tooMuch("more than %d others", mostDirectories)
		}
		if err := t.directory(at); err != nil {
			return err
		}
		visit(len(seen) == 0)
		seen[at] = true
		at = t.next
	}
	return nil
}
