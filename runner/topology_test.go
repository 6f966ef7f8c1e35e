package runner

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
)

// tree is a fake /sys.
type tree fstest.MapFS

func (t tree) node(id int, cpulist string) tree {
	t.file(fmt.Sprintf("devices/system/node/node%d/cpulist", id), cpulist+"\n")
	return t
}

func (t tree) cpu(id, pkg, core int) tree {
	dir := fmt.Sprintf("devices/system/cpu/cpu%d/topology/", id)
	t.file(dir+"physical_package_id", fmt.Sprintf("%d\n", pkg))
	t.file(dir+"core_id", fmt.Sprintf("%d\n", core))
	return t
}

func (t tree) file(name, text string) tree {
	t[name] = &fstest.MapFile{Data: []byte(text)}
	return t
}

// twoSockets is 2 nodes × 2 cores × 2 threads, numbered as Linux does on Intel and AMD servers: all
// first threads, then all second ones. Core numbers repeat from socket to socket.
func twoSockets() tree {
	t := tree{}.node(0, "0-1,4-5").node(1, "2-3,6-7")
	for id := range 8 {
		t.cpu(id, id/2%2, id%2)
	}
	return t
}

func TestReadTopology(t *testing.T) {
	for _, c := range []struct {
		name    string
		tree    tree
		allowed []int
		cpus    []int // in order
		nodes   []int // of the CPUs
		cores   int
	}{
		{
			name:    "one node",
			tree:    tree{}.node(0, "0-3").cpu(0, 0, 0).cpu(1, 0, 1).cpu(2, 0, 2).cpu(3, 0, 3),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 1, 2, 3}, nodes: []int{0, 0, 0, 0}, cores: 4,
		}, {
			name:    "two nodes with SMT",
			tree:    twoSockets(),
			allowed: []int{0, 1, 2, 3, 4, 5, 6, 7},
			cpus:    []int{0, 1, 2, 3, 4, 5, 6, 7}, nodes: []int{0, 0, 1, 1, 0, 0, 1, 1}, cores: 4,
		}, {
			name: "siblings numbered side by side",
			tree: tree{}.node(0, "0-3").node(1, "4-7").
				cpu(0, 0, 0).cpu(1, 0, 0).cpu(2, 0, 1).cpu(3, 0, 1).
				cpu(4, 1, 0).cpu(5, 1, 0).cpu(6, 1, 1).cpu(7, 1, 1),
			allowed: []int{0, 1, 2, 3, 4, 5, 6, 7},
			cpus:    []int{0, 2, 4, 6, 1, 3, 5, 7}, nodes: []int{0, 0, 1, 1, 0, 0, 1, 1}, cores: 4,
		}, {
			name:    "CPUs of the nodes interleaved",
			tree:    tree{}.node(0, "0,2").node(1, "1,3").cpu(0, 0, 0).cpu(1, 1, 0).cpu(2, 0, 1).cpu(3, 1, 1),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 2, 1, 3}, nodes: []int{0, 0, 1, 1}, cores: 4,
		}, {
			name:    "allowed set narrower than the machine",
			tree:    twoSockets(),
			allowed: []int{7, 3, 5, 3}, // 3 and 7 share a core; 5 is a second thread, but the only one here
			cpus:    []int{5, 3, 7}, nodes: []int{0, 1, 1}, cores: 2,
		}, {
			name:    "node without allowed CPU",
			tree:    twoSockets(),
			allowed: []int{2, 3},
			cpus:    []int{2, 3}, nodes: []int{1, 1}, cores: 2,
		}, {
			name: "holes in the numbering, memory-only node, files beside the nodes, an offline CPU",
			tree: tree{}.node(0, "0,2").node(4, "8,10").node(7, "").
				file("devices/system/node/online", "0,4,7\n").
				file("devices/system/node/nodelike/cpulist", "0-10\n").
				file("devices/system/cpu/cpu1/online", "0\n").
				cpu(0, 0, 0).cpu(2, 0, 9).cpu(8, 3, 0).cpu(10, 3, 9),
			allowed: []int{0, 2, 8, 10},
			cpus:    []int{0, 2, 8, 10}, nodes: []int{0, 0, 4, 4}, cores: 4,
		}, {
			name:    "node numbers are ordered as numbers",
			tree:    tree{}.node(10, "0").node(2, "1"),
			allowed: []int{0, 1},
			cpus:    []int{1, 0}, nodes: []int{2, 10}, cores: 2,
		}, {
			name:    "missing tree",
			tree:    tree{},
			allowed: []int{3, 5},
			cpus:    []int{3, 5}, nodes: []int{0, 0}, cores: 2,
		}, {
			name:    "nodes without cores",
			tree:    tree{}.node(0, "0-1").node(1, "2-3"),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 1, 2, 3}, nodes: []int{0, 0, 1, 1}, cores: 4,
		}, {
			name:    "cores without nodes",
			tree:    tree{}.cpu(0, 0, 0).cpu(1, 0, 0).cpu(2, 0, 1).cpu(3, 0, 1),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 2, 1, 3}, nodes: []int{0, 0, 0, 0}, cores: 2,
		}, {
			name:    "malformed cpulist: no nodes at all",
			tree:    tree{}.node(0, "0-1").node(1, "2-x"),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 1, 2, 3}, nodes: []int{0, 0, 0, 0}, cores: 4,
		}, {
			name:    "one CPU without topology: each its own core",
			tree:    tree{}.node(0, "0-3").cpu(0, 0, 0).cpu(1, 0, 0).cpu(2, 0, 1),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 1, 2, 3}, nodes: []int{0, 0, 0, 0}, cores: 4,
		}, {
			name:    "core unknown to the firmware",
			tree:    tree{}.node(0, "0-1").cpu(0, -1, -1).cpu(1, -1, -1),
			allowed: []int{0, 1},
			cpus:    []int{0, 1}, nodes: []int{0, 0}, cores: 2,
		}, {
			name:    "package unknown, cores known",
			tree:    tree{}.node(0, "0-3").cpu(0, -1, 0).cpu(1, -1, 0).cpu(2, -1, 1).cpu(3, -1, 1),
			allowed: []int{0, 1, 2, 3},
			cpus:    []int{0, 2, 1, 3}, nodes: []int{0, 0, 0, 0}, cores: 2,
		}, {
			name: "nothing allowed",
			tree: twoSockets(),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			topo := ReadTopology(fstest.MapFS(c.tree), c.allowed)
			var cpus, nodes []int
			for _, cpu := range topo.CPUs {
				cpus = append(cpus, cpu.ID)
				nodes = append(nodes, cpu.Node)
			}
			if !slices.Equal(cpus, c.cpus) || !slices.Equal(nodes, c.nodes) {
				t.Errorf("CPUs %v on nodes %v, want %v on %v", cpus, nodes, c.cpus, c.nodes)
			}
			if got := topo.Cores(); got != c.cores {
				t.Errorf("%d cores, want %d", got, c.cores)
			}
			slices.Sort(c.nodes)
			if got, want := topo.Nodes(), slices.Compact(c.nodes); !slices.Equal(got, want) {
				t.Errorf("nodes %v, want %v", got, want)
			}
		})
	}
}

func TestReadTopologyKeepsAllowed(t *testing.T) {
	allowed := []int{3, 1, 1}
	ReadTopology(fstest.MapFS{}, allowed)
	if !slices.Equal(allowed, []int{3, 1, 1}) {
		t.Errorf("the caller's slice was changed to %v", allowed)
	}
}

func TestMachine(t *testing.T) {
	topo := Machine()
	if len(topo.CPUs) == 0 || len(topo.Nodes()) == 0 {
		t.Fatalf("an empty machine: %+v", topo)
	}
	if n := topo.Cores(); n < 1 || n > len(topo.CPUs) {
		t.Errorf("%d cores of %d CPUs", n, len(topo.CPUs))
	}
}
