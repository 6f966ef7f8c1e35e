package tiff

import (
	"errors"
	"io"
)

// mostDirectories is how many directories a file may have, each of which GDAL looks at.
const mostDirectories = 1 << 13

// Check returns a LimitError if a TIFF of so many bytes has directories that take a reader much more
// memory or time than the file is large, or that lack the places of their blocks: libtiff reads the
// values of every tag that it does not know, and many tags may share their bytes. Files that are no
// TIFFs, and other damaged ones, are left to GDAL. Any other error is one of r, which then says nothing about the file.
//
// masked reports whether a directory after the first says that it is the mask of an image in full
// resolution. GDAL ignores such a mask if it cannot use it.
func Check(r io.ReaderAt, size int64) (masked bool, err error) {
	const reduced, mask = 1, 4 // bits of the tag
	t := &File{r: r, size: size}
	err = t.walk(func(first bool) error {
		subfile, err := t.number(tagSubfile, 0)
		masked = masked || !first && err == nil && subfile&(mask|reduced) == mask
		return t.checkTables()
	})
	if errors.Is(err, errUnknown) {
		err = nil
	}
	return masked, err
}

// checkTables returns a LimitError unless the offsets and byte counts of blocks lie in the file.
// libtiff reads them when a block is asked for. It reports once that it cannot, and from then on
// takes all blocks for missing ones, which GDAL fills with nodata or zeros.
func (t *File) checkTables() error {
	for _, e := range t.entries {
		if e.ofBlocks() && (e.count == 0 || e.at < 0 || e.at > t.size-int64(e.length())) {
			return tooMuch("blocks whose places are not in the file")
		}
	}
	return nil
}

// walk reads one directory of the file after the other, and calls visit for each, until one is
// damaged or visit returns an error.
func (t *File) walk(visit func(first bool) error) error {
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
		if err := visit(len(seen) == 0); err != nil {
			return err
		}
		seen[at] = true
		at = t.next
	}
	return nil
}
