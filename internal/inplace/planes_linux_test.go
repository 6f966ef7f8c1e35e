package inplace

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// spread is planes as they lie in files: the pieces of each, and what was before, between and after them.
type spread struct {
	names  []string
	pieces [][]Piece
	planes [][]byte // their content
}

// write writes a plane to a file of its own. places are where its pieces begin in the file, and sizes
// how long they are.
func (s *spread) write(t *testing.T, places, sizes []int64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(len(s.names))))
	end := int64(0)
	for i, at := range places {
		end = max(end, at+sizes[i])
	}
	content := make([]byte, end+100)
	for i := range content {
		content[i] = byte(rng.Uint32())
	}
	var plane []byte
	var pieces []Piece
	for i, at := range places {
		plane, pieces = append(plane, content[at:at+sizes[i]]...), append(pieces, Piece{at, sizes[i]})
	}
	name := filepath.Join(t.TempDir(), "plane")
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
	s.names, s.pieces, s.planes = append(s.names, name), append(s.pieces, pieces), append(s.planes, plane)
}

func (s *spread) source(size int) Source {
	return Source{Planes: len(s.planes), PlaneBytes: int64(len(s.planes[0])), SampleSize: size,
		Pieces: func(i int) []Piece { return s.pieces[i] },
		With: func(i int, fn func(*os.File) error) error {
			file, err := os.Open(s.names[i])
			if err != nil {
				return err
			}
			return errors.Join(fn(file), file.Close())
		}}
}

// check compares the planes in memory with their content.
func (s *spread) check(t *testing.T, p *Planes) {
	t.Helper()
	n := len(s.planes)
	at := 40
	memory := p.Bytes(at)
	for i, want := range s.planes {
		if got := memory[i*p.Stride:][:len(want)-at]; !bytes.Equal(got, want[at:]) {
			t.Fatalf("plane %d of %d differs from its file", i, n)
		}
	}
}

const kib = 1 << 10

// Planes lie in memory as they lie in their files, before and after the system took their pages.
func TestMap(t *testing.T) {
	page := int64(os.Getpagesize())
	for _, c := range []struct {
		name          string
		size          int
		places, sizes [][]int64
		suits         bool
	}{
		{"one", 4, [][]int64{{8}}, [][]int64{{100 * kib}}, true},
		{"one page", 4, [][]int64{{8}, {8}}, [][]int64{{600}, {600}}, true},
		{"at one place in a page", 4, [][]int64{{528}, {528 + 5*page}, {528}}, [][]int64{{100 * kib}, {100 * kib}, {100 * kib}}, true},
		{"at equal distances", 2, [][]int64{{page - 6}, {page + 100}, {2*page + 206}}, [][]int64{{64*kib + 30}, {64*kib + 30}, {64*kib + 30}}, true},
		{"at earlier places", 2, [][]int64{{600}, {500}, {400}}, [][]int64{{64 * kib}, {64 * kib}, {64 * kib}}, true},
		{"at unequal distances", 2, [][]int64{{100}, {200}, {310}}, [][]int64{{64 * kib}, {64 * kib}, {64 * kib}}, false},
		{"between samples", 4, [][]int64{{10}, {10}}, [][]int64{{64 * kib}, {64 * kib}}, anyAddress},
		{"at a distance of half a sample", 4, [][]int64{{8}, {10}}, [][]int64{{64 * kib}, {64 * kib}}, false},
		{"pieces in another order", 4, [][]int64{{528}, {528 + 4*page, 528}}, [][]int64{{8 * page}, {4 * page, 4 * page}}, true},
		{"pieces of whole pages", 4, [][]int64{{4 * page, 0}}, [][]int64{{4 * page, 3*page + 17}}, true},
		{"small pieces", 4, [][]int64{{8 + 3*page, 8 + 20*page + 100, 8 + 40*page + 200, 8 + 60*page + 300}}, [][]int64{{100, 100, 100, 9 * page}}, true},
		{"a piece at another place in a page", 4, [][]int64{{528, 528 + 5*page}}, [][]int64{{2*page + 4, 2 * page}}, false},
	} {
		var s spread
		for i := range c.places {
			s.write(t, c.places[i], c.sizes[i])
		}
		p, err := Map(s.source(c.size))
		if err != nil || (p != nil) != c.suits {
			t.Fatalf("%s: %v, %v, want that it suits: %v", c.name, p != nil, err, c.suits)
		}
		if p == nil {
			continue
		}
		if plane, err := p.Use(func() { s.check(t, p) }); err != nil {
			t.Fatalf("%s: plane %d: %v", c.name, plane, err)
		}
		before := p.used.Load()
		p.Forget(100, before+101)
		p.Forget(1, before+101)
		if p.used.Load() != 0 {
			t.Errorf("%s: %d bytes still count as used", c.name, p.used.Load())
		}
		s.check(t, p)
		p.Close()
	}
}

// Files in very many pieces are not mapped, since the pages where these meet take memory.
func TestMapManyPieces(t *testing.T) {
	page := int64(os.Getpagesize())
	for _, n := range []int64{mostCopies + 1, mostCopies + 2} {
		var s spread
		var places, sizes []int64
		for i := range n {
			places, sizes = append(places, 16+2*(n-i)*page), append(sizes, page)
		}
		s.write(t, places, sizes)
		p, err := Map(s.source(4))
		if err != nil || (p != nil) != (n == mostCopies+1) {
			t.Fatalf("%d pieces: %v, %v", n, p != nil, err)
		}
		if p != nil {
			s.check(t, p)
			p.Close()
		}
	}
}

// A file that is cut short while it is mapped is an error that names its plane, and not the end of the
// process. Another panic goes on.
func TestUseCutShort(t *testing.T) {
	var s spread
	for range 3 {
		s.write(t, []int64{528}, []int64{64 * kib})
	}
	p, err := Map(s.source(4))
	if err != nil || p == nil {
		t.Fatal("cannot map", err)
	}
	defer p.Close()
	if err := os.Truncate(s.names[1], 40*kib); err != nil {
		t.Fatal(err)
	}
	var sum byte
	read := func(at int) (plane int, err error) {
		return p.Use(func() {
			for i := range 3 {
				sum += p.Bytes(at)[i*p.Stride]
			}
		})
	}
	if _, err := read(30 * kib); err != nil {
		t.Errorf("what is still there: %v", err)
	}
	if plane, err := read(60 * kib); plane != 1 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("plane %d, %v, want an unexpected end of plane 1", plane, err)
	}
	defer func() {
		if r := recover(); r != "other" {
			t.Errorf("recovered %v, want the panic of fn", r)
		}
	}()
	_, _ = p.Use(func() { panic("other") })
}

// Nothing is mapped where the address space is limited, and an error of a file is returned.
func TestMapRefused(t *testing.T) {
	var s spread
	s.write(t, []int64{8}, []int64{64 * kib})
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &before); err != nil {
		t.Fatal(err)
	}
	limit := before
	limit.Cur = min(limit.Max, 1<<46)
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		t.Fatal(err)
	}
	p, err := Map(s.source(4))
	if p != nil || err != nil {
		t.Errorf("in a limited address space: %v, %v", p != nil, err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &before); err != nil {
		t.Fatal(err)
	}
	s.names[0] += ".missing"
	if p, err := Map(s.source(4)); p != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without the file: %v, %v", p != nil, err)
	}
}
