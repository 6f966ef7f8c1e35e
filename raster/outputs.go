package raster

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/stats"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// outputFile is a file of a job: the fields, the residuals or the detrended stack.
type outputFile struct {
	path string
	spec output.Spec
}

// Items of metadata that every output has one of: the dates, or the numbers in their place, that it
// was made from.
const (
	datesItem = "PIXTREND_DATES"
	xItem     = "PIXTREND_X"
	// contentItem is an item of outputs whose bands are dates, which can be the input of a fit.
	contentItem = "PIXTREND_CONTENT"
	// compositeItem is an item of composites, and of outputs that were made from composites.
	compositeItem = "PIXTREND_COMPOSITE"
)

var outputMarks = []string{datesItem, xItem}

// newOutputs describes the files of a job in the order of its results, the fields first.
func (j *Job) newOutputs() []outputFile {
	if j.options.Fit.Samples {
		return j.compositeOutputs()
	}
	fields := j.newSpec()
	outputs := []outputFile{{j.Output, fields}}
	for i, path := range j.options.sideOutputs() {
		if path == "" {
			continue
		}
		spec := fields
		spec.Metadata = map[string]string{contentItem: j.contents()[i]}
		for key, value := range fields.Metadata {
			spec.Metadata[key] = value
		}
		spec.Bands = j.dateBands()
		if i == verticesOutput {
			spec.Bands = j.vertexBands()
		}
		outputs = append(outputs, outputFile{path, spec})
	}
	if path := j.options.Keep; path != "" {
		outputs = append(outputs, outputFile{path, j.sumsSpec(fields)})
	}
	return outputs
}

// dateBands describes a band for each date. Descriptions are dates, so that the file can be the
// input of a fit.
func (j *Job) dateBands() (bands []output.Band) {
	for i := range j.Grid.Axis.T {
		bands = append(bands, output.Band{Name: j.Grid.Axis.Label(i), Unit: j.Unit})
	}
	return bands
}

// verticesOutput is the place of the vertices in Options.sideOutputs.
const verticesOutput = 4

// contents says what is in the outputs that Options.sideOutputs names.
func (j *Job) contents() []string {
	if j.Treatment.Model == "" {
		return []string{"residuals: observations less their linear trend",
			"detrended: observations less their linear trend, with the mean of each pixel kept", "", "", ""}
	}
	return []string{"residuals: observations less their model (" + j.Treatment.Model + ")",
		"detrended: observations less the trend of their model (" + j.Treatment.Model + "), with the mean of each pixel kept",
		"deseasoned: observations less the season of their model (" + j.Treatment.Model + ")",
		"fitted: the trajectory of " + j.Treatment.Model, "vertices of the trajectory of " + j.Treatment.Model}
}

// noBandsOfDates is the error about an output with a band for each date.
func noBandsOfDates(path string, f output.Format) error {
	return fault.Outputf("cannot write %s as %s: rasters with a band for each date are written as GTiff or COG", path, f)
}

// addOutputs sets the outputs of a job, and what is known of them before they are written.
func (j *Job) addOutputs() error {
	j.outputs = j.newOutputs()
	if err := j.checkOutputs(); err != nil {
		return err
	}
	for i := range j.outputs {
		o := &j.outputs[i]
		o.spec.Memory /= int64(len(j.outputs))
		if i > 0 && !j.Plan.Samples {
			j.SideOutputs = append(j.SideOutputs, o.path)
		}
		scratch, err := o.spec.Scratch()
		if err != nil {
			return err
		}
		j.Scratch += scratch
		if i == 0 {
			j.Format = cmp.Or(o.spec.Format, output.GTiff)
		}
	}
	return nil
}

// newSpec describes the output.
func (j *Job) newSpec() output.Spec {
	g, place := j.Grid, j.geo
	s := output.Spec{Width: g.Width, Height: g.Height, Type: j.Plan.Type, CRS: place.WKT, Epoch: place.Epoch, Format: j.options.Format, Creation: j.options.Creation,
		Threads: len(j.Plan.Workers), Memory: j.budget.writeCells(), CopyMemory: j.budget.copies(),
		Overwrite: j.options.Overwrite, Metadata: map[string]string{
			"TIFFTAG_SOFTWARE": j.options.Software,
			"PIXTREND_INPUTS":  j.stack.inputsText(),
		}}
	if g.Axis.Dates == nil {
		s.Metadata[xItem] = labelList(j)
	} else {
		s.Metadata[datesItem] = labelList(j)
	}
	if place.HasTransform {
		s.GeoTransform = place.Transform
	}
	maps.Copy(s.Metadata, j.metadata())
	if w := j.stack.region; w != (pixtrend.Window{}) {
		s.Metadata["PIXTREND_REGION"] = fmt.Sprintf("%d,%d,%d,%d", w.X, w.Y, w.Width, w.Height)
	}
	if j.Polygons != "" {
		s.Metadata["PIXTREND_POLYGONS"] = j.Polygons
	}
	unit := j.stack.unit()
	for _, f := range j.Plan.Fields {
		s.Bands = append(s.Bands, j.options.band(f, g.Axis, unit))
	}
	return s
}

// band describes the band of a field. unit is that of the samples, "" if unknown.
func (o Options) band(f stats.Field, axis timeaxis.Axis, unit string) output.Band {
	info := f.Info()
	b := output.Band{Name: o.Model().FieldName(f), Nearest: info.Nearest}
	switch info.Unit {
	case stats.UnitNone:
		b.Unit = "1" // UDUNITS' word for a pure number
	case stats.UnitSamples:
		b.Unit = unit
	case stats.UnitPerTime:
		if b.Unit = "per " + axis.Unit(); unit != "" {
			b.Unit = unit + "/" + axis.Unit()
		}
	case stats.UnitPerTime2, stats.UnitPerTime3, stats.UnitPerTime4:
		power := string([]rune("²³⁴")[info.Unit-stats.UnitPerTime2])
		if b.Unit = "per " + axis.Unit() + power; unit != "" {
			b.Unit = unit + "/" + axis.Unit() + power
		}
	case stats.UnitPerCovariate:
		name := o.Covariates[info.Number-1].Name
		if b.Unit = "per " + name; unit != "" {
			b.Unit = unit + "/" + name
		}
	case stats.UnitPercent:
		b.Unit = "%/" + axis.Unit()
	case stats.UnitPhase:
		if b.Unit = "day of the year"; o.Fit.Model.Period != 0 {
			b.Unit = axis.PeriodUnit()
		}
	case stats.UnitTime:
		b.Unit = axis.Counts()
	case stats.UnitDuration:
		b.Unit = axis.Unit()
	case stats.UnitSegments:
		b.Unit = "segments"
	case stats.UnitCount:
		b.Unit = "observations"
	case stats.UnitClass:
		b.Unit = "class"
	}
	switch info.Option {
	case stats.OptionInterceptAt:
		b.Metadata = map[string]string{"TIME_ORIGIN": cmp.Or(o.Fit.InterceptAt, axis.Origin())}
	case stats.OptionConfidence:
		b.Metadata = map[string]string{"CONFIDENCE": fmt.Sprint(cmp.Or(o.Fit.Confidence, stats.DefaultConfidence))}
	case stats.OptionSignificance:
		b.Metadata = map[string]string{"SIGNIFICANCE": fmt.Sprint(o.Fit.Significance)}
		if o.FDR > 0 {
			b.Metadata = map[string]string{"FALSE_DISCOVERY_RATE": fmt.Sprint(o.FDR)}
		}
	}
	if items := rankItems(f, o.Fit.Rank); len(items) > 0 {
		maps.Copy(items, b.Metadata)
		b.Metadata = items
	}
	return b
}

// labelList names the dates or numbers of the axis: all of up to 40, otherwise their count and the
// ends.
func labelList(j *Job) string {
	axis, n := j.Grid.Axis, len(j.Grid.Axis.T)
	if n > 40 {
		return axis.String()
	}
	names := make([]string, n)
	for i := range names {
		names[i] = axis.Label(i)
	}
	return strings.Join(names, " ")
}

// checkTargets reports whether the outputs that o names can be written, without writing anything
// and before inputs are opened.
func (o Options) checkTargets(output string) error {
	targets := []atomicfile.Target{{Path: output}}
	for _, path := range append(append(o.sideOutputs(), o.Keep), o.Others...) {
		if path != "" {
			targets = append(targets, atomicfile.Target{Path: path})
		}
	}
	return atomicfile.CheckTargets(o.Overwrite, targets...)
}

// checkOutputs is checkTargets once it is known what is read and written.
func (j *Job) checkOutputs() error {
	if j.Output == "" {
		return nil // of a report
	}
	var targets []atomicfile.Target
	for _, o := range j.outputs {
		targets = append(targets, atomicfile.Target{Path: o.path, Sidecars: o.spec.Sidecars(o.path)})
	}
	for _, path := range j.options.Others {
		targets = append(targets, atomicfile.Target{Path: path})
	}
	warnings, err := j.stack.reads.checkTargets(j.options.Overwrite, targets)
	j.stack.warnings = append(j.stack.warnings, warnings...)
	return err
}

func createFiles(outputs []outputFile) (output.Files, error) {
	var files output.Files
	for _, o := range outputs {
		f, err := output.Create(o.path, o.spec)
		if err != nil {
			files.Abort()
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
