package report

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/runner"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Plan describes a fit before it runs. pixtrend fit --dry-run prints it, and with --json as these
// fields. Sizes are in bytes.
type Plan struct {
	Inputs      []PlanInput `json:"inputs"` // sorted by date
	InputBytes  int64       `json:"input_bytes"`
	RemoteFiles int         `json:"remote_files"` // how many inputs are on servers
	Dates       string      `json:"dates"`        // a summary
	Given       int         `json:"dates_given"`  // number of rasters before dates were selected
	Unit        string      `json:"unit"`         // of time, that slopes are per
	Origin      string      `json:"origin"`       // date of intercepts
	Width       int         `json:"width"`
	Height      int         `json:"height"`
	PixelSize   [2]float64  `json:"pixel_size"`         // x and y, in units of the CRS
	CRS         string      `json:"crs"`                // such as EPSG:32617
	Polygons    string      `json:"polygons,omitempty"` // of the region, see raster.Job.Polygons
	Pixels      int64       `json:"pixels"`             // that are fitted: all, or those in the polygons
	Sums        string      `json:"sums,omitempty"`     // what the inputs are added to, see raster.Job.Sums
	SampleType  string      `json:"sample_type"`
	Nodata      any         `json:"nodata"` // a number, "nan", "inf", "-inf"; null if there is none
	raster.Treatment
	Windows      int      `json:"windows"`
	WindowWidth  int      `json:"window_width"`
	WindowHeight int      `json:"window_height"`
	DatesAtOnce  int      `json:"dates_at_once"` // how many dates of a window are in memory together
	Threads      int      `json:"threads"`
	Pin          string   `json:"pin"`               // cpu, node or off: what threads are bound to
	Unbound      string   `json:"unbound,omitempty"` // why not every thread has a CPU of its own
	ISA          string   `json:"isa"`
	Memory       int64    `json:"memory"`           // limit of the whole run
	TileMemory   int64    `json:"tile_memory"`      // part of it for tiles and results
	Limits       []string `json:"limits,omitempty"` // what has set threads and memory, if not the user
	Output       string   `json:"output"`
	Series       []string `json:"series"`        // further outputs, with a band for each date
	Map          string   `json:"map,omitempty"` // a map of the output
	OutputFormat string   `json:"output_format"` // GTiff, COG, NetCDF or Zarr
	OutputType   string   `json:"output_type"`   // Float32 or Float64
	OutputBytes  int64    `json:"output_bytes"`  // of its samples, before compression
	Scratch      int64    `json:"scratch_bytes"` // of a temporary file beside the output; 0 if there is none
	Fields       []string `json:"fields"`        // a band each
	Overwrite    bool     `json:"overwrite"`
	Warnings     []string `json:"warnings"`

	count int // of the dates that are fitted
}

// PlanInput is an input and what it is fitted against.
type PlanInput struct {
	Date string   `json:"date,omitempty"`
	X    *float64 `json:"x,omitempty"` // number in place of a date
	Name string   `json:"name"`
}

// label returns the date, or the number in its place.
func (in PlanInput) label() string {
	if in.X != nil {
		return timeaxis.Brief(*in.X)
	}
	return in.Date
}

// NewPlan describes a job. It also finds out whether the system lets threads be pinned.
func NewPlan(j *raster.Job, overwrite bool) Plan {
	g, p := j.Grid, j.Plan
	samples, valid := j.Samples()
	s := Plan{
		count:      len(g.Axis.T),
		InputBytes: j.FileBytes, RemoteFiles: j.Remote, Dates: JobDates(j), Given: j.Given,
		Unit: g.Axis.Unit(), Origin: g.Axis.Origin(),
		Width: g.Width, Height: g.Height, PixelSize: j.PixelSize, CRS: j.CRS(),
		Polygons: j.Polygons, Pixels: j.Pixels(),
		SampleType: raster.TypeName(samples), Nodata: NodataJSON(valid), Sums: j.Sums,
		Treatment: j.Treatment,
		Windows:   p.Windows, WindowWidth: p.WindowWidth, WindowHeight: p.WindowHeight, DatesAtOnce: p.DatesAtOnce,
		Threads: len(p.Workers), Pin: p.Pin.String(), Unbound: p.Unbound, ISA: p.ISA.String(),
		Memory: j.Memory, TileMemory: p.TileMemory,
		Output: j.Output, Series: append([]string{}, j.SideOutputs...),
		OutputFormat: string(j.Format), Scratch: j.Scratch,
		OutputType: raster.TypeName(p.Type), Overwrite: overwrite,
		OutputBytes: int64(g.Width) * int64(g.Height) * int64(len(p.Fields)) * int64(p.Type.Size()),
		Warnings:    append([]string{}, j.Warnings...),
	}
	if j.Sums != "" { // which have planes in place of dates
		s.DatesAtOnce = s.count
	}
	if p.Samples {
		s.OutputBytes = int64(g.Width) * int64(g.Height) * int64(s.count) * int64(p.Type.Size())
	}
	for i, name := range j.Inputs {
		in := PlanInput{Name: name}
		if j.Scenes.Dates == nil {
			in.X = &j.Scenes.T[i]
		} else {
			in.Date = j.Scenes.Label(i)
		}
		s.Inputs = append(s.Inputs, in)
	}
	for _, f := range p.Fields {
		s.Fields = append(s.Fields, j.Model().FieldName(f))
	}
	if p.Pin != runner.PinOff {
		if err := runner.CanPin(); err != nil {
			s.Pin, s.Unbound = runner.PinOff.String(), err.Error()
		}
	}
	return s
}

// Text returns the plan as text, or as JSON.
func (s Plan) Text(asJSON bool) (string, error) {
	if asJSON {
		return JSON(s)
	}
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-8s  %s\n", name, foreign.Sprintf(format, args...))
	}
	row("inputs", "%d rasters, %s%s", len(s.Inputs), humanize.Bytes(uint64(s.InputBytes)), s.remote())
	if s.Sums != "" {
		row("", "added to the %s", s.Sums)
	}
	axis := "dates"
	if s.Inputs[0].X != nil {
		axis = "x"
	}
	row(axis, "%s", s.Dates)
	for i, in := range s.Inputs {
		switch n := len(s.Inputs); {
		case n <= 40 || i < 10 || i >= n-10:
			row("", "%s  %s", in.label(), in.Name)
		case i == 10:
			row("", "… %d more …", n-20)
		}
	}
	if len(s.Fields) > 0 {
		row("slopes", "per %s; intercepts are at %s", s.Unit, s.Origin)
	}
	row("grid", "%d × %d pixels of %.6g × %.6g, CRS %s", s.Width, s.Height, s.PixelSize[0], s.PixelSize[1], s.CRS)
	if s.Polygons != "" {
		row("", "%s of them in the polygons of %s", humanize.Comma(s.Pixels), s.Polygons)
	}
	nodata := "none"
	if s.Nodata != nil {
		nodata = fmt.Sprint(s.Nodata)
	}
	if s.Index != "" {
		row("samples", "%s of two bands, as %s", s.Index, s.SampleType)
	} else {
		row("samples", "%s, nodata %s", s.SampleType, nodata)
	}
	if s.Valid != "" {
		row("", "gaps outside %s, as they are stored", s.Valid)
	}
	if s.Masks != "" {
		row("masks", "%s", s.Masks)
	}
	parts := ""
	if s.DatesAtOnce < s.count {
		parts = fmt.Sprintf(", %d dates at a time, so that each block is decoded once", s.DatesAtOnce)
	}
	row("windows", "%s of %d × %d pixels%s", humanize.Comma(int64(s.Windows)), s.WindowWidth, s.WindowHeight, parts)
	row("threads", "%d, %s", s.Threads, s.pinning())
	row("kernel", "%s", s.ISA)
	row("memory", "at most %s, of which tiles and results take %s",
		humanize.IBytes(uint64(s.Memory)), humanize.IBytes(uint64(s.TileMemory)))
	for i, limit := range s.Limits {
		row([]string{"limits", ""}[min(i, 1)], "%s", limit)
	}
	replaced := ""
	if s.Overwrite {
		replaced = ", replaced if it exists"
	}
	kind := "GeoTIFF"
	if s.OutputFormat != string(output.GTiff) {
		kind = s.OutputFormat
	}
	row("output", "%s, a %s of %s, %s%s", s.Output, kind, s.OutputType, humanize.Bytes(uint64(s.OutputBytes)), replaced)
	for _, name := range s.Series {
		bytes := uint64(s.OutputBytes) / uint64(len(s.Fields)) * uint64(s.count)
		row("", "%s, a band for each date, %s", name, humanize.Bytes(bytes))
	}
	if s.Map != "" {
		row("", "%s, a map of it", s.Map)
	}
	if s.Scratch > 0 {
		row("", "%s beside it until it is done", humanize.Bytes(uint64(s.Scratch)))
	}
	if len(s.Fields) > 0 {
		row("fields", "%s", strings.Join(s.Fields, ", "))
	}
	if s.Model != "" {
		row("model", "%s", s.Model)
	}
	return b.String(), nil
}

// remote says how many files are on servers, beginning with a comma.
func (s Plan) remote() string {
	switch s.RemoteFiles {
	case 0:
		return ""
	case 1:
		return ", from a remote file"
	}
	return fmt.Sprintf(", from %d remote files", s.RemoteFiles)
}

// pinning says what threads are bound to.
func (s Plan) pinning() string {
	bound := map[string]string{"cpu": "pinned to a CPU each", "node": "bound to NUMA nodes", "off": "not pinned"}[s.Pin]
	if s.Unbound != "" {
		bound += ": " + s.Unbound
	}
	return bound
}

// NodataJSON returns the nodata value as JSON can hold it; nil if there is none.
func NodataJSON(v kernel.Valid) any {
	if nodata := raster.NodataOf(v); nodata != nil {
		return *nodata
	}
	return nil
}
