package hostile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
)

// Tags of TIFF 6.0, and those of GDAL and of GeoTIFF, that the rasters here have.
const (
	tagSubfile       = 254
	tagWidth         = 256
	tagHeight        = 257
	tagBits          = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagFillOrder     = 266
	tagOffsets       = 273
	tagBands         = 277
	tagRowsPerStrip  = 278
	tagCounts        = 279
	tagPlanar        = 284
	tagTransfer      = 301
	tagPredictor     = 317
	tagWhitePoint    = 318
	tagChromaticity  = 319
	tagTileWidth     = 322
	tagTileHeight    = 323
	tagTileOffsets   = 324
	tagTileCounts    = 325
	tagExtra         = 338
	tagFormat        = 339
	tagScale         = 33550
	tagTiepoint      = 33922
	tagGeoKeys       = 34735
	tagMetadata      = 42112
	tagNodata        = 42113
	typeShort        = 3
	typeLong         = 4
	typeRational     = 5
	typeUndefined    = 7
	typeDouble       = 12
	compressNone     = 1
	compressDeflate  = 8
	compressPackBits = 32773
)

// tag is an entry of a directory. Its values are bytes in the order of the file.
type tag struct {
	id, kind uint16
	count    uint32
	data     []byte
	at       uint32 // where the values are, if that is a lie
	lies     bool
}

// directory is an image: its tags, and its blocks.
type directory struct {
	tags   []tag
	blocks [][]byte
	next   uint32 // where the next directory is, if that is a lie
	lies   bool
}

// file is a TIFF of 32-bit offsets.
type file struct {
	order       binary.AppendByteOrder
	directories []*directory
}

// get returns a tag of the directory, nil if it has none.
func (d *directory) get(id uint16) *tag {
	for i := range d.tags {
		if d.tags[i].id == id {
			return &d.tags[i]
		}
	}
	return nil
}

// set adds a tag or replaces it.
func (d *directory) set(t tag) {
	if old := d.get(t.id); old != nil {
		*old = t
		return
	}
	d.tags = append(d.tags, t)
}

func (d *directory) remove(id uint16) {
	d.tags = slices.DeleteFunc(d.tags, func(t tag) bool { return t.id == id })
}

// numbers returns a tag with values of a type.
func (f *file) numbers(id, kind uint16, values ...float64) tag {
	t := tag{id: id, kind: kind, count: uint32(len(values))}
	for _, x := range values {
		switch kind {
		case typeShort:
			t.data = f.order.AppendUint16(t.data, uint16(int64(x)))
		case typeDouble:
			t.data = f.order.AppendUint64(t.data, math.Float64bits(x))
		case typeLong:
			t.data = f.order.AppendUint32(t.data, uint32(int64(x)))
		default:
			t.data = append(t.data, byte(int64(x)))
		}
	}
	return t
}

func text(id uint16, s string) tag {
	return tag{id: id, kind: 2, count: uint32(len(s) + 1), data: append([]byte(s), 0)}
}

// encode returns the bytes of the file: blocks first, then directories with their values. Offsets
// and counts of blocks that no tag holds yet are added.
func (f *file) encode() []byte {
	out := []byte("II*\x00")
	if f.order == binary.AppendByteOrder(binary.BigEndian) {
		out = []byte("MM\x00*")
	}
	out = f.order.AppendUint32(out, 0)
	link := 4
	for _, d := range f.directories {
		offsets, counts := d.place(f, &out)
		for _, t := range []tag{offsets, counts} {
			if d.get(t.id) == nil {
				d.tags = append(d.tags, t)
			}
		}
		slices.SortStableFunc(d.tags, func(a, b tag) int { return int(a.id) - int(b.id) })
		values := make([]uint32, len(d.tags))
		for i, t := range d.tags {
			if len(t.data) > 4 && !t.lies {
				values[i] = uint32(len(out))
				out = append(out, t.data...)
				out = append(out, make([]byte, len(out)%2)...)
			}
		}
		copy(out[link:], f.order.AppendUint32(nil, uint32(len(out))))
		out = f.order.AppendUint16(out, uint16(len(d.tags)))
		for i, t := range d.tags {
			out = f.order.AppendUint32(f.order.AppendUint16(f.order.AppendUint16(out, t.id), t.kind), t.count)
			switch {
			case t.lies:
				out = f.order.AppendUint32(out, t.at)
			case len(t.data) > 4:
				out = f.order.AppendUint32(out, values[i])
			default:
				out = append(append(out, t.data...), make([]byte, 4-len(t.data))...)
			}
		}
		link = len(out)
		out = f.order.AppendUint32(out, d.next)
		if d.lies {
			break
		}
	}
	return out
}

// place appends the blocks of a directory and returns the tags that say where they are.
func (d *directory) place(f *file, out *[]byte) (offsets, counts tag) {
	var at, n []float64
	for _, b := range d.blocks {
		at, n = append(at, float64(len(*out))), append(n, float64(len(b)))
		*out = append(*out, b...)
		*out = append(*out, make([]byte, len(*out)%2)...)
	}
	if d.get(tagTileWidth) != nil {
		return f.numbers(tagTileOffsets, typeLong, at...), f.numbers(tagTileCounts, typeLong, n...)
	}
	return f.numbers(tagOffsets, typeLong, at...), f.numbers(tagCounts, typeLong, n...)
}

// image is a raster with one band, made of samples.
type image struct {
	width, height int
	bits          int // of a sample
	format        int // 1: unsigned, 2: signed, 3: floating point
	tile          int // width and height of tiles; 0: strips of rows
	rows          int
	compression   int
	predictor     int
	big           bool // the byte order
	sample        func(x, y int) float64
	nodata, xml   string
	extra         func(f *file, d *directory)
}

// newImage returns a kind of image that a generator picks, with whole numbers from 1 to 200 for its
// samples.
func newImage(r *rand.Rand, width, height int) image {
	kinds := [][2]int{{8, 1}, {16, 1}, {16, 2}, {32, 3}, {64, 3}, {32, 2}, {32, 1}}
	kind := kinds[r.IntN(len(kinds))]
	i := image{width: width, height: height, bits: kind[0], format: kind[1], rows: []int{1, 3, 7, height}[r.IntN(4)],
		compression: []int{compressNone, compressNone, compressDeflate, compressPackBits}[r.IntN(4)], predictor: 1, big: r.IntN(4) == 0}
	if r.IntN(2) == 0 {
		i.tile = 16
	}
	if i.compression == compressDeflate && r.IntN(2) == 0 {
		if i.predictor = 2; i.format == 3 {
			i.predictor = 3
		}
	}
	salt := r.IntN(1000)
	i.sample = func(x, y int) float64 { return float64((x*7+y*13+x*y+salt)%200 + 1) }
	return i
}

// file returns the image as a TIFF.
func (i image) file() *file {
	f := &file{order: binary.LittleEndian}
	if i.big {
		f.order = binary.BigEndian
	}
	d := &directory{}
	short := func(id uint16, x int) { d.set(f.numbers(id, typeShort, float64(x))) }
	short(tagWidth, i.width)
	short(tagHeight, i.height)
	short(tagBits, i.bits)
	short(tagCompression, i.compression)
	short(tagPhotometric, 1)
	short(tagBands, 1)
	short(tagPlanar, 1)
	short(tagFormat, i.format)
	if i.predictor > 1 {
		short(tagPredictor, i.predictor)
	}
	w, h := i.width, i.rows
	if i.tile > 0 {
		w, h = i.tile, i.tile
		short(tagTileWidth, w)
		short(tagTileHeight, h)
	} else {
		short(tagRowsPerStrip, h)
	}
	for y := 0; y < i.height; y += h {
		for x := 0; x < i.width; x += w {
			rows := h
			if i.tile == 0 {
				rows = min(h, i.height-y)
			}
			d.blocks = append(d.blocks, i.compressed(f, i.block(f, x, y, w, rows)))
		}
	}
	d.set(f.numbers(tagScale, typeDouble, 30, 30, 0))
	d.set(f.numbers(tagTiepoint, typeDouble, 0, 0, 0, 500000, 4600000, 0))
	if i.nodata != "" {
		d.set(text(tagNodata, i.nodata))
	}
	if i.xml != "" {
		d.set(text(tagMetadata, i.xml))
	}
	f.directories = []*directory{d}
	if i.extra != nil {
		i.extra(f, d)
	}
	return f
}

// block returns the samples of a block, with the predictor applied.
func (i image) block(f *file, x0, y0, w, h int) []byte {
	var out []byte
	for y := y0; y < y0+h; y++ {
		var row []byte
		before := uint64(0)
		for x := x0; x < x0+w; x++ {
			value := 0.0
			if x < i.width && y < i.height {
				value = i.sample(x, y)
			}
			bits := uint64(int64(value))
			switch {
			case i.format == 3 && i.bits == 32:
				bits = uint64(math.Float32bits(float32(value)))
			case i.format == 3:
				bits = math.Float64bits(value)
			}
			store := bits
			if i.predictor == 2 {
				store, before = bits-before, bits
			}
			switch order := f.order; i.bits {
			case 8:
				row = append(row, byte(store))
			case 16:
				row = order.AppendUint16(row, uint16(store))
			case 32:
				row = order.AppendUint32(row, uint32(store))
			default:
				row = order.AppendUint64(row, store)
			}
		}
		if i.predictor == 3 {
			row = i.floatPredicted(f, row, w)
		}
		out = append(out, row...)
	}
	return out
}

// floatPredicted applies the predictor for floating point of Adobe's technical note 3 to a row: the
// bytes of all samples by their significance, and then differences.
func (i image) floatPredicted(f *file, row []byte, w int) []byte {
	size := i.bits / 8
	sorted := make([]byte, len(row))
	for x := range w {
		for b := range size {
			from := x*size + b
			if !i.big {
				from = x*size + size - 1 - b
			}
			sorted[b*w+x] = row[from]
		}
	}
	for at := len(sorted) - 1; at > 0; at-- {
		sorted[at] -= sorted[at-1]
	}
	return sorted
}

func (i image) compressed(_ *file, b []byte) []byte {
	switch i.compression {
	case compressDeflate:
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	case compressPackBits:
		var out []byte
		for part := range slices.Chunk(b, 128) {
			out = append(append(out, byte(len(part)-1)), part...)
		}
		return out
	}
	return b
}
