package tiff

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
)

func layTiles(t *testing.T, header []byte, g *Tiling) (*os.File, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.tif")
	if err := os.WriteFile(name, header, 0o666); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file, LayTiles(file, g)
}

// A header with tiles of its own becomes a file whose samples are read from the tiles that were
// written.
func TestLayTiles(t *testing.T) {
	for name, m := range map[string]made{
		"tiles":    {width: 50, height: 40, bands: 2, size: 4, tileW: 16, tileH: 16},
		"BigTIFF":  {width: 50, height: 40, bands: 2, size: 8, tileW: 32, tileH: 16, big: true},
		"one tile": {width: 10, height: 12, bands: 1, size: 4, tileW: 16, tileH: 16},
	} {
		m.headerOnly = true
		g := Tiling{Width: m.width, Height: m.height, Bands: m.bands, Size: m.size}
		file, err := layTiles(t, m.bytes(), &g)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if g.Base%pageBytes != 0 || g.TileWidth != m.tileW || g.TileHeight != m.tileH || g.Tiles() != len(m.blocks()) {
			t.Errorf("%s: %+v", name, g)
		}
		i := 0
		for band := range m.bands {
			for ty := range g.Down {
				for tx := range g.Across {
					block := m.blocks()[i]
					i++
					for y := range m.tileH {
						row := block[y*m.tileW*m.size:][:m.tileW*m.size]
						if _, err := file.WriteAt(row, g.At(band, tx, ty, y)); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		}
		if info, err := file.Stat(); err != nil || info.Size() != g.End() {
			t.Errorf("%s: the file has %d bytes, %v, want %d", name, info.Size(), err, g.End())
		}
		f, err := Read(file, g.End())
		if err != nil {
			t.Fatal(err)
		}
		all := pixtrend.Window{Width: m.width, Height: m.height}
		var scratch []byte
		for band := range m.bands {
			got := make([]byte, all.Pixels()*m.size)
			if s, ok := f.Samples(band+1, m.dtype()); !ok {
				t.Errorf("%s: band %d has no samples", name, band+1)
			} else if err := s.Read(file, all, got, &scratch); err != nil || !slices.Equal(got, m.window(band, all)) {
				t.Errorf("%s: band %d differs, %v", name, band+1, err)
			}
		}
	}
}

func TestLayTilesRefuses(t *testing.T) {
	good := made{width: 50, height: 40, bands: 2, size: 4, tileW: 16, tileH: 16, headerOnly: true}
	for words, change := range map[string]func(m *made, g *Tiling){
		"not that of plain tiles":  func(m *made, g *Tiling) { m.compression = 8 },
		"header is not that":       func(m *made, g *Tiling) { m.pixels = true },
		"has no tiles":             func(m *made, g *Tiling) { m.tileW = 0 },
		"cannot be understood":     func(m *made, g *Tiling) { m.bigEndian = true },
		"which takes a BigTIFF":    func(m *made, g *Tiling) { g.Width, g.Height = 1<<16, 1<<16 },
		"tiles are larger than 4 ": func(m *made, g *Tiling) { m.big, m.tileW, m.tileH, g.Size = true, 1<<15, 1<<15, 8 },
	} {
		m, g := good, Tiling{Width: good.width, Height: good.height, Bands: good.bands, Size: good.size}
		if strings.HasPrefix(words, "tiles are") {
			m.width, m.height = 1, 1
		}
		change(&m, &g)
		header := m
		if m.tileW > 1<<10 { // of which the test holds no samples
			header.tileW, header.tileH = 16, 16
		}
		b := header.bytes()
		if header != m {
			b = largeTiles(t, b, m)
		}
		if _, err := layTiles(t, b, &g); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, want an error with %q", err, words)
		}
	}
	b := good.bytes()
	for range 500 {
		damaged := slices.Clone(b)
		for range 1 + rand.IntN(4) {
			damaged[rand.IntN(len(b))] = byte(rand.Uint32())
		}
		_, _ = layTiles(t, damaged, &Tiling{Width: 50, Height: 40, Bands: 2, Size: 4}) // must not panic
	}
}

// largeTiles changes the tile sizes in a header to those of m.
func largeTiles(t *testing.T, b []byte, m made) []byte {
	t.Helper()
	f, err := Read(strings.NewReader(string(b)), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for tag, n := range map[uint16]int{tagTileWidth: m.tileW, tagTileHeight: m.tileH} {
		f.order.PutUint16(b[f.entry(tag).at:], uint16(n))
	}
	return b
}
