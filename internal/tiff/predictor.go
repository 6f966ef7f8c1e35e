package tiff

import (
	"encoding/binary"
	"slices"

	"github.com/pixtrend/pixtrend/kernel"
)

// Predictor returns the predictor of the file: 2 for differences between samples, 3 for differences
// between the bytes of floats, 0 for none.
func (t *File) Predictor() int {
	if n := t.value(tagPredictor, 1); n == 2 || n == 3 {
		return int(n)
	}
	return 0
}

// RemovablePredictor returns the predictor of a band, counted from 1, and where the file keeps its
// number, if the samples can be decoded as those of a file without a predictor and then be
// completed by Undo: if all blocks of the band are there, and decode to nothing but its samples. It
// is 0 otherwise.
func (t *File) RemovablePredictor(band int, dtype kernel.DType) (predictor int, at int64) {
	const lzw, lzma, zstd = 5, 34925, 50000
	methods := []uint64{lzw, compressionDeflate, compressionOldDeflate, lzma, zstd}
	if t.Predictor() == 0 || !undoes(t.Predictor(), dtype) || !t.separate(band, dtype) || !slices.Contains(methods, t.value(tagCompression, 0)) {
		return 0, 0
	}
	// A block that is not there is nodata, and not differences.
	b, _ := t.blocks()
	if !t.eachBlock(b.ofBand(band), func(_, offset, count uint64) bool { return offset > 0 && count > 0 }) {
		return 0, 0
	}
	return t.Predictor(), t.entry(tagPredictor).at
}

// undoes reports whether Undo knows a predictor of a type.
func undoes(predictor int, dtype kernel.DType) bool {
	return predictor == 0 || predictor == 2 && dtype.Size() <= 4 || predictor == 3 && dtype.IsFloat()
}

// Undo makes samples of what the predictor 2 or 3 left, in rows of width samples of size bytes.
// scratch is memory that calls may share one after the other.
func Undo(predictor int, rows []byte, width, size int, scratch *[]byte) {
	switch {
	case predictor == 3:
		if len(*scratch) < width*size {
			*scratch = make([]byte, width*size)
		}
		for line := width * size; len(rows) >= line; rows = rows[line:] {
			gatherBytes(rows[:line], (*scratch)[:line], width)
		}
	case size == 1:
		sumRows[uint8](rows, width)
	case size == 2:
		sumRows[uint16](rows, width)
	case size == 4:
		sumRows[uint32](rows, width)
	}
}

// sumRows makes samples of the differences to the one before (TIFF 6.0, section 14).
func sumRows[T uint8 | uint16 | uint32](rows []byte, width int) {
	samples := kernel.Row[T](kernel.Tile{Type: kernel.DTypeOf[T](), Data: rows, Dates: 1}, 0, 0, len(rows)/kernel.DTypeOf[T]().Size())
	for ; len(samples) >= width; samples = samples[width:] {
		var sum T
		row := samples[:width]
		for i := range row {
			sum += row[i]
			row[i] = sum
		}
	}
}

// gatherBytes makes a row of float32 or float64, low byte first, of the differences between its
// bytes, of which the high ones of all samples come first, and so on (Adobe Photoshop TIFF
// Technical Note 3).
func gatherBytes(row, scratch []byte, width int) {
	var sum byte
	for i, b := range row {
		sum += b
		scratch[i] = sum
	}
	size := len(row) / width
	if size == 4 {
		b3, b2, b1, b0 := scratch[:width], scratch[width:][:width], scratch[2*width:][:width], scratch[3*width:][:width]
		for i := range b3 {
			binary.LittleEndian.PutUint32(row[4*i:], uint32(b0[i])|uint32(b1[i])<<8|uint32(b2[i])<<16|uint32(b3[i])<<24)
		}
		return
	}
	for i := range row {
		row[i] = scratch[(size-1-i%size)*width+i/size]
	}
}
