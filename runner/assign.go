package runner

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
)

// Pinning is a way to bind the threads of workers to CPUs.
type Pinning uint8

const (
	// PinAuto pins workers to CPUs if there are as many workers as CPUs or as cores. Fewer workers
	// are bound to nodes, so that two programs on a shared server do not use the same first CPUs.
	// If there are more workers than CPUs, none is pinned.
	PinAuto Pinning = iota
	// PinCPU gives each worker its own CPU, in the order of the [Topology], so a few workers are
	// close together on the first node. If there are more workers than CPUs, none is pinned.
	PinCPU
	// PinNode binds each worker to all allowed CPUs of one node, and distributes the workers over
	// the nodes in proportion to their CPUs. With a single node it has no effect, because workers
	// may run on all allowed CPUs anyway.
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

// MarshalText returns the name that ParsePinning reads.
func (p Pinning) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a name as ParsePinning does.
func (p *Pinning) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePinning(string(text))
	return err
}

// Options of a run. The zero value uses the whole machine.
type Options struct {
	// Workers is the number of workers. 0 stands for one per CPU of the Topology, but at most
	// GOMAXPROCS, which limits how many can run Go code at a time and respects the CPU quotas of
	// containers. There are never more workers than items.
	Workers int

	// Pin says how workers are bound to CPUs. The default is [PinAuto].
	Pin Pinning

	// Topology has the CPUs to use. If it is empty, [Machine] is used.
	Topology Topology

	// Progress, if not nil, is called after each item that fn finished without error. done counts
	// up from 1, and total is the number of items. Workers call it one at a time and wait for each
	// other, so it should be quick.
	Progress func(done, total int)
}

// Assignment is the distribution of items and CPUs over workers.
type Assignment struct {
	Workers []Placement // by [Worker.ID]; workers of one node are neighbours
	Pin     Pinning     // resolved: PinCPU, PinNode or PinOff
	Why     string      // a phrase that says why workers are not pinned to CPUs, "" if they are
}

// Placement has the CPUs and the items of one worker.
type Placement struct {
	CPUs        []int // ids of the CPUs the worker may run on, read-only; nil: any
	Node        int   // NUMA node of the CPUs; -1 for a worker that is not pinned
	First, Last int   // the items of its chunk, from First up to but not including Last
}

// Assign returns the plan that [Run] would use for the given number of items. It starts and binds
// nothing. Use [CanPin] to find out whether the system allows pinning.
//
// A negative number of items, workers or CPU id, or an unknown Pin, is an error.
func Assign(items int, opts Options) (Assignment, error) {
	topo := opts.Topology
	switch {
	case len(topo.CPUs) > 0:
	case opts.Pin == PinOff:
		topo = anyCPUs()
	default:
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

// resolve returns the pinning to use, and the reason if it is not PinCPU.
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

// placeOnCPUs gives workers the first CPUs of the topology and then sorts the workers by node, so
// that the chunks of a node are neighbours.
func placeOnCPUs(workers int, topo Topology) []Placement {
	places := make([]Placement, workers)
	for i, c := range topo.CPUs[:workers] {
		places[i] = Placement{CPUs: []int{c.ID}, Node: c.Node}
	}
	slices.SortStableFunc(places, func(a, b Placement) int { return cmp.Compare(a.Node, b.Node) })
	return places
}

// placeOnNodes assigns one worker after another to the node with the fewest workers per CPU, and
// returns them sorted by node. A node gets more workers than it has CPUs only when all nodes are
// full.
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
