package pixtrend

import (
	"os"
	"sync"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/runner"
)

// TestPlacement asks the system on which NUMA nodes the pages of a packed stack lie. Each page must be
// on the node of the worker that wrote it first, and most pages of a stack that Pack made on the
// nodes of the workers that will fit them. scripts/numa-test.sh runs it on an emulated machine with
// two nodes.
func TestPlacement(t *testing.T) {
	nodes := runner.Machine().Nodes()
	if len(nodes) < 2 {
		t.Skip("SKIPPED, NOT TESTED: this machine has one NUMA node; scripts/numa-test.sh emulates one with two")
	}
	const width, height, dates = 512, 384, 21
	samples := make([]float32, width*height*dates)
	for i := range samples {
		samples[i] = float32(i % 97)
	}
	stack, err := NewStack(samples, layout.BSQ, width, height, Years(2000, 2000+dates-1))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Threads: len(runner.Machine().CPUs), Pin: runner.PinCPU}
	packed := pack(t, stack, o)
	pieces := packed.pieces(o.Threads)
	plan, err := runner.Assign(len(pieces), runner.Options{Workers: o.Threads, Pin: o.Pin})
	if err != nil {
		t.Fatal(err)
	}
	planned := map[piece]int{}
	for w, worker := range plan.Workers {
		for _, p := range pieces[worker.First:worker.Last] {
			planned[p] = w
		}
	}
	// Workers that are done early help others, and place what they write on their own nodes. With no
	// placement at all, the share would be a half on two nodes.
	if share := placed(t, packed, plan, planned); !(share > 0.6) {
		t.Errorf("%.2f of the pages that Pack wrote are on the nodes of the workers that fit them", share)
	}

	fresh := *packed
	arena, err := layout.NewArena(len(packed.packed.Data))
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	fresh.packed.Data = arena.Cut(len(packed.packed.Data))
	// A huge page belongs to two pieces or more, of which other workers may write one.
	if err := unix.Madvise(fresh.packed.Data, unix.MADV_NOHUGEPAGE); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	wrote := map[piece]int{}
	_, err = eachPiece(t.Context(), &fresh, o, func(int) {}, func(worker int, p piece) error {
		layout.Touch(fresh.bytes(p))
		mu.Lock()
		defer mu.Unlock()
		wrote[p] = worker
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if share := placed(t, &fresh, plan, wrote); share != 1 {
		t.Errorf("%.4f of the pages are on the nodes of the workers that wrote them, want all", share)
	}
}

// bytes returns the samples of a piece of a packed stack.
func (s *Stack) bytes(p piece) []byte {
	each := s.view.Dates * s.view.Type.Size()
	return s.packed.Data[p.first*each : (p.first+p.pixels)*each]
}

// placed returns the share of the pages of pieces that are on the nodes of their workers. All nodes
// must have some.
func placed(t *testing.T, s *Stack, plan runner.Assignment, workers map[piece]int) float64 {
	t.Helper()
	on, all, used := 0, 0, map[int]int{}
	for p, worker := range workers {
		// The first and the last page are shared with other pieces.
		nodes, err := nodesOf(pagesOf(s.bytes(p)))
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range nodes {
			all++
			used[node]++
			if node == plan.Workers[worker].Node {
				on++
			}
		}
	}
	t.Logf("%d of %d pages are on the nodes of their workers; pages of each node: %v", on, all, used)
	if all == 0 || len(used) != len(runner.Machine().Nodes()) {
		t.Errorf("%d pages on the nodes %v", all, used)
	}
	return float64(on) / float64(all)
}

// pagesOf returns the addresses of the pages that lie wholly in b.
func pagesOf(b []byte) (pages []uintptr) {
	size := uintptr(os.Getpagesize())
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	for at := (begin + size - 1) / size * size; at+size <= begin+uintptr(len(b)); at += size {
		pages = append(pages, at)
	}
	return pages
}

// nodesOf returns the NUMA node of each page.
func nodesOf(pages []uintptr) ([]int, error) {
	status := make([]int32, len(pages))
	if len(pages) == 0 {
		return nil, nil
	}
	// Without target nodes, the call moves nothing and returns where the pages are.
	_, _, errno := unix.Syscall6(unix.SYS_MOVE_PAGES, 0, uintptr(len(pages)),
		uintptr(unsafe.Pointer(&pages[0])), 0, uintptr(unsafe.Pointer(&status[0])), 0)
	if errno != 0 {
		return nil, errno
	}
	nodes := make([]int, len(pages))
	for i, s := range status {
		nodes[i] = int(s)
	}
	return nodes, nil
}
