package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/synth"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/raster/output"
	"github.com/pixtrend/pixtrend/raster/report"
	"github.com/pixtrend/pixtrend/runner"
)

// makeSynth holds the command line of pixtrend synth.
type makeSynth struct {
	dir           string
	width, height int
	years         [2]int // first and last
	every         int    // days between scenes; 0: one raster a year
	seed          uint64
	gaps          float64
	clearings     string // a file of the years of clearings; "": none
	creation      []string
	threads       int
	overwrite     bool
	messages
}

// The place of the scene. Its centre, in metres of UTM zone 17N, is in Detroit. A small scene is
// the centre of a large one, so that a pixel shows the same place at any size.
const (
	synthCRS     = "EPSG:32617"
	synthPixel   = 30
	synthEast    = 323400
	synthNorth   = 4690740
	synthRows    = 64 // written at a time
	synthLargest = 1 << 20
)

func newSynthCommand() *cobra.Command {
	m := &makeSynth{width: 827, height: 883, years: [2]int{1995, 2015}, seed: 1, gaps: 0.04}
	cmd := &cobra.Command{
		Use:   "synth DIR",
		Short: "Make a synthetic stack, for examples and trials.",
		Long: "Make a synthetic stack, for examples and trials: DIR/ndvi_1995.tif and so on, the yearly maximum NDVI\n" +
			"of an invented city.\n\n" +
			"With --every, the files are scenes: DIR/ndvi_1995-01-01.tif and so on.\n\n" +
			"The same options give the same samples on every machine.",
		Example: "  # a city of 827 × 883 pixels, 1995-2015\n" +
			"  pixtrend synth demo\n" +
			"  # more of it, without gaps\n" +
			"  pixtrend synth large --width 4000 --height 4000 --dates 1985-2024 --gaps 0\n" +
			"  # a scene every 16 days\n" +
			"  pixtrend synth every16 --dates 2010-2014 --every 16 --width 200 --height 100\n" +
			"  # with stands of trees that are felled in known years\n" +
			"  pixtrend synth forest --width 300 --height 300 --dates 1990-2020 --clearings felled.tif\n" +
			"  # compressed, in tiles\n" +
			"  pixtrend synth tiles --co COMPRESS=DEFLATE --co PREDICTOR=3 --co TILED=YES",
		ValidArgsFunction: oneFolder,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("synth takes one folder for its files, such as demo")
			}
			m.dir = args[0]
			return m.messages.check()
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return m.run(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	group(cmd, "Scene", func(flags *pflag.FlagSet) {
		option(flags, &m.width, "width", "", "PIXELS", "PIXELS from west to east (default 827)", parsePixels)
		option(flags, &m.height, "height", "", "PIXELS", "PIXELS from north to south (default 883)", parsePixels)
		option(flags, &m.years, "dates", "", "YEARS", "first and last of the YEARS (default 1995-2015)", parseYears)
		option(flags, &m.every, "every", "", "DAYS", "make a scene every so many DAYS, with the seasons of plants, instead of one raster a year", atLeast(1))
		option(flags, &m.gaps, "gaps", "", "SHARE", "SHARE of samples that clouds hide, from 0 to 1 (default 0.04)", parseShare)
		option(flags, &m.clearings, "clearings", "", "FILE", "plant stands of trees, fell some, and write the year of each to FILE: 0 where trees remain, NaN outside the stands", outputName)
		option(flags, &m.seed, "seed", "", "N", "seed of the random numbers; each N gives another city (default 1)", parseSeed)
	})
	group(cmd, "Output", func(flags *pflag.FlagSet) {
		flags.BoolVar(&m.overwrite, "overwrite", false, "replace files that exist")
		repeated(flags, &m.creation, "co", "KEY=VALUE",
			"GeoTIFF creation option KEY=VALUE, such as COMPRESS=DEFLATE; may be repeated", checkCreation)
	})
	group(cmd, "Resources", func(flags *pflag.FlagSet) {
		option(flags, &m.threads, "threads", "", "N", "make N files at a time (default: one for each available CPU)", atLeast(1))
	})
	group(cmd, "Messages", func(flags *pflag.FlagSet) {
		m.messages.define(flags, "print no progress and no summary")
	})
	completeCreation(cmd)
	return cmd
}

// plan returns the scene and the names of its files. It makes nothing, and checks what can be
// checked beforehand.
func (m *makeSynth) plan() (synth.Scene, []string, error) {
	scene := synth.City(m.width, m.height, m.years[0], m.years[1])
	if m.every > 0 {
		scene = synth.Scenes(m.width, m.height, m.years[0], m.years[1], m.every)
	}
	scene.Seed, scene.Gaps, scene.Clearings = m.seed, m.gaps, m.clearings != ""
	if _, err := os.Lstat(m.clearings); m.clearings != "" && err == nil && !m.overwrite {
		return scene, nil, fmt.Errorf("%s exists: name another file for the clearings, or replace it with --overwrite", m.clearings)
	}
	if info, err := os.Stat(m.dir); err == nil && !info.IsDir() {
		return scene, nil, fmt.Errorf("%s is a file: name a folder, existing or new", m.dir)
	}
	var files []string
	for i, year := range scene.Years {
		date := strconv.Itoa(year)
		if m.every > 0 {
			date = time.Date(year, time.January, scene.Days[i], 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		}
		file := filepath.Join(m.dir, "ndvi_"+date+".tif")
		if _, err := os.Lstat(file); err == nil && !m.overwrite {
			return scene, nil, fmt.Errorf("%s exists: name another folder, or replace its files with --overwrite", file)
		}
		files = append(files, file)
	}
	return scene, files, nil
}

func (m *makeSynth) run(stdout, stderr io.Writer) error {
	scene, files, err := m.plan()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.dir, 0o777); err != nil {
		var why *fs.PathError
		if errors.As(err, &why) {
			err = why.Err
		}
		return fmt.Errorf("cannot make the folder %s: %w: name another one", m.dir, err)
	}
	ctx, stop := interruptible(context.Background())
	defer stop()
	samples := int64(m.width) * int64(m.height) * int64(len(files))
	log, start := m.log(stderr), time.Now()
	tellProgram(log)
	meter := newMeter(stderr, m.quiet, 4*samples)
	var gaps atomic.Int64
	threads := m.threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	_, err = runner.Run(ctx, len(files), runner.Options{Workers: threads, Pin: runner.PinOff, Progress: meter.set},
		func(ctx context.Context, _ runner.Worker, i int) error {
			n, err := m.write(ctx, &scene, i, files[i])
			gaps.Add(n)
			return err
		})
	meter.end(err == nil)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: not all files of %s are made", context.Cause(ctx), m.dir)
		}
		return err
	}
	if m.clearings != "" {
		if err := m.writeClearings(&scene); err != nil {
			return err
		}
	}
	log.Info("made the files", "files", len(files), "threads", threads, "took", time.Since(start))
	if m.quiet {
		return nil
	}
	var bytes int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			bytes += info.Size()
		}
	}
	return print(stdout, fmt.Sprintf("%s: %s, %d × %d pixels of %d m, %s gaps, %s\n", m.dir, filesText(files),
		m.width, m.height, synthPixel, report.Percent(int(gaps.Load()), int(samples)), humanize.Bytes(uint64(bytes))))
}

// write makes the file of one year and returns its number of gaps.
func (m *makeSynth) write(ctx context.Context, scene *synth.Scene, year int, path string) (gaps int64, err error) {
	creation := m.creation
	if !slices.ContainsFunc(creation, func(o string) bool { return strings.HasPrefix(strings.ToUpper(o), "TILED=") }) {
		creation = append([]string{"TILED=NO"}, creation...) // strips, like most scenes
	}
	file, err := m.create(path, creation, output.Band{Name: "ndvi"})
	if err != nil {
		return 0, err
	}
	defer file.Abort() // does nothing after Commit
	rows := make([]float32, min(synthRows, m.height)*m.width)
	for y := 0; y < m.height; y += synthRows {
		if ctx.Err() != nil {
			return gaps, context.Cause(ctx)
		}
		h := min(synthRows, m.height-y)
		strip := rows[:h*m.width]
		scene.Rows(strip, year, y, y+h)
		for _, v := range strip {
			if v != v {
				gaps++
			}
		}
		if err := writeRows(file, strip, y, m.width); err != nil {
			return gaps, err
		}
	}
	return gaps, file.Commit()
}

// writeClearings makes the file of the years of clearings.
func (m *makeSynth) writeClearings(scene *synth.Scene) error {
	file, err := m.create(m.clearings, nil, output.Band{Name: "year", Unit: "years", Nearest: true})
	if err != nil {
		return err
	}
	defer file.Abort() // does nothing after Commit
	row := make([]float32, m.width)
	for y := range m.height {
		for x := range row {
			year, trees := scene.Clearing(x, y)
			if row[x] = float32(year); !trees {
				row[x] = float32(kernel.NaN())
			}
		}
		if err := writeRows(file, row, y, m.width); err != nil {
			return err
		}
	}
	return file.Commit()
}

// writeRows writes rows of a file from row y on.
func writeRows(file *output.File, rows []float32, y, width int) error {
	return file.Write(pixtrend.Window{Y: y, Width: width, Height: len(rows) / width}, kernel.TileOf(rows, len(rows), 1, len(rows)))
}

// create begins a file of one band.
func (m *makeSynth) create(path string, creation []string, band output.Band) (*output.File, error) {
	return output.Create(path, output.Spec{
		Width: m.width, Height: m.height, Type: kernel.Float32, Bands: []output.Band{band},
		GeoTransform: [6]float64{float64(synthEast - m.width/2*synthPixel), synthPixel, 0,
			float64(synthNorth + m.height/2*synthPixel), 0, -synthPixel},
		CRS:       synthCRS,
		Metadata:  map[string]string{"TIFFTAG_SOFTWARE": "pixtrend " + versionName()},
		Creation:  creation,
		Overwrite: m.overwrite,
	})
}

func filesText(files []string) string {
	if len(files) == 1 {
		return "1 file, " + filepath.Base(files[0])
	}
	return fmt.Sprintf("%d files, %s … %s", len(files), filepath.Base(files[0]), filepath.Base(files[len(files)-1]))
}

func parsePixels(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 || n > synthLargest {
		return 0, fmt.Errorf("give a whole number of pixels from 1 to %d", synthLargest)
	}
	return int(n), nil
}

// parseYears reads FIRST-LAST.
func parseYears(s string) (years [2]int, err error) {
	first, last, found := strings.Cut(s, "-")
	if !found {
		last = first
	}
	bad := errors.New("give the first and the last year, such as 1995-2015, from 1900 to 2100")
	for i, text := range []string{first, last} {
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
		if err != nil || n < 1900 || n > 2100 {
			return years, bad
		}
		years[i] = int(n)
	}
	if years[0] > years[1] {
		return years, bad
	}
	return years, nil
}

func parseShare(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x >= 0 && x <= 1) {
		return 0, errors.New("give a number from 0 to 1, such as 0.04")
	}
	return x, nil
}

func parseSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errors.New("give a whole number, 0 or more")
	}
	return n, nil
}
