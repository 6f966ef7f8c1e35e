package inplace

import (
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Planes are planes at equal distances in memory, which are mapped from files. Any number of
// goroutines may use them.
type Planes struct {
	Stride   int // bytes from one plane to the next
	reserved []byte
	first    int // where the first plane begins in reserved
	used     atomic.Int64
}

// Map maps the planes of a source. It returns nil without an error if they do not suit: the samples of
// files begin at places in a page that planes at equal distances cannot have, files are in
// many pieces, or the system does not let the process map them. An error is one of With or of a file.
func Map(s Source) (*Planes, error) {
	page := os.Getpagesize()
	phase, step := 0, 0 // where in a page the first plane begins, and how much later the next does
	if s.Planes > 0 {
		phase = int(s.Pieces(0)[0].FileAt) % page
	}
	if s.Planes > 1 {
		step = (int(s.Pieces(1)[0].FileAt)%page - phase + page) % page
	}
	if s.Planes < 1 || phase%s.SampleSize != 0 && !anyAddress || step%s.SampleSize != 0 || limited() {
		return nil, nil
	}
	const most = math.MaxInt / 4
	if s.PlaneBytes > int64(most/s.Planes-4*huge) {
		return nil, nil
	}
	stride := upTo(int(s.PlaneBytes)+2*page, huge) + step
	size := s.Planes*stride + 2*huge
	const kind = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	reserved, err := unix.MmapPtr(-1, 0, nil, uintptr(size), unix.PROT_NONE, kind)
	if err != nil {
		return nil, nil
	}
	p := &Planes{Stride: stride, reserved: unsafe.Slice((*byte)(reserved), size)}
	// Half of a huge page off from where a folio of that size would be mapped as a whole, see AtFault.
	p.first = int(uint64(s.Pieces(0)[0].FileAt+huge/2-int64(uintptr(reserved)%huge)) % huge)
	m := mapper{planes: p, page: page}
	suited := true
	for i := 0; i < s.Planes && suited && err == nil; i++ {
		pieces := s.Pieces(i)
		err = s.With(i, func(file *os.File) (err error) {
			suited, err = m.plane(file, pieces, p.first+i*stride)
			return err
		})
	}
	m.close()
	if err != nil || !suited {
		p.Close()
		return nil, err
	}
	return p, nil
}

// huge is the size of a huge page of processors with pages of 4 KiB.
const huge = 2 << 20

// AtFault returns how many bytes of a plane may become memory of the process when one of them is read. Linux keeps
// files in folios of many pages, and from 6.18 on maps a folio as a whole if it does not cross the boundary of a huge
// page. Planes begin half of a huge page off, so that a folio of the size of a huge page crosses one.
func AtFault() int64 {
	if page := int64(os.Getpagesize()); page > 4<<10 {
		return page << 11 // the largest folio
	}
	return huge / 2
}

// anyAddress reports whether the processor reads samples at any address. In TIFFs they begin at even
// places.
const anyAddress = runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"

// limited reports whether the address space of the process is limited, so that maps would take
// from what its heap may have.
func limited() bool {
	var limit unix.Rlimit
	return unix.Getrlimit(unix.RLIMIT_AS, &limit) != nil || limit.Cur != unix.RLIM_INFINITY
}

func upTo(n, page int) int { return (n + page - 1) / page * page }

// mapper maps planes one after the other. A page that has the end of one piece and the beginning of another cannot
// be mapped from the file. Such pages are copied to a file in memory and mapped from there,
// since memory of the process would lose its content in Forget.
type mapper struct {
	planes *Planes
	page   int
	copies *os.File
	copied int // pages
}

// mostCopies limits the memory of pages that are copied.
const mostCopies = 256

// plane maps the pieces of a plane that begins at a place in the reserved memory. suited is false if they do not
// lie in pages as the plane does.
func (m *mapper) plane(file *os.File, pieces []Piece, at int) (suited bool, err error) {
	start, last := at, -1
	for i, piece := range pieces {
		end := at + int(piece.Bytes)
		if (int64(at)-piece.FileAt)%int64(m.page) != 0 {
			return false, nil
		}
		lo, hi := upTo(at, m.page), end/m.page*m.page
		if i == 0 {
			lo = at / m.page * m.page
		}
		if i == len(pieces)-1 {
			hi = upTo(end, m.page)
		}
		if border := at / m.page * m.page; i > 0 && border < at && border != last {
			if last = border; !m.copyPage(file, pieces, start, border) {
				return false, nil
			}
		}
		if lo < hi && !m.fix(file, lo, hi-lo, piece.FileAt-int64(at-lo)) {
			return false, nil
		}
		at = end
	}
	return true, nil
}

// fix maps a part of a file at a place in the reserved memory.
func (m *mapper) fix(file *os.File, at, n int, fileAt int64) bool {
	place := unsafe.Pointer(&m.planes.reserved[at])
	_, err := unix.MmapPtr(int(file.Fd()), fileAt, place, uintptr(n), unix.PROT_READ, unix.MAP_SHARED|unix.MAP_FIXED)
	return err == nil
}

// copyPage maps a copy of the page at a place in the reserved memory, which several pieces share.
func (m *mapper) copyPage(file *os.File, pieces []Piece, at, page int) bool {
	if m.copied == mostCopies {
		return false
	}
	if m.copies == nil {
		fd, err := unix.MemfdCreate("pixtrend", unix.MFD_CLOEXEC)
		if err != nil {
			return false
		}
		m.copies = os.NewFile(uintptr(fd), "memory")
	}
	content := make([]byte, m.page)
	for _, piece := range pieces {
		lo, hi := max(at, page), min(at+int(piece.Bytes), page+m.page)
		if lo < hi {
			if n, err := file.ReadAt(content[lo-page:hi-page], piece.FileAt+int64(lo-at)); n < hi-lo && err != nil {
				return false
			}
		}
		at += int(piece.Bytes)
	}
	place := m.copied * m.page
	if _, err := m.copies.WriteAt(content, int64(place)); err != nil {
		return false
	}
	m.copied++
	return m.fix(m.copies, page, m.page, int64(place))
}

func (m *mapper) close() {
	if m.copies != nil {
		_ = m.copies.Close()
	}
}

// Bytes returns the memory of all planes, from byte at of the first plane on.
func (p *Planes) Bytes(at int) []byte { return p.reserved[p.first+at:] }

// Use calls fn, which may read the planes. If a part of a file turns out not to be there, Use returns the plane
// and io.ErrUnexpectedEOF.
func (p *Planes) Use(fn func()) (plane int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		at, ours := p.faultAt(recover())
		if ours {
			plane, err = max(0, at-p.first)/p.Stride, io.ErrUnexpectedEOF
		}
	}()
	fn()
	return 0, nil
}

// faultAt returns the place in the reserved memory that a panic is about. A panic about anything else
// goes on.
func (p *Planes) faultAt(panicked any) (at int, ours bool) {
	if panicked == nil {
		return 0, false
	}
	if fault, is := panicked.(interface{ Addr() uintptr }); is {
		at := fault.Addr() - uintptr(unsafe.Pointer(&p.reserved[0]))
		if at < uintptr(len(p.reserved)) {
			return int(at), true
		}
	}
	panic(panicked)
}

// Forget tells that n more bytes were used. When these are more than most, the pages of the planes no longer count as
// memory of the process.
func (p *Planes) Forget(n, most int64) {
	if now := p.used.Add(n); now >= most {
		p.used.Add(-now)
		_ = unix.Madvise(p.reserved, unix.MADV_DONTNEED)
	}
}

// Close ends the maps. Nothing may use the planes any more.
func (p *Planes) Close() {
	_ = unix.MunmapPtr(unsafe.Pointer(&p.reserved[0]), uintptr(len(p.reserved)))
	p.reserved = nil
}
