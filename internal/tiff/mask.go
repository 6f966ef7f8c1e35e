package tiff

import (
	"encoding/binary"
	"io"
)

// HasMask reports whether one of the directories of a TIFF says that it is the mask of another
// image, in full resolution. GDAL ignores such a mask if it cannot use it.
func HasMask(r io.ReaderAt) bool {
	const subfile, reduced, mask = 254, 1, 4
	head := make([]byte, 16)
	if _, err := r.ReadAt(head, 0); err != nil {
		return false
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if head[0] == 'M' {
		order = binary.BigEndian
	}
	big := order.Uint16(head[2:]) == 43
	number := func(b []byte) int64 { // an offset, or a count of entries
		if big {
			return int64(order.Uint64(b))
		}
		return int64(order.Uint32(b))
	}
	at, countBytes, size := number(head[4:]), int64(2), int64(12)
	if big {
		at, countBytes, size = number(head[8:]), 8, 20
	}
	for n := 0; n < mostDirectories && at > 0; n++ {
		b := make([]byte, 20)
		if _, err := r.ReadAt(b[:countBytes], at); err != nil {
			return false
		}
		entries := int64(order.Uint16(b))
		if big {
			entries = number(b)
		}
		// Tags are sorted, and this one is the first.
		if _, err := r.ReadAt(b[:size], at+countBytes); err != nil || entries <= 0 || entries > 1<<16 {
			return false
		}
		inline := b[8:]
		if big {
			inline = b[12:]
		}
		value := order.Uint32(inline)
		if order.Uint16(b[2:]) == 3 {
			value = uint32(order.Uint16(inline))
		}
		if n > 0 && order.Uint16(b) == subfile && value&(mask|reduced) == mask {
			return true
		}
		link := b[:4]
		if big {
			link = b[:8]
		}
		if _, err := r.ReadAt(link, at+countBytes+entries*size); err != nil {
			return false
		}
		at = number(b)
	}
	return false
}
