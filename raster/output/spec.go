package output

import (
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pixtrend/pixtrend/kernel"
)

// Spec describes a raster to be written.
type Spec struct {
	Width, Height int
	Type          kernel.DType // Float32 or Float64
	Bands         []Band
	GeoTransform  [6]float64 // all zero: none
	CRS           string     // WKT, EPSG:n or whatever else GDAL reads; "": none
	Epoch         float64    // the coordinate epoch of a dynamic CRS, such as 2021.3; 0: none
	Metadata      map[string]string
	Format        Format   // "": GTiff
	Creation      []string // creation options of the format, KEY=VALUE, which replace the defaults
	Overwrite     bool     // replace a target that exists
	Threads       int      // that call Write, and that compress; 0: one for each CPU
	Memory        int64    // bytes of memory for incomplete tiles; 0: 64 MiB
	CopyMemory    int64    // bytes of memory to make a compressed file of tiles; 0: 256 MiB
}

// Band describes a band.
type Band struct {
	Name     string // the band's description
	Unit     string
	Metadata map[string]string
	// Nearest makes each pixel of an overview one of the pixels below it, as counts need. Other
	// bands are averaged over the pixels that are not NaN.
	Nearest bool
}

// threads returns the number of threads.
func (s Spec) threads() int {
	if s.Threads > 0 {
		return s.Threads
	}
	return runtime.GOMAXPROCS(0)
}

func (s Spec) format() Format {
	if s.Format == "" {
		return GTiff
	}
	return s.Format
}

// Scratch returns the bytes of the temporary file of uncompressed tiles of which the raster is made; 0
// if there is none. It returns an error about creation options that cannot be had within the memory.
func (s Spec) Scratch() (int64, error) {
	c, err := s.resolve()
	if err != nil || c.plain {
		return 0, err
	}
	return s.rawBytes(), nil
}

// rawBytes is the size of all samples.
func (s Spec) rawBytes() int64 {
	return int64(s.Width) * int64(s.Height) * int64(len(s.Bands)) * int64(s.Type.Size())
}

// Sidecars returns the names of files beside path that GDAL would read with the raster. It places
// rasters that do not say where they lie by world files.
func (s Spec) Sidecars(path string) []string {
	sidecars := []string{path + ".aux.xml", path + ".msk", path + ".ovr"}
	if s.GeoTransform == [6]float64{} {
		end := filepath.Ext(path)
		ends := []string{".wld", ".tab"}
		if n := len(end); n > 2 {
			ends = append(ends, end[:2]+end[n-1:]+"w", end+"w") // .tfw and .tifw
		}
		for _, e := range ends {
			sidecars = append(sidecars, strings.TrimSuffix(path, end)+e)
		}
	}
	return sidecars
}
