package tiff

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// Windows of every layout are read as they were made.
func TestSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, m := range layouts {
		f, r, err := m.read()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var scratch []byte
		for band := range m.bands {
			s, ok := f.Samples(band+1, m.dtype())
			if !ok || s.Width != m.width || s.Height != m.height {
				t.Errorf("%s: band %d has the samples %+v, %v", name, band+1, s, ok)
				continue
			}
			for i := range 40 {
				w := pixtrend.Window{X: rng.IntN(m.width), Y: rng.IntN(m.height)}
				w.Width, w.Height = 1+rng.IntN(m.width-w.X), 1+rng.IntN(m.height-w.Y)
				if i%4 == 0 {
					w.X, w.Width = 0, m.width
				}
				got := make([]byte, w.Pixels()*m.size)
				if err := s.Read(r, w, got, &scratch); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, m.window(band, w)) {
					t.Errorf("%s: band %d differs in %+v", name, band+1, w)
				}
			}
		}
	}
}

// What does not lie as in memory is refused.
func TestSamplesRefused(t *testing.T) {
	strips := made{width: 30, height: 40, bands: 1, size: 4, rows: 8}
	for name, change := range map[string]func(m *made){
		"pixels interleaved":  func(m *made) { m.bands, m.pixels = 3, true },
		"big endian":          func(m *made) { m.bigEndian = true },
		"compressed":          func(m *made) { m.compression = 8 },
		"a predictor":         func(m *made) { m.predictor = 2 },
		"bits from the right": func(m *made) { m.fillOrder = 2 },
		"sparse":              func(m *made) { m.empty = 2 },
		"no block":            func(m *made) { m.empty = 5 },
		"too scattered":       func(m *made) { m.height, m.rows, m.apart = mostRuns+1, 1, 3 },
		"larger samples":      func(m *made) { m.size = 8 },
		"whole numbers":       func(m *made) { m.format = 2 },
		"large counts":        func(m *made) { m.count = 1 },
		"small counts":        func(m *made) { m.count = -1 },
		"no counts":           func(m *made) { m.count = -960 },
	} {
		m := strips
		change(&m)
		f, _, err := m.read()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s, ok := f.Samples(1, kernel.Float32); ok {
			t.Errorf("%s: the samples are %+v", name, s)
		}
	}
	f, r, err := strips.read()
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := f.Samples(2, kernel.Float32); ok {
		t.Errorf("the second of one band is %+v", s)
	}
	s, ok := f.Samples(1, kernel.Float32)
	if !ok {
		t.Fatal("plain strips have no samples")
	}
	if err := s.Read(bytes.NewReader(make([]byte, 100)), pixtrend.Window{Width: 30, Height: 40}, make([]byte, 4800), new([]byte)); err == nil || !strings.Contains(err.Error(), "a part of it is missing") {
		t.Errorf("samples of a file that is cut: %v", err)
	}
	if r.Size() < 4800 {
		t.Errorf("the file has %d bytes", r.Size())
	}
}

// FuzzTIFF takes any bytes for a TIFF: the reader must end, without a panic and in bounded memory,
// and says of no samples that they lie where they cannot.
func FuzzTIFF(f *testing.F) {
	for _, m := range layouts {
		m.width, m.height = min(m.width, 9), min(m.height, 7)
		f.Add(m.bytes())
		m.compression, m.predictor = 8, 2
		f.Add(m.bytes())
		m.bigEndian = true
		f.Add(m.bytes())
	}
	f.Add([]byte("II*\x00\xff\xff\xff\xff"))
	f.Add(append([]byte("II+\x00\x08\x00\x00\x00"), bytes.Repeat([]byte{0xff}, 40)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		_, _ = Check(r, r.Size())
		file, err := Read(r, r.Size())
		if err != nil {
			return
		}
		_, _ = file.Likeness(), file.DateTime()
		_, _ = file.Metadata()
		_ = file.Plain()
		var scratch []byte
		for dtype, size := range sizes {
			for band := 1; band < 4; band++ {
				if s, ok := file.Samples(band, dtype); ok {
					if at, n := s.place(0); at <= 0 || n <= 0 || len(s.runs) > mostRuns || s.TileWidth <= 0 || s.TileHeight <= 0 || s.Width <= 0 || s.Height <= 0 {
						t.Fatalf("%+v", s)
					}
					if err := s.Read(r, pixtrend.Window{X: s.Width - 1, Y: s.Height - 1, Width: 1, Height: 1}, make([]byte, size), &scratch); err != nil {
						t.Fatal(err)
					}
					if len(scratch) > readBytes {
						t.Fatalf("a tile took %d bytes", len(scratch))
					}
				}
				if predictor, at := file.RemovablePredictor(band, dtype); predictor != 0 && (at <= 0 || at+2 > int64(len(b)) || int(b[at])|int(b[at+1])<<8 != predictor) {
					t.Fatalf("the predictor %d at %d", predictor, at)
				}
			}
		}
	})
}
