package gdal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pixtrend/pixtrend/internal/tiff"
)

// checkDirectories refuses a local TIFF if its directories, or those of its mask, would take GDAL
// much memory or time to read. direct reports whether its samples are uncompressed and GDAL may
// read them past its block cache, which it does two to three times as fast.
func checkDirectories(name string, sidecars []string) (direct bool, err error) {
	if strings.HasPrefix(name, "/vsi") {
		return false, nil
	}
	for _, s := range sidecars {
		if path := filepath.Join(filepath.Dir(name), s); strings.EqualFold(filepath.Ext(s), ".msk") {
			if _, err := checkDirectory(path); err != nil {
				return false, fmt.Errorf("its mask %s: %w", s, err)
			}
		}
	}
	return checkDirectory(name)
}

func checkDirectory(path string) (direct bool, err error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, nil // which is left to GDAL
	}
	file, err := os.Open(path)
	if err != nil {
		return false, nil
	}
	defer func() { _ = file.Close() }()
	if err := tiff.CheckLimits(file, info.Size()); err != nil {
		return false, err
	}
	t, err := tiff.Read(file, info.Size())
	return err == nil && t.Plain(), nil
}
