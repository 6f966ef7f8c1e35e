package runner

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// layoutOf formats a plan as "node[cpus]first-last ...", with * for unpinned workers.
func layoutOf(p Assignment) string {
	var words []string
	for _, w := range p.Workers {
		place := "*"
		if w.CPUs != nil {
			place = fmt.Sprintf("%d%v", w.Node, w.CPUs)
		} else if w.Node != -1 {
			place = "unpinned worker with a node"
		}
		words = append(words, fmt.Sprintf("%s%d-%d", place, w.First, w.Last))
	}
	return strings.Join(words, " ")
}

func TestAssign(t *testing.T) {
	two := ReadTopology(fstest.MapFS(twoSockets()), upTo(8))
	uneven := ReadTopology(fstest.MapFS(tree{}.node(0, "0-4").node(1, "5-7")), upTo(8))
	lopsided := ReadTopology(fstest.MapFS(tree{}.node(0, "0-6").node(1, "7")), upTo(8))
	flat := flatTopology(upTo(4))

	for _, c := range []struct {
		name  string
		topo  Topology
		items int
		opts  Options
		pin   Pinning
		why   string
		want  string
	}{
		{"a worker a CPU", two, 16, Options{Workers: 8}, PinCPU, "",
			"0[0]0-2 0[1]2-4 0[4]4-6 0[5]6-8 1[2]8-10 1[3]10-12 1[6]12-14 1[7]14-16"},
		{"a worker a core: no siblings", two, 10, Options{Workers: 4}, PinCPU, "",
			"0[0]0-3 0[1]3-6 1[2]6-8 1[3]8-10"},
		{"fewer: nodes, evenly", two, 4, Options{Workers: 2}, PinNode, "fewer workers (2) than CPUs (8, of 4 cores)",
			"0[0 1 4 5]0-2 1[2 3 6 7]2-4"},
		{"fewer, odd", two, 5, Options{Workers: 5}, PinNode, "fewer workers (5) than CPUs (8, of 4 cores)",
			"0[0 1 4 5]0-1 0[0 1 4 5]1-2 0[0 1 4 5]2-3 1[2 3 6 7]3-4 1[2 3 6 7]4-5"},
		{"two workers, unequal nodes", uneven, 2, Options{Workers: 2}, PinNode, "fewer workers (2) than CPUs (8, of 8 cores)",
			"0[0 1 2 3 4]0-1 1[5 6 7]1-2"},
		{"a node of one CPU gets one worker", lopsided, 4, Options{Workers: 4}, PinNode, "fewer workers (4) than CPUs (8, of 8 cores)",
			"0[0 1 2 3 4 5 6]0-1 0[0 1 2 3 4 5 6]1-2 0[0 1 2 3 4 5 6]2-3 1[7]3-4"},
		{"one node", flat, 3, Options{Workers: 3}, PinNode, "fewer workers (3) than CPUs (4, of 4 cores)",
			"0[0 1 2 3]0-1 0[0 1 2 3]1-2 0[0 1 2 3]2-3"},
		{"more workers than CPUs", flat, 5, Options{Workers: 5}, PinOff, "more workers (5) than CPUs (4)",
			"*0-1 *1-2 *2-3 *3-4 *4-5"},
		{"more workers than CPUs, pinning asked for", flat, 5, Options{Workers: 5, Pin: PinCPU}, PinOff, "more workers (5) than CPUs (4)",
			"*0-1 *1-2 *2-3 *3-4 *4-5"},
		{"more workers than items", two, 4, Options{Workers: 100}, PinCPU, "",
			"0[0]0-1 0[1]1-2 1[2]2-3 1[3]3-4"},
		{"CPUs asked for: close together", two, 2, Options{Workers: 2, Pin: PinCPU}, PinCPU, "",
			"0[0]0-1 0[1]1-2"},
		{"nodes asked for", two, 4, Options{Workers: 4, Pin: PinNode}, PinNode, "pinning to nodes was asked for",
			"0[0 1 4 5]0-1 0[0 1 4 5]1-2 1[2 3 6 7]2-3 1[2 3 6 7]3-4"},
		{"nodes asked for, more workers than CPUs", Topology{two.CPUs[1:3]}, 3, Options{Workers: 3, Pin: PinNode}, PinNode, "pinning to nodes was asked for",
			"0[1]0-1 0[1]1-2 1[2]2-3"},
		{"off", two, 3, Options{Workers: 2, Pin: PinOff}, PinOff, "pinning is turned off",
			"*0-2 *2-3"},
		{"no items", two, 0, Options{}, PinOff, "there are no items", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opts.Topology = c.topo
			p, err := Assign(c.items, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			if p.Pin != c.pin || p.Why != c.why {
				t.Errorf("pinned %v, why %q, want %v, %q", p.Pin, p.Why, c.pin, c.why)
			}
			if got := layoutOf(p); got != c.want {
				t.Errorf("workers\n%s, want\n%s", got, c.want)
			}
		})
	}
}

// TestAssignChunks checks for many sizes that chunks are contiguous, cover all items and differ by
// at most one item.
func TestAssignChunks(t *testing.T) {
	for items := 1; items < 70; items++ {
		for workers := 1; workers < 20; workers++ {
			p, err := Assign(items, Options{Workers: workers, Topology: flatTopology(upTo(8))})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Workers) != min(items, workers) {
				t.Fatalf("%d items, %d workers: planned %d", items, workers, len(p.Workers))
			}
			next := 0
			for _, w := range p.Workers {
				if n := w.Last - w.First; w.First != next || n < items/len(p.Workers) || n > items/len(p.Workers)+1 {
					t.Fatalf("%d items, %d workers: chunks %s", items, workers, layoutOf(p))
				}
				next = w.Last
			}
			if next != items {
				t.Fatalf("%d items, %d workers: chunks %s", items, workers, layoutOf(p))
			}
		}
	}
}

func TestAssignDefaultWorkers(t *testing.T) {
	p, err := Assign(1<<20, Options{Topology: flatTopology(upTo(4096))})
	if err != nil {
		t.Fatal(err)
	}
	if want := min(4096, runtime.GOMAXPROCS(0)); len(p.Workers) != want {
		t.Errorf("%d workers, want %d", len(p.Workers), want)
	}
}

func TestAssignErrors(t *testing.T) {
	for _, c := range []struct {
		items int
		opts  Options
		want  string
	}{
		{-1, Options{}, "the number of items is -1"},
		{1, Options{Workers: -2}, "the number of workers is -2"},
		{1, Options{Pin: 9}, "Pinning(9) is not a way of pinning"},
		{1, Options{Topology: Topology{[]CPU{{ID: -3}}}}, "has a CPU -3"},
		{1, Options{Topology: Topology{[]CPU{{ID: maxCPUs}}}}, "has a CPU 65536"},
	} {
		if _, err := Assign(c.items, c.opts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Assign(%d, %+v): error %v, want one with %q", c.items, c.opts, err, c.want)
		}
	}
}

func TestPinningNames(t *testing.T) {
	for p := PinAuto; p <= PinOff; p++ {
		if got, err := ParsePinning(p.String()); err != nil || got != p {
			t.Errorf("ParsePinning(%q) = %v, %v", p, got, err)
		}
	}
	if _, err := ParsePinning("yes"); err == nil {
		t.Error(`ParsePinning("yes") is no error`)
	}
}

func TestVisits(t *testing.T) {
	places := []Placement{{Node: 0}, {Node: 0}, {Node: 0}, {Node: 1}, {Node: 1}}
	for id, want := range []string{"[0 1 2 3 4]", "[1 2 0 3 4]", "[2 0 1 3 4]", "[3 4 0 1 2]", "[4 3 0 1 2]"} {
		if got := fmt.Sprint(visits(places, id)); got != want {
			t.Errorf("worker %d goes through %s, want %s", id, got, want)
		}
	}
}
