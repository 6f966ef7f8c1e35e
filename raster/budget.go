package raster

import (
	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// DefaultMemory is used if Options.Memory is 0, in bytes.
const DefaultMemory = 512 << 20

// ProgramMemory is what a process may take beside Options.Memory, in bytes: the program, its
// libraries and their heaps.
const ProgramMemory = 64 << 20

// LeastMemory is the least Options.Memory, in bytes.
const LeastMemory = leastMemory

const (
	leastMemory  = 16 << 20 // the least that a fit can keep to
	programBytes = 12 << 20 // the heap, with the sample of slopes from which quintiles are computed
	writerBytes  = 20 << 20 // the heap, and what GDAL keeps once it has written a file
	leastCopies  = 8 << 20  // for blocks of 128 × 128 pixels
	leastTiles   = 1 << 20  // beside a block that only one thread holds
)

// HeapMemory returns which part of Options.Memory, in bytes, is set aside for the Go heap of a fit. The
// heap has the data of the program, and tiles of the output that are not complete yet. A memory above
// DefaultMemory does not make this part larger.
func HeapMemory(memory int64) int64 {
	return programBytes + budget{total: min(memory, DefaultMemory)}.writeCells()
}

// budget divides the memory of a fit, in bytes. Half is for tiles, results and transfers, a quarter
// for blocks, and a quarter for open files and the program.
type budget struct {
	total     int64
	transfers int64 // GDAL's memory for remote files; 0 if all files are local
	region    int64 // of the polygons of a region, and of values that its series needs
}

// newBudget returns the budget for Options.Memory.
func newBudget(memory int64) (budget, error) {
	switch {
	case memory < 0:
		return budget{}, fault.Errorf("the memory of %d bytes is negative", memory)
	case memory == 0:
		memory = DefaultMemory
	case memory < leastMemory:
		return budget{}, fault.Errorf("a memory of %s does not hold the program itself: allow %d MiB or more with %v",
			humanize.IBytes(uint64(memory)), leastMemory>>20, Option{Field: "Memory"})
	}
	return budget{total: memory}, nil
}

// remote returns the budget of a fit of remote files. GDAL caches 16 MB of transfers, and each
// thread that sends requests has a connection and a heap.
func (b budget) remote() budget {
	b.transfers = min(b.total/8, 32<<20)
	return b
}

// tiles is the memory for tiles and results.
func (b budget) tiles() int64 { return b.total/2 - b.transfers - b.region }

// polygonMemory is how much of a memory the pixels of polygons may take while they are found. A third of it stays.
func polygonMemory(memory int64) int64 { return memory / 4 }

// block is the largest block of which several threads may hold one each. GDAL holds a whole block to
// read any part of it.
func (b budget) block() int64 { return b.total / 4 }

// aside is the memory that neither tiles nor blocks get.
func (b budget) aside() int64 {
	return b.readCache() + b.writeCells() + programBytes + b.transfers + b.region
}

// beside is the memory for tiles and results beside one block, if only one thread holds one; held is
// what GDAL holds for it.
func (b budget) beside(held int64) int64 { return min(b.tiles(), b.total-b.aside()-held) }

// readCache is the memory for blocks of inputs in GDAL's block cache.
func (b budget) readCache() int64 { return b.total / 8 }

// writeCells is the memory for tiles of the output that are not complete yet.
func (b budget) writeCells() int64 { return b.total / 8 }

// copies is the memory to make compressed outputs of the tiles, when those of the fit are released. A
// small memory has to hold GDAL's part for writing, too.
func (b budget) copies() int64 { return max(leastCopies, min(b.total/2, b.total-writerBytes)) }

// decoders is how many threads may each decode a block of so many bytes.
func (b budget) decoders(block int64) int { return int(max(1, b.readCache()/block)) }

// openFiles is the memory for open files if tiles take so much.
func (b budget) openFiles(tiles int64) int64 { return b.total - b.aside() - tiles }

// surveyPixels is how many pixels the windows of a survey may have. Each takes two bytes of counts.
func (b budget) surveyPixels() int64 { return b.total / 16 / 2 }

// surveySeries is the memory for the pixels that a survey keeps at all dates.
func (b budget) surveySeries() int64 { return b.total / 128 }

// newPlan plans the fit. Windows of remote files are made larger than the caches ask for, because
// each request takes a while even if it asks for little.
func (s *Stack) newPlan(g pixtrend.Grid, o pixtrend.Options) (pixtrend.StreamPlan, error) {
	plan, err := pixtrend.NewStreamPlan(g, o)
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
		larger, err := pixtrend.NewStreamPlan(g, o)
		// Each worker has at least four windows, so that the last ones end at about the same time.
		if err != nil || larger.Windows < 4*len(plan.Workers) {
			break
		}
		plan = larger
	}
	return plan, nil
}

// spread sets how many files a worker reads at the same time, and returns the number of readers.
// Each reader takes memory: up to three copies of the window in GDAL, and a block.
func (s *Stack) spread(memory int64, plan pixtrend.StreamPlan) (readers int) {
	workers := len(plan.Workers)
	if s.RemoteFiles() == 0 {
		return workers
	}
	each := int64(plan.WindowWidth)*int64(plan.WindowHeight)*int64(3*s.grid.Type.Size()+s.grid.ScratchBytes) + s.largest((*plane).heldBytes)
	most := min(lanesMost, len(s.files), readsAtOnce/workers, int(min(memory/2/each/int64(workers), lanesMost)))
	s.remote.lanes = max(1, most)
	return workers * s.remote.lanes
}

// checkBlocks refuses files of which the memory does not hold one block. It reports whether some have
// blocks that only one thread may hold, and the memory for tiles and results beside it.
func (s *Stack) checkBlocks(b budget) (alone bool, tiles int64, err error) {
	tiles = b.tiles()
	for _, of := range append([]*Stack{s}, s.covariates...) {
		for _, p := range of.bands {
			if p.heldBytes() <= b.block() {
				continue
			}
			held := of.decodingBytes(p)
			alone, tiles = true, min(tiles, b.beside(held))
			if tiles >= leastTiles {
				continue
			}
			return alone, tiles, fault.Inputf("%s has blocks of %d × %d pixels, %.1f MiB each, too large for a memory of %d MiB: allow %d MiB with %v, or rewrite the file with smaller blocks (gdal_translate -co TILED=YES -co INTERLEAVE=BAND)",
				of.files[p.file], p.blockWidth, p.blockHeight, float64(p.heldBytes())/(1<<20), b.total>>20, memoryFor(held), Option{Field: "Memory"})
		}
	}
	return alone, tiles, nil
}

// decodingBytes returns what GDAL holds to decode a block of p: the block, and what it was decoded
// from, which is no larger than the file.
func (s *Stack) decodingBytes(p *plane) int64 {
	held := min(p.heldBytes(), mostHeld)
	if !p.compressed {
		return held
	}
	if held > surelyHeld {
		if size := s.fileBytes(p.file); size > 0 {
			return held + min(held, size)
		}
	}
	return 2 * held
}

// mostHeld is more than any memory, and small enough to add to.
const mostHeld = 1 << 60

// surelyHeld is the size in bytes of blocks that are small enough not to ask how large their file is.
const surelyHeld = 1 << 20

// memoryFor returns how many MiB of memory one thread needs to decode blocks for which GDAL holds so many
// bytes: a quarter of the memory is set aside, see budget.aside.
func memoryFor(held int64) int64 {
	need := (held + programBytes + leastTiles) >> 20
	return max(leastMemory>>20, need+need/3+2)
}

// budget divides the memory for this stack.
func (s *Stack) budget(memory int64) (budget, error) {
	b, err := newBudget(memory)
	if s.RemoteFiles() > 0 {
		b = b.remote()
	}
	if s.cover != nil {
		b.region = s.cover.Bytes()
	}
	return b, err
}

// keepHandles limits how many files stay open, so that GDAL's memory for them fits, with room for
// one more per worker unless all fit. Without the limit the memory would grow with files times workers.
func (s *Stack) keepHandles(memory int64, workers int) {
	most := memory / s.largest(s.handleBytes)
	if most < int64(workers)*int64(len(s.files)) {
		most -= int64(workers)
	}
	s.readers.limit = max(0, min(s.readers.limit, most))
}

// handleBytes returns about how much memory GDAL needs for the open file of p between reads: for its
// directory, for a block, and for what a decoder holds.
func (s *Stack) handleBytes(p *plane) int64 {
	const directory = 64 << 10
	if p.direct {
		return directory
	}
	return directory + s.decodingBytes(p)
}

// keepFilesWithin shares the memory for open files among the stack and its covariates.
func (s *Stack) keepFilesWithin(memory budget, plan pixtrend.StreamPlan) {
	stacks := append([]*Stack{s}, s.covariates...)
	left := memory.openFiles(plan.TileMemory) / int64(len(stacks))
	if s.canView() {
		left /= 2
		s.viewed.limit(s, memory.readCache()+left, plan) // GDAL's cache has no blocks of files that are mapped
	}
	for _, of := range stacks {
		of.keepHandles(left, of.spread(left, plan))
	}
}

// returnLargeBlocks has blocks that GDAL frees given back to the system until done is called, if some are
// large: glibc would keep a few of each file. Mapping small blocks anew would take longer than decoding them.
func (s *Stack) returnLargeBlocks() (done func()) {
	const large = 4 << 20
	if s.largest((*plane).heldBytes) < large {
		return func() {}
	}
	return gdal.ReturnBlocks()
}

// largest returns the greatest number of bytes of any plane.
func (s *Stack) largest(bytes func(*plane) int64) int64 {
	var most int64
	for _, p := range s.bands {
		most = max(most, bytes(p))
	}
	return most
}
