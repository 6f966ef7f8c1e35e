package gdal

import (
	"sync"
	"testing"

	"github.com/airbusgeo/godal"
)

func TestPlain(t *testing.T) {
	const name = "in/a_2001.tif"
	for line, want := range map[string]string{
		"`in/a_2001.tif' not recognized as a supported file format.":                                        "not recognized as a supported file format",
		"in/a_2001.tif: Cannot read TIFF header":                                                            "Cannot read TIFF header",
		"TIFFFillTile:Read error at row 4294967295, col 4294967295, tile 3; got 0 bytes, expected 512":      "Read error, tile 3; got 0 bytes, expected 512",
		"TIFFFillStrip:Read error at scanline 4294967295; got 5 bytes, expected 44":                         "Read error; got 5 bytes, expected 44",
		"_tiffWriteProc:No space left on device":                                                            "No space left on device",
		"/vsipixtrend-plain/123,in/a_2001.tif: Using zero bytes":                                            "Using zero bytes",
		"in/a_2001.tif, band 1: IReadBlock failed at X offset 0, Y offset 3: TIFFReadEncodedTile() failed.": "a block cannot be read",
		"ZIPDecode:Decoding error at scanline 0, incorrect header check":                                    "Decoding error at scanline 0, incorrect header check",
		"HTTP response code: 404":                         "HTTP response code: 404",
		"CURL error: Could not resolve host: example.org": "CURL error: Could not resolve host: example.org",
		"/vsicurl/http://me:pw@h/a.tif?sig=1: no":         "/vsicurl/http://h/a.tif no",
		"GTiff: unknown":                                  "unknown",
		"TIFFOpen:":                                       "TIFFOpen:",
	} {
		if got := plain(line, name); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}

// What GDAL says is heard by who listens on the thread, and by nobody else; the rest is kept.
func TestListen(t *testing.T) {
	if err := Register(); err != nil {
		t.Fatal(err)
	}
	KeepStrays()
	Strays()
	say := func() { godal.Band{}.MaskFlags() } // of a band that is none
	for range 2 {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					said := Listen(func() {
						say()
						say()
					})
					if len(said) != 1 || !said[0].Failed {
						t.Errorf("%v is heard", said)
					}
				}
			})
		}
		wg.Wait()
	}
	if said := Strays(); len(said) > 0 {
		t.Errorf("%v is heard twice", said)
	}
	Quietly(say)
	if said := Strays(); len(said) > 0 {
		t.Errorf("%v is kept", said)
	}
	for range 1000 { // more than there is room for
		say()
	}
	if said := Strays(); len(said) != 1 {
		t.Errorf("%v is kept", said)
	}
	if said := Strays(); len(said) > 0 {
		t.Errorf("%v is kept twice", said)
	}
}
