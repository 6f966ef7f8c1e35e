package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/pixtrend/pixtrend/runner"
)

// Stack describes a stack of rasters, one file per date. The same description gives the same
// samples on every machine.
type Stack struct {
	Name     string   `json:"name"` // name of its folder
	Width    int      `json:"width"`
	Height   int      `json:"height"`
	Dates    int      `json:"dates"`
	Days     bool     `json:"days"`     // dates are days, eight apart, instead of years
	Type     string   `json:"type"`     // float32, int16 or uint8
	Samples  string   `json:"samples"`  // land, land-gaps, clouds or noise
	Creation []string `json:"creation"` // GDAL's creation options

	dir string // parent of the folder
}

// named returns the stack with a name that differs from others of its case.
func (s Stack) named(name string) Stack {
	s.Name = fmt.Sprintf("%s-%dx%dx%d", name, s.Width, s.Height, s.Dates)
	return s
}

// manifestName is the file in a stack's folder that describes it. It is written last.
const manifestName = "stack.json"

// generator is the version of the samples. It changes when the samples change.
const generator = 1

type manifest struct {
	MadeBy    string         `json:"made_by"`
	Generator int            `json:"generator"`
	Stack     Stack          `json:"stack"`
	Files     []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	CRC32C uint32 `json:"crc32c"`
}

const madeBy = "pixtrend bench pipeline"

func (s Stack) folder() string { return filepath.Join(s.dir, s.Name) }

// date returns the name of date i and its time in years, the unit of intercepts.
func (s Stack) date(i int) (name string, years float64) {
	if !s.Days {
		return fmt.Sprint(firstYear + i), float64(firstYear + i)
	}
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 8*i)
	return day.Format("2006-01-02"), float64(day.Unix()/86400) / 365.2425
}

// files returns the paths of the first n dates.
func (s Stack) files(n int) []string {
	names := make([]string, n)
	for i := range names {
		date, _ := s.date(i)
		names[i] = filepath.Join(s.folder(), s.Samples+"_"+date+".tif")
	}
	return names
}

// sampleBytes returns the size of the samples. Compressed files are smaller.
func (s Stack) sampleBytes() int64 {
	size := map[string]int64{"float32": 4, "int16": 2, "uint8": 1}[s.Type]
	return int64(s.Width) * int64(s.Height) * int64(s.Dates) * size
}

// fileBytes returns the size of the first n files.
func (s Stack) fileBytes(n int) (int64, error) {
	var sum int64
	for _, name := range s.files(n) {
		info, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		sum += info.Size()
	}
	return sum, nil
}

// find reports whether the stack exists and each file is as it was made. Reading the files also
// brings them into the page cache. It is an error if a folder of that name was made by something
// else.
func (s Stack) find(ctx context.Context) (bool, error) {
	if _, err := os.Lstat(s.folder()); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	text, err := os.ReadFile(filepath.Join(s.folder(), manifestName))
	var m manifest
	if err != nil || json.Unmarshal(text, &m) != nil || m.MadeBy != madeBy {
		return false, fmt.Errorf("%s exists and was not made by this benchmark: name another folder, or move it away", s.folder())
	}
	want := s
	want.dir = ""
	if m.Generator != generator || !reflect.DeepEqual(m.Stack, want) || len(m.Files) != s.Dates {
		return false, nil
	}
	found, err := s.sums(ctx)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	return err == nil && reflect.DeepEqual(found, m.Files), nil
}

// sums reads all files and returns their checksums.
func (s Stack) sums(ctx context.Context) ([]manifestFile, error) {
	files := make([]manifestFile, s.Dates)
	names := s.files(s.Dates)
	_, err := runner.Run(ctx, len(names), runner.Options{}, func(_ context.Context, _ runner.Worker, i int) error {
		f, err := os.Open(names[i])
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		n, err := io.CopyBuffer(sum, onlyReader{f}, make([]byte, 1<<20))
		files[i] = manifestFile{filepath.Base(names[i]), n, sum.Sum32()}
		return err
	})
	return files, err
}

// onlyReader hides the other methods of a file from io.CopyBuffer, which would not use the buffer.
type onlyReader struct{ io.Reader }

// finish writes the manifest.
func (s Stack) finish(ctx context.Context) error {
	files, err := s.sums(ctx)
	if err != nil {
		return err
	}
	s2 := s
	s2.dir = ""
	text, err := json.MarshalIndent(manifest{madeBy, generator, s2, files}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.folder(), manifestName), append(text, '\n'), 0o666)
}
