package tiff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// made describes a TIFF for a test. Its samples are plain numbers that differ from pixel to pixel,
// but for the predictor, for which they only pretend to be encoded.
type made struct {
	width, height, bands int
	size                 int // bytes of a sample
	format               int // of samples; 0: that of dtype
	rows                 int // of a strip; 0: of all
	tileW, tileH         int // 0: strips
	bigEndian, big       bool
	pixels               bool // bands are interleaved by pixel
	compression          int  // 0: none. It is only said
	predictor            int  // 0: none
	fillOrder            int
	metadata             string
	dateTime             string
	empty                int  // so many blocks at the end are not there
	swap                 bool // the second block lies before the first
	count                int  // the byte counts of blocks are so much too large
	apart                int  // bytes between blocks
	next                 bool // another directory follows
	headerOnly           bool // no block is there, and there are no samples
}

type tag struct {
	tag, kind uint16
	values    []uint64
	text      string
}

// sample returns the bytes of a sample.
func (m made) sample(band, x, y int) []byte {
	b := make([]byte, m.size)
	n := uint64(1+band)*1000003 + uint64(y)*8191 + uint64(x)*31
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	return b
}

// dtype is a type of so many bytes.
func (m made) dtype() kernel.DType {
	return map[int]kernel.DType{1: kernel.Uint8, 2: kernel.Int16, 4: kernel.Float32, 8: kernel.Float64}[m.size]
}

// window returns the samples of a band in a window, row by row.
func (m made) window(band int, w pixtrend.Window) (b []byte) {
	for y := range w.Height {
		for x := range w.Width {
			b = append(b, m.sample(band, w.X+x, w.Y+y)...)
		}
	}
	return b
}

// blocks returns the blocks of all bands, in their order.
func (m made) blocks() (blocks [][]byte) {
	w, h := m.tileW, m.tileH
	if w == 0 {
		if w, h = m.width, m.rows; h == 0 {
			h = m.height
		}
	}
	for band := range m.bands {
		for y := 0; y < m.height; y += h {
			for x := 0; x < m.width; x += w {
				rows := h
				if m.tileW == 0 {
					rows = min(h, m.height-y)
				}
				blocks = append(blocks, m.window(band, pixtrend.Window{X: x, Y: y, Width: w, Height: rows}))
			}
		}
	}
	return blocks
}

// bytes returns the file.
func (m made) bytes() []byte {
	var order binary.ByteOrder = binary.LittleEndian
	head := "II"
	if m.bigEndian {
		order, head = binary.BigEndian, "MM"
	}
	file := []byte(head)
	number := func(b []byte, size int, n uint64) []byte {
		var word [8]byte
		switch size {
		case 1:
			word[0] = byte(n)
		case 2:
			order.PutUint16(word[:], uint16(n))
		case 4:
			order.PutUint32(word[:], uint32(n))
		case 8:
			order.PutUint64(word[:], n)
		}
		return append(b, word[:size]...)
	}
	word := 4
	if m.big {
		word = 8
		file = number(number(number(file, 2, 43), 2, 8), 2, 0)
	} else {
		file = number(file, 2, 42)
	}
	first := len(file) // where the place of the directory is
	file = number(file, word, 0)

	blocks := m.blocks()
	offsets, counts := make([]uint64, len(blocks)), make([]uint64, len(blocks))
	inFile := make([]int, len(blocks)) // the blocks in the order in which they lie there
	for i := range inFile {
		inFile[i] = i
	}
	if m.swap && len(inFile) > 1 {
		inFile[0], inFile[1] = 1, 0
	}
	for _, i := range inFile {
		b := blocks[i]
		if m.headerOnly || i >= len(blocks)-m.empty {
			continue
		}
		file = append(file, make([]byte, m.apart)...)
		offsets[i], counts[i] = uint64(len(file)), uint64(len(b)+m.count)
		file = append(file, b...)
	}
	file = append(file, make([]byte, len(file)%2)...)

	short := func(t uint16, values ...int) tag {
		e := tag{tag: t, kind: 3}
		for _, v := range values {
			e.values = append(e.values, uint64(v))
		}
		return e
	}
	long := uint16(4)
	if m.big {
		long = 16
	}
	tags := []tag{short(tagWidth, m.width), short(tagHeight, m.height), short(tagBits, slices.Repeat([]int{8 * m.size}, m.bands)...), short(tagSamplesPerPixel, m.bands),
		short(tagPlanar, 2), short(tagCompression, max(1, m.compression)), short(tagPhotometric, 1)}
	if m.format == 0 {
		m.format = map[int]int{1: 1, 2: 2, 4: 3, 8: 3}[m.size]
	}
	tags = append(tags, short(tagSampleFormat, slices.Repeat([]int{m.format}, m.bands)...))
	if m.pixels {
		tags[4] = short(tagPlanar, 1)
	}
	if m.tileW > 0 {
		tags = append(tags, short(tagTileWidth, m.tileW), short(tagTileHeight, m.tileH), tag{tag: tagTileOffsets, kind: long, values: offsets}, tag{tag: tagTileCounts, kind: long, values: counts})
	} else {
		tags = append(tags, tag{tag: tagStripOffsets, kind: long, values: offsets}, tag{tag: tagStripCounts, kind: long, values: counts})
		if m.rows > 0 {
			tags = append(tags, short(tagRowsPerStrip, m.rows))
		}
	}
	if m.predictor > 0 {
		tags = append(tags, short(tagPredictor, m.predictor))
	}
	if m.fillOrder > 0 {
		tags = append(tags, short(tagFillOrder, m.fillOrder))
	}
	for t, text := range map[uint16]string{tagDateTime: m.dateTime, tagGDALMetadata: m.metadata} {
		if text != "" {
			tags = append(tags, tag{tag: t, kind: 2, text: text + "\x00"})
		}
	}
	slices.SortFunc(tags, func(a, b tag) int { return int(a.tag) - int(b.tag) })

	var entries, rest []byte
	places := map[int]int{} // of entries, what is in rest
	for i, e := range tags {
		data, count := []byte(e.text), len(e.text)
		if e.text == "" {
			count = len(e.values)
			for _, v := range e.values {
				data = number(data, int(kindBytes[e.kind]), v)
			}
		}
		entries = number(number(number(entries, 2, uint64(e.tag)), 2, uint64(e.kind)), word, uint64(count))
		if len(data) <= word {
			entries = append(entries, append(data, make([]byte, word-len(data))...)...)
			continue
		}
		places[i] = len(rest)
		rest = append(append(rest, data...), make([]byte, len(data)%2)...)
		entries = number(entries, word, 0)
	}
	directory := len(file)
	copy(file[first:], number(nil, word, uint64(directory)))
	countBytes, entryBytes := 2, 8+word
	if m.big {
		countBytes, entryBytes = 8, 12+word
	}
	file = number(file, countBytes, uint64(len(tags)))
	at := len(file)
	file = append(file, entries...)
	next := uint64(0)
	if m.next {
		next = 8
	}
	file = number(file, word, next)
	for i, place := range places {
		copy(file[at+(i+1)*entryBytes-word:], number(nil, word, uint64(len(file)+place)))
	}
	return append(file, rest...)
}

func (m made) read() (*File, *bytes.Reader, error) {
	r := bytes.NewReader(m.bytes())
	t, err := Read(r, r.Size())
	return t, r, err
}

// layouts are files of all kinds whose samples lie as in memory.
var layouts = map[string]made{
	"one strip":            {width: 83, height: 61, bands: 1, size: 4},
	"strips of 7 rows":     {width: 83, height: 61, bands: 1, size: 2, rows: 7},
	"tiles":                {width: 83, height: 61, bands: 1, size: 4, tileW: 16, tileH: 32},
	"BigTIFF":              {width: 83, height: 61, bands: 1, size: 8, rows: 8, big: true},
	"BigTIFF tiles":        {width: 83, height: 61, bands: 1, size: 1, tileW: 32, tileH: 16, big: true},
	"bands":                {width: 83, height: 61, bands: 3, size: 2, rows: 10},
	"bands in tiles":       {width: 83, height: 61, bands: 3, size: 4, tileW: 16, tileH: 16},
	"bands of one tile":    {width: 10, height: 12, bands: 2, size: 4, tileW: 16, tileH: 16},
	"one pixel":            {width: 1, height: 1, bands: 1, size: 1},
	"with metadata":        {width: 20, height: 10, bands: 1, size: 4, metadata: acquired(2001), dateTime: "2001:07:15 10:00:00"},
	"strips swapped":       {width: 83, height: 61, bands: 2, size: 2, rows: 7, swap: true},
	"strips apart":         {width: 83, height: 61, bands: 1, size: 4, rows: 10, apart: 3},
	"tiles swapped":        {width: 83, height: 61, bands: 2, size: 4, tileW: 16, tileH: 32, swap: true},
	"tiles apart":          {width: 83, height: 61, bands: 1, size: 1, tileW: 32, tileH: 16, apart: 8},
	"tiles of whole rows":  {width: 32, height: 61, bands: 1, size: 4, tileW: 32, tileH: 16, swap: true},
	"interleaved one band": {width: 20, height: 10, bands: 1, size: 4, pixels: true},
}

func acquired(year int) string {
	return fmt.Sprintf("<GDALMetadata>\n  <Item name=\"ACQUISITIONDATETIME\" domain=\"IMAGERY\">%d-07-15</Item>\n"+
		"  <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">ndvi %d</Item>\n</GDALMetadata>\n", year, year)
}
