package tiff

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
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
		if tiff, err := Read(bytes.NewReader(b), int64(len(b))); err == nil {
			if _, ok := tiff.Samples(1, kernel.Float32); ok {
				t.Errorf("%s: has samples", name)
			}
		}
	}
	huge := file(entry(tagWidth, 4, 1, 1<<31-1), entry(tagHeight, 4, 1, 1<<31-1), entry(tagBits, 3, 1, 32), entry(tagStripOffsets, 4, 1<<31-1, 8), entry(tagRowsPerStrip, 4, 1, 1))
	if tiff, err := Read(bytes.NewReader(huge), int64(len(huge))); err == nil {
		if _, ok := tiff.Samples(1, kernel.Float32); ok {
			t.Error("billions of strips have samples")
		}
	}
}

// Tags that share one large piece of the file do not make many of it, here or in GDAL. Nor do many
// tags that libtiff does not know, or many directories.
func TestLimits(t *testing.T) {
	directory := func(b []byte, tags int, kind uint16, count, at uint32, next bool) []byte {
		b = binary.LittleEndian.AppendUint16(b, uint16(tags))
		for i := range tags {
			b = binary.LittleEndian.AppendUint16(b, uint16(500+i))
			b = binary.LittleEndian.AppendUint16(b, kind)
			b = binary.LittleEndian.AppendUint32(b, count)
			b = binary.LittleEndian.AppendUint32(b, at)
		}
		if next {
			return binary.LittleEndian.AppendUint32(b, uint32(len(b)+4))
		}
		return append(b, 0, 0, 0, 0)
	}
	head := []byte("II*\x00\x08\x00\x00\x00")
	many := head
	for range mostDirectories {
		many = directory(slices.Clip(many), 1, 3, 1, 1, true)
	}
	placed := func(tag uint16, count, at uint32) []byte {
		b := directory(slices.Clip(head), 1, 4, count, at, false)
		binary.LittleEndian.PutUint16(b[10:], tag)
		return b
	}
	second := directory(directory(head, 1, 3, 1, 1, true), 900, 7, 1<<18, 8, false)
	for name, c := range map[string]struct {
		b     []byte
		words string // "": no error
	}{
		"plain":                    {directory(head, 900, 7, 4, 8, false), ""},
		"a large file":             {append(directory(head, 10, 7, 1000, 8, false), make([]byte, 20000)...), ""},
		"shared bytes":             {append(directory(head, 900, 7, 1<<18, 8, false), make([]byte, 1<<18)...), "tags of 235929600 bytes"},
		"of two":                   {append(second, make([]byte, 1<<18)...), "tags of 235929600 bytes"},
		"a tag of 4 GiB":           {directory(head, 1, 7, 1<<32-1, 8, false), "a tag of 4294967295 values"},
		"of an unknown kind":       {append(directory(head, 1, 99, 1, 1, true), directory(nil, 1, 7, 1<<32-1, 8, false)...), "a tag of 4294967295 values"},
		"many tags":                {directory(head, mostEntries+1, 7, 1, 1, false), "1025 tags"},
		"many directories":         {directory(many, 1, 3, 1, 1, false), "more than 8192 others"},
		"places of blocks outside": {placed(tagStripOffsets, 3, 20), "blocks whose places are not in the file"},
		"no places of blocks":      {placed(tagTileCounts, 0, 8), "blocks whose places are not in the file"},
		"places of blocks":         {placed(tagTileOffsets, 2, 8), ""},
		"a loop":                   {append(directory(head, 1, 3, 1, 1, false)[:22], 8, 0, 0, 0), ""},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Check(bytes.NewReader(c.b), int64(len(c.b)))
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 8<<20 {
			t.Errorf("%s: %d bytes are allocated", name, after.TotalAlloc-before.TotalAlloc)
		}
		if c.words == "" && err != nil || c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words)) {
			t.Errorf("%s: %v, want %q", name, err, c.words)
		}
	}
}
