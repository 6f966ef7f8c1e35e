package raster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/kernel"
)

// rawTag is a tag of a TIFF with its values as they are in the file.
type rawTag struct {
	kind  uint16
	count uint32
	data  []byte
}

func shorts(values ...uint16) rawTag {
	t := rawTag{kind: 3, count: uint32(len(values))}
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint16(t.data, v)
	}
	return t
}

func longs(values ...uint32) rawTag {
	t := rawTag{kind: 4, count: uint32(len(values))}
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint32(t.data, v)
	}
	return t
}

// numbers returns the values of a tag of SHORTs or LONGs.
func (t rawTag) numbers() (values []uint32) {
	for i := range int(t.count) {
		if t.kind == 3 {
			values = append(values, uint32(binary.LittleEndian.Uint16(t.data[2*i:])))
		} else {
			values = append(values, binary.LittleEndian.Uint32(t.data[4*i:]))
		}
	}
	return values
}

// retag gives a classic little-endian TIFF a directory that change has changed, at its end.
func retag(t testing.TB, path string, change func(tags map[uint16]rawTag)) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	order := binary.LittleEndian
	at := order.Uint32(b[4:])
	tags := map[uint16]rawTag{}
	for i := range int(order.Uint16(b[at:])) {
		e := b[int(at)+2+12*i:]
		tag := rawTag{kind: order.Uint16(e[2:]), count: order.Uint32(e[4:])}
		size := int(tag.count) * map[uint16]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8}[tag.kind]
		if tag.data = e[8:][:min(size, 4)]; size > 4 {
			tag.data = b[order.Uint32(e[8:]):][:size]
		}
		tag.data = slices.Clone(tag.data)
		tags[order.Uint16(e)] = tag
	}
	change(tags)
	b = append(b, make([]byte, len(b)%2)...)
	order.PutUint32(b[4:], uint32(len(b)))
	values := uint32(len(b) + 2 + 12*len(tags) + 4)
	var entries, rest []byte
	entries = order.AppendUint16(entries, uint16(len(tags)))
	for _, number := range slices.Sorted(maps.Keys(tags)) {
		tag := tags[number]
		entries = order.AppendUint32(order.AppendUint16(order.AppendUint16(entries, number), tag.kind), tag.count)
		if len(tag.data) <= 4 {
			entries = append(entries, append(slices.Clone(tag.data), make([]byte, 4-len(tag.data))...)...)
			continue
		}
		entries = order.AppendUint32(entries, values+uint32(len(rest)))
		rest = append(append(rest, tag.data...), make([]byte, len(tag.data)%2)...)
	}
	b = append(append(append(b, entries...), 0, 0, 0, 0), rest...)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Whatever a tag says, samples are those that GDAL reads in its ordinary way, or the file is
// refused.
func TestEveryTagAsGDALReadsIt(t *testing.T) {
	const width, height = 83, 61
	table := func(tags map[uint16]rawTag, strips, tiles uint16, f func(values []uint32)) {
		tag := tiles
		if _, ok := tags[tag]; !ok {
			tag = strips
		}
		values := tags[tag].numbers()
		f(values)
		tags[tag] = longs(values...)
	}
	offsets := func(f func(v []uint32)) func(map[uint16]rawTag) {
		return func(tags map[uint16]rawTag) { table(tags, 273, 324, f) }
	}
	counts := func(f func(v []uint32)) func(map[uint16]rawTag) {
		return func(tags map[uint16]rawTag) { table(tags, 279, 325, f) }
	}
	set := func(number uint16, tag rawTag) func(map[uint16]rawTag) {
		return func(tags map[uint16]rawTag) { tags[number] = tag }
	}
	text := func(s string) rawTag { return rawTag{2, uint32(len(s) + 1), append([]byte(s), 0)} }
	variants := map[string]func(tags map[uint16]rawTag){
		"as it is":              func(map[uint16]rawTag) {},
		"counts of 0":           counts(func(v []uint32) { v[len(v)/2] = 0 }),
		"all counts of 0":       counts(func(v []uint32) { clear(v) }),
		"a short count":         counts(func(v []uint32) { v[0]-- }),
		"a huge count":          counts(func(v []uint32) { v[0] = 1 << 31 }),
		"counts too large":      counts(func(v []uint32) { v[0] += 100 }),
		"swapped offsets":       offsets(func(v []uint32) { v[0], v[len(v)-1] = v[len(v)-1], v[0] }),
		"one offset for two":    offsets(func(v []uint32) { v[0] = v[len(v)-1] }),
		"an offset of 0":        offsets(func(v []uint32) { v[0] = 0 }),
		"an offset beyond":      offsets(func(v []uint32) { v[0] = 1 << 30 }),
		"odd offsets":           offsets(func(v []uint32) { v[0]++ }),
		"no counts":             func(tags map[uint16]rawTag) { delete(tags, 279); delete(tags, 325) },
		"few counts":            func(tags map[uint16]rawTag) { table(tags, 279, 325, func([]uint32) {}); shorten(tags, 279, 325) },
		"few offsets":           func(tags map[uint16]rawTag) { table(tags, 273, 324, func([]uint32) {}); shorten(tags, 273, 324) },
		"a subfile":             set(254, longs(1)),
		"a page":                set(254, longs(2)),
		"an old subfile":        set(255, shorts(2)),
		"a narrower raster":     set(256, shorts(width-3)),
		"a lower raster":        set(257, shorts(height-3)),
		"a width of two values": set(256, shorts(width, width)),
		"white is 0":            set(262, shorts(0)),
		"a mask":                set(262, shorts(4)),
		"CMYK":                  set(262, shorts(5)),
		"YCbCr":                 set(262, shorts(6)),
		"CIELab":                set(262, shorts(8)),
		"no photometric":        func(tags map[uint16]rawTag) { delete(tags, 262) },
		"bits from the right":   set(266, shorts(2)),
		"another fill order":    set(266, shorts(7)),
		"a description":         set(270, text("ImageJ=1.11a\nimages=3\nslices=3\n")),
		"a model":               set(272, text("model")),
		"upside down":           set(274, shorts(4)),
		"turned":                set(274, shorts(8)),
		"rows of strips":        func(tags map[uint16]rawTag) { tags[278] = longs(1<<32 - 1) },
		"few rows in strips":    set(278, shorts(3)),
		"planar":                set(284, shorts(2)),
		"chunky":                set(284, shorts(1)),
		"a third planar":        set(284, shorts(3)),
		"a predictor":           set(317, shorts(2)),
		"no predictor":          set(317, shorts(1)),
		"colours":               set(320, shorts(make([]uint16, 3*256)...)),
		"other tiles":           func(tags map[uint16]rawTag) { tags[322], tags[323] = shorts(32), shorts(32) },
		"huge tiles":            func(tags map[uint16]rawTag) { tags[322], tags[323] = longs(1<<20), longs(1<<20) },
		"a sub-directory":       set(330, longs(8)),
		"extra samples":         set(338, shorts(1)),
		"whole numbers":         set(339, shorts(1)),
		"signed numbers":        set(339, shorts(2)),
		"floats":                set(339, shorts(3)),
		"void samples":          set(339, shorts(4)),
		"complex integers":      set(339, shorts(5)),
		"no format":             func(tags map[uint16]rawTag) { delete(tags, 339) },
		"more bits":             set(258, shorts(64)),
		"fewer bits":            set(258, shorts(12)),
		"bits of one band":      set(258, shorts(32)),
		"a transfer function":   set(301, shorts(make([]uint16, 256)...)),
		"deflate":               set(259, shorts(8)),
		"LZW":                   set(259, shorts(5)),
		"PackBits":              set(259, shorts(32773)),
		"an unknown codec":      set(259, shorts(4711)),
		"JPEG tables":           set(347, rawTag{7, 4, []byte{1, 2, 3, 4}}),
		"a private tag":         set(65000, rawTag{7, 4, []byte{1, 2, 3, 4}}),
		"metadata":              set(42112, text(`<GDALMetadata><Item name="PIXELTYPE" domain="IMAGE_STRUCTURE" sample="0">SIGNEDBYTE</Item></GDALMetadata>`)),
		"nodata":                set(42113, text("17")),
	}
	rng := rand.New(rand.NewPCG(1, 1))
	compared, past := 0, 0
	for _, dtype := range []godal.DataType{godal.Byte, godal.Int16, godal.Float32} {
		for _, l := range lying {
			if l.name == "big-endian" || strings.HasPrefix(l.name, "BigTIFF") || dtype != godal.Float32 && l.bands > 1 && testing.Short() {
				continue
			}
			for name, change := range variants {
				path := filepath.Join(t.TempDir(), "a.tif")
				bands := newPlanes(width, height, l.bands, 0, 200).dates
				if err := (made{width: width, height: height, bands: bands, dtype: dtype, creation: l.creation}).write(path); err != nil {
					t.Fatal(err)
				}
				retag(t, path, change)
				what := fmt.Sprint(dtype, " ", l.name, ", ", name)
				w := pixtrend.Window{X: rng.IntN(40), Y: rng.IntN(30)}
				w.Width, w.Height = 1+rng.IntN(40), 1+rng.IntN(28)
				p, direct, ok := sameAsGDAL(t, what, path, w)
				if compared += ok; direct {
					past++
				}
				if ok > 0 && name == "as it is" && l.lies && p.stored == nil {
					t.Errorf("%s: the samples are left to GDAL", what)
				}
			}
		}
	}
	if compared < 300 || past < 50 {
		t.Errorf("%d files were compared, and %d read past GDAL", compared, past)
	}
}

// shorten takes the last value of a table of blocks away.
func shorten(tags map[uint16]rawTag, strips, tiles uint16) {
	for _, number := range []uint16{strips, tiles} {
		if tag, ok := tags[number]; ok && tag.count > 1 {
			tag.count--
			tag.data = tag.data[:4*tag.count]
			tags[number] = tag
		}
	}
}

// sameAsGDAL compares a window and all samples of band 1 of a raster, as a stack reads them, with
// those that GDAL reads by itself. It returns whether samples were read past GDAL, and how many of
// the two were compared. A stack may refuse what GDAL reads.
func sameAsGDAL(t *testing.T, what, path string, part pixtrend.Window) (p plane, direct bool, compared int) {
	t.Helper()
	other := filepath.Join(filepath.Dir(path), "other.tif")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), []string{path, other}, OpenOptions{Dates: dates(t, "2001-2002"), Band: 1, NoMask: true})
	if err != nil {
		return plane{}, false, 0
	}
	defer func() { _ = s.Close() }()
	if _, _, err := s.checkBlocks(budget{total: DefaultMemory}); err != nil {
		return plane{}, false, 0
	}
	ds, err := openRaster(path)
	if err != nil {
		t.Fatalf("%s: GDAL does not open it: %v", what, err)
	}
	defer func() { _ = ds.Close() }()
	p = s.planes[0]
	part.Width, part.Height = min(part.Width, s.geo.Width-part.X), min(part.Height, s.geo.Height-part.Y)
	for _, w := range []pixtrend.Window{part, {Width: s.geo.Width, Height: s.geo.Height}} {
		tile := kernel.Tile{Type: s.grid.Type, Stride: w.Pixels(), Dates: 2, Pixels: w.Pixels()}
		tile.Data = make([]byte, tile.Stride*2*tile.Type.Size())
		err := s.Read(t.Context(), 0, w, 0, tile)
		want := make([]float64, w.Pixels())
		wantErr := ds.Bands()[0].Read(w.X, w.Y, want, w.Width, w.Height, godal.ErrLogger(ignoreWarnings))
		if err != nil {
			continue
		}
		if wantErr != nil {
			t.Errorf("%s: window %+v is read, but not by GDAL: %v", what, w, wantErr)
			continue
		}
		compared++
		for i, y := range samplesOf(tile)[:w.Pixels()] {
			if p.signedByte {
				want[i] = float64(int8(uint8(want[i])))
			}
			if y != want[i] && !(y != y && want[i] != want[i]) {
				t.Errorf("%s: window %+v: sample %d is %v, and %v to GDAL (past it: %v)", what, w, i, y, want[i], p.pastGDAL())
				break
			}
		}
	}
	return p, p.pastGDAL(), compared
}

// A file without any block is whole: GDAL writes one where there is nothing to store.
func TestFilesWithoutBlocks(t *testing.T) {
	if err := gdal.Register(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var names []string
	for i, creation := range []string{"SPARSE_OK=TRUE", "SPARSE_OK=TRUE TILED=YES", "SPARSE_OK=TRUE COMPRESS=DEFLATE BIGTIFF=YES", "SPARSE_OK=TRUE TILED=YES COMPRESS=LZW"} {
		name := filepath.Join(dir, fmt.Sprintf("y_%d.tif", 2001+i))
		names = append(names, name)
		ds, err := godal.Create(godal.GTiff, name, 1, godal.Float32, 40, 30, godal.CreationOption(strings.Fields(creation)...))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(ds.SetGeoTransform(usualPlace), ds.BuildOverviews(godal.Levels(2)), ds.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for _, y := range fitted(t, names, all())[0] {
		if y != 0 {
			t.Fatalf("the slope is %v", y)
		}
	}
}
