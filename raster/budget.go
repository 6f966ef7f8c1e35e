package raster

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
)

// newPlan plans the fit. Where files are remote, windows are larger than caches would have them: a
// request takes a while however little it asks for.
func (s *Stack) newPlan(o pixtrend.Options) (pixtrend.Plan, error) {
	g := s.Grid()
	plan, err := pixtrend.NewPlan(g, o)
	if err != nil || s.RemoteFiles() == 0 || o.WindowWidth > 0 ||
		plan.WindowWidth < min(g.BlockWidth, g.Width) || plan.WindowHeight < min(g.BlockHeight, g.Height) {
		return plan, err
	}
	const enough = 2 << 20 // bytes of a date, before compression
	for plan.WindowWidth < g.Width || plan.WindowHeight < g.Height {
		o.WindowWidth, o.WindowHeight = plan.WindowWidth, plan.WindowHeight
		if o.WindowWidth < g.Width {
			o.WindowWidth *= 2
		} else {
			o.WindowHeight *= 2
		}
		if int64(o.WindowWidth)*int64(o.WindowHeight) > int64(enough/g.Type.Size()) {
			break
		}
		larger, err := pixtrend.NewPlan(g, o)
		// Four windows a worker at least, so that none waits long for the last of another.
		if err != nil || larger.Windows < 4*len(plan.Workers) {
			break
		}
		plan = larger
	}
	return plan, nil
}

// transferMemory is what remote files take off the tiles' share of the memory: GDAL keeps 16 MB of what was
// transferred, and each thread that sent requests a connection and a heap.
func (s *Stack) transferMemory(memory int64) int64 {
	if s.RemoteFiles() == 0 {
		return 0
	}
	return min(memory/8, 32<<20)
}

// spread settles how many files a worker reads at the same time, and returns how many readers there are
// then. Each takes memory: the window as it is transferred, up to three times in GDAL, and a block.
func (s *Stack) spread(memory int64, plan pixtrend.Plan) (readers int) {
	workers := len(plan.Workers)
	if s.RemoteFiles() == 0 {
		return workers
	}
	each := int64(plan.WindowWidth)*int64(plan.WindowHeight)*int64(3*s.grid.Type.Size()+s.grid.ScratchBytes) + s.largest((*plane).heldBytes)
	most := min(lanesMost, len(s.files), readsAtOnce/workers, int(min(memory/2/each/int64(workers), lanesMost)))
	s.remote.lanes = max(1, most)
	return workers * s.remote.lanes
}

// DefaultMemory is what Options.Memory stands for when it is 0; less than leastMemory does not do.
const (
	DefaultMemory = 512 << 20
	leastMemory   = 16 << 20
)

// allowMemory settles how much memory there is.
func (o *Options) allowMemory() error {
	if o.Memory < 0 {
		return fmt.Errorf("the memory of %d bytes is negative", o.Memory)
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	if o.Memory < leastMemory {
		return fault.Errorf("a memory of %s does not hold the program itself: allow %d MiB or more with %v", humanize.IBytes(uint64(o.Memory)), leastMemory>>20, Option{Field: "Memory"})
	}
	return nil
}

// programBytes is what the rest of a fit takes: the sample behind the quintiles, and the heap.
const programBytes = 12 << 20

// checkBlocks refuses files of which one block would not fit the memory: to read any of it, GDAL
// must hold all of it.
func (s *Stack) checkBlocks(memory int64) error {
	for _, p := range s.bands {
		if p.heldBytes() > memory {
			return fault.Inputf("%s has blocks of %d × %d pixels, %.1f MiB each, too large for a quarter of the memory, %.1f MiB: allow more with %v, or rewrite the file with tiles (gdal_translate -co TILED=YES -co INTERLEAVE=BAND)",
				s.files[p.file], p.blockWidth, p.blockHeight, float64(p.heldBytes())/(1<<20), float64(memory)/(1<<20), Option{Field: "Memory"})
		}
	}
	return nil
}

// keepHandles bounds the files that stay open, so that what GDAL holds for them fits the memory
// beside those that each worker opens for a moment. Without the bound the memory would grow with
// files times workers.
func (s *Stack) keepHandles(memory int64, workers int) {
	s.readers.limit = max(0, min(s.readers.limit, memory/s.largest((*plane).handleBytes)-int64(workers)))
}

// largest returns the most bytes that any plane takes.
func (s *Stack) largest(bytes func(*plane) int64) int64 {
	var most int64
	for _, p := range s.bands {
		most = max(most, bytes(p))
	}
	return most
}
