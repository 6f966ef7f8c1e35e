package job

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/raster"
)

// formatVersion is that of plan.json and of the files of shards.
const formatVersion = 1

// planName is the name of the plan in the folder of a job.
const planName = "plan.json"

// mostPlan is the largest plan that is read, in bytes. Each input takes about a hundred.
const mostPlan = 1 << 30

// Facts are what decides the results of a job, and how it is cut into parts. The digest is one of
// them all.
type Facts struct {
	Format   int                `json:"format"`   // of the plan
	Version  string             `json:"pixtrend"` // that decides the bits of results
	Folder   string             `json:"folder"`   // that names of files begin in; relative to that of the job if it does not begin with /
	Inputs   []string           `json:"inputs"`   // as they were given
	Output   string             `json:"output"`
	Options  fitOptions         `json:"options"` // the fields of raster.Options that are set
	Files    []raster.InputFile `json:"files"`   // all that is read
	Dates    []string           `json:"dates"`   // of what is fitted, or numbers in their place
	TimeUnit string             `json:"time_unit"`
	CRS      string             `json:"crs"`                    // WKT; "": none
	Place    []float64          `json:"geotransform,omitempty"` // of GDAL
	Bands    int                `json:"bands"`                  // of a shard: those of all outputs
	Type     string             `json:"type"`                   // of the bands: float32 or float64
	Cutting
	Empty []int `json:"empty_shards,omitempty"` // those without a pixel of the region, which no part makes
	Parts int   `json:"parts"`
}

// Plan is a job: the contents of its plan.json.
type Plan struct {
	Digest string `json:"digest"` // 12 hexadecimal digits of the SHA-256 of Facts as compact JSON
	Facts
	Resources Resources `json:"resources"`          // of processes that ask for none
	Overwrite bool      `json:"overwrite"`          // whether the merge replaces outputs
	Estimate  *Estimate `json:"estimate,omitempty"` // of the time that a part takes

	dir      string
	job      *raster.Job // nil unless it is open
	replaces bool        // whether the open job replaces outputs
}

// Estimate is how long one process takes, from a measurement on the machine that planned.
type Estimate struct {
	Seconds float64 `json:"seconds"` // for the whole raster
	Pixels  int     `json:"pixels"`  // that were read and fitted for it
	Threads int     `json:"threads"`
}

// Cut says into how many parts a job is cut.
type Cut struct {
	Parts int // 0: as PartTime says, or 1
	// PartTime is how long a part is to take. Create then times a few windows.
	PartTime time.Duration
	// Relative writes the folder of the inputs relative to that of the job, for machines that mount
	// both elsewhere.
	Relative bool
}

// DifferentError says that a folder has the plan of another job.
type DifferentError struct {
	Dir   string
	Facts []Difference
}

func (e *DifferentError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the sentence, whose options can be named in other words.
func (e *DifferentError) Unwrap() error {
	return fault.Errorf("%s has the plan of another fit: %v; name another folder, or remove this one", e.Dir, differences(e.Facts))
}

// ChangedError says that a job cannot go on, since what decides its results is not what it was.
type ChangedError struct {
	Dir   string
	Facts []Difference
}

func (e *ChangedError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the sentence, whose options can be named in other words.
func (e *ChangedError) Unwrap() error {
	return fault.Errorf("the plan in %s was made for something else: %v; plan again in another folder", e.Dir, differences(e.Facts))
}

// Create plans a fit and writes the plan to the folder dir, which is made if it does not exist.
// Everything is checked that raster.Prepare checks. If the folder has the same plan already, Create
// returns that one; another one is a *DifferentError.
func Create(ctx context.Context, dir string, inputs []string, output string, o raster.Options, c Cut) (*Plan, error) {
	old, err := Read(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	p := &Plan{dir: dir, Resources: resourcesOf(o), Overwrite: o.Overwrite}
	p.replaces = o.Overwrite || old != nil // a job that was begun may have its output
	o.Overwrite = p.replaces
	if p.job, err = raster.Prepare(ctx, inputs, output, o); err != nil {
		return nil, err
	}
	if err := p.describe(ctx, inputs, output, o, c, old); err != nil {
		p.Close()
		return nil, err
	}
	if old != nil {
		if different := compare(old.Facts, p.Facts); len(different) > 0 {
			p.Close()
			return nil, &DifferentError{dir, different}
		}
		p.Facts, p.Digest = old.Facts, old.Digest
		return p, nil
	}
	if err := p.write(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// describe sets all of the plan but its resources. old is the plan that the folder has; it may be nil.
func (p *Plan) describe(ctx context.Context, inputs []string, output string, o raster.Options, c Cut, old *Plan) error {
	folder, err := os.Getwd()
	if err == nil && c.Relative {
		var dir string
		if dir, err = filepath.Abs(p.dir); err == nil {
			folder, err = filepath.Rel(dir, folder)
		}
	}
	if err != nil {
		return fault.Errorf("cannot find the folder of the inputs: %v", err)
	}
	if p.Facts, err = factsOf(ctx, p.job, folder, inputs, output, o); err != nil {
		return err
	}
	switch {
	case c.Parts < 0 || c.PartTime < 0:
		return fault.Errorf("a job of %d parts, of %v each, is none: leave out what is below 0", c.Parts, c.PartTime)
	case c.Parts > 0:
		p.Parts = c.Parts
	case c.PartTime > 0 && old != nil: // a measurement would differ
		p.Parts, p.Estimate = old.Parts, old.Estimate
	case c.PartTime > 0:
		if err := p.estimate(ctx, c.PartTime); err != nil {
			return err
		}
	default:
		p.Parts = 1
	}
	if p.Cutting, err = cut(p.job.Grid, p.pixelBytes(), p.Parts, p.countFilled); err != nil {
		return err
	}
	p.Empty = p.empty(p.Cutting)
	p.Digest, err = p.digest()
	return err
}

// factsOf returns the facts of a prepared fit, without how it is cut.
func factsOf(ctx context.Context, j *raster.Job, folder string, inputs []string, output string, o raster.Options) (Facts, error) {
	files, err := j.InputFiles(ctx)
	if err != nil {
		return Facts{}, err
	}
	axis := j.Grid.Axis
	f := Facts{Format: formatVersion, Version: pixtrend.Version, Folder: folder, Inputs: inputs, Output: output, Options: deciding(o),
		Files: files, TimeUnit: axis.Unit(), Bands: j.Bands(), Type: j.Plan.Type.String()}
	for i := range axis.T {
		f.Dates = append(f.Dates, axis.Label(i))
	}
	f.CRS, f.Place = j.Place()
	return f, nil
}

// pixelBytes is the size of the results of a pixel.
func (p *Plan) pixelBytes() int { return p.Bands * p.job.Plan.Type.Size() }

// estimate times some windows in the middle of the raster, and sets the number of parts for a time.
func (p *Plan) estimate(ctx context.Context, part time.Duration) error {
	least, err := cut(p.job.Grid, p.pixelBytes(), 1, p.countFilled)
	if err != nil {
		return err
	}
	g, plan := p.job.Grid, p.job.Plan
	all := filled(least, p.empty(least))
	w, inside := least.Window(all[len(all)/2]), 0
	for _, number := range all {
		inside += least.Window(number).Pixels()
	}
	// Two windows for each worker are enough: the second finds files open.
	for w.Pixels() > 2*len(plan.Workers)*plan.WindowWidth*plan.WindowHeight && w.Height > plan.WindowHeight {
		w.Height = max(plan.WindowHeight, w.Height/2)
	}
	took, err := p.job.Measure(ctx, w)
	if err != nil {
		return err
	}
	whole := took.Seconds() * float64(inside) / float64(w.Pixels())
	p.Estimate = &Estimate{Seconds: whole, Pixels: w.Pixels(), Threads: len(plan.Workers)}
	smallest := Cutting{Width: g.Width, Height: g.Height, Left: g.BlockX, Top: g.BlockY,
		ShardWidth: unit(g.BlockWidth, g.BlockX, g.Width), ShardHeight: unit(g.BlockHeight, g.BlockY, g.Height)}
	p.Parts = min(max(1, int(math.Ceil(whole/part.Seconds()))), p.countFilled(smallest))
	return nil
}

// digest returns the digest of the facts.
func (p *Plan) digest() (string, error) {
	facts, err := json.Marshal(p.Facts)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(facts)
	return hex.EncodeToString(sum[:6]), nil
}

// write writes plan.json into the folder of the job.
func (p *Plan) write() error {
	if err := os.MkdirAll(p.dir, 0o777); err != nil {
		return fault.Because(fault.Outputf("cannot make the folder %s: %v", p.dir, atomicfile.Reason(err)), err)
	}
	return writeJSON(filepath.Join(p.dir, planName), p)
}

// writeJSON writes a document, which replaces another of that name.
func writeJSON(path string, document any) error {
	text, err := json.MarshalIndent(document, "", " ")
	if err != nil {
		return err
	}
	return atomicfile.WriteAll(context.Background(), true, atomicfile.Text(path, string(text)+"\n"))
}

// Read reads the plan of the folder dir. A folder without one is fs.ErrNotExist.
func Read(dir string) (*Plan, error) {
	path := filepath.Join(dir, planName)
	text, err := readFile(path, mostPlan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &noPlanError{dir}
	}
	if err != nil {
		return nil, fault.Because(fault.Inputf("cannot read %s: %v", path, atomicfile.Reason(err)), err)
	}
	var format struct{ Format int }
	if json.Unmarshal(text, &format) == nil && format.Format != formatVersion && format.Format != 0 {
		return nil, fault.Inputf("%s has the format %d, and this version of pixtrend reads %d: use the version that wrote it", path, format.Format, formatVersion)
	}
	p := &Plan{dir: dir}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fault.Inputf("cannot read %s: %v: plan again in another folder", path, err)
	}
	digest, err := p.digest()
	if err != nil || digest != p.Digest || !p.sound() {
		return nil, fault.Inputf("%s was changed after it was written, its digest is not that of its contents: plan again in another folder", path)
	}
	return p, nil
}

// sound reports whether the numbers of a plan are those of one. A digest that was made by hand may
// be right.
func (p *Plan) sound() bool {
	return p.Width > 0 && p.Height > 0 && p.ShardWidth > 0 && p.ShardHeight > 0 && p.Left >= 0 && p.Top >= 0 &&
		p.Left < p.ShardWidth && p.Top < p.ShardHeight && p.Parts > 0 && p.Parts <= p.Shards() && p.soundEmpty() &&
		max(p.Width, p.Height, p.ShardWidth, p.ShardHeight) <= math.MaxInt32
}

// noPlanError says that a folder has no plan.
type noPlanError struct{ dir string }

func (e *noPlanError) Error() string {
	return "there is no plan in " + e.dir + ": make one first, or name another folder"
}

func (e *noPlanError) Unwrap() error { return fs.ErrNotExist }

// readFile reads a regular file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(text)) > most {
		err = errors.New("it is too large")
	}
	return text, err
}

// Dir returns the folder of the job.
func (p *Plan) Dir() string { return p.dir }

// Workplace returns the folder that names of inputs and outputs in the plan begin in. Functions that
// read inputs or write outputs are called with it as the working directory.
func (p *Plan) Workplace() (string, error) {
	if filepath.IsAbs(p.Folder) {
		return p.Folder, nil
	}
	dir, err := filepath.Abs(p.dir)
	return filepath.Join(dir, p.Folder), err
}

// Job returns the fit that is prepared, once Create, Run or Merge has opened it; nil before.
func (p *Plan) Job() *raster.Job { return p.job }

// Close closes the inputs.
func (p *Plan) Close() {
	if p.job != nil {
		_ = p.job.Close()
		p.job = nil
	}
}

// Process is what a process may use, and how it talks.
type Process struct {
	Resources
	Software string             // as in raster.Options; it has to be that of the plan
	Began    time.Time          // when the program started; zero: now
	Explain  func(error) string // as in raster.OpenOptions
}

// open prepares the fit and checks that it is the one that was planned.
func (p *Plan) open(ctx context.Context, process Process, overwrite bool) error {
	if p.job != nil && p.replaces == overwrite {
		return nil
	}
	p.Close()
	if err := p.checkWorkplace(); err != nil {
		return err
	}
	o := process.Resources.or(p.Resources).in(p.Options.Options)
	o.Overwrite, o.Began, o.Explain = overwrite, process.Began, process.Explain
	now := p.Facts
	now.Version = pixtrend.Version
	now.Options.Software = cmp.Or(process.Software, o.Software)
	if changed := compare(p.Facts, now); len(changed) > 0 {
		return &ChangedError{p.dir, changed}
	}
	job, err := raster.Prepare(ctx, p.Inputs, p.Output, o)
	if err != nil {
		return err
	}
	if now, err = factsOf(ctx, job, p.Folder, p.Inputs, p.Output, o); err != nil {
		_ = job.Close()
		return err
	}
	now.Cutting, now.Empty, now.Parts = p.Cutting, p.Empty, p.Parts
	now.Width, now.Height = job.Grid.Width, job.Grid.Height
	now.Left, now.Top = job.Grid.BlockX, job.Grid.BlockY
	if changed := compare(p.Facts, now); len(changed) > 0 {
		_ = job.Close()
		return &ChangedError{p.dir, changed}
	}
	p.job, p.replaces = job, overwrite
	return nil
}

// checkWorkplace returns an error unless the process runs where the plan was made.
func (p *Plan) checkWorkplace() error {
	want, err := p.Workplace()
	if err != nil {
		return err
	}
	there, err := os.Stat(want)
	if err != nil {
		return fault.Because(fault.Inputf("the folder %s, where the fit was planned, is not here (%v): plan with %v where machines mount it elsewhere", want, atomicfile.Reason(err), fault.Option{Field: "Relative"}), err)
	}
	here, err := os.Stat(".")
	if err != nil || !os.SameFile(here, there) {
		return fault.Inputf("names in the plan begin in %s, which is not the working directory: change to it", want)
	}
	return nil
}
