package raster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/cover"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/geo"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// OpenOptions say how files become a stack.
type OpenOptions struct {
	Dates timeaxis.Spec // how the inputs get their dates, or other numbers; zero: as timeaxis.ParseSpec says of auto
	// MonthDay is the day that a month without a day is taken for, and the date of monthly composites.
	// The middle is an error if no input is dated by a month and no composite is monthly.
	MonthDay timeaxis.MonthDay
	Per      timeaxis.Unit      // the unit of time that slopes are per; zero: the year
	Select   timeaxis.Selection // which dates are used; zero: all. No sample of other files is read
	XUnit    string             // the unit of numbers that are no dates; "": none
	// Band is the band of each file that is fitted, counted from 1. With 0 it is the only one. The
	// bands of a single file with several are its dates, and so are those of several files if the
	// descriptions of all of them have dates; otherwise several bands are an error.
	Band int
	// Variable is the one of a file's variables that is fitted; "": the only one that is a map, or that
	// alone has most dimensions. Files of NetCDF, Zarr, HDF5, HDF4 and GRIB have variables.
	Variable string
	Index    Index    // of two bands of each file, fitted in place of a band
	Nodata   *float64 // replaces the nodata value of every band that is fitted
	Valid    *Range   // the range of observations of every band that is fitted; nil: any value
	Mask     Mask     // a band that says which samples are gaps
	NoMask   bool     // whether masks that GDAL knows are ignored: mask bands, .msk files and alpha bands
	// Drivers are the GDAL drivers that may open the inputs; nil: GTiff, and that of the format of an
	// input, if it is NetCDF, HDF5, HDF4, Zarr, JPEG 2000, GRIB, HFA or ENVI.
	Drivers []string
	// Region is the part of the stack that is fitted; the zero Region is the whole stack.
	Region Region
	// Extent is the extent of a stack whose rasters have pixels of one grid and cover different parts of
	// it: that of all rasters together (ExtentUnion), of what they have in common
	// (ExtentIntersection), or of the first (ExtentFirst). Where a raster has no pixel is a gap. With
	// "" it is an error if extents differ.
	Extent string
	// ToGrid is the grid of the stack: that of the first raster (first), of the raster in a file, or of
	// square pixels in a CRS that cover all rasters, such as EPSG:32618,30. Rasters with other pixels
	// are resampled as they are read. With "" it is an error if grids differ.
	ToGrid string
	// Resample is how: nearest, bilinear, cubic, cubicspline, lanczos, average or mode; "" is bilinear.
	// Masks, and bands with a colour table, are always resampled with nearest.
	Resample string
	// Composite says which scenes become one before a fit; the zero Composite fits the scenes.
	Composite Composite
	// Recursive searches the folders in a folder that is an input.
	Recursive bool
	// Asset is the asset of each STAC item that is fitted: its key, or a name or the common name of
	// its band. With "" it is the only raster of each item.
	Asset string

	ofMasks bool // the files are masks of others
	ofItems bool // each file is a scene of a STAC item, which dates it
	ofSums  bool // the file has kept sums
	kept    *keptSums

	polygonMemory int64 // bytes for the pixels of polygons; 0: as of DefaultMemory

	unfitted bool // no line is fitted, so that seasons distort nothing
	seasonal bool // the model has a season, so that one in the samples is no trouble

	// Explain returns the text of an error or a warning in a report, such as one that names the
	// flags of a command; nil: what its Error method returns.
	Explain func(error) string
}

// sentence returns a warning. Arguments of type Option name options.
func (o OpenOptions) sentence(format string, args ...any) string {
	return o.explain(fault.Errorf(format, args...))
}

// explain returns the text of an error as a part of a report.
func (o OpenOptions) explain(err error) string {
	if o.Explain == nil {
		return err.Error()
	}
	return o.Explain(err)
}

// check returns an error if the options contradict each other. It opens no file.
func (o OpenOptions) check() error {
	switch {
	case o.Band < 0:
		return fault.Inputf("band %d does not exist: bands count from 1", o.Band)
	case o.Dates.IsX() && (o.Per != timeaxis.PerYear || !o.Select.All()):
		return fault.Inputf("numbers in place of dates have a unit of their own and no calendar: leave out the unit of time and the selection of dates")
	case o.Dates.IsX() && o.Composite.Period != timeaxis.NoPeriod:
		return fault.Inputf("numbers in place of dates have no calendar: they make no %v composites", o.Composite.Period)
	case !o.Dates.IsX() && o.XUnit != "":
		return fault.Inputf("%q is a unit of numbers in place of dates, and there are none: leave it out", o.XUnit)
	case o.Band > 0 && o.Index.Kind != "":
		return fault.Inputf("band %d and the index %v exclude each other: the index names its bands", o.Band, o.Index)
	}
	if err := cmp.Or(o.Index.check(), o.Valid.check()); err != nil {
		return fault.Inputf("%v", err)
	}
	if err := cmp.Or(o.Mask.check(), o.Region.check(), o.checkGrid()); err != nil {
		return err
	}
	return o.Select.Check()
}

// Stack is a stack of raster files, opened and checked. It is a pixtrend.Source.
type Stack struct {
	grid          pixtrend.Grid
	planes        []plane           // in the order of the axis
	bands         []*plane          // all that is read: the planes, and the other bands that they need
	sources       []string          // the names of the files for GDAL
	files         []string          // the same for people
	listed        []bool            // whether a person named each by itself; of the files that were given
	scenes        map[string]*scene // by source; of files that STAC items list
	lists         []itemList        // of these files
	differing     []sceneRemark
	reads         reads // the local files that all comes from
	remote        remoteStack
	known         *descriptions // of remote files
	folders       *gdal.Folders // of the files
	options       OpenOptions
	masks         *Stack   // the files of masks; nil if there are none
	covariates    []*Stack // those of the model that are rasters, of the dates of the axis; or the kept sums that the stack is added to
	geo           geo.Grid
	uniform       bool // all planes have one type, nodata, scale and offset: samples are read as they are
	scaled        bool // scale and offset differ, so that samples are scaled as they are read
	multi         bool // the planes are bands of one file
	pages         bool // the files are pages of one
	warnings      []string
	notes         []string // what else GDAL says of the files
	readers       readers
	directFiles   []*directFile // by file; nil if it is read by GDAL alone
	viewed        viewed        // the planes of files that are mapped
	readings      []timeaxis.Reading
	given         int              // rasters, before dates were selected
	groups        []timeaxis.Group // of planes that become composites; nil if the scenes are fitted
	composites    timeaxis.Axis
	region        pixtrend.Window // what is fitted; zero: the whole
	cover         *cover.Cover    // the pixels of it that are; nil: all
	maskedSamples atomic.Int64    // samples that masks have hidden
	observer      watch           // sees what is read; nil in a fit
}

// Open opens the rasters that Expand finds for inputs, reads their dates and checks that those that
// are used make one stack: one grid (size, CRS, and geotransform to a thousandth of a pixel), real
// samples, at least two different dates. The error names the first file that does not fit, and how.
//
// A file that is not used is opened only where its date may be inside. When ctx ends, Open returns
// its cause.
func Open(ctx context.Context, inputs []string, o OpenOptions) (*Stack, error) {
	return open(ctx, inputs, o, newDescriptions())
}

// open is Open with earlier descriptions of remote files.
func open(ctx context.Context, inputs []string, o OpenOptions, known *descriptions) (*Stack, error) {
	s, err := newStack(ctx, inputs, o, known)
	if err != nil {
		return nil, err
	}
	o = s.options
	geos, err := s.openSelected(ctx, o)
	if err != nil {
		return nil, err
	}
	o.Dates, o.XUnit = s.options.Dates, s.options.XUnit
	var planes []*plane
	for i := range s.planes {
		planes = append(planes, &s.planes[i])
	}
	warnings, notes := sentences(s.remarks(planes))
	s.warnings, s.notes = append(append(append(s.warnings, warnings...), s.assumed(planes)...), append(s.sceneWarnings(), s.mixtures(planes)...)...), notes
	if err := s.lay(ctx, geos, o); err != nil {
		return nil, err
	}
	var polygons geo.Coverage
	if s.region, polygons, err = o.Region.in(ctx, s.geo, s.files[0], cmp.Or(o.polygonMemory, polygonMemory(DefaultMemory))); err != nil {
		return nil, err
	}
	s.cover, s.warnings = polygons.Cover, append(s.warnings, polygons.Warnings...)
	axis, err := s.sortByDate(o)
	if err != nil {
		return nil, err
	}
	if s.masks != nil {
		if err := s.openMasks(ctx, o); err != nil {
			return nil, err
		}
	}
	s.resolve(axis)
	s.readers.limit = handleLimit()
	return s, nil
}

// openSelected describes the rasters that are used, removes the others from s, and returns the
// grids.
func (s *Stack) openSelected(ctx context.Context, o OpenOptions) (geos []geo.Grid, err error) {
	named := s.named(o)
	if named {
		kept, err := s.selectByDate(o)
		if err != nil {
			return nil, err
		}
		s.sources, s.files = permuted(s.sources, kept), permuted(s.files, kept)
	}
	if geos, err = s.describe(ctx, o); err != nil {
		return nil, err
	}
	if err := s.checkMixture(); err != nil {
		return nil, err
	}
	if !named {
		s.given = s.countPlanes()
		dated, _ := s.dated()
		if o, err = o.inCalendarOf(dated); err != nil {
			return nil, err
		}
		s.options.Dates, s.options.XUnit = o.Dates, o.XUnit
		kept, err := s.selectByDate(o)
		if err != nil {
			return nil, err
		}
		s.planes = permuted(s.planes, kept)
		geos = permuted(geos, s.keepFiles())
	}
	return geos, nil
}

// newStack finds the files of a stack. It opens none.
func newStack(ctx context.Context, inputs []string, o OpenOptions, known *descriptions) (*Stack, error) {
	if err := cmp.Or(o.check(), checkDrivers(o.Drivers)); err != nil {
		return nil, err
	}
	found, err := expand(ctx, inputs, o)
	if err != nil {
		return nil, err
	}
	found.splitPages()
	return newStackOf(found, known)
}

// newStackOf is newStack for files that are found.
func newStackOf(found *expansion, known *descriptions) (*Stack, error) {
	sources, o := found.names(), found.options
	s := &Stack{sources: sources, reads: found.reads, listed: found.listed(), pages: found.pages, options: o, given: countRasters(sources), known: known, folders: &gdal.Folders{NoMasks: o.NoMask}, warnings: found.warnings, scenes: found.scenes, lists: found.lists}
	s.options.ofItems = s.ofItems()
	for i, name := range sources {
		s.files = append(s.files, gdal.DisplayName(name))
		variable, err := o.variableIn(name)
		if err != nil {
			return nil, err
		}
		sources[i] = variable
	}
	if csv := o.Dates.File(); csv != "" {
		if err := s.reads.add(csv); err != nil {
			return nil, fault.Inputf("cannot read %s: %v", csv, err)
		}
	}
	if file := o.Region.Polygons.File; file != "" {
		if err := s.reads.addFiles(gdal.VectorFiles(file)); err != nil {
			return nil, fault.Inputf("cannot use the polygons of %s: %v", file, err)
		}
	}
	if !o.Mask.elsewhere() {
		return s, nil
	}
	var err error
	if s.masks, err = found.masks(); err != nil {
		return nil, fmt.Errorf("the masks: %w", err)
	}
	return s, s.without(s.masks)
}

// masks finds the files of masks.
func (x *expansion) masks() (*Stack, error) {
	o := OpenOptions{Drivers: x.options.Drivers, Recursive: x.options.Recursive, Explain: x.options.Explain, Asset: x.options.Mask.Asset}
	if o.Asset == "" {
		return newStack(x.ctx, x.options.Mask.From, o, newDescriptions())
	}
	found, err := x.ofAsset(o)
	if err != nil {
		return nil, err
	}
	return newStackOf(found, newDescriptions())
}

// describe describes all files and returns their grids.
func (s *Stack) describe(ctx context.Context, o OpenOptions) (geos []geo.Grid, err error) {
	look, known := s.look(ctx, o, false), likenesses{}
	for i := range s.sources {
		planes, g, direct, err := s.describeFile(i, known, o, look)
		if err != nil {
			return nil, err
		}
		s.directFiles, geos = append(s.directFiles, direct), append(geos, g)
		for j := range planes {
			for _, p := range planes[j].bandsInFile() {
				p.file = i
			}
		}
		s.planes = append(s.planes, planes...)
	}
	s.multi = len(s.files) == 1 && len(s.planes) > 1
	return geos, nil
}

// keepFiles keeps the files of the planes, in the order of the planes, and returns their former
// indices.
func (s *Stack) keepFiles() (kept []int) {
	now := map[int]int{} // indices by former ones
	for _, q := range s.rasters() {
		was := q.file
		if _, known := now[was]; !known {
			now[was] = len(kept)
			kept = append(kept, was)
		}
		for _, p := range q.bandsInFile() {
			p.file = now[was]
		}
	}
	s.sources, s.files, s.directFiles = permuted(s.sources, kept), permuted(s.files, kept), permuted(s.directFiles, kept)
	versions := s.remote.versions
	s.remote.versions = map[int]gdal.FileVersion{}
	for i, was := range kept {
		if v, remote := versions[was]; remote {
			s.remote.versions[i] = v
		}
	}
	return kept
}

// inputsText names the rasters that are used, for the metadata of an output.
func (s *Stack) inputsText() string {
	if k := s.options.kept; k != nil {
		return k.text() + ", and " + s.ownText()
	}
	return s.ownText()
}

// ownText is inputsText without the sums of other rasters.
func (s *Stack) ownText() string {
	names := s.Names()
	bands := 0
	for _, p := range s.planes {
		if p.dated {
			bands++
		}
	}
	switch files := len(s.files); {
	case s.multi:
		return fmt.Sprintf("%s (%d bands)", s.files[0], bands)
	case bands > 0:
		return fmt.Sprintf("%s … %s (%d rasters in %d files)", names[0], filepath.Base(names[len(names)-1]), len(names), files)
	}
	return described(names)
}

// permuted returns s[order[0]], s[order[1]], …
func permuted[T any](s []T, order []int) []T {
	p := make([]T, len(order))
	for i, from := range order {
		p[i] = s[from]
	}
	return p
}

// described returns a name of a list of files for a sentence.
func described(files []string) string {
	if len(files) == 1 {
		return files[0]
	}
	return fmt.Sprintf("%s … %s (%d files)", files[0], filepath.Base(files[len(files)-1]), len(files))
}

// resolve decides how windows are read, and sets the grid.
func (s *Stack) resolve(axis timeaxis.Axis) {
	first := &s.planes[0]
	s.uniform = s.options.Index.Kind == ""
	g := pixtrend.Grid{Width: s.geo.Width, Height: s.geo.Height, Axis: axis, BlockWidth: 1, BlockHeight: 1}
	rasters := s.rasters()
	for _, p := range rasters {
		s.uniform = s.uniform && p.masked == first.masked && p.sameMeaning(*first)
		s.scaled = s.scaled || p.scale != first.scale || p.offset != first.offset
		g.Masked = g.Masked || p.masked || p.mask != nil || p.placed() || p.warp != nil
		s.bands = append(s.bands, p.bandsInFile()...)
		if p.maskedFrom() {
			s.bands = append(s.bands, p.mask.withPieces()...)
		}
	}
	for _, p := range s.bands {
		// Uncompressed strips can be read row by row.
		bh := p.blockHeight
		if p.direct && p.blockWidth >= p.own(s.geo).Width {
			bh = 1
		}
		// Any band of a block that has all bands needs the whole block decoded.
		g.WholeBlocks = g.WholeBlocks || p.compressed && (!s.multi || !p.interleaved || p.array)
		g.BlockWidth, g.BlockHeight = max(g.BlockWidth, p.blockWidth), max(g.BlockHeight, bh)
		if p.array {
			g.BlockDates = max(g.BlockDates, p.blockDates)
		}
	}
	switch {
	case s.options.Index.Kind != "":
		s.scaled = true
		g.Type = kernel.Float64
	case s.uniform:
		g.Type, g.Scale, g.Offset = first.dtype, first.scale, first.offset
		g.Valid = s.valid(first)
	case s.scaled:
		// Each plane is scaled as it is read, and gaps become NaN.
		g.Type = kernel.Float64
	default:
		// The samples are converted to one type, and gaps become NaN. Scale and offset are the same
		// for all.
		g.Type, g.Scale, g.Offset = kernel.Float32, first.scale, first.offset
		for _, p := range rasters {
			if p.dtype.Size() > 2 && p.dtype != kernel.Float32 {
				g.Type = kernel.Float64 // float32 does not hold it
			}
		}
	}
	if first.array && g.BlockHeight == first.blockHeight {
		g.BlockY = first.blockAbove
	}
	s.grid = g
	for _, p := range rasters {
		s.grid.ScratchBytes = max(s.grid.ScratchBytes, s.scratchBytes(p))
	}
	if i := slices.IndexFunc(s.planes, func(p plane) bool { return p.alpha > 0 }); i >= 0 {
		p := s.planes[i]
		s.warnings = append(s.warnings, s.options.sentence("%s calls its band %d alpha: samples are taken for gaps where it is 0; %v uses them", s.files[p.file], p.alpha, Option{Field: "NoMask"}))
	}
}

// rasters returns the planes with their pieces.
func (s *Stack) rasters() (all []*plane) {
	for i := range s.planes {
		all = append(all, s.planes[i].withPieces()...)
	}
	return all
}

// unit returns the unit of what is fitted; "" if the files do not say.
func (s *Stack) unit() string {
	p := s.planes[0]
	if s.groups != nil && s.options.Composite.By.IsCount() {
		return "observations"
	}
	if p.second != nil {
		return s.options.Index.unit(p.unit, p.second.unit)
	}
	return p.unit
}

// Treatment says how samples become observations and what is fitted to these, as texts that the options are written as. A text
// is empty if its option is not set.
type Treatment struct {
	Index     string `json:"index,omitempty"`       // what is fitted of two bands, such as nd:4,3
	Composite string `json:"composite,omitempty"`   // how the scenes of a period become one raster, such as annual max
	Valid     string `json:"valid_range,omitempty"` // the range of observations, as ParseRange reads it
	Masks     string `json:"masks,omitempty"`       // which masks make samples gaps, for people
	Model     string `json:"model,omitempty"`       // what is fitted, for people; "": a line
	Grid      string `json:"grid,omitempty"`        // how rasters were brought to one grid, such as union of extents
}

// treatment returns the treatment of the samples of a stack.
func (s *Stack) treatment() Treatment {
	return Treatment{Index: s.options.Index.String(), Composite: s.options.Composite.String(), Valid: s.validText(), Masks: s.maskText(),
		Grid: s.options.gridText()}
}

// metadata returns the treatment as items of an output's metadata.
func (t Treatment) metadata() map[string]string {
	m := map[string]string{"PIXTREND_INDEX": t.Index, compositeItem: t.Composite, "PIXTREND_VALID_RANGE": t.Valid, "PIXTREND_MASK": t.Masks,
		"PIXTREND_MODEL": t.Model, "PIXTREND_GRID": t.Grid}
	maps.DeleteFunc(m, func(_, text string) bool { return text == "" })
	return m
}

// validText returns the range of observations; "" if there is none.
func (s *Stack) validText() string {
	if r := cmp.Or(s.options.Valid, s.planes[0].rng); r != nil {
		return r.String()
	}
	return ""
}

// pixelBytes returns the size of all samples that are read for a pixel.
func (s *Stack) pixelBytes() int64 {
	var n int64
	for _, p := range s.bands {
		n += int64(p.dtype.Size())
	}
	if k := s.options.kept; k != nil {
		n += k.stack.pixelBytes()
	}
	return n
}

// decoded reports whether any of what is read is compressed.
func (s *Stack) decoded() bool {
	return slices.ContainsFunc(s.bands, func(p *plane) bool { return p.compressed })
}

// maskText describes the masks for people; "" if there are none.
func (s *Stack) maskText() string {
	var parts []string
	if p := s.planes[0].mask; p != nil {
		text := fmt.Sprintf("band %d", p.band)
		if s.options.Mask.elsewhere() {
			var files []string
			for i := range s.planes {
				if name := s.files[s.planes[i].mask.file]; !slices.Contains(files, name) {
					files = append(files, name)
				}
			}
			if text += " of " + described(files); s.planes[0].mask.file == s.planes[len(s.planes)-1].mask.file {
				text = "bands of " + described(files)
			}
		}
		parts = append(parts, text+", "+s.options.Mask.rule())
	}
	if i := slices.IndexFunc(s.planes, func(p plane) bool { return p.masked }); i >= 0 {
		if a := s.planes[i].alpha; a > 0 {
			parts = append(parts, fmt.Sprintf("alpha in band %d", a))
		} else {
			parts = append(parts, "mask bands")
		}
	}
	return strings.Join(parts, "; ")
}

// Grid describes the stack.
func (s *Stack) Grid() pixtrend.Grid { return s.grid }

// Warnings returns what was assumed and may surprise, a sentence each.
func (s *Stack) Warnings() []string { return s.warnings }

// Notes returns what GDAL says of the files that makes no difference to the stack, a sentence each.
func (s *Stack) Notes() []string { return s.notes }

// Names returns the file, and the band if it is one of several, of each date in the order of the
// axis.
func (s *Stack) Names() []string {
	names := make([]string, len(s.planes))
	for i, p := range s.planes {
		names[i] = s.files[p.file]
		if p.dated {
			names[i] = fmt.Sprintf("%s band %d", names[i], p.band)
		}
	}
	return names
}

// Given returns the number of rasters, used or not: files, or bands of the only file.
func (s *Stack) Given() int { return s.given }

// FileBytes returns the size of the input files. Files that are neither local nor on a server count
// as 0.
func (s *Stack) FileBytes() int64 {
	var sum int64
	counted := map[string]bool{} // pages share a file
	for i, name := range s.sources {
		if path := gdal.FilePath(name); !counted[path] {
			counted[path] = true
			sum += s.fileBytes(i)
		}
	}
	return sum
}

// fileBytes returns the size of one file.
func (s *Stack) fileBytes(file int) int64 {
	if v, remote := s.remote.versions[file]; remote {
		return v.Size
	}
	if info, err := os.Stat(gdal.FilePath(s.sources[file])); err == nil {
		return info.Size()
	}
	return 0
}

// Close closes all files.
func (s *Stack) Close() error {
	s.viewed.close()
	errs := []error{s.readers.close()}
	for _, c := range s.covariates {
		errs = append(errs, c.Close())
	}
	for _, d := range s.directFiles {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	return errors.Join(errs...)
}
