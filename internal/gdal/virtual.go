package gdal

/*
#include <stdlib.h>
#include <cpl_vsi.h>

static size_t read_at(VSILFILE *file, unsigned long long at, void *to, size_t n) {
	return VSIFSeekL(file, at, SEEK_SET) == 0 ? VSIFReadL(to, 1, n, file) : 0;
}

static unsigned long long size_of(VSILFILE *file) {
	return VSIFSeekL(file, 0, SEEK_END) == 0 ? VSIFTellL(file) : 0;
}
*/
import "C"

import (
	"errors"
	"io"
	"math"
	"unsafe"
)

// virtualFile is a file that is read through GDAL's file systems: one on a disk, on a server, or in
// an archive.
type virtualFile struct {
	file     *C.VSILFILE
	size     int64
	transfer *Transfer
}

var errUnreadable = errors.New("a part of it cannot be read")

// openVirtual opens a file. t, which may be nil, collects GDAL's messages about a remote file. The
// caller closes it.
func openVirtual(name string, t *Transfer) (*virtualFile, error) {
	cname, mode := C.CString(name), C.CString("rb")
	defer C.free(unsafe.Pointer(cname))
	defer C.free(unsafe.Pointer(mode))
	f := &virtualFile{transfer: t}
	t.during(func() {
		if f.file = C.VSIFOpenL(cname, mode); f.file != nil {
			f.size = int64(min(C.size_of(f.file), math.MaxInt64))
		}
	})
	if f.file == nil {
		return nil, errors.New("it cannot be opened")
	}
	return f, nil
}

// Close closes the file.
func (f *virtualFile) Close() { f.transfer.during(func() { C.VSIFCloseL(f.file) }) }

// ReadAt implements io.ReaderAt. The error is io.EOF only where the file ends.
func (f *virtualFile) ReadAt(b []byte, at int64) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	f.transfer.during(func() {
		n = int(C.read_at(f.file, C.ulonglong(at), unsafe.Pointer(&b[0]), C.size_t(len(b))))
	})
	switch {
	case n == len(b):
		return n, nil
	case at+int64(n) >= f.size:
		return n, io.EOF
	}
	return n, errUnreadable
}
