package gdal

/*
#include <stdlib.h>
#include <gdal.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_vsi.h>

// read_head reads the first bytes of a file, and returns how many there are, or -1.
static int read_head(const char *path, unsigned char *to, int bytes) {
	VSILFILE *f = VSIFOpenL(path, "rb");
	if (f == NULL)
		return -1;
	int n = (int)VSIFReadL(to, 1, (size_t)bytes, f);
	VSIFCloseL(f);
	return n;
}

// is_metadata reports whether a file is XML of the kind in which GDAL keeps metadata.
static int is_metadata(const char *path) {
	CPLXMLNode *tree = CPLParseXMLFile(path);
	int is = tree != NULL && CPLGetXMLNode(tree, "=PAMDataset") != NULL;
	CPLDestroyXMLNode(tree);
	return is;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// GDAL opens the mask and the overviews beside a raster with any driver that is registered, whatever
// drivers the raster itself may be opened with: a VRT in their place makes it open files and
// addresses that the VRT names. And it ignores a mask, or metadata, that it cannot read. So these
// files are looked at first. Masks and overviews must be TIFFs, the format in which GDAL writes them,
// and what cannot be read is an error.

// The ends of the names of these files.
const (
	maskEnd      = ".msk"
	overviewEnd  = ".ovr"
	metadataEnd  = ".aux.xml"
	mostMetadata = 16 << 20 // bytes; GDAL takes some ten times as much memory to read it
)

// unlisted are the ends of names that GDAL tries beside a raster in a folder that cannot be listed.
var unlisted = []string{maskEnd, ".MSK", overviewEnd, ".OVR", metadataEnd}

// check returns those of the files beside a raster that GDAL may read with it. listed is whether GDAL
// is given this list, and not left to try names.
func (f *Folders) check(raster string, names []string, listed bool) (kept []string, err error) {
	dir, base := splitName(raster)
	if !listed {
		for _, end := range unlisted {
			if there, err := exists(joined(dir, base+end)); err != nil {
				return nil, sidecarError(raster, base+end, "cannot be read (%v)", err)
			} else if there {
				names = append(names, base+end)
			}
		}
	}
	for _, name := range names {
		end, ours := strings.CutPrefix(name, base)
		mask := ours && strings.EqualFold(end, maskEnd)
		if mask && listed && f != nil && f.NoMasks || ours && len(end) > len(maskEnd) && strings.EqualFold(end[:len(maskEnd)+1], maskEnd+".") {
			continue // with a mask, no other files are read
		}
		file := joined(dir, name)
		if !f.knows(file) {
			use, err := true, error(nil)
			switch {
			case mask:
				err = checkRegular(file, isTIFF, "is not a TIFF")
			case ours && strings.EqualFold(end, metadataEnd):
				err = checkRegular(file, isMetadata, "is damaged, or no metadata of GDAL's")
			case ours && strings.EqualFold(end, overviewEnd):
				// Otherwise they only cost time.
				if use = isTIFF(file); !use && !listed {
					if there, _ := exists(file); there {
						err = errors.New("is not a TIFF")
					}
				}
			default:
				use = isRegular(file)
			}
			if err != nil {
				return nil, sidecarError(raster, name, "%v", err)
			}
			if !use {
				continue
			}
			f.know(file)
		}
		if !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept, nil
}

// knows reports whether a file has been checked.
func (f *Folders) knows(file string) bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.checked[file]
}

// know remembers that a file has been checked.
func (f *Folders) know(file string) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.checked == nil {
		f.checked = map[string]bool{}
	}
	f.checked[file] = true
}

// sidecarError returns an error about a file beside a raster.
func sidecarError(raster, name, format string, args ...any) error {
	what := "its mask"
	switch strings.ToLower(path.Ext(name)) {
	case ".xml":
		what = "its metadata"
	case overviewEnd:
		what = "the file of its overviews,"
	}
	return fault.Inputf("cannot use %s: %s %s %v: make it anew or remove it", DisplayName(raster), what, foreign.Parameters(name), fault.Messagef(format, args...))
}

// checkRegular returns an error that follows the name of a file that cannot be read, or that is not
// of a kind.
func checkRegular(file string, isOfKind func(string) bool, isNot string) error {
	if !strings.HasPrefix(file, "/vsi") {
		info, err := os.Stat(file)
		switch {
		case err == nil && !info.Mode().IsRegular():
			return errors.New("is not a regular file")
		case err == nil && info.Size() == 0:
			return errors.New("is empty")
		case err == nil:
			var opened *os.File
			if opened, err = os.Open(file); err == nil {
				_, err = opened.Read(make([]byte, 1))
				_ = opened.Close()
			}
		}
		if err != nil {
			return fmt.Errorf("cannot be read (%v)", atomicfile.Reason(err))
		}
	}
	if !isOfKind(file) {
		return errors.New(isNot)
	}
	return nil
}

// isRegular reports whether a file is none that could block who reads it.
func isRegular(file string) bool {
	if strings.HasPrefix(file, "/vsi") {
		return true
	}
	return regular.Check(file) == nil
}

// exists reports whether GDAL would find a file. An error means that it is not known.
func exists(file string) (bool, error) {
	if strings.HasPrefix(file, "/vsi") {
		return head(file, 1) != nil, nil
	}
	_, err := os.Stat(file)
	for _, absent := range []error{fs.ErrNotExist, fs.ErrPermission, syscall.ENOTDIR, syscall.ENAMETOOLONG, syscall.ELOOP} {
		if errors.Is(err, absent) {
			return false, nil
		}
	}
	if err != nil {
		return false, atomicfile.Reason(err)
	}
	return true, nil
}

// head returns up to n bytes at the beginning of a file; nil if it cannot be read.
func head(file string, n int) []byte {
	cfile := C.CString(file)
	defer C.free(unsafe.Pointer(cfile))
	bytes := make([]byte, n)
	got := C.int(-1)
	Quietly(func() { got = C.read_head(cfile, (*C.uchar)(&bytes[0]), C.int(n)) })
	if got <= 0 {
		return nil
	}
	return bytes[:got]
}

// isTIFF reports whether a file begins like a TIFF or a BigTIFF.
func isTIFF(file string) bool {
	return isRegular(file) && slices.Contains([]string{"II*\x00", "MM\x00*", "II+\x00", "MM\x00+"}, string(head(file, 4)))
}

// isMetadata reports whether a file is metadata as GDAL writes it.
func isMetadata(file string) (is bool) {
	if info, err := os.Stat(file); err == nil && info.Size() > mostMetadata {
		return false
	}
	cfile := C.CString(file)
	defer C.free(unsafe.Pointer(cfile))
	Quietly(func() { is = C.is_metadata(cfile) != 0 })
	return is
}

// joined returns the path of a file in a folder, as splitName has divided it.
func joined(dir, name string) string {
	if strings.HasPrefix(dir, "/vsi") {
		return dir + name
	}
	return dir + string(os.PathSeparator) + name
}

// checkMask returns an error if a mask lies beside the raster and GDAL ignores it, or if the mask is
// not one of this raster. sidecars are those that GDAL was given.
func (d *Dataset) checkMask(raster string, sidecars []string) error {
	_, base := splitName(raster)
	at := slices.IndexFunc(sidecars, func(name string) bool { return strings.EqualFold(name, base+maskEnd) })
	if at < 0 {
		return nil
	}
	width, height := d.Size()
	for i, b := range d.bands {
		if b.MaskFlags()&(MaskAllValid|MaskAlpha|MaskNodata) != 0 {
			return sidecarError(raster, sidecars[at], "%s", whyNoMask(raster, sidecars[at], i+1))
		}
		mask := b.maskBand().Structure()
		if mask.SizeX != width || mask.SizeY != height {
			return sidecarError(raster, sidecars[at], "has %d × %d pixels, and the raster has %d × %d", mask.SizeX, mask.SizeY, width, height)
		}
	}
	return nil
}

// whyNoMask says why GDAL ignores a mask.
func whyNoMask(raster, name string, band int) string {
	dir, _ := splitName(raster)
	ds, err := godal.Open(joined(dir, name), godal.RasterOnly(), godal.Drivers("GTiff"), godal.ErrLogger(ignoreWarnings))
	if err != nil {
		return "cannot be read (" + Cause(err, joined(dir, name)) + ")"
	}
	_ = ds.Close()
	return fmt.Sprintf("does not say that it is the mask of band %d", band)
}

// OverviewFile returns the name of another file in which the metadata of a raster says that its
// overviews are; "" if it does not. GDAL opens that file, with any driver, when it looks for
// overviews.
func (d *Dataset) OverviewFile() (name string) {
	Quietly(func() { name = d.Metadata("OVERVIEW_FILE", "OVERVIEWS") })
	return name
}
