package tiff

import (
	"encoding/binary"

	"github.com/pixtrend/pixtrend/kernel"
)

// Undo takes a predictor, 2 or 3, off rows of width samples of size bytes. scratch is for a row.
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

// gatherBytes makes a row of float32 or float64, low byte first, of the differences between its bytes, of which the
// high ones of all samples come first, and so on (Adobe Photoshop TIFF Technical Note 3).
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
