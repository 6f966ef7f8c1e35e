package tiff

import (
	"errors"
	"io"
)

// mostDirectories is how many directories a file may have, each of which GDAL looks at.
const mostDirectories = 1 << 13

// CheckLimits returns a LimitError if a TIFF of so many bytes has directories that take a reader
// much more memory or time than the file is large: libtiff reads the values of every tag that it
// does not know, and many tags may share their bytes. Files that are no TIFFs, and damaged ones,
// are left to GDAL.
func CheckLimits(r io.ReaderAt, size int64) error {
	t := &File{r: r, size: size}
	at, err := t.header()
	if err != nil {
		return nil
	}
	seen := map[int64]bool{}
	for at != 0 && !seen[at] {
		if seen[at] = true; len(seen) > mostDirectories {
			return tooMuch("more than %d others", mostDirectories)
		}
		err := t.directory(at)
		if limit := (*LimitError)(nil); errors.As(err, &limit) {
			return err
		}
		if err != nil {
			return nil
		}
		at = t.next
	}
	return nil
}
