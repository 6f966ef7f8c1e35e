package job

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
)

// MergeOptions say what Merge does.
type MergeOptions struct {
	Process
	Overwrite bool // replace outputs that exist, as if the plan said so
	KeepParts bool // do not remove the shards when the outputs are written
	Progress  func(done, total int)
}

// Merge writes the outputs of the fit from the shards of all parts: the bytes that raster.FitFiles
// would have written. Then it removes the shards. If a shard is missing, the error is a *MissingError;
// if one is not what Run wrote, it is a *raster.ShardError.
//
// If the outputs were written by an earlier call, Merge removes what that has left, and returns nil.
func (p *Plan) Merge(ctx context.Context, o MergeOptions) (*raster.Summary, error) {
	if err := p.checkWorkplace(); err != nil {
		return nil, err
	}
	lock, err := p.lockMerge(ctx)
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	merged, err := p.merged()
	if err != nil {
		return nil, err
	}
	var summary *raster.Summary
	if !merged {
		if summary, err = p.merge(ctx, o); err != nil {
			return nil, err
		}
	}
	if o.KeepParts {
		return summary, nil
	}
	return summary, p.folderError(p.removeShards())
}

// merge writes the outputs.
func (p *Plan) merge(ctx context.Context, o MergeOptions) (*raster.Summary, error) {
	shards, err := p.complete()
	if err != nil {
		return nil, err
	}
	mine, err := p.published()
	if err != nil {
		return nil, err
	}
	if err := p.open(ctx, o.Process, o.Overwrite || p.Overwrite || mine); err != nil {
		return nil, err
	}
	names := p.outputs()
	ready := func(files []string) error { return p.mark(names, files) }
	summary, err := p.job.Merge(ctx, shards, ready, o.Progress)
	if err != nil {
		return nil, err
	}
	return &summary, nil
}

// complete returns all shards, the empty ones at the end.
func (p *Plan) complete() ([]raster.Shard, error) {
	filled := p.filled()
	shards, missing, damaged, err := p.shards(filled)
	switch {
	case err != nil:
		return nil, p.folderError(err)
	case len(damaged) > 0:
		return nil, damaged[0]
	case len(missing) > 0:
		return nil, &MissingError{p.dir, len(missing), len(filled), p.partsOf(missing)}
	}
	for _, number := range p.Empty {
		shards = append(shards, raster.Shard{Window: p.Window(number)})
	}
	return shards, nil
}

// MergeVRT writes a VRT beside each output in place of the output, which shows the shards. It returns
// their names. The shards stay.
func (p *Plan) MergeVRT(ctx context.Context, o MergeOptions) (names []string, err error) {
	shards, err := p.complete()
	if err != nil {
		return nil, err
	}
	if err := p.open(ctx, o.Process, o.Overwrite || p.Overwrite); err != nil {
		return nil, err
	}
	return p.job.WriteMosaics(ctx, shards)
}

// outputs returns the names of the outputs, that of the fields first.
func (p *Plan) outputs() []string {
	return append([]string{p.Output}, p.Options.SideOutputs()...)
}

// lockMerge waits until no other process merges the job.
func (p *Plan) lockMerge(ctx context.Context) (*atomicfile.Lock, error) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		lock, held, err := atomicfile.TryLock(filepath.Join(p.dir, "merge.lock"))
		if err != nil || held {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// markName is the name of the file that says which files the outputs are. It is written when they are
// complete, right before they get their names: a merge that is killed after that is not repeated, and
// outputs that it has named are not taken for those of somebody else.
const markName = "merged.json"

// mark is the contents of that file.
type mark struct {
	Digest  string       `json:"digest"`
	Outputs []markedFile `json:"outputs"`
}

// markedFile identifies a file by its size and time, which a new name does not change.
type markedFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Time  int64  `json:"mtime_ns"`
}

// mark writes the mark of outputs, which are in temporary files.
func (p *Plan) mark(names, files []string) error {
	m := mark{Digest: p.Digest}
	for i, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return fault.Because(fault.Outputf("cannot write %s: %v", names[i], atomicfile.Reason(err)), err)
		}
		m.Outputs = append(m.Outputs, markedFile{names[i], info.Size(), info.ModTime().UnixNano()})
	}
	return writeJSON(filepath.Join(p.dir, markName), m)
}

// readMark returns the mark; that of another plan, or none, has no outputs.
func (p *Plan) readMark() (m mark, err error) {
	text, err := readFile(filepath.Join(p.dir, markName), mostRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, fault.Because(fault.Inputf("cannot read %s: %v", filepath.Join(p.dir, markName), atomicfile.Reason(err)), err)
	}
	if m.Digest != p.Digest {
		m = mark{}
	}
	return m, nil
}

// merged reports whether the outputs of a merge are there.
func (p *Plan) merged() (bool, error) {
	there, _, err := p.look()
	return there, err
}

// published reports whether a merge was killed while it gave outputs their names, so that those that
// exist are its own.
func (p *Plan) published() (bool, error) {
	_, mine, err := p.look()
	return mine, err
}

// look compares the outputs with the mark. all is whether each is there, mine whether some are, and
// none of somebody else.
func (p *Plan) look() (all, mine bool, err error) {
	m, err := p.readMark()
	if err != nil || len(m.Outputs) == 0 {
		return false, false, err
	}
	folder, err := p.Workplace()
	if err != nil {
		return false, false, err
	}
	all = true
	others := false
	for _, f := range m.Outputs {
		name := f.Name
		if !filepath.IsAbs(name) {
			name = filepath.Join(folder, name)
		}
		info, err := os.Stat(name)
		is := err == nil && info.Size() == f.Bytes && info.ModTime().UnixNano() == f.Time
		all, mine, others = all && is, mine || is, others || !is && !errors.Is(err, fs.ErrNotExist)
	}
	return all, mine && !others, nil
}
