package raster

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
)

func rationals(values ...uint32) rawTag {
	t := longs(values...)
	t.kind, t.count = 5, t.count/2
	return t
}

// Two rationals of the colours of a screen make libtiff build a transfer function of 2³² values when
// it is asked for all domains of metadata.
func TestTransferFunctionIsNotMade(t *testing.T) {
	files := newPlanes(64, 1, 2, 0, 9).files(t, func(_ int, m *made) {
		m.bands, m.creation = newPlanes(64, 1, 3, 0, 9).dates, []string{"PHOTOMETRIC=RGB", "INTERLEAVE=PIXEL"}
	})
	for _, path := range files {
		retag(t, path, func(tags map[uint16]rawTag) {
			tags[318], tags[319] = rationals(3127, 10000, 3290, 10000), rationals(64, 100, 33, 100, 30, 100, 60, 100, 15, 100, 6, 100)
		})
	}
	before := peakMemory(t)
	if _, err := Inspect(t.Context(), files, Options{OpenOptions: OpenOptions{Band: 1}}); err != nil {
		t.Fatal(err)
	}
	if grown := peakMemory(t) - before; grown > 256<<20 {
		t.Errorf("the process grew by %d MiB", grown>>20)
	}
}

// A tile may be far larger than the raster: what is uncompressed is read from it in parts, and what
// GDAL would have to hold is refused before anything is read.
func TestHugeTiles(t *testing.T) {
	const side = 1 << 20
	tile := func(change func(tags map[uint16]rawTag)) []string {
		files := newPlanes(16, 16, 2, 0, 9).files(t, func(_ int, m *made) {
			m.dtype, m.creation = godal.Byte, []string{"TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"}
		})
		for _, path := range files {
			retag(t, path, change)
		}
		return files
	}
	lying := tile(func(tags map[uint16]rawTag) {
		tags[322], tags[323], tags[325] = longs(side), longs(side), longs(1<<32-1)
	})
	fails(t, lying, filepath.Join(t.TempDir(), "o.tif"), Options{}, fault.ErrInput, "blocks of 1048576 × 1048576 pixels")
	info, err := Inspect(t.Context(), lying, Options{})
	if err != nil || info.Fit.Runs || info.Survey.Rasters != 0 || !strings.Contains(info.Fit.Why, "blocks of 1048576") {
		t.Errorf("%v, %+v", err, info)
	}

	// A file that really has a tile of 4096 × 4096 bytes for 16 × 16 pixels.
	honest := tile(func(tags map[uint16]rawTag) {
		tags[322], tags[323], tags[324], tags[325] = longs(4096), longs(4096), longs(4096), longs(4096*4096)
	})
	for _, path := range honest {
		if err := os.Truncate(path, 4096+4096*4096); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Memory: leastMemory}
	job, err := Prepare(t.Context(), honest, filepath.Join(t.TempDir(), "o.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if job.stack.planes[0].stored == nil {
		t.Error("a tile that is larger than the raster is left to GDAL")
	}
	if _, err := job.Run(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// tagBombs returns two files of which each has 900 tags of one megabyte, which all share it.
func tagBombs(t *testing.T) []string {
	t.Helper()
	files := newPlanes(16, 16, 2, 0, 9).files(t, nil)
	for _, path := range files {
		retag(t, path, func(tags map[uint16]rawTag) {
			for i := range uint16(900) {
				tags[60000+i] = rawTag{7, 1 << 20, make([]byte, 8)}
			}
		})
		// All of them begin where the first does.
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at := binary.LittleEndian.Uint32(b[4:])
		for i := range uint32(binary.LittleEndian.Uint16(b[at:])) {
			if e := b[at+2+12*i:]; binary.LittleEndian.Uint16(e) >= 60000 {
				binary.LittleEndian.PutUint32(e[8:], 8)
			}
		}
		if err := os.WriteFile(path, append(b, make([]byte, 1<<20)...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// Many tags that share their bytes are refused before GDAL reads them, wherever the file lies and
// however it is named.
func TestTagBomb(t *testing.T) {
	const words = "claims tags of 943718"
	files := tagBombs(t)
	z := filepath.Join(t.TempDir(), "a.zip")
	zipOf(t, z, files)
	server := serve(t, files[0])
	impatient(t, 1)
	var archived, pages []string
	for _, f := range files {
		archived, pages = append(archived, "/vsizip/"+z+"/"+filepath.Base(f)), append(pages, "GTIFF_DIR:1:"+f)
	}
	for what, names := range map[string][]string{"files": files, "in an archive": archived, "pages": pages, "on a server": server.urls(files, "")} {
		t.Run(what, func(t *testing.T) {
			fails(t, names, filepath.Join(t.TempDir(), "o.tif"), Options{}, fault.ErrInput, words)
		})
	}
	for _, end := range []string{".msk", ".ovr"} {
		t.Run("beside a raster, "+end, func(t *testing.T) {
			path := newPlanes(16, 16, 1, 0, 9).files(t, nil)[0]
			if err := os.Rename(files[0], path+end); err != nil {
				t.Fatal(err)
			}
			files = files[1:]
			_, err := OpenTrend(t.Context(), path, nil)
			checkError(t, err, fault.ErrInput, words, filepath.Base(path+end))
		})
	}
}

// What XML says in ways that GDAL does not write is read by GDAL, of each file.
func TestOddMetadata(t *testing.T) {
	const plain = "<GDALMetadata>\n  <Item name=\"SCALE\" sample=\"0\" role=\"scale\">2</Item>\n</GDALMetadata>\n"
	change := func(from, to string) [2]string {
		odd := strings.Replace(plain, from, to, -1)
		return [2]string{odd, strings.Replace(odd, ">2<", ">3<", 1)}
	}
	for _, texts := range [][2]string{
		{plain, strings.Replace(plain, ">2<", ">3<", 1)},
		{plain, strings.Replace(plain, "role", "ROLE", 1)},
		change("role", "ROLE"),
		change("role", "Role"),
		change("sample", "SAMPLE"),
		change("name", "NAME"),
		change("Item", "item"),
		change("<GDAL", "<!-- role --><GDAL"),
		change("  <Item", "  <!-- <Item name=\"SCALE\" sample=\"0\" role=\"scale\">7</Item> --><Item"),
		change(">2<", "><!-- -->2<"),
	} {
		files := newPlanes(4, 4, 2, 0, 9).files(t, nil)
		for i, text := range texts {
			retag(t, files[i], func(tags map[uint16]rawTag) { tags[42112] = rawTag{2, uint32(len(text) + 1), append([]byte(text), 0)} })
		}
		s, err := Open(t.Context(), files, OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i, path := range files {
			ds, err := openRaster(path)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := s.planes[i].scale, ds.Bands()[0].Structure().Scale; got != want {
				t.Errorf("%s: the scale of file %d is %v, and %v to GDAL", texts[i], i+1, got, want)
			}
			_ = ds.Close()
		}
		_ = s.Close()
	}
}
