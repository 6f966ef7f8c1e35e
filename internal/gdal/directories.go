package gdal

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/tiff"
)

// directories says what the directories of a TIFF hold.
type directories struct {
	plain  bool // the samples of the first are uncompressed, and GDAL may read them past its block cache
	masked bool // one of the others says that it is a mask
}

// checkDirectories refuses a TIFF if its directories, or those of its mask or its overviews, would
// take GDAL much memory or time to read. t, which may be nil, collects GDAL's messages about a remote
// file.
func checkDirectories(name string, sidecars []string, t *Transfer) (found directories, err error) {
	dir, base := splitName(name)
	for _, s := range sidecars {
		end, ours := strings.CutPrefix(s, base)
		what := map[string]string{maskEnd: "its mask", overviewEnd: "the file of its overviews,"}[strings.ToLower(end)]
		if !ours || what == "" {
			continue
		}
		if _, err := directoriesOf(joined(dir, s), t); err != nil {
			return found, fmt.Errorf("%s %s: %w", what, s, err)
		}
	}
	file := FilePath(name)
	if found, err = directoriesOf(file, t); file != name { // a page, with samples of its own
		found = directories{}
	}
	return found, err
}

// directoriesOf returns what the directories of a file hold. If the file is not a TIFF, or damaged,
// they hold nothing. Of a remote file it reads what GDAL reads next, and then has in its cache.
func directoriesOf(path string, t *Transfer) (found directories, err error) {
	if strings.HasPrefix(path, "/vsi") {
		file, err := openVirtual(path, t)
		if err != nil {
			return found, nil // GDAL says why
		}
		defer file.Close()
		if t != nil { // one request, as large as GDAL's first
			_, _ = file.ReadAt(make([]byte, firstBytes(path)), 0)
		}
		found.masked, err = tiff.Check(file, file.size)
		return found, whatMatters(err, t)
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return found, nil // which is left to GDAL
	}
	file, err := os.Open(path)
	if err != nil {
		return found, nil
	}
	defer func() { _ = file.Close() }()
	if found.masked, err = tiff.Check(file, info.Size()); err != nil {
		return found, whatMatters(err, nil)
	}
	first, err := tiff.Read(file, info.Size())
	found.plain = err == nil && first.Plain()
	return found, nil
}

// firstBytes is how much of a remote file GDAL reads at first, by its options and ours.
func firstBytes(path string) int {
	value, _ := UserOption(path, "GDAL_INGESTED_BYTES_AT_OPEN")
	n, err := strconv.Atoi(value)
	if err != nil {
		return ingestedBytes
	}
	return min(max(n, ingestedBytes), 1<<20)
}

// whatMatters returns err if it is that a TIFF claims too much, or that a remote file could not be
// checked. GDAL reports any other error.
func whatMatters(err error, t *Transfer) error {
	if limit := (*tiff.LimitError)(nil); errors.As(err, &limit) || t != nil {
		return err
	}
	return nil
}
