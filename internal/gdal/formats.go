package gdal

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/regular"
)

// format is a format of rasters besides TIFF that is opened unless the caller names drivers. GDAL's
// driver for it opens no file, other than the raster and those beside it, and no URL by what a
// raster says. Drivers are registered when the first file of their format is opened, so that a stack
// of TIFFs is read with nothing but the driver of TIFFs.
type format struct {
	driver string
	ends   []string // of the names of files, in lower case
	remote bool     // it is read from a server too
}

// formats are in the order in which names are compared.
var formats = []format{
	{"netCDF", []string{".nc", ".nc4", ".nc3", ".cdf"}, true},
	{"HDF5", []string{".h5", ".hdf5", ".he5"}, false},
	{"HDF4", []string{".hdf", ".hdf4", ".h4"}, false},
	{"Zarr", []string{".zarr"}, false},
	{"JP2OpenJPEG", []string{".jp2", ".j2k", ".jpx"}, true},
	{"GRIB", []string{".grib", ".grib2", ".grb", ".grb2"}, true},
	{"HFA", []string{".img"}, false},
	{"ENVI", nil, false},
}

// Formats returns the drivers of the formats that are opened unless the caller names drivers.
func Formats() []string {
	names := []string{"GTiff"}
	for _, f := range formats {
		names = append(names, f.driver)
	}
	return names
}

// FormatOf returns the driver of Formats for a raster: by its first bytes, or by the end of its name
// if it is on a server; "" if it has none of these formats. It opens no raster.
func FormatOf(name string) string {
	if prefix := Subdataset(name); prefix != "" && FilePath(name) != name {
		for _, driver := range Formats() {
			if HasPrefix(driver, prefix) {
				return driver
			}
		}
		return ""
	}
	if IsRemote(name) {
		return formatByName(name)
	}
	info, err := os.Stat(name)
	switch {
	case strings.HasPrefix(name, "/vsi"):
		return formatByBytes(name, head(name, sniffed))
	case err != nil:
		return ""
	case info.IsDir():
		if isZarr(name) {
			return "Zarr"
		}
		return ""
	}
	file, err := regular.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	first := make([]byte, sniffed)
	n, _ := file.ReadAt(first, 0)
	return formatByBytes(name, first[:n])
}

// sniffed is how many bytes of a file say which format it has. NetCDF-4 says so in an attribute of
// the root group.
const sniffed = 16 << 10

func formatByName(name string) string {
	end := strings.ToLower(filepath.Ext(DatedName(name)))
	for _, f := range formats {
		if f.remote && slices.Contains(f.ends, end) {
			return f.driver
		}
	}
	return "GTiff"
}

func formatByBytes(name string, first []byte) string {
	begins := func(with ...string) bool {
		return slices.ContainsFunc(with, func(s string) bool { return bytes.HasPrefix(first, []byte(s)) })
	}
	end := strings.ToLower(filepath.Ext(name))
	switch {
	case begins("II*\x00", "MM\x00*", "II+\x00", "MM\x00+"):
		return "GTiff"
	case begins("CDF\x01", "CDF\x02", "CDF\x05"):
		return "netCDF"
	case begins("\x89HDF\r\n\x1a\n"):
		if slices.Contains(formats[0].ends, end) || bytes.Contains(first, []byte("_NCProperties")) {
			return "netCDF"
		}
		return "HDF5"
	case begins("\x0e\x03\x13\x01"):
		return "HDF4"
	case begins("\x00\x00\x00\x0cjP  \r\n\x87\n", "\xff\x4f\xff\x51"):
		return "JP2OpenJPEG"
	case begins("EHFA_HEADER_TAG"):
		return "HFA"
	case hasGRIB(first):
		return "GRIB"
	case hasENVIHeader(name):
		return "ENVI"
	}
	return ""
}

// hasGRIB reports whether a file begins with a message of GRIB, which a header of a bulletin may
// precede.
func hasGRIB(first []byte) bool {
	at := bytes.Index(first[:min(len(first), 64)], []byte("GRIB"))
	return at >= 0 && at+7 < len(first) && (first[at+7] == 1 || first[at+7] == 2)
}

// hasENVIHeader reports whether a file has a header of ENVI beside it: name.hdr, or with .hdr in
// place of the end of the name.
func hasENVIHeader(name string) bool {
	if strings.HasPrefix(name, "/vsi") || strings.EqualFold(filepath.Ext(name), ".hdr") {
		return false
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	return slices.ContainsFunc([]string{name + ".hdr", stem + ".hdr", name + ".HDR", stem + ".HDR"}, func(header string) bool {
		return regular.Check(header) == nil && strings.HasPrefix(string(head(header, 4)), "ENVI")
	})
}

// isZarr reports whether a folder is a store of Zarr.
func isZarr(dir string) bool {
	return slices.ContainsFunc([]string{".zgroup", ".zarray", ".zmetadata", zarr3}, func(name string) bool {
		return regular.Check(filepath.Join(dir, name)) == nil
	})
}

// LocalOnlyError says that a raster on a server has a format that is read from a disk.
type LocalOnlyError struct{ Driver string }

func (e *LocalOnlyError) Error() string {
	why := ""
	if e.Driver == "Zarr" {
		why = ", since GDAL takes a chunk that a server does not give for one of gaps"
	}
	return fmt.Sprintf("its format, %s, is not read from a server%s: copy it to a disk first", e.Driver, why)
}

// checkLocal returns an error if a raster is on a server and its format is read from a disk.
func checkLocal(name string, drivers []string) error {
	path := FilePath(name)
	if !IsRemote(path) {
		return nil
	}
	end := strings.ToLower(filepath.Ext(strings.TrimSuffix(DatedName(path), "/")))
	for _, f := range formats {
		asked := slices.ContainsFunc(drivers, func(d string) bool { return strings.EqualFold(d, f.driver) })
		if !f.remote && (slices.Contains(f.ends, end) || HasPrefix(f.driver, Subdataset(name))) && (!asked || f.driver == "Zarr") {
			return &LocalOnlyError{f.driver}
		}
	}
	return nil
}

// zarr3 is the name of a file in a store of Zarr 3.
const zarr3 = "zarr.json"

// IsZarr3 reports whether a folder is a store of Zarr 3 alone.
func IsZarr3(dir string) bool {
	return regular.Check(filepath.Join(dir, zarr3)) == nil && regular.Check(filepath.Join(dir, ".zgroup")) != nil && regular.Check(filepath.Join(dir, ".zarray")) != nil
}

// ContentError says why what a file holds cannot be read as rasters on a grid, although the file is whole.
type ContentError struct{ Why string }

func (e *ContentError) Error() string { return e.Why }

func contentError(format string, args ...any) error {
	return &ContentError{fmt.Sprintf(format, args...)}
}

// MissingDriverError says that this GDAL lacks the driver of a format.
type MissingDriverError struct{ Driver string }

func (e *MissingDriverError) Error() string {
	return fmt.Sprintf("this GDAL has no driver %s, which reads its format: install a GDAL that has it, as Debian's package libgdal-dev does, or convert it where there is one", e.Driver)
}

// registerFormat registers the driver of a format, and those of the rasters inside its files.
func registerFormat(driver string) error {
	registration.Lock()
	defer registration.Unlock()
	for _, name := range withSubdatasets([]string{driver}) {
		if driverNamed(name) == nil && godal.RegisterRaster(godal.DriverName(name)) != nil || driverNamed(name) == nil {
			return &MissingDriverError{driver}
		}
	}
	return nil
}
