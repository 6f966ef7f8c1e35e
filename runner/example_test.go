package runner_test

import (
	"context"
	"fmt"
	"log"

	"github.com/pixtrend/pixtrend/runner"
)

// Each worker adds to its own sum, without a lock.
func Example() {
	const windows = 1000
	opts := runner.Options{Topology: runner.Machine()}
	plan, err := runner.Assign(windows, opts)
	if err != nil {
		log.Fatal(err)
	}
	opts.Workers = len(plan.Workers) // so that Worker.ID fits the slice below
	scratch := make([][]int, len(plan.Workers))

	_, err = runner.Run(context.Background(), windows, opts, func(_ context.Context, w runner.Worker, window int) error {
		if scratch[w.ID] == nil {
			scratch[w.ID] = make([]int, 1) // allocated, and first written to, where the worker runs
		}
		scratch[w.ID][0] += window
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}

	sum := 0
	for _, s := range scratch {
		if s != nil { // a worker may find that the others have done everything
			sum += s[0]
		}
	}
	fmt.Println(sum)
	// Output: 499500
}

// A plan has the CPUs and items of each worker. Making it starts nothing.
func ExampleAssign() {
	topology := runner.Topology{CPUs: []runner.CPU{
		{ID: 0, Node: 0, Core: 0},
		{ID: 1, Node: 0, Core: 1},
		{ID: 2, Node: 1, Core: 2},
		{ID: 3, Node: 1, Core: 3},
	}}
	plan, err := runner.Assign(10, runner.Options{Workers: 4, Topology: topology})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("pinned to:", plan.Pin)
	for id, w := range plan.Workers {
		fmt.Printf("worker %d on node %d, CPUs %v: items %d to %d\n", id, w.Node, w.CPUs, w.First, w.Last-1)
	}
	// Output:
	// pinned to: cpu
	// worker 0 on node 0, CPUs [0]: items 0 to 2
	// worker 1 on node 0, CPUs [1]: items 3 to 5
	// worker 2 on node 1, CPUs [2]: items 6 to 7
	// worker 3 on node 1, CPUs [3]: items 8 to 9
}
