package runner

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// CPU is one logical processor that this process may run on.
type CPU struct {
	ID      int // number in the kernel
	Core    int // physical core, unique within Package; CPUs that share it are SMT siblings
	Package int // socket
	Node    int // NUMA node
}

// Topology is a list of CPUs in the order in which workers should use them: the first hardware
// thread of every core, node by node, and then the SMT siblings, again node by node. Two workers
// share a core only if no core is left.
//
// You can also build a Topology yourself. Its order is kept.
type Topology struct{ CPUs []CPU }

// Nodes returns the distinct NUMA node ids, ascending.
func (t Topology) Nodes() []int {
	nodes := make([]int, 0, len(t.CPUs))
	for _, c := range t.CPUs {
		nodes = append(nodes, c.Node)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// Cores returns the number of distinct physical cores.
func (t Topology) Cores() int {
	cores := make(map[core]bool, len(t.CPUs))
	for _, c := range t.CPUs {
		cores[coreOf(c)] = true
	}
	return len(cores)
}

// core identifies a physical core. Sockets can have the same core numbers.
type core struct{ pkg, id int }

func coreOf(c CPU) core { return core{c.Package, c.Core} }

// Machine returns the topology of this process: the CPUs that the calling thread may run on (as set
// by taskset, cpuset cgroups and batch systems), with their cores and nodes from /sys.
//
// On systems other than Linux it returns [runtime.NumCPU] CPUs on one node.
func Machine() Topology {
	allowed, err := allowedCPUs()
	if err != nil {
		return flatTopology(upTo(runtime.NumCPU()))
	}
	return ReadTopology(os.DirFS("/sys"), allowed)
}

// anyCPUs is Machine for workers that are not pinned, for which only the number of CPUs matters. It
// does not read /sys, which takes longer than a small fit.
func anyCPUs() Topology {
	allowed, err := allowedCPUs()
	if err != nil {
		return flatTopology(upTo(runtime.NumCPU()))
	}
	return flatTopology(allowed)
}

// ReadTopology returns the topology of the allowed CPU ids according to fsys, a file system like
// /sys with
//
//	devices/system/node/node*/cpulist
//	devices/system/cpu/cpu*/topology/core_id
//	devices/system/cpu/cpu*/topology/physical_package_id
//
// Other CPUs are ignored, and nodes without an allowed CPU do not appear. ReadTopology never fails.
// If the node of any allowed CPU is unknown, all CPUs are on node 0. If the core of any allowed CPU
// is unknown, each CPU is its own core in package 0. Partial information is not used, because it
// would place workers wrongly.
func ReadTopology(fsys fs.FS, allowed []int) Topology {
	allowed = slices.Clone(allowed)
	slices.Sort(allowed)
	allowed = slices.Compact(allowed)

	t := flatTopology(allowed)
	if nodes, ok := readNodes(fsys, allowed); ok {
		for i := range t.CPUs {
			t.CPUs[i].Node = nodes[t.CPUs[i].ID]
		}
	}
	if cores, ok := readCores(fsys, allowed); ok {
		for i, c := range cores {
			t.CPUs[i].Package, t.CPUs[i].Core = c.pkg, c.id
		}
	}
	t.sort()
	return t
}

// flatTopology returns the topology of CPUs about which nothing is known: one core each, on one
// node.
func flatTopology(ids []int) Topology {
	cpus := make([]CPU, len(ids))
	for i, id := range ids {
		cpus[i] = CPU{ID: id, Core: id}
	}
	return Topology{CPUs: cpus}
}

// sort sorts CPUs, which must be in the order of their ids, into the order of [Topology].
func (t Topology) sort() {
	rank := make(map[int]int, len(t.CPUs)) // CPU id → 0 for the first thread of its core, 1 for the second, ...
	threads := make(map[core]int, len(t.CPUs))
	for _, c := range t.CPUs {
		rank[c.ID] = threads[coreOf(c)]
		threads[coreOf(c)]++
	}
	slices.SortFunc(t.CPUs, func(a, b CPU) int {
		return cmp.Or(
			cmp.Compare(rank[a.ID], rank[b.ID]),
			cmp.Compare(a.Node, b.Node),
			cmp.Compare(a.ID, b.ID),
		)
	})
}

// readNodes returns the node of every CPU id. It returns false unless every allowed CPU has one.
func readNodes(fsys fs.FS, allowed []int) (map[int]int, bool) {
	const root = "devices/system/node"
	entries, err := fs.ReadDir(fsys, root)
	if err != nil {
		return nil, false
	}
	nodeOf := make(map[int]int)
	for _, e := range entries {
		// The folder has node0, node1, ... and files such as has_cpu, online and power.
		number, ok := strings.CutPrefix(e.Name(), "node")
		if !ok {
			continue
		}
		node, err := strconv.ParseUint(number, 10, 31)
		if err != nil {
			continue
		}
		// If a list cannot be read, its CPUs have no node, and the check below fails.
		list, err := fs.ReadFile(fsys, root+"/"+e.Name()+"/cpulist")
		if err != nil {
			continue
		}
		ids, err := parseCPUList(string(list))
		if err != nil {
			continue
		}
		for _, id := range ids {
			nodeOf[id] = int(node)
		}
	}
	for _, id := range allowed {
		if _, ok := nodeOf[id]; !ok {
			return nil, false
		}
	}
	return nodeOf, true
}

// readCores returns the core of every allowed CPU. It returns false unless all are known.
func readCores(fsys fs.FS, allowed []int) ([]core, bool) {
	cores := make([]core, len(allowed))
	for i, id := range allowed {
		dir := fmt.Sprintf("devices/system/cpu/cpu%d/topology/", id)
		var ok bool
		if cores[i].id, ok = readInt(fsys, dir+"core_id"); !ok || cores[i].id < 0 {
			return nil, false // -1: the firmware does not report cores
		}
		// A package of -1 is kept, because some boards report cores but not sockets.
		if cores[i].pkg, ok = readInt(fsys, dir+"physical_package_id"); !ok {
			return nil, false
		}
	}
	return cores, true
}

func readInt(fsys fs.FS, name string) (int, bool) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return n, err == nil
}

// upTo returns 0, 1, ..., n-1.
func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}
