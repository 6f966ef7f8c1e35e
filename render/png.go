package render

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"
)

// writePNG encodes an image, with its resolution if dpi is positive.
func writePNG(w io.Writer, img image.Image, dpi float64) error {
	if dpi > 0 {
		w = &resolutionWriter{Writer: w, left: headerBytes, dpi: dpi}
	}
	return png.Encode(w, img)
}

// headerBytes is the length of the signature and the first chunk of a PNG, IHDR.
const headerBytes = 8 + 4 + 4 + 13 + 4

// resolutionWriter adds the chunk pHYs behind the first chunk of a PNG.
type resolutionWriter struct {
	io.Writer
	left int // bytes until then
	dpi  float64
}

func (r *resolutionWriter) Write(b []byte) (n int, err error) {
	if len(b) < r.left || r.left == 0 {
		r.left -= min(len(b), r.left)
		return r.Writer.Write(b)
	}
	head := r.left
	r.left = 0
	if n, err = r.Writer.Write(b[:head]); err != nil {
		return n, err
	}
	const inch = 0.0254 // metres
	perMetre := uint32(math.Round(r.dpi / inch))
	chunk := binary.BigEndian.AppendUint32(nil, 9) // bytes of data
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	if _, err = r.Writer.Write(chunk); err != nil {
		return n, err
	}
	more, err := r.Writer.Write(b[head:])
	return n + more, err
}
