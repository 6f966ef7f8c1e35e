package raster

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/raster/output"
)

// ifd is a directory of a TIFF, read by nothing that writes one.
type ifd struct {
	at                    uint64
	tags                  map[uint16][]uint64 // of whole numbers
	width, height         uint64
	tileWidth, tileHeight uint64
	offsets, counts       []uint64 // of the tiles
}

// directories reads all directories of a little-endian TIFF or BigTIFF.
func directories(t *testing.T, b []byte) (dirs []ifd, big bool) {
	t.Helper()
	le := binary.LittleEndian
	word := func(at uint64) uint64 { return uint64(le.Uint32(b[at:])) }
	entries := func(at uint64) (uint64, uint64) { return uint64(le.Uint16(b[at:])), at + 2 }
	var next uint64
	switch {
	case bytes.HasPrefix(b, []byte("II*\x00")):
		next = word(4)
	case bytes.HasPrefix(b, []byte("II+\x00\x08\x00\x00\x00")):
		big = true
		word = func(at uint64) uint64 { return le.Uint64(b[at:]) }
		entries = func(at uint64) (uint64, uint64) { return le.Uint64(b[at:]), at + 8 }
		next = word(8)
	default:
		t.Fatalf("no little-endian TIFF: % x", b[:8])
	}
	wordBytes := uint64(4)
	if big {
		wordBytes = 8
	}
	for next != 0 {
		d := ifd{at: next, tags: map[uint16][]uint64{}}
		n, at := entries(next)
		for range n {
			tag, typ, count := le.Uint16(b[at:]), le.Uint16(b[at+2:]), word(at+4)
			size := map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 12: 8, 16: 8}[typ]
			value := at + 4 + wordBytes
			if size*count > wordBytes {
				value = word(value)
			}
			for i := range count {
				switch typ {
				case 3:
					d.tags[tag] = append(d.tags[tag], uint64(le.Uint16(b[value+2*i:])))
				case 4:
					d.tags[tag] = append(d.tags[tag], uint64(le.Uint32(b[value+4*i:])))
				case 16:
					d.tags[tag] = append(d.tags[tag], le.Uint64(b[value+8*i:]))
				}
			}
			at += 4 + 2*wordBytes
		}
		next = word(at)
		first := func(tag uint16) uint64 {
			if v := d.tags[tag]; len(v) > 0 {
				return v[0]
			}
			return 0
		}
		d.width, d.height, d.tileWidth, d.tileHeight = first(256), first(257), first(322), first(323)
		d.offsets, d.counts = d.tags[324], d.tags[325]
		if d.tileWidth == 0 { // strips
			d.offsets, d.counts = d.tags[273], d.tags[279]
		}
		dirs = append(dirs, d)
	}
	return dirs, big
}

// checkCOG reports what makes a file no cloud-optimized GeoTIFF, as
// validate_cloud_optimized_geotiff.py of GDAL and rio cogeo do, with warnings as errors: tiles;
// overviews, each of half the size, until one fits a tile; all directories in front, in order; then
// the data of the smallest overview, of the next, and of the raster at last, tile after tile; and
// GDAL's promises about them, which are kept.
func checkCOG(t *testing.T, path string, block uint64, overviews int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dirs, big := directories(t, b)
	ghost := uint64(8)
	if big {
		ghost = 16
	}
	const promise = "GDAL_STRUCTURAL_METADATA_SIZE="
	first, compressed := ghost, dirs[0].tags[259][0] != 1
	if compressed { // uncompressed, GDAL 3.6 promises nothing
		if !bytes.HasPrefix(b[ghost:], []byte(promise)) {
			t.Fatalf("no promises at %d", ghost)
		}
		var size uint64
		if _, err := fmt.Sscanf(string(b[ghost+uint64(len(promise)):][:6]), "%d", &size); err != nil {
			t.Fatal(err)
		}
		first += uint64(len(promise)) + 6 + uint64(len(" bytes\n")) + size
		promises := string(b[ghost:first])
		for _, want := range []string{"LAYOUT=IFDS_BEFORE_DATA\n", "BLOCK_ORDER=ROW_MAJOR\n", "BLOCK_LEADER=SIZE_AS_UINT4\n", "BLOCK_TRAILER=LAST_4_BYTES_REPEATED\n", "KNOWN_INCOMPATIBLE_EDITION=NO\n"} {
			if !strings.Contains(promises, want) {
				t.Errorf("%q is not promised in %q", want, promises)
			}
		}
	}
	if at := dirs[0].at; at != first && at != first+first%2 {
		t.Errorf("the first directory stands at %d, not at %d, in front", at, first)
	}
	if len(dirs) != 1+overviews {
		t.Fatalf("%d directories, want 1 and %d overviews", len(dirs), overviews)
	}
	const between = 8 // bytes of a tile that are not its samples: GDAL 3.6 leaves them out of some that are not compressed
	follows := func(at, end uint64) bool { return at == end+between || !compressed && at >= end && at < end+between }
	begin, end := uint64(len(b))+between/2, uint64(0) // the data of the larger raster, the directories
	for i, d := range dirs {
		if d.tileWidth != block || d.tileHeight != block {
			t.Errorf("directory %d has tiles of %d × %d, want %d", i, d.tileWidth, d.tileHeight, block)
		}
		kind := uint64(0)
		if v := d.tags[254]; len(v) > 0 {
			kind = v[0]
		}
		if i > 0 {
			before := dirs[i-1]
			if d.at <= before.at {
				t.Errorf("directory %d stands before the one of its larger raster", i)
			}
			if d.width != (before.width+1)/2 || d.height != (before.height+1)/2 {
				t.Errorf("overview %d has %d × %d pixels, of %d × %d", i, d.width, d.height, before.width, before.height)
			}
		}
		if want := uint64(min(i, 1)); kind != want {
			t.Errorf("directory %d is of kind %d, want %d", i, kind, want)
		}
		if len(d.offsets) != len(d.counts) || len(d.offsets) == 0 {
			t.Fatalf("directory %d has %d offsets and %d sizes", i, len(d.offsets), len(d.counts))
		}
		if !compressed { // the bands take turns, tile by tile, and all tiles are alike
			slices.Sort(d.offsets)
		}
		for k := range d.offsets {
			at, n := d.offsets[k], d.counts[k]
			if n == 0 {
				t.Fatalf("tile %d of directory %d is empty", k, i)
			}
			if k > 0 && !follows(at, d.offsets[k-1]+d.counts[k-1]) {
				t.Fatalf("tile %d of directory %d does not follow the one before", k, i)
			}
			if !compressed { // no promises to keep
				continue
			}
			if got := uint64(binary.LittleEndian.Uint32(b[at-4:])); got != n {
				t.Fatalf("tile %d of directory %d has %d bytes, and %d by its leader", k, i, n, got)
			}
			if last := b[at+n-4 : at+n+4]; !bytes.Equal(last[:4], last[4:]) {
				t.Fatalf("behind tile %d of directory %d are not its last bytes: % x", k, i, last)
			}
		}
		last := len(d.offsets) - 1
		if got := d.offsets[last] + d.counts[last]; !follows(begin, got) {
			t.Errorf("the data of directory %d ends at %d, and what follows begins at %d", i, got, begin)
		}
		begin, end = d.offsets[0], max(end, d.at)
	}
	if begin < end {
		t.Errorf("data begins at %d, before the last directory", begin)
	}
	if last := dirs[len(dirs)-1]; overviews > 0 && max(last.width, last.height) > block {
		t.Errorf("the last overview has still %d × %d pixels", last.width, last.height)
	}
}

func TestCOG(t *testing.T) {
	s := newPlanes(1300, 1100, 3, 0, 99).gappy(gap)
	inputs := s.files(t, func(_ int, m *made) { m.transform, m.epsg = &utm, 32617 })
	plain, _ := readAll(t, fit(t, inputs, Options{Fit: pixtrend.Options{Fields: slopeInterceptN}}))
	for _, c := range []struct {
		creation  string
		block     uint64
		overviews int
		compress  string
	}{
		{"", 512, 2, "DEFLATE"},
		{"COMPRESS=NONE", 512, 2, ""},
		{"compress=zstd LEVEL=1", 512, 2, "ZSTD"},
		{"COMPRESS=LZW PREDICTOR=NO BLOCKSIZE=256", 256, 3, "LZW"},
		{"BIGTIFF=YES NUM_THREADS=1 BLOCKSIZE=128", 128, 4, "DEFLATE"},
		{"OVERVIEW_COMPRESS=ZSTD", 512, 2, "DEFLATE"},
	} {
		t.Run(c.creation, func(t *testing.T) {
			o := Options{Format: output.COG, Creation: strings.Fields(c.creation), Fit: pixtrend.Options{Fields: slopeInterceptN}, Software: "tester 1.2"}
			out := fit(t, inputs, o)
			if left := listing(filepath.Dir(out)); strings.Count(left, ":") != 1 {
				t.Errorf("left beside the output: %s", left)
			}
			checkCOG(t, out, c.block, c.overviews)
			got, _ := readAll(t, out)
			sameBands(t, c.creation, plain, got)

			ds, err := openRaster(out)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ds.Close() }()
			for key, want := range map[string]string{"COMPRESSION": c.compress, "LAYOUT": "COG"} {
				if key == "LAYOUT" && c.compress == "" {
					continue // GDAL 3.6 goes by its promises
				}
				if got := ds.Metadata(key, godal.Domain("IMAGE_STRUCTURE")); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
			for key, want := range map[string]string{"TIFFTAG_SOFTWARE": "tester 1.2", "PIXTREND_DATES": "2001 2002 2003", "AREA_OR_POINT": "Area"} {
				if got := ds.Metadata(key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
			if transform, err := ds.GeoTransform(); err != nil || transform != utm || gdal.CRSName(ds.Projection()) != "EPSG:32617" {
				t.Errorf("%v in %s, %v", transform, gdal.CRSName(ds.Projection()), err)
			}
			for i, b := range ds.Bands() {
				if got, want := b.Description(), slopeInterceptN[i].String(); got != want {
					t.Errorf("band %d is %q, want %q", i+1, got, want)
				}
				if nodata, ok := b.NoData(); !ok || !math.IsNaN(nodata) {
					t.Errorf("nodata of band %d is %v, %v: want NaN", i+1, nodata, ok)
				}
				if got, want := unitOf(b), []string{"per year", "", "observations"}[i]; got != want {
					t.Errorf("unit of band %d is %q, want %q", i+1, got, want)
				}
				checkOverview(t, b, plain[i], s.width, s.height, i == 2)
			}
			if got := ds.Bands()[1].Metadata("TIME_ORIGIN"); got == "" {
				t.Error("nothing says at which time the intercept is")
			}
		})
	}
}

// checkOverview holds the first overview against the pixels that it stands for: the average of
// those that have a value, or one of them.
func checkOverview(t *testing.T, b godal.Band, pixels []float64, width, height int, nearest bool) {
	t.Helper()
	if width%2 != 0 || height%2 != 0 {
		t.Fatal("GDAL weighs what lies on an edge between two pixels")
	}
	o := b.Overviews()[0]
	w, h := o.Structure().SizeX, o.Structure().SizeY
	got := make([]float64, w*h)
	if err := o.Read(0, 0, got, w, h); err != nil {
		t.Fatal(err)
	}
	for y := range h {
		for x := range w {
			var of []float64
			sum := 0.0
			for _, p := range []int{2*y*width + 2*x, 2*y*width + 2*x + 1, (2*y+1)*width + 2*x, (2*y+1)*width + 2*x + 1} {
				if !math.IsNaN(pixels[p]) {
					of, sum = append(of, pixels[p]), sum+pixels[p]
				}
			}
			g := got[y*w+x]
			switch {
			case nearest:
				if !slices.Contains(of, g) {
					t.Fatalf("pixel %d, %d of the overview is %v, of %v", x, y, g, of)
				}
			default:
				if mean := sum / float64(len(of)); !(math.Abs(g-mean) <= 1e-5*max(1, math.Abs(mean))) && !(len(of) == 0 && math.IsNaN(g)) {
					t.Fatalf("pixel %d, %d of the overview is %v, of %v", x, y, g, of)
				}
			}
		}
	}
}

func TestCOGOverviews(t *testing.T) {
	small := newPlanes(40, 30, 3, 0, 99).files(t, nil)
	wide := newPlanes(1100, 3, 3, 0, 99).files(t, nil)
	for _, c := range []struct {
		inputs    []string
		creation  string
		overviews int
	}{
		{small, "", 0}, {small, "OVERVIEW_COUNT=2", 2}, {wide, "", 2}, {wide, "OVERVIEWS=NONE", 0}, {wide, "OVERVIEWS=AUTO RESAMPLING=NEAREST", 2},
		{wide, "OVERVIEW_RESAMPLING=MODE OVERVIEW_COUNT=3", 3}, {wide, "OVERVIEW_COUNT=0", 0},
	} {
		out := fit(t, c.inputs, Options{Format: output.COG, Creation: strings.Fields(c.creation)})
		checkCOG(t, out, 512, c.overviews)
	}
	for _, creation := range []string{"TILED=YES", "COMPRESS=NOPE", "COMPRESS=JPEG", "COMPRESS=WEBP", "BLOCKSIZE=17", "BLOCKSIZE=200", "BLOCKSIZE=x", "OVERVIEWS=IGNORE_EXISTING", "OVERVIEW_COUNT=-1",
		"OVERVIEW_RESAMPLING=BEST", "TILING_SCHEME=GoogleMapsCompatible", "TARGET_SRS=EPSG:4326", "STATISTICS=YES", "COMPRESS"} {
		t.Run(creation, func(t *testing.T) {
			key, _, _ := strings.Cut(creation, "=")
			fails(t, []string{"no such input"}, filepath.Join(t.TempDir(), "out.tif"), Options{Format: output.COG, Creation: []string{creation}}, fault.ErrOutput, key)
		})
	}
	t.Run("format", func(t *testing.T) {
		fails(t, small, filepath.Join(t.TempDir(), "out.tif"), Options{Format: "PNG"}, fault.ErrOutput, "GTiff, COG, NetCDF or Zarr")
	})
}

// A compressed file has no holes: what a tile was before it was whole takes no room.
func TestCompressedHasNoHoles(t *testing.T) {
	inputs := newPlanes(700, 600, 3, 0, 999).gappy(gap).files(t, nil)
	// Windows that cut every tile.
	o := Options{Fit: pixtrend.Options{Fields: slopeInterceptN, WindowWidth: 700, WindowHeight: 7, Threads: 2}}
	var first []byte
	for _, creation := range []string{"COMPRESS=DEFLATE", "COMPRESS=DEFLATE NUM_THREADS=1", "COMPRESS=ZSTD PREDICTOR=3", "COMPRESS=LZW INTERLEAVE=PIXEL", "COMPRESS=LERC", "COMPRESS=DEFLATE TILED=NO",
		"COMPRESS=DEFLATE BLOCKXSIZE=64 BLOCKYSIZE=64"} {
		o.Creation = strings.Fields(creation)
		b, err := os.ReadFile(fit(t, inputs, o))
		if err != nil {
			t.Fatal(err)
		}
		dirs, _ := directories(t, b)
		sum := uint64(0)
		for _, n := range dirs[0].counts {
			sum += n
		}
		const head = 3000 // a directory, without its two tables
		if holes := len(b) - int(sum) - 8*len(dirs[0].counts); len(dirs) != 1 || holes > head {
			t.Errorf("%s: %d of %d bytes are no samples", creation, holes, len(b))
		}
		// The order of the windows and the number of threads do not show.
		if first == nil {
			first = b
		} else if strings.Contains(creation, "NUM_THREADS") && !bytes.Equal(first, b) {
			t.Errorf("%s: another file", creation)
		}
	}
}

// A copy that is under way can be stopped, and leaves nothing.
func TestCancelOfCopy(t *testing.T) {
	inputs := newPlanes(2000, 2000, 2, 0, 1<<20).files(t, nil)
	why := errors.New("enough")
	for _, o := range []Options{{Format: output.COG, Creation: []string{"COMPRESS=DEFLATE", "LEVEL=9"}}, {Creation: []string{"COMPRESS=DEFLATE", "ZLEVEL=9"}}} {
		out := filepath.Join(t.TempDir(), "out.tif")
		job, err := Prepare(t.Context(), inputs, out, o)
		if err != nil {
			t.Fatal(err)
		}
		if job.Scratch != 2000*2000*4 {
			t.Errorf("%d bytes beside the output, want those of the samples", job.Scratch)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		last := 0
		_, err = job.Run(ctx, func(done, total int) {
			if done < last || total != 2*2000*2000 {
				t.Errorf("%d of %d after %d", done, total, last)
			}
			if last = done; done > total/2 {
				cancel(why)
			}
		})
		cancel(nil)
		if !errors.Is(err, why) {
			t.Errorf("%v, want %v", err, why)
		}
		if left := listing(filepath.Dir(out)); left != "[]" {
			t.Errorf("left behind: %s", left)
		}
		if err := job.Close(); err != nil {
			t.Error(err)
		}
	}
}
