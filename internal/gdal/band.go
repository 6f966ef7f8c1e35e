package gdal

/*
#include <stdlib.h>
#include <gdal.h>
*/
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/kernel"
)

// Band is a band of a Dataset. It is valid until the Dataset is closed.
type Band struct {
	band  godal.Band
	of    *Dataset
	index int // from 0
}

// BandOf returns the Band of one of godal's, for tests that make and read rasters through godal.
func BandOf(b godal.Band) Band { return Band{band: b} }

var dtypes = map[godal.DataType]kernel.DType{
	godal.Byte: kernel.Uint8, godal.Int8: kernel.Int8, godal.UInt16: kernel.Uint16, godal.Int16: kernel.Int16,
	godal.UInt32: kernel.Uint32, godal.Int32: kernel.Int32, godal.Float32: kernel.Float32, godal.Float64: kernel.Float64,
}

// Type returns the type of the samples. signedByte is whether GDAL, before version 3.7, calls this
// int8 a Byte. known is false for types that cannot be fitted.
func (b Band) Type() (t kernel.DType, signedByte, known bool) {
	t, known = dtypes[b.band.Structure().DataType]
	if t == kernel.Uint8 && known && b.Metadata("PIXELTYPE", "IMAGE_STRUCTURE") == "SIGNEDBYTE" {
		return kernel.Int8, true, true
	}
	return t, false, known
}

// Index returns the number of the band, counted from 0.
func (b Band) Index() int { return b.index }

// BlockSize returns the columns and rows of a block.
func (b Band) BlockSize() (width, height int) {
	if b.of != nil && b.of.array != nil {
		return b.of.array.chunk[0], b.of.array.chunk[1]
	}
	st := b.band.Structure()
	return st.BlockSizeX, st.BlockSizeY
}

// Scaling returns the factor of the samples, and the offset that is added to the product.
func (b Band) Scaling() (scale, offset float64) {
	if b.of != nil && b.of.meaning != nil {
		return b.of.meaning.scale, b.of.meaning.offset
	}
	st := b.band.Structure()
	return st.Scale, st.Offset
}

// Nodata returns the nodata value of the band, if it has one.
func (b Band) Nodata() (value float64, has bool) { return b.band.NoData() }

// Description returns the description of the band, or the name of the variable that it is of; "" if it
// has none.
func (b Band) Description() string {
	if b.of != nil && b.of.array != nil {
		return b.of.array.md.base()
	}
	return b.band.Description()
}

// Metadata returns an item of the band's metadata in a domain; "" if there is none.
func (b Band) Metadata(key, domain string) string {
	if b.of != nil && b.of.array != nil && domain == "" {
		return b.of.array.md.text(key)
	}
	return b.band.Metadata(key, godal.Domain(domain))
}

// AllMetadata returns the band's metadata in the default domain.
func (b Band) AllMetadata() map[string]string { return b.band.Metadatas() }

// IsAlpha reports whether the band is an alpha band.
func (b Band) IsAlpha() bool { return b.band.ColorInterp() == godal.CIAlpha }

// IsPaletted reports whether the samples of the band are indices into a colour table.
func (b Band) IsPaletted() bool { return b.band.ColorInterp() == godal.CIPalette }

// Overviews returns how many overviews the band has.
func (b Band) Overviews() int { return len(b.band.Overviews()) }

// Unit returns the unit of the samples, printable; "" if the file does not say.
func (b Band) Unit() string {
	return foreign.Printable(C.GoString(C.GDALGetRasterUnitType(b.handle())))
}

// SetUnit sets the unit of the samples of a raster that is open for writing.
func (b Band) SetUnit(unit string) error {
	text := C.CString(unit)
	defer C.free(unsafe.Pointer(text))
	if C.GDALSetRasterUnitType(b.handle(), text) != C.CE_None {
		return fmt.Errorf("the unit %q cannot be set", unit)
	}
	return nil
}

// Flags of a band's mask.
const (
	MaskAllValid   = 1 // there is none (GDAL's GMF_ALL_VALID)
	MaskPerDataset = 2 // it is the same for all bands (GMF_PER_DATASET)
	MaskAlpha      = 4 // it is an alpha band (GMF_ALPHA)
	MaskNodata     = 8 // it is the nodata value (GMF_NODATA)
)

// MaskFlags returns the flags of the band's mask.
func (b Band) MaskFlags() int {
	var flags int
	Quietly(func() { flags = b.band.MaskFlags() })
	return flags
}

// Read fills dst with the samples of w. t, which may be nil, collects GDAL's messages about a
// remote file.
func (b Band) Read(w pixtrend.Window, dst Samples, t *Transfer) error {
	if b.of.array != nil {
		return b.of.readArray(w, []int{b.index + 1}, dst, w.Pixels()*dst.Type.Size(), t)
	}
	if err := b.checkWhole(w, false); err != nil {
		return err
	}
	return interruptible(b.of, t, dst.Data, func(into []byte) error {
		return b.band.Read(w.X, w.Y, dst.typed(into), w.Width, w.Height, t.bandOptions()...)
	})
}

// ReadMask fills visible with a byte a pixel of w, which is 0 where the mask hides the pixel.
func (b Band) ReadMask(w pixtrend.Window, visible []byte, t *Transfer) error {
	if t == nil {
		if err := b.checkWhole(w, true); err != nil {
			return err
		}
	}
	return interruptible(b.of, t, visible, func(into []byte) error {
		return b.maskBand().Read(w.X, w.Y, into, w.Width, w.Height, t.bandOptions()...)
	})
}

// maskBand returns the mask, which GDAL may open for it.
func (b Band) maskBand() (mask godal.Band) {
	Quietly(func() { mask = b.band.MaskBand() })
	return mask
}

// Resampling is a way to make one pixel of several.
type Resampling int

const (
	Nearest Resampling = iota // one of them
	Average                   // the mean of those that have a value
)

// ReadReduced fills values, width × height of them row by row, with the resampled samples of w. It
// reads overviews if some suit.
func (b Band) ReadReduced(w pixtrend.Window, values []float64, width, height int, how Resampling, t *Transfer) error {
	method := godal.Nearest
	if how == Average {
		method = godal.Average
	}
	if width == w.Width && height == w.Height {
		if err := b.checkWhole(w, false); err != nil {
			return err
		}
	}
	at := b.inFile(w)
	return interruptible(b.of, t, values, func(into []float64) error {
		band := b.band
		if a := b.of.array; a != nil {
			if err := a.md.checkChunks(a.part(w, b.index, 1)); err != nil {
				return err
			}
			ds, err := a.band(b.index)
			if err != nil {
				return err
			}
			defer func() { _ = ds.Close() }()
			band = ds.Bands()[0]
		}
		if err := band.Read(at.X, at.Y, into, width, height, b.reduced(w, method, t)...); err != nil {
			return err
		}
		if b.of.array != nil && b.of.array.flipped {
			flipRows(kernel.Bytes(into[:width*height]), width*8)
		}
		return nil
	})
}

// inFile returns where a window lies in the file: turned upside down if the rows of an array are.
func (b Band) inFile(w pixtrend.Window) pixtrend.Window {
	if b.of.array == nil || !b.of.array.flipped {
		return w
	}
	w.Y = b.of.array.md.dims[b.of.array.y].size - w.Y - w.Height
	return w
}

// ReadMaskReduced is ReadMask for the pixels of ReadReduced.
func (b Band) ReadMaskReduced(w pixtrend.Window, visible []byte, width, height int, t *Transfer) error {
	return interruptible(b.of, t, visible, func(into []byte) error {
		return b.maskBand().Read(w.X, w.Y, into, width, height, b.reduced(w, godal.Nearest, t)...)
	})
}

func (b Band) reduced(w pixtrend.Window, method godal.ResamplingAlg, t *Transfer) []godal.BandIOOption {
	options := []godal.BandIOOption{godal.Window(w.Width, w.Height), godal.Resampling(method), godal.ErrLogger(ignoreWarnings)}
	return append(options, t.bandOptions()...)
}

// handle returns GDAL's handle of the band. godal does not export it, but its Band has no other
// field; otherwise this does not compile.
func (b Band) handle() C.GDALRasterBandH {
	const handleBytes = unsafe.Sizeof(C.GDALRasterBandH(nil))
	var _ = [1]byte{}[handleBytes-unsafe.Sizeof(b.band)]
	return *(*C.GDALRasterBandH)(unsafe.Pointer(&b.band))
}
