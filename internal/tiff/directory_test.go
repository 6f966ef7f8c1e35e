package tiff

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
)

// Directories that lie: each is refused, and GDAL has the last word.
func TestHostileDirectories(t *testing.T) {
	entry := func(tag, kind uint16, count, value uint32) []byte {
		b := binary.LittleEndian.AppendUint16(nil, tag)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint32(b, count)
		return binary.LittleEndian.AppendUint32(b, value)
	}
	file := func(entries ...[]byte) []byte {
		b := []byte("II*\x00\x08\x00\x00\x00")
		b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
		for _, e := range entries {
			b = append(b, e...)
		}
		return append(b, 0, 0, 0, 0)
	}
	for name, b := range map[string][]byte{
		"empty":                  {},
		"a header alone":         []byte("II*\x00\x08\x00\x00\x00"),
		"a directory beyond":     []byte("II*\x00\xf0\xff\xff\xff" + strings.Repeat("\x00", 8)),
		"a tag of 4 GiB":         file(entry(tagDescription, 2, 0xffffffff, 8)),
		"a tag beyond the end":   file(entry(tagDescription, 2, 1000, 4000)),
		"an unknown kind":        file(entry(tagWidth, 99, 1, 1)),
		"more entries than real": append([]byte("II*\x00\x08\x00\x00\x00"), 0xff, 0xff),
	} {
		if tiff, err := Read(bytes.NewReader(b)); err == nil {
			if _, ok := tiff.Samples(1, 4); ok {
				t.Errorf("%s: has samples", name)
			}
		}
	}
	huge := file(entry(tagWidth, 4, 1, 1<<31-1), entry(tagHeight, 4, 1, 1<<31-1), entry(tagBits, 3, 1, 32), entry(tagStripOffsets, 4, 1<<31-1, 8), entry(tagRowsPerStrip, 4, 1, 1))
	if tiff, err := Read(bytes.NewReader(huge)); err == nil {
		if _, ok := tiff.Samples(1, 4); ok {
			t.Error("billions of strips have samples")
		}
	}
}

// Tags that share one large piece of the file do not make many of it.
func TestTagsThatShareBytes(t *testing.T) {
	const tags, shared = 900, 1 << 18
	b := []byte("II*\x00\x08\x00\x00\x00")
	b = binary.LittleEndian.AppendUint16(b, tags)
	for i := range tags {
		b = binary.LittleEndian.AppendUint16(b, uint16(50000+i))
		b = binary.LittleEndian.AppendUint16(b, 7)
		b = binary.LittleEndian.AppendUint32(b, shared)
		b = binary.LittleEndian.AppendUint32(b, 8+2+12*tags+4)
	}
	b = append(b, make([]byte, 4+shared)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Read(bytes.NewReader(b)); err == nil {
		t.Error("a directory of 225 MiB is read")
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 4*mostTagBytes {
		t.Errorf("%d bytes are allocated", after.TotalAlloc-before.TotalAlloc)
	}
}
