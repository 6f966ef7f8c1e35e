package raster

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// directFile is a local file with uncompressed samples that are read without GDAL. All workers
// share one open file, since each read names its place.
type directFile struct {
	name string
	info fs.FileInfo // when it was checked
	kept atomic.Pointer[os.File]
}

// with calls fn with the open file, of which what the system has in memory is read first.
func (d *directFile) with(rs *readers, fn func(io.ReaderAt) error) error {
	return d.withFile(rs, func(file *os.File) error { return fn(cachedFirst{file}) })
}

// withFile calls fn with the open file. The file stays open if fewer files than allowed are open.
func (d *directFile) withFile(rs *readers, fn func(*os.File) error) error {
	if file := d.kept.Load(); file != nil {
		return fn(file)
	}
	file, err := regular.Open(d.name)
	if err != nil {
		return fault.Inputf("cannot open %s again (%v): was it moved or replaced meanwhile?", d.name, atomicfile.Reason(err))
	}
	info, err := file.Stat()
	if err != nil || !os.SameFile(info, d.info) || info.Size() != d.info.Size() || !info.ModTime().Equal(d.info.ModTime()) {
		_ = file.Close()
		return fault.Inputf("%s is no longer the file that was checked: run again when nothing writes to it", d.name)
	}
	if rs.open.Add(1) <= rs.limit && d.kept.CompareAndSwap(nil, file) {
		return fn(file)
	}
	rs.open.Add(-1)
	return errors.Join(fn(file), file.Close())
}

// cachedFirst is a file of which what the system has in memory is read first.
type cachedFirst struct{ file *os.File }

func (f cachedFirst) ReadAt(b []byte, at int64) (int, error) {
	n := readCached(f.file, b, at)
	if n == len(b) {
		return n, nil
	}
	more, err := f.file.ReadAt(b[n:], at+int64(n))
	return n + more, err
}

func (d *directFile) close() error {
	if file := d.kept.Swap(nil); file != nil {
		return file.Close()
	}
	return nil
}
