package runner

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
)

// Pinning says what a worker's thread is bound to.
type Pinning uint8

const (
	// PinAuto pins to CPUs when the workers fill the machine, that is when there are as many as CPUs or
	// as many as cores. Fewer are bound to nodes, so that two programs on a shared server do not pile
	// up on the same first CPUs. More than there are CPUs are not pinned.
	PinAuto Pinning = iota
	// PinCPU gives each worker one CPU of its own, in the order of the [Topology]: few workers sit
	// close together on the first node. If there are more workers than CPUs, none is pinned.
	PinCPU
	// PinNode lets each worker run on all allowed CPUs of one node, and spreads the workers over the
	// nodes in proportion to their CPUs. With a single node it binds to all allowed CPUs, which the
	// scheduler would have used anyway.
	PinNode
	// PinOff leaves the workers to the Go scheduler.
	PinOff
)

var pinningNames = [...]string{PinAuto: "auto", PinCPU: "cpu", PinNode: "node", PinOff: "off"}

// String returns auto, cpu, node or off.
func (p Pinning) String() string {
	if int(p) < len(pinningNames) {
		return pinningNames[p]
	}
	return fmt.Sprintf("Pinning(%d)", uint8(p))
}

// ParsePinning is the inverse of [Pinning.String].
func ParsePinning(s string) (Pinning, error) {
	if i := slices.Index(pinningNames[:], s); i >= 0 {
		return Pinning(i), nil
	}
	return 0, fmt.Errorf("pinning %q is not known: use auto, cpu, node or off", s)
}

// Options of a run. The zero value uses the whole machine.
type Options struct {
	// Workers is the number of workers. 0 is one for each CPU of the Topology, but no more than
	// GOMAXPROCS, which is how many can run Go code at a time; it knows of container CPU quotas. There
	// are never more workers than items.
	Workers int

	// Pin says what the workers are bound to. The default is [PinAuto].
	Pin Pinning

	// Topology holds the CPUs to use. If it is empty, it is [Machine].
	Topology Topology

	// Progress, if not nil, is called after each item that fn finished without error, with done
	// counting up by one from 1 and total the number of items. Calls come from the workers, one at a
	// time, and the others wait for it at the end of their item: it should be quick.
	Progress func(done, total int)
}

// Assignment says who works where, before anything starts.
type Assignment struct {
	Workers []Placement // by [Worker.ID]; workers of one node are neighbours
	Pin     Pinning     // resolved: PinCPU, PinNode or PinOff
	Why     string      // one phrase why workers are not pinned to CPUs, "" if they are
}

// Placement is the place and the share of one worker.
type Placement struct {
	CPUs        []int // ids the worker may run on, read-only; nil: wherever the system puts it
	Node        int   // NUMA node of the CPUs; -1 for a worker that is not pinned
	First, Last int   // its chunk: items First up to, not including, Last
}

// Assign plans a run of the given number of items as [Run] would do it. It starts nothing and binds
// nothing; whether the system lets threads be pinned at all is for [CanPin] to say.
//
// A negative number of items, workers or CPU id, or an unknown Pin, is an error.
func Assign(items int, opts Options) (Assignment, error) {
	topo := opts.Topology
	if len(topo.CPUs) == 0 {
		topo = Machine()
	}
	if err := check(items, opts, topo); err != nil {
		return Assignment{}, err
	}
	workers := opts.Workers
	if workers == 0 {
		workers = min(len(topo.CPUs), runtime.GOMAXPROCS(0))
	}
	workers = min(workers, items)
	if workers == 0 {
		return Assignment{Pin: PinOff, Why: "there are no items"}, nil
	}

	var p Assignment
	p.Pin, p.Why = resolve(opts.Pin, workers, topo)
	switch p.Pin {
	case PinCPU:
		p.Workers = placeOnCPUs(workers, topo)
	case PinNode:
		p.Workers = placeOnNodes(workers, topo)
	default:
		p.Workers = slices.Repeat([]Placement{{Node: -1}}, workers)
	}

	// The first (items mod workers) chunks are one item longer.
	share, longer := items/workers, items%workers
	for i := range p.Workers {
		p.Workers[i].First = i*share + min(i, longer)
		p.Workers[i].Last = (i+1)*share + min(i+1, longer)
	}
	return p, nil
}

func check(items int, opts Options, topo Topology) error {
	if items < 0 {
		return fmt.Errorf("runner: the number of items is %d: it must be 0 or more", items)
	}
	if opts.Workers < 0 {
		return fmt.Errorf("runner: the number of workers is %d: it must be 1 or more, or 0 for one a CPU", opts.Workers)
	}
	if opts.Pin > PinOff {
		return fmt.Errorf("runner: %v is not a way of pinning: use auto, cpu, node or off", opts.Pin)
	}
	for _, c := range topo.CPUs {
		if c.ID < 0 || c.ID >= maxCPUs {
			return fmt.Errorf("runner: the topology has a CPU %d: ids go from 0 to %d", c.ID, maxCPUs-1)
		}
	}
	return nil
}

// resolve turns what was asked for into what can be done, with the reason if that is not PinCPU.
func resolve(asked Pinning, workers int, topo Topology) (Pinning, string) {
	cpus, cores := len(topo.CPUs), topo.Cores()
	switch {
	case asked == PinOff:
		return PinOff, "pinning is turned off"
	case asked == PinNode:
		return PinNode, "pinning to nodes was asked for"
	case workers > cpus:
		return PinOff, fmt.Sprintf("more workers (%d) than CPUs (%d)", workers, cpus)
	case asked == PinCPU, workers == cpus, workers == cores:
		return PinCPU, ""
	default:
		return PinNode, fmt.Sprintf("fewer workers (%d) than CPUs (%d, of %d cores)", workers, cpus, cores)
	}
}

// placeOnCPUs takes the first CPUs of the topology and then sorts the workers by node: which CPUs
// are used is the topology's order, who is next to whom is what chunks need.
func placeOnCPUs(workers int, topo Topology) []Placement {
	places := make([]Placement, workers)
	for i, c := range topo.CPUs[:workers] {
		places[i] = Placement{CPUs: []int{c.ID}, Node: c.Node}
	}
	slices.SortStableFunc(places, func(a, b Placement) int { return cmp.Compare(a.Node, b.Node) })
	return places
}

// placeOnNodes gives one worker after another to the node that is the least full, then lines them up
// by node. A node gets more workers than it has CPUs only when all are full.
func placeOnNodes(workers int, topo Topology) []Placement {
	type room struct {
		node, workers int
		cpus          []int
	}
	rooms := make([]room, 0)
	for _, node := range topo.Nodes() {
		r := room{node: node}
		for _, c := range topo.CPUs {
			if c.Node == node {
				r.cpus = append(r.cpus, c.ID)
			}
		}
		slices.Sort(r.cpus)
		rooms = append(rooms, r)
	}
	for range workers {
		least := &rooms[0]
		for i := range rooms {
			// workers/CPUs of room i < that of least, without the division
			if rooms[i].workers*len(least.cpus) < least.workers*len(rooms[i].cpus) {
				least = &rooms[i]
			}
		}
		least.workers++
	}
	places := make([]Placement, 0, workers)
	for _, r := range rooms {
		places = append(places, slices.Repeat([]Placement{{CPUs: r.cpus, Node: r.node}}, r.workers)...)
	}
	return places
}
