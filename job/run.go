package job

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
)

// AllParts stands for all parts of a job.
const AllParts = -1

// RunOptions say what Run does.
type RunOptions struct {
	Process
	// Part is the number of a part, counted from 0, or AllParts.
	Part int
	// Progress, which may be nil, is called with the number of pixels done, of those that were not
	// done when Run began.
	Progress func(done, total int)
}

// Done says what Run did.
type Done struct {
	Shards  int     `json:"shards"` // of the part, or of all
	Made    int     `json:"made"`   // of them, by this call
	Pixels  int     `json:"pixels"` // of those
	Seconds float64 `json:"seconds"`
}

// Run makes the shards of a part, or of all parts, that are not made yet. It returns when all of them
// are made: those that another process is making are left to it, and made if it does not finish them.
// Any number of processes may run the same or different parts at once.
//
// Inputs, options and version must be those of the plan: if they are not, the error is a
// *ChangedError. raster.Temporary reports whether another try may succeed.
func (p *Plan) Run(ctx context.Context, o RunOptions) (Done, error) {
	start := time.Now()
	numbers := p.filled()
	if o.Part != AllParts {
		if o.Part < 0 || o.Part >= p.Parts {
			return Done{}, fault.Errorf("there is no part %d: the plan in %s has %d, counted from 0", o.Part, p.dir, p.Parts)
		}
		first, end := shardsOf(o.Part, p.Parts, len(numbers))
		numbers = numbers[first:end]
	}
	done := Done{Shards: len(numbers)}
	if merged, err := p.merged(); err != nil || merged {
		return done, err
	}
	_, missing, _, err := p.shards(numbers)
	if err != nil {
		return done, p.folderError(err)
	}
	if len(missing) > 0 {
		err = p.make(ctx, missing, o, &done)
	}
	done.Seconds = time.Since(start).Seconds()
	return done, err
}

// make makes shards.
func (p *Plan) make(ctx context.Context, missing []int, o RunOptions, done *Done) error {
	if err := p.open(ctx, o.Process, true); err != nil {
		return err
	}
	if err := os.MkdirAll(p.shardsFolder(), 0o777); err != nil {
		return p.folderError(err)
	}
	if o.Part == AllParts {
		// Where there are no locks, processes that begin elsewhere seldom make the same shards.
		at := rand.IntN(len(missing))
		missing = append(missing[at:len(missing):len(missing)], missing[:at]...)
	}
	w := &work{Plan: p, progress: o.Progress}
	for _, number := range missing {
		w.total += p.Window(number).Pixels()
	}
	for wait := 100 * time.Millisecond; len(missing) > 0; wait = min(2*wait, 5*time.Second) {
		var busy []int // with other processes
		for _, number := range missing {
			made, mine, err := w.shard(ctx, number)
			if err != nil {
				return err
			}
			switch {
			case mine:
				done.Made, done.Pixels = done.Made+1, done.Pixels+p.Window(number).Pixels()
			case !made:
				busy = append(busy, number)
			}
		}
		if missing = busy; len(missing) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
	return nil
}

// work is the making of shards.
type work struct {
	*Plan
	progress    func(done, total int)
	done, total int // pixels
}

// shard makes a shard. mine is whether this call made it, made whether it is made. It is not if
// another process is making it.
func (w *work) shard(ctx context.Context, number int) (made, mine bool, err error) {
	if ctx.Err() != nil {
		return false, false, context.Cause(ctx)
	}
	name, window := w.shardName(number), w.Window(number)
	lock, held, err := atomicfile.TryLock(name + ".lock")
	if err != nil {
		return false, false, err
	}
	if held {
		defer lock.Release()
	}
	if _, err := w.Plan.shard(number); err == nil {
		w.add(window.Pixels())
		return true, false, nil
	} else if !held {
		return false, false, nil
	}
	start := time.Now()
	var progress func(done, total int)
	if w.progress != nil {
		progress = func(done, _ int) { w.progress(w.done+done, w.total) }
	}
	shard, err := w.job.FitShard(ctx, name+".tif", window, w.items(number), progress)
	if err != nil {
		return false, false, err
	}
	if err := writeJSON(name+".json", shardRecord{w.Digest, number, shard, time.Since(start).Seconds()}); err != nil {
		return false, false, err
	}
	w.add(window.Pixels())
	return true, true, nil
}

func (w *work) add(pixels int) {
	if w.done += pixels; w.progress != nil {
		w.progress(w.done, w.total)
	}
}

// folderError describes an error about the folder of the shards.
func (p *Plan) folderError(err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) {
		return err
	}
	return fault.Because(fault.Outputf("cannot use the folder %s: %v", p.shardsFolder(), atomicfile.Reason(err)), err)
}
