package raster

import (
	"io/fs"
	"os"
	"slices"

	"github.com/pixtrend/pixtrend/internal/tiff"
)

// directory is what a local TIFF says of itself, read without GDAL.
type directory struct {
	tiff *tiff.File // nil: the file is no TIFF, or not read without GDAL
	file *os.File
	info fs.FileInfo
	like string // is equal for alike files; "": no file is like this one
}

// openDirectory reads the directory of a file. The caller closes it.
func openDirectory(name string, o OpenOptions) (d directory) {
	if len(o.Drivers) > 0 {
		return d
	}
	if d.tiff, d.file = tiff.Open(name); d.tiff == nil {
		return d
	}
	var err error
	if d.info, err = d.file.Stat(); err != nil {
		d.tiff = nil
		return d
	}
	if !slices.ContainsFunc(append(outputMarks, compositeItem), d.tiff.HasItem) { // which GDAL's description refuses, or notes
		d.like = d.tiff.Likeness()
	}
	return d
}

// isOf reports whether the file is still the one that has a name, with the contents of then.
func (d directory) isOf(name string) bool {
	if d.info == nil {
		return true
	}
	now, err := os.Stat(name)
	return err == nil && os.SameFile(now, d.info) && now.Size() == d.info.Size() && now.ModTime().Equal(d.info.ModTime())
}

func (d directory) close() {
	if d.file != nil {
		_ = d.file.Close()
	}
}

// directoriesAhead are those of files, in their order. They are read ahead, beside the caller, whom GDAL
// and PROJ keep waiting for a description of the first file.
type directoriesAhead struct {
	next chan directory
	stop chan struct{}
}

// mostAhead is how many directories are read ahead. Their files are open.
const mostAhead = 32

func readDirectories(names []string, o OpenOptions) directoriesAhead {
	d := directoriesAhead{make(chan directory, min(mostAhead, handleLimit())), make(chan struct{})}
	go func() {
		defer close(d.next)
		for _, name := range names {
			select {
			case d.next <- openDirectory(name, o):
			case <-d.stop:
				return
			}
		}
	}()
	return d
}

// close closes the files that nobody has asked for.
func (d directoriesAhead) close() {
	close(d.stop)
	go func() { // which may have to wait for a file that does not answer
		for rest := range d.next {
			rest.close()
		}
	}()
}
