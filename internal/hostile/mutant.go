package hostile

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Width and Height are the size of all rasters here.
const Width, Height = 37, 29

// Name is the name of the raster that lies, among those of a stack.
const Name = "x_2001.tif"

// Mutant is a stack of three rasters, of which the first lies.
type Mutant struct {
	Seed  uint64
	Form  string            // how it lies
	Files map[string][]byte // by name
	Mask  bool              // a file beside the raster claims to be its mask
}

// form is a way to lie: it changes the directory, the bytes, or the files of a mutant.
type form struct {
	name   string
	image  func(r *rand.Rand, i *image)
	tags   func(r *rand.Rand, f *file, d *directory)
	bytes  func(r *rand.Rand, b []byte) []byte
	beside func(r *rand.Rand, m *Mutant)
}

// Forms returns the names of the ways to lie.
func Forms() (names []string) {
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

// New returns the mutant of a seed. Seeds that follow each other take the forms in turn.
func New(seed uint64) Mutant {
	f := forms[seed%uint64(len(forms))]
	r := rand.New(rand.NewPCG(seed, 20))
	m := Mutant{Seed: seed, Form: f.name, Files: map[string][]byte{}}
	i := newImage(r, Width, Height)
	for year := 2002; year <= 2003; year++ {
		whole := i
		whole.sample = func(x, y int) float64 { return i.sample(x, y)/2 + float64((year*y+x)%50) }
		if i.format != 3 {
			whole.sample = func(x, y int) float64 { return float64((int(i.sample(x, y)) + year*y + x) % 200) }
		}
		m.Files[fmt.Sprintf("x_%d.tif", year)] = whole.file().encode()
	}
	if f.image != nil {
		f.image(r, &i)
	}
	t := i.file()
	if f.tags != nil {
		f.tags(r, t, t.directories[0])
	}
	b := t.encode()
	if f.bytes != nil {
		b = f.bytes(r, b)
	}
	m.Files[Name] = b
	if f.beside != nil {
		f.beside(r, &m)
	}
	return m
}

// Write writes the files of the mutant into a folder.
func (m Mutant) Write(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if err := os.WriteFile(filepath.Join(dir, name), m.Files[name], 0o666); err != nil {
			return err
		}
	}
	return nil
}

// pick returns one of some values.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// strange returns a number that a tag should not have.
func strange(r *rand.Rand) float64 {
	return pick[float64](r, 0, 1, 2, 3, 7, 255, 256, 4096, 65535, 1<<20, 1<<24, 1<<31-1, 1<<31, 1<<32-1, float64(r.IntN(1000)))
}

// flip changes some bytes from a place on.
func flip(r *rand.Rand, b []byte, from, to int) []byte {
	b = slices.Clone(b)
	for range 1 + r.IntN(6) {
		b[from+r.IntN(max(to-from, 1))] ^= byte(1 << r.IntN(8))
	}
	return b
}

// numbersOf returns the ids of the tags of offsets and counts.
func (d *directory) blockTags() (offsets, counts uint16) {
	if d.get(tagTileWidth) != nil {
		return tagTileOffsets, tagTileCounts
	}
	return tagOffsets, tagCounts
}

// laid returns where the blocks of the first directory will be, and their sizes.
func (d *directory) laid() (at, n []float64) {
	next := 8
	for _, b := range d.blocks {
		at, n = append(at, float64(next)), append(n, float64(len(b)))
		next += len(b) + len(b)%2
	}
	return at, n
}

// maskFile returns a mask as GDAL writes it beside a raster, which hides every third pixel.
func maskFile(r *rand.Rand, change func(i *image)) []byte {
	i := image{width: Width, height: Height, bits: 8, format: 1, rows: 8, compression: pick(r, compressNone, compressDeflate), predictor: 1,
		sample: func(x, y int) float64 { return float64(255 * min((x+y)%3, 1)) },
		xml:    `<GDALMetadata><Item name="INTERNAL_MASK_FLAGS_1">2</Item></GDALMetadata>`}
	if change != nil {
		change(&i)
	}
	return i.file().encode()
}

// cut returns the beginning of a file.
func cut(r *rand.Rand, b []byte) []byte {
	return b[:pick(r, 0, 1, 4, 8, r.IntN(len(b)), len(b)-1-r.IntN(min(len(b), 40)))]
}

const vrt = `<VRTDataset rasterXSize="37" rasterYSize="29"><Metadata><MDI key="INTERNAL_MASK_FLAGS_1">2</MDI></Metadata>` +
	`<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename relativeToVRT="1">x_2002.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>`

const wholeMetadata = `<PAMDataset><PAMRasterBand band="1"><NoDataValue>5</NoDataValue><Offset>3</Offset><Scale>0.5</Scale></PAMRasterBand></PAMDataset>`

var forms = []form{
	{name: "whole"},
	{name: "fill order", tags: func(r *rand.Rand, f *file, d *directory) {
		d.set(f.numbers(tagFillOrder, typeShort, pick[float64](r, 2, 2, 2, 1, 0, 3)))
	}},
	{name: "counts of blocks", tags: func(r *rand.Rand, f *file, d *directory) {
		_, id := d.blockTags()
		_, n := d.laid()
		for range 1 + r.IntN(3) {
			at := r.IntN(len(n))
			n[at] = pick[float64](r, 0, 1, n[at]-1, n[at]-3, n[at]+1, n[at]+100, 2*n[at], 1<<31, 1<<32-1)
		}
		switch r.IntN(6) {
		case 0:
			d.set(f.numbers(id, typeLong, n[:r.IntN(len(n))]...))
		case 1:
			d.set(f.numbers(id, typeShort, n...))
		case 2:
			d.set(tag{id: id, kind: typeLong, count: uint32(len(n)), lies: true, at: uint32(strange(r))})
		default:
			d.set(f.numbers(id, typeLong, n...))
		}
	}},
	{name: "offsets of blocks", tags: func(r *rand.Rand, f *file, d *directory) {
		id, _ := d.blockTags()
		at, _ := d.laid()
		for range 1 + r.IntN(3) {
			at[r.IntN(len(at))] = pick[float64](r, 0, 1, 8, at[r.IntN(len(at))], at[r.IntN(len(at))]+1, strange(r))
		}
		if r.IntN(5) == 0 {
			at = at[:r.IntN(len(at))]
		}
		d.set(f.numbers(id, typeLong, at...))
	}},
	{name: "short blocks", image: func(r *rand.Rand, i *image) {
		i.compression = pick(r, compressDeflate, compressDeflate, compressPackBits)
	},
		tags: func(r *rand.Rand, f *file, d *directory) {
			for range 1 + r.IntN(2) {
				at := r.IntN(len(d.blocks))
				b := d.blocks[at]
				d.blocks[at] = b[:max(0, len(b)-1-r.IntN(12))]
			}
		}},
	{name: "flipped blocks", tags: func(r *rand.Rand, f *file, d *directory) {
		at := r.IntN(len(d.blocks))
		if b := d.blocks[at]; len(b) > 0 {
			d.blocks[at] = flip(r, b, 0, len(b))
		}
	}},
	{name: "flipped bytes", bytes: func(r *rand.Rand, b []byte) []byte {
		if r.IntN(2) == 0 {
			return flip(r, b, max(0, len(b)-250), len(b)) // the directory
		}
		return flip(r, b, 0, len(b))
	}},
	{name: "cut", bytes: cut},
	{name: "size", tags: func(r *rand.Rand, f *file, d *directory) {
		id := pick[uint16](r, tagWidth, tagHeight, tagRowsPerStrip, tagTileWidth, tagTileHeight)
		if d.get(id) == nil {
			id = tagHeight
		}
		d.set(f.numbers(id, typeLong, pick[float64](r, strange(r), float64(Width+r.IntN(5)-2), float64(16*r.IntN(5)))))
	}},
	{name: "huge tiles", image: func(r *rand.Rand, i *image) { i.tile = 16 }, tags: func(r *rand.Rand, f *file, d *directory) {
		d.set(f.numbers(tagTileWidth, typeLong, pick[float64](r, 16, 1<<10, 1<<20, 1<<28)))
		d.set(f.numbers(tagTileHeight, typeLong, pick[float64](r, 16, 1<<10, 1<<20, 1<<28)))
		if r.IntN(2) == 0 {
			d.blocks = d.blocks[:1]
		}
	}},
	{name: "samples", tags: func(r *rand.Rand, f *file, d *directory) {
		id := pick[uint16](r, tagBits, tagFormat, tagBands, tagPlanar, tagPhotometric, tagExtra)
		if r.IntN(6) == 0 {
			d.remove(id)
			return
		}
		d.set(f.numbers(id, typeShort, pick[float64](r, 0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64, 65535)))
	}},
	{name: "compression", tags: func(r *rand.Rand, f *file, d *directory) {
		d.set(f.numbers(tagCompression, typeShort, pick[float64](r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34712, 34887, 34925, 50000, 50001, 65535)))
	}},
	{name: "predictor", tags: func(r *rand.Rand, f *file, d *directory) {
		d.set(f.numbers(tagPredictor, typeShort, pick[float64](r, 0, 1, 2, 3, 4, 65535)))
	}},
	{name: "large tags", tags: func(r *rand.Rand, f *file, d *directory) {
		id := pick[uint16](r, tagTransfer, tagWhitePoint, tagChromaticity, 333, 700, 34377, 34675, 65000, tagMetadata, tagNodata, tagGeoKeys)
		d.set(tag{id: id, kind: pick[uint16](r, 2, typeShort, typeLong, typeRational, typeUndefined, typeDouble), lies: true, at: 8,
			count: pick[uint32](r, 1, 2, 6, 768, 1<<16, 1<<24, 1<<28, 1<<31, 1<<32-1)})
	}},
	{name: "types of tags", tags: func(r *rand.Rand, f *file, d *directory) {
		t := &d.tags[r.IntN(len(d.tags))]
		switch r.IntN(3) {
		case 0:
			t.kind = uint16(r.IntN(20))
		case 1:
			t.count = uint32(strange(r))
		default:
			t.lies, t.at = true, uint32(strange(r))
		}
	}},
	{name: "links of directories", tags: func(r *rand.Rand, f *file, d *directory) {
		d.lies, d.next = true, uint32(pick[float64](r, 8, strange(r)))
		if r.IntN(2) == 0 {
			d.set(f.numbers(330, typeLong, pick(r, 8, strange(r)))) // directories below
		}
	}},
	{name: "metadata", image: func(r *rand.Rand, i *image) {
		item := pick(r,
			`<Item name="SCALE" sample="0" role="scale">0.5</Item><Item name="OFFSET" sample="0" role="offset">3</Item>`,
			`<Item name="SCALE" SAMPLE="0" ROLE="scale">0.5</Item>`,
			`<Item name="SCALE" sample="0" role="Scale">0.5</Item>`,
			`<!-- <Item name="SCALE" sample="0" role="scale">0.5</Item> -->`,
			`<Item name="SCALE" sample="0" role="scale">1e400</Item>`,
			`<Item name="SCALE" sample="0" role="scale">nan</Item>`,
			`<Item name="SCALE" sample="7" role="scale">0.5</Item>`,
			`<Item name="SCALE" sample="0" role="scale">&#48;.5</Item>`,
			`<Item name="SCALE" sample="0" role="scale"><![CDATA[0.5]]></Item>`,
			`<Item name="SCALE" sample="0" role="scale">0.5`,
			"<Item name=\"UNITTYPE\" sample=\"0\" role=\"unittype\">m\x1b[2J\nfit  would run</Item>",
			"<Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">a\x07\xff\n2001</Item>")
		i.xml = "<GDALMetadata>" + item + "</GDALMetadata>"
	}},
	{name: "nodata", image: func(r *rand.Rand, i *image) {
		i.nodata = pick(r, "5", " 5 ", "5.0", "-9999", "nan", "NaN", "inf", "1e400", "", "x", "5x", "300", "7.5", strings.Repeat("5", 400))
	}},
	{name: "place", tags: func(r *rand.Rand, f *file, d *directory) {
		switch r.IntN(4) {
		case 0:
			d.set(f.numbers(tagScale, typeDouble, pick[float64](r, 0, -30, 30, 1e308), pick[float64](r, 0, -30, 30), 0))
		case 1:
			d.set(f.numbers(tagGeoKeys, typeShort, 1, 1, 0, pick[float64](r, 0, 1, 9, 65535), 1024, 34736, 200, 7))
		case 2:
			d.set(f.numbers(tagTiepoint, typeDouble, make([]float64, r.IntN(12))...))
		default:
			d.remove(pick[uint16](r, tagScale, tagTiepoint))
		}
	}},
	{name: "masks inside", tags: func(r *rand.Rand, f *file, d *directory) {
		i := image{width: Width, height: Height, bits: 8, format: 1, rows: 8, compression: compressDeflate, predictor: 1, big: f.order.String() == "BigEndian",
			sample: func(x, y int) float64 { return float64(255 * min((x+y)%3, 1)) }}
		mask := i.file().directories[0]
		mask.set(f.numbers(tagSubfile, typeLong, pick[float64](r, 4, 4, 4, 0, 1, 5)))
		mask.set(f.numbers(tagPhotometric, typeShort, 4))
		mask.remove(tagScale)
		mask.remove(tagTiepoint)
		switch r.IntN(4) {
		case 0:
			at := r.IntN(len(mask.blocks))
			mask.blocks[at] = mask.blocks[at][:len(mask.blocks[at])/2]
		case 1:
			mask.set(f.numbers(tagHeight, typeShort, pick[float64](r, 0, Height-1, Height+40)))
		}
		f.directories = append(f.directories, mask)
	}},
	{name: "masks beside", beside: func(r *rand.Rand, m *Mutant) {
		m.Mask = true
		b := maskFile(r, nil)
		switch r.IntN(7) {
		case 0:
			b = cut(r, b)
		case 1:
			b = flip(r, b, 0, len(b))
		case 2:
			b = []byte(vrt)
		case 3:
			b = bytes.ReplaceAll(b, []byte("MASK_FLAGS_1"), []byte("MASK_FLAGS_2"))
		case 4:
			b = maskFile(r, func(i *image) { i.height, i.width = Height+r.IntN(3)-1, Width+r.IntN(3)-1 })
		case 5:
			b = maskFile(r, func(i *image) { i.xml = strings.Replace(i.xml, ">2<", ">"+pick(r, "0", "1", "8", "x", "")+"<", 1) })
		}
		m.Files[Name+".msk"] = b
	}},
	{name: "metadata beside", beside: func(r *rand.Rand, m *Mutant) {
		b := []byte(wholeMetadata)
		switch r.IntN(4) {
		case 0:
			b = cut(r, b)
		case 1:
			b = flip(r, b, 0, len(b))
		case 2:
			b = []byte(vrt)
		}
		m.Files[Name+".aux.xml"] = b
	}},
	{name: "other files beside", beside: func(r *rand.Rand, m *Mutant) {
		end := pick(r, ".ovr", ".msk.ovr", ".aux", ".vrt")
		m.Files[Name+end] = []byte(vrt)
		m.Files["x_2001.tfw"] = pick(r, []byte("30\n0\n0\n-30\n500015\n4599985\n"), []byte("x"), bytes.Repeat([]byte("1"), 200_000), nil)
	}},
}

// Whole returns a stack of which nothing lies. The first raster has a mask and metadata beside it.
func Whole() Mutant {
	r := rand.New(rand.NewPCG(5, 20))
	m := Mutant{Form: "whole", Files: map[string][]byte{}}
	i := newImage(r, Width, Height)
	for year := range 3 {
		m.Files[fmt.Sprintf("x_%d.tif", 2001+year)] = i.file().encode()
		i.sample = func(x, y int) float64 { return float64((x*7+y*13+year)%200 + 1) }
	}
	m.Files[Name+".msk"] = maskFile(r, nil)
	m.Files[Name+".aux.xml"] = []byte(wholeMetadata)
	return m
}
