package raster

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// writeMask writes the mask of a raster beside it, as GDAL does: 0 where hides says so.
func writeMask(t *testing.T, raster string, width, height, flags int, hides func(p int) bool) string {
	t.Helper()
	ds, err := godal.Open(raster, godal.Update())
	if err != nil {
		t.Fatal(err)
	}
	mask, err := ds.Bands()[0].CreateMask(flags, godal.ConfigOption("GDAL_TIFF_INTERNAL_MASK=NO"))
	if err != nil {
		t.Fatal(err)
	}
	bytes := make([]byte, width*height)
	for p := range bytes {
		if !hides(p) {
			bytes[p] = 255
		}
	}
	if err := errors.Join(mask.Write(0, 0, bytes, width, height), ds.Close()); err != nil {
		t.Fatal(err)
	}
	return raster + ".msk"
}

// A mask that is damaged is not fitted without: GDAL ignores it.
func TestDamagedMasks(t *testing.T) {
	s := newPlanes(30, 20, 3, 0, 100)
	hides := func(p int) bool { return p%7 == 0 }
	make := func(t *testing.T) (names []string, mask string) {
		names = s.files(t, nil)
		for _, name := range names {
			mask = writeMask(t, name, 30, 20, 2, hides)
		}
		return names, mask
	}
	names, _ := make(t)
	want := s.with(func(_, p int, y float64) float64 {
		if hides(p) {
			return gap
		}
		return y
	})
	checkTwoPass(t, "whole masks", fitted(t, names, all()), want)
	unmasked := all()
	unmasked.NoMask = true

	rewrite := func(change func(b []byte) []byte) func(t *testing.T, mask string) {
		return func(t *testing.T, mask string) {
			b, err := os.ReadFile(mask)
			if err == nil {
				err = os.WriteFile(mask, change(b), 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name, words string
		damage      func(t *testing.T, mask string)
	}{
		{"empty", "is empty", rewrite(func([]byte) []byte { return nil })},
		{"text", "is not a TIFF", rewrite(func([]byte) []byte { return []byte("mask") })},
		{"cut in the header", "cannot be read", rewrite(func(b []byte) []byte { return b[:10] })},
		{"cut in the samples", "at column 0, row 0", rewrite(func(b []byte) []byte { return b[:len(b)-20] })},
		{"no flags", "does not say that it is the mask of band 1", rewrite(func(b []byte) []byte {
			return []byte(strings.ReplaceAll(string(b), "INTERNAL_MASK_FLAGS", "INTERNAL_MASK_FLAGZ"))
		})},
		{"another size", "has 12 × 20 pixels, and the raster has 30 × 20", func(t *testing.T, mask string) {
			dir := t.TempDir()
			other, err := newPlanes(12, 20, 1, 0, 100).tryFiles(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(writeMask(t, other[0], 12, 20, 2, hides), mask); err != nil {
				t.Fatal(err)
			}
		}},
		{"a folder", "is not a regular file", func(t *testing.T, mask string) {
			if err := errors.Join(os.Remove(mask), os.Mkdir(mask, 0o777)); err != nil {
				t.Fatal(err)
			}
		}},
		{"a link to nothing", "cannot be read", func(t *testing.T, mask string) {
			if err := errors.Join(os.Remove(mask), os.Symlink("nothing", mask)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			names, mask := make(t)
			tt.damage(t, mask)
			out := filepath.Join(t.TempDir(), "out.tif")
			fails(t, names, out, all(), fault.ErrInput, filepath.Base(mask[:len(mask)-len(".msk")]), tt.words)
			info, err := Inspect(t.Context(), names, all())
			if err != nil || info.Fit.Runs {
				t.Errorf("info says that a fit would run: %v", err)
			}
			checkTwoPass(t, "without masks", fitted(t, names, unmasked), s)
		})
	}
}

// GDAL ignores a mask inside a file that it cannot use, such as one of another size.
func TestDamagedMasksInside(t *testing.T) {
	s := newPlanes(30, 20, 3, 0, 100)
	for _, creation := range [][]string{nil, {"BIGTIFF=YES"}, {"ENDIANNESS=BIG", "COMPRESS=DEFLATE"}} {
		names := s.files(t, func(_ int, m *made) { m.creation = creation })
		for _, name := range names {
			ds, err := godal.Open(name, godal.Update())
			if err != nil {
				t.Fatal(err)
			}
			mask, err := ds.CreateMaskBand(2, godal.ConfigOption("GDAL_TIFF_INTERNAL_MASK=YES"))
			if err != nil {
				t.Fatal(err)
			}
			bytes := make([]byte, 30*20)
			for p := range bytes {
				bytes[p] = byte(255 * min(p%7, 1))
			}
			if err := errors.Join(mask.Write(0, 0, bytes, 30, 20), ds.Close()); err != nil {
				t.Fatal(err)
			}
		}
		checkTwoPass(t, "masks inside", fitted(t, names, all()), s.with(func(_, p int, y float64) float64 {
			if p%7 == 0 {
				return gap
			}
			return y
		}))
		// The directory of the mask is the last with a width of 30.
		text, err := os.ReadFile(names[1])
		if err != nil {
			t.Fatal(err)
		}
		width := "\x00\x01\x03\x00\x01\x00\x00\x00\x1e\x00"
		switch {
		case len(creation) == 2:
			width = "\x01\x00\x00\x03\x00\x00\x00\x01\x00\x1e"
		case len(creation) == 1:
			width = "\x00\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x1e\x00"
		}
		at := strings.LastIndex(string(text), width)
		if at < 0 {
			t.Fatal("the mask has no width")
		}
		text[at+len(width)-1], text[at+len(width)-2] = text[at+len(width)-1]&^0x1e|4, text[at+len(width)-2]&^0x1e|4
		if err := os.WriteFile(names[1], text, 0o666); err != nil {
			t.Fatal(err)
		}
		fails(t, names, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, "y_2002.tif", "has a mask that GDAL cannot use", "NoMask")
		unmasked := all()
		unmasked.NoMask = true
		checkTwoPass(t, "without masks", fitted(t, names, unmasked), s)
	}
}

// A mask of one band alone is one too, and GDAL has no flag for it.
func TestMaskOfBand(t *testing.T) {
	s := newPlanes(30, 20, 3, 0, 100)
	names := s.files(t, nil)
	for i, name := range names {
		writeMask(t, name, 30, 20, 0, func(p int) bool { return p%5 == i })
	}
	checkTwoPass(t, "masks of bands", fitted(t, names, all()), s.with(func(i, p int, y float64) float64 {
		if p%5 == i {
			return gap
		}
		return y
	}))
}

// Metadata beside a raster that GDAL cannot read is not ignored.
func TestDamagedMetadata(t *testing.T) {
	const whole = `<PAMDataset><PAMRasterBand band="1"><Offset>100</Offset><Scale>0.5</Scale></PAMRasterBand></PAMDataset>`
	s := newPlanes(30, 20, 3, 0, 100)
	names := s.files(t, nil)
	for _, name := range names {
		put(t, name+".aux.xml", whole)
	}
	checkTwoPass(t, "whole metadata", fitted(t, names, all()), s.with(func(_, _ int, y float64) float64 { return 100 + y/2 }))
	for text, words := range map[string]string{"": "is empty", whole[:60]: "is damaged", "<VRTDataset/>": "is damaged", "\x00": "is damaged"} {
		put(t, names[1]+".aux.xml", text)
		fails(t, names, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, "y_2002.tif.aux.xml", words, "make it anew or remove it")
	}
}

// Files beside a raster, and texts in it, make GDAL open no other file and no address: only the
// drivers that are named open anything.
func TestSidecarsOpenNothingElse(t *testing.T) {
	s := newPlanes(40, 30, 3, 0, 100)
	const vrt = `<VRTDataset rasterXSize="40" rasterYSize="30"><Metadata><MDI key="INTERNAL_MASK_FLAGS_1">2</MDI></Metadata>` +
		`<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>%s</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>`
	const overviews = `<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">%s</MDI></Metadata></PAMDataset>`
	if !gdal.HasDriver("VRT") { // which registers it, as another part of a program may have
		t.Skip("this GDAL has no VRTs")
	}
	for _, tt := range []struct {
		end, text string
		fits      bool
	}{
		{".msk", vrt, false}, {".MSK", vrt, false}, {".ovr", vrt, true}, {".msk.ovr", vrt, true}, {".aux", vrt, true},
		{".aux.xml", overviews, true}, {".aux.xml", vrt, false},
	} {
		for _, target := range []string{"server", "file"} {
			t.Run(tt.end+" "+target, func(t *testing.T) {
				names := s.files(t, nil)
				srv := serve(t, names[0])
				srv.answerBy(func(string, int, http.ResponseWriter, *http.Request) bool { return false })
				address := srv.URL + "/" + filepath.Base(names[0])
				opened := "/vsicurl/" + address
				if target == "file" {
					opened = filepath.Join(t.TempDir(), "secret.tif")
					if err := os.Link(names[0], opened); err != nil {
						t.Skip(err)
					}
				}
				put(t, names[1]+tt.end, fmt.Sprintf(tt.text, opened))
				_, err := FitFiles(t.Context(), names, filepath.Join(t.TempDir(), "out.tif"), all())
				if tt.fits != (err == nil) {
					t.Errorf("a fit returns %v", err)
				}
				if err != nil {
					checkError(t, err, fault.ErrInput, "y_2002.tif")
				}
				if _, err := Inspect(t.Context(), names, all()); err != nil {
					t.Error(err)
				}
				trend, err := OpenTrend(t.Context(), names[1], nil)
				if err == nil {
					_, err = trend.Reduced(t.Context(), 0, 10, 10, true)
					_ = trend.Close()
				}
				if err != nil && (tt.fits && tt.text == vrt || !errors.Is(err, fault.ErrInput)) {
					t.Errorf("a map is not drawn: %v", err)
				}
				if asked, _, _ := srv.seen(); len(asked) > 0 {
					t.Errorf("the server is asked: %q", asked)
				}
			})
		}
	}
}
