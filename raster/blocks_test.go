package raster

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/timeaxis"
)

// Blocks are decoded past GDAL's cache, and differences added up here where a file stores them,
// with the samples that GDAL reads.
func TestBlocks(t *testing.T) {
	const width, height = 83, 61
	for _, dtype := range []godal.DataType{godal.Byte, godal.UInt16, godal.Int16, godal.UInt32, godal.Int32, godal.Float32, godal.Float64} {
		for _, l := range []struct {
			creation string
			bands    int
			blocks   bool // they are decoded
			plain    bool // without the predictor
		}{
			{"COMPRESS=LZW PREDICTOR=2", 1, true, true},
			{"COMPRESS=DEFLATE PREDICTOR=2 BLOCKYSIZE=7", 1, true, true},
			{"COMPRESS=ZSTD PREDICTOR=2 TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=16", 1, true, true},
			{"COMPRESS=LZW PREDICTOR=2 BIGTIFF=YES TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=32", 1, true, true},
			{"COMPRESS=DEFLATE PREDICTOR=2 INTERLEAVE=BAND", 3, true, true},
			{"COMPRESS=DEFLATE PREDICTOR=2 INTERLEAVE=PIXEL", 3, false, false},
			{"COMPRESS=DEFLATE PREDICTOR=2 ENDIANNESS=BIG", 1, true, false},
			{"COMPRESS=DEFLATE", 1, true, false},
			{"COMPRESS=PACKBITS", 1, true, false},
			{"COMPRESS=DEFLATE PREDICTOR=3 TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=32", 1, true, true},
			{"COMPRESS=ZSTD PREDICTOR=3 BLOCKYSIZE=9 INTERLEAVE=BAND", 3, true, true},
		} {
			if strings.Contains(l.creation, "PREDICTOR=3") && dtype != godal.Float32 && dtype != godal.Float64 ||
				strings.Contains(l.creation, "PREDICTOR=2") && dtype == godal.Float64 { // libtiff before 4.4 has none for 64 bits
				continue
			}
			what := fmt.Sprint(dtype, " ", l.creation)
			// A name with all that the file system could stumble over.
			path := filepath.Join(t.TempDir(), "12,a b'.tif")
			bands := newPlanes(width, height, l.bands, 0, 200).dates
			err := made{width: width, height: height, bands: bands, dtype: dtype, creation: strings.Fields(l.creation)}.write(path)
			if err != nil && strings.Contains(l.creation, "ZSTD") {
				continue // this GDAL is built without
			} else if err != nil {
				t.Fatal(err)
			}
			s := stackOf(t, path, l.bands)
			p := s.planes[0]
			if got := p.predictor > 0; got != l.plain {
				t.Errorf("%s: the predictor is left out: %v, want %v", what, got, l.plain)
			}
			bw, bh := min(p.blockWidth, width), min(p.blockHeight, height)
			right, lower := (width-1)/bw*bw, (height-1)/bh*bh
			for i, w := range []pixtrend.Window{
				{X: 1, Y: 1, Width: 20, Height: 9}, // cuts blocks
				{Width: width, Height: height},
				{Width: bw, Height: bh},
				{X: right, Y: lower, Width: width - right, Height: height - lower},
				{Y: lower, Width: width, Height: height - lower},
				{X: right, Width: width - right, Height: bh},
			} {
				if got, want := p.madeOfBlocks(s.geo, w), l.blocks && i > 0; got != want {
					t.Errorf("%s: the window %+v is made of blocks: %v, want %v", what, w, got, want)
				}
				tile := kernel.Tile{Type: p.dtype, Stride: w.Pixels() + 5, Dates: l.bands, Pixels: w.Pixels()}
				tile.Data = make([]byte, tile.Stride*tile.Dates*p.dtype.Size())
				if err := s.Read(context.Background(), 0, w, 0, tile); err != nil {
					t.Fatal(err)
				}
				for b := range bands {
					one := tile
					one.Data = tile.Data[b*tile.Stride*p.dtype.Size():]
					for i, y := range samplesOf(one) {
						if want := bands[b][(w.Y+i/w.Width)*width+w.X+i%w.Width]; y != want {
							t.Fatalf("%s: band %d, window %+v: sample %d is %v, want %v", what, b+1, w, i, y, want)
						}
					}
				}
			}
		}
	}
}

// stackOf opens a file whose bands are dates, or a file as the first of two dates.
func stackOf(t *testing.T, path string, bands int) *Stack {
	t.Helper()
	inputs, dates := []string{path}, fmt.Sprint("2001-", 2000+bands)
	if bands == 1 {
		other := filepath.Join(t.TempDir(), "other.tif")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(other, b, 0o600); err != nil {
			t.Fatal(err)
		}
		inputs, dates = append(inputs, other), "2001-2002"
	}
	spec, err := timeaxis.ParseSpec(dates)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), inputs, OpenOptions{Dates: spec})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A block that is not there is nodata and no differences, so that the file keeps its predictor.
func TestSparseBlocks(t *testing.T) {
	s := newPlanes(100, 90, 3, 0, 99)
	want := s.with(func(_, p int, y float64) float64 {
		if p >= 32*100 {
			return 7
		}
		return y
	})
	files := s.files(t, func(_ int, m *made) {
		m.dtype, m.nodata, m.written = godal.Int16, ptr(7.0), 32
		m.creation = strings.Fields("COMPRESS=DEFLATE PREDICTOR=2 SPARSE_OK=TRUE TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16")
	})
	opened := stackOf(t, files[0], 1)
	if opened.planes[0].predictor != 0 {
		t.Error("the predictor of a sparse file is left out")
	}
	sameBands(t, "sparse", fitted(t, want.files(t, func(_ int, m *made) { m.nodata = ptr(7.0) }), all()), fitted(t, files, all()))
}

// What is wrong with a block is said as GDAL says it, of the file by its name.
func TestDamagedBlocks(t *testing.T) {
	s := newPlanes(64, 64, 3, 0, 99)
	files := s.files(t, func(_ int, m *made) {
		m.dtype, m.creation = godal.Int16, strings.Fields("COMPRESS=DEFLATE PREDICTOR=2 TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16")
	})
	b, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b)/2+40; i++ {
		b[i] ^= 0xa5
	}
	if err := os.WriteFile(files[1], b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = FitFiles(context.Background(), files, filepath.Join(t.TempDir(), "out.tif"), Options{})
	if err == nil || !strings.Contains(err.Error(), "cannot read "+files[1]+" at column ") || !strings.Contains(err.Error(), "seems damaged") ||
		strings.Contains(err.Error(), "/vsipixtrend") {
		t.Errorf("the error is %v", err)
	}
}

// A block of DEFLATE that ends early is damaged, in whatever windows and by however many threads it
// is read: libtiff takes some of them for whole and leaves samples of other blocks in the rest.
func TestShortBlocks(t *testing.T) {
	const width, height = 64, 110
	for _, creation := range []string{
		"", "PREDICTOR=2", "TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=16", "ENDIANNESS=BIG", "INTERLEAVE=BAND", "INTERLEAVE=PIXEL", "INTERLEAVE=PIXEL PREDICTOR=2",
	} {
		for _, cut := range []uint32{1, 3, 5} {
			bands := newPlanes(width, height, 3, 0, 3)
			if !strings.Contains(creation, "INTERLEAVE") {
				bands.dates = bands.dates[:1]
			}
			files := newPlanes(width, height, 3, 0, 0).files(t, func(_ int, m *made) {
				m.dtype, m.bands = godal.Byte, bands.dates
				m.creation = append(strings.Fields(creation), "COMPRESS=DEFLATE")
				if !strings.Contains(creation, "TILED") {
					m.creation = append(m.creation, "BLOCKYSIZE=16")
				}
			})
			damage(t, files[1], cut)
			for _, o := range []pixtrend.Options{{Threads: 1}, {Threads: 3}, {Threads: 2, WindowWidth: width, WindowHeight: 16}, {Threads: 2, WindowWidth: 30, WindowHeight: 13}} {
				options := Options{OpenOptions: OpenOptions{Band: 1}, Fit: o}
				_, err := FitFiles(t.Context(), files, filepath.Join(t.TempDir(), "out.tif"), options)
				if err == nil || !strings.Contains(err.Error(), "cannot read "+files[1]) {
					t.Errorf("%s, cut by %d bytes, options %+v: %v", creation, cut, o, err)
				}
			}
		}
	}
}

// damage makes the fourth block of a TIFF end some bytes early.
func damage(t *testing.T, path string, bytes uint32) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(b[:2]) == "MM" {
		damageBigEndian(t, path, b, bytes)
		return
	}
	retag(t, path, func(tags map[uint16]rawTag) {
		for _, number := range []uint16{279, 325} {
			if tag, ok := tags[number]; ok {
				counts := tag.numbers()
				counts[3] -= bytes
				tags[number] = longs(counts...)
			}
		}
	})
}

// damageBigEndian is damage for a file of strips in the other byte order.
func damageBigEndian(t *testing.T, path string, b []byte, bytes uint32) {
	t.Helper()
	order := binary.BigEndian
	at := order.Uint32(b[4:])
	for i := range uint32(order.Uint16(b[at:])) {
		if e := b[at+2+12*i:]; order.Uint16(e) == 279 {
			values := b[order.Uint32(e[8:]):]
			if order.Uint16(e[2:]) == 3 {
				order.PutUint16(values[2*3:], order.Uint16(values[2*3:])-uint16(bytes))
			} else {
				order.PutUint32(values[4*3:], order.Uint32(values[4*3:])-bytes)
			}
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The last strip of a file may hold rows beyond the raster. libdeflate has no room for them, and
// leaves out the end of the last row, which is no value of the file.
func TestLongLastStrip(t *testing.T) {
	files := newPlanes(64, 60, 3, 7, 7).files(t, func(i int, m *made) {
		m.dtype, m.creation = godal.Byte, []string{"COMPRESS=DEFLATE", "BLOCKYSIZE=20"}
	})
	for _, path := range files {
		retag(t, path, func(tags map[uint16]rawTag) { tags[257] = shorts(50) })
	}
	for _, o := range []pixtrend.Options{{Threads: 1}, {Threads: 1, WindowWidth: 30, WindowHeight: 13}} {
		_, err := FitFiles(t.Context(), files, filepath.Join(t.TempDir(), "out.tif"), Options{Fit: o})
		if err == nil || !strings.Contains(err.Error(), "cannot read "+files[0]) {
			t.Errorf("options %+v: %v", o, err)
		}
	}
}
