package raster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// OpenOptions say how files become a stack.
type OpenOptions struct {
	Dates timeaxis.Spec // how the inputs get their dates; zero: from their names
	// Band is the band of each file that is fitted, counted from 1. With 0 it is the first, except
	// that the bands of a single file with several are taken as its dates.
	Band    int
	Nodata  *float64 // replaces the nodata value of every band
	Drivers []string // GDAL drivers that may open the inputs; nil: GTiff
}

// Stack is a stack of raster files, opened and checked. It is a pixtrend.Source.
type Stack struct {
	grid     pixtrend.Grid
	planes   []plane  // in the order of the axis
	sources  []string // the names of the files to GDAL
	files    []string // the same as they are shown
	remote   remoteStack
	drivers  []string
	nodata   *float64 // replaces that of the files
	geo      geo
	uniform  bool // all planes have one type, nodata, scale and offset, and no mask: samples are read as they are
	scaled   bool // scale and offset differ, so that samples are scaled as they are read
	multi    bool // the planes are bands of one file
	warnings []string
	readers  readers
	lying    []*directFile // by file; nil where none of its planes lies
}

// Open opens the rasters that Expand finds for inputs, reads their dates and checks that they make
// one stack: one grid (size, CRS, and geotransform to a thousandth of a pixel), real samples,
// at least two different dates. The error names the first file that does not fit, and how.
func Open(inputs []string, o OpenOptions) (*Stack, error) {
	sources, err := Expand(inputs)
	if err != nil {
		return nil, err
	}
	files := make([]string, len(sources))
	for i, name := range sources {
		files[i] = shown(name)
	}
	if o.Band < 0 {
		return nil, inputErrorf("band %d does not exist: bands count from 1", o.Band)
	}
	s := &Stack{sources: sources, files: files, drivers: o.Drivers, nodata: o.Nodata}
	var descriptions []string // of the bands, where they are the dates
	look, known := s.look(o), likenesses{}
	for i, name := range files {
		planes, descs, g, lying, err := known.describe(sources[i], o, func() ([]plane, []string, geo, error) { return look(i) })
		if err != nil {
			return nil, err
		}
		s.lying = append(s.lying, lying)
		if i == 0 {
			s.geo, descriptions = g, descs
		} else if how := s.geo.differs(g, "the first input, "+files[0]); how != "" {
			return nil, inputErrorf("%s %s: all inputs must share one grid, bring them to one, such as with gdalwarp", name, how)
		}
		for j := range planes {
			planes[j].file = i
		}
		s.planes = append(s.planes, planes...)
	}
	s.multi = len(files) == 1 && len(s.planes) > 1
	dates, err := s.dates(o.Dates, descriptions)
	if err != nil {
		return nil, err
	}
	// Scenes of one date are taken in the order of their names, so that the order of the arguments
	// never shows in a result.
	byName := make([]int, len(dates))
	for i := range byName {
		byName[i] = i
	}
	slices.SortStableFunc(byName, func(i, j int) int {
		return strings.Compare(sources[s.planes[i].file], sources[s.planes[j].file])
	})
	axis, order, err := timeaxis.NewAxis(permuted(dates, byName))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", described(files), err)
	}
	s.planes = permuted(permuted(s.planes, byName), order)
	s.resolve(axis)
	s.readers.limit = handleLimit()
	return s, nil
}

// permuted returns s[order[0]], s[order[1]], …
func permuted[T any](s []T, order []int) []T {
	p := make([]T, len(order))
	for i, from := range order {
		p[i] = s[from]
	}
	return p
}

// described names a list of files for a sentence.
func described(files []string) string {
	if len(files) == 1 {
		return files[0]
	}
	return fmt.Sprintf("%s … %s (%d files)", files[0], filepath.Base(files[len(files)-1]), len(files))
}

// dates finds the date of every plane.
func (s *Stack) dates(spec timeaxis.Spec, descriptions []string) ([]timeaxis.Date, error) {
	if !s.multi {
		names := s.datedNames()
		if spec.Auto() {
			return spec.Resolve(names, nil)
		}
		dates, err := spec.Resolve(s.files, nil)
		if err == nil {
			s.warnings = append(s.warnings, timeaxis.Mismatches(names, dates)...)
		}
		return dates, err
	}
	if !spec.Auto() {
		return spec.Resolve(s.Names(), nil)
	}
	dates, err := timeaxis.FromNames(descriptions)
	if err != nil {
		why := timeaxis.ErrNoDate
		for _, e := range []error{timeaxis.ErrAmbiguous, timeaxis.ErrMixed} {
			if errors.Is(err, e) {
				why = e
			}
		}
		return nil, fmt.Errorf("%s has %d bands and their descriptions do not date them (%w): give the dates with --dates 1995-2015, --dates 2001,2003,2004 or --dates @dates.csv, or pick one band of it with --band",
			s.files[0], len(s.planes), why)
	}
	return dates, nil
}

// resolve settles how windows are read and describes the grid.
func (s *Stack) resolve(axis timeaxis.Axis) {
	first := s.planes[0]
	s.uniform = true
	g := pixtrend.Grid{Width: s.geo.width, Height: s.geo.height, Axis: axis, BlockWidth: 1, BlockHeight: 1}
	for _, p := range s.planes {
		s.uniform = s.uniform && !p.masked && p.means(first)
		s.scaled = s.scaled || p.scale != first.scale || p.offset != first.offset
		// Strips that are not compressed can be read by the row.
		bh := p.blockHeight
		if p.direct && p.blockWidth >= s.geo.width {
			bh = 1
		}
		// A block that holds all bands is decoded for any of them.
		g.WholeBlocks = g.WholeBlocks || p.compressed && !(s.multi && p.interleaved)
		g.BlockWidth, g.BlockHeight = max(g.BlockWidth, p.blockWidth), max(g.BlockHeight, bh)
	}
	switch {
	case s.uniform:
		g.Type, g.Scale, g.Offset = first.dtype, first.scale, first.offset
		g.Valid = kernel.Valid{HasNodata: first.hasNodata, Nodata: first.nodata}
	case s.scaled:
		// Each plane is brought to its meaning as it is read; gaps become NaN.
		g.Type = kernel.Float64
	default:
		// The same, but for scale and offset: the samples are those of files of the wider type.
		g.Type, g.Scale, g.Offset = kernel.Float32, first.scale, first.offset
		for _, p := range s.planes {
			if p.dtype.Size() > 2 && p.dtype != kernel.Float32 {
				g.Type = kernel.Float64 // float32 does not hold it
			}
		}
	}
	s.grid = g
	switch d := axis.Duplicates(); len(d) {
	case 0:
	case 1:
		s.warnings = append(s.warnings, fmt.Sprintf("several scenes share the date %v: all are used", d[0]))
	default:
		s.warnings = append(s.warnings, fmt.Sprintf("several scenes share a date (%v, …): all are used", d[0]))
	}
}

// Grid describes the stack.
func (s *Stack) Grid() pixtrend.Grid { return s.grid }

// Warnings returns what was assumed and may surprise, a sentence each.
func (s *Stack) Warnings() []string { return s.warnings }

// Names returns what each date is read from, in the order of the axis once Open is done.
func (s *Stack) Names() []string {
	names := make([]string, len(s.planes))
	for i, p := range s.planes {
		names[i] = s.files[p.file]
		if s.multi {
			names[i] = fmt.Sprintf("%s band %d", names[i], p.band)
		}
	}
	return names
}

// FileBytes returns the size of the input files; 0 for those that are neither local nor on a server.
func (s *Stack) FileBytes() int64 {
	var sum int64
	for i, name := range s.sources {
		if v, remote := s.remote.versions[i]; remote {
			sum += v.size
		} else if info, err := os.Stat(name); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// Close closes all files.
func (s *Stack) Close() error {
	errs := []error{s.readers.close()}
	for _, d := range s.lying {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	return errors.Join(errs...)
}
