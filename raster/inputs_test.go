package raster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
)

// tree makes empty files, and a folder for each name that ends in a slash, and returns their root.
func tree(t testing.TB, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o777); err != nil {
				t.Fatal(err)
			}
			continue
		}
		put(t, path, "")
	}
	return root
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestExpand(t *testing.T) {
	root := tree(t, "a_2002.tif", "a_2001.tif", "b.TIF", "c.tiff", "d.txt", ".hidden.tif", "folder.tif/", "sub/e_2003.tif", "empty/", "x[1].tif", "with space.tif")
	put(t, filepath.Join(root, "list.txt"), "\ufeff# rasters\r\n\r\na_2002.tif\r\n  sub/e_2003.tif  \r\n"+filepath.Join(root, "b.TIF")+"\r\n")
	put(t, filepath.Join(root, "patterns.txt"), filepath.Join(root, "a_*.tif")+"\nsub\n")
	put(t, filepath.Join(root, "hollow.txt"), "# nothing\n\n")
	put(t, filepath.Join(root, "nested.txt"), "@list.txt\n")
	put(t, filepath.Join(root, "missing.txt"), "a_2001.tif\n\nno.tif\n")
	put(t, filepath.Join(root, "binary.txt"), strings.Repeat("\xff", 1<<17))
	put(t, filepath.Join(root, "nul.txt"), "a\x00b.tif\n")
	for _, c := range []struct {
		args string // separated by |
		want string // names, or what the error mentions after !
	}{
		{"a_2002.tif|a_2001.tif", "a_2002.tif a_2001.tif"},
		{"a_*.tif", "a_2001.tif a_2002.tif"},
		{"?.[Tt][Ii][Ff]", "b.TIF"},
		{"x[1].tif", "x[1].tif"}, // a file's own name comes before the pattern
		{"with space.tif", "with space.tif"},
		{"sub", "sub/e_2003.tif"},
		{"sub/", "sub/e_2003.tif"},
		{"*/*.tif", "sub/e_2003.tif"},
		{".", "a_2001.tif a_2002.tif b.TIF c.tiff with space.tif x[1].tif"},
		{"folder*", "!no file matches"},
		{"@list.txt", "a_2002.tif sub/e_2003.tif b.TIF"},
		{"@patterns.txt", "a_2001.tif a_2002.tif sub/e_2003.tif"},
		{"", "!empty name"},
		{"no.tif", "!no.tif does not exist"},
		{"no_*.tif", "!no file matches"},
		{"no_[.tif", "!malformed"},
		{"empty", "!no .tif"},
		{"@hollow.txt", "!names no file"},
		{"@nested.txt", "!line 1 of"},
		{"@missing.txt", "!line 3 of"},
		{"@binary.txt", "!text file"},
		{"@nul.txt", "!line 1 of"},
		{"@no.txt", "!no.txt"},
		{"@sub", "!sub"},
		{"a_2001.tif|a_2002.tif|a_2001.tif", "!given twice"},
		{"a_2001.tif|a_*.tif", "!given twice"},
		{"a_2001.tif|./a_2001.tif", "!given twice"},
		{"a_2001.tif|sub/../a_2001.tif", "!given twice"},
		{"a_2001.tif/b.tif", "!a_2001.tif/b.tif"},
	} {
		t.Run(c.args, func(t *testing.T) {
			var args []string
			for _, arg := range strings.Split(c.args, "|") {
				at := ""
				if strings.HasPrefix(arg, "@") {
					at, arg = "@", arg[1:]
				}
				if arg != "" {
					arg = root + string(filepath.Separator) + arg // not cleaned: people do not
				}
				args = append(args, at+arg)
			}
			names, _, err := Expand(t.Context(), args, OpenOptions{})
			if what, ok := strings.CutPrefix(c.want, "!"); ok {
				checkError(t, err, fault.ErrInput, what)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var short []string
			for _, name := range names {
				rel, err := filepath.Rel(root, name)
				if err != nil {
					t.Fatal(err)
				}
				short = append(short, filepath.ToSlash(rel))
			}
			if got := strings.Join(short, " "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}

	t.Run("relative and absolute", func(t *testing.T) {
		t.Chdir(root)
		_, _, err := Expand(t.Context(), []string{"a_2001.tif", filepath.Join(root, "a_2001.tif")}, OpenOptions{})
		checkError(t, err, fault.ErrInput, "given twice")
	})
	t.Run("names of GDAL", func(t *testing.T) {
		args := []string{"/vsicurl/https://example.org/*.tif", "/vsimem/x?.tif"}
		if names, _, err := Expand(t.Context(), args, OpenOptions{}); err != nil || !slices.Equal(names, args) {
			t.Errorf("%v, %v", names, err)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		_, _, err := Expand(t.Context(), nil, OpenOptions{})
		checkError(t, err, fault.ErrInput, "no input")
	})
}

// A list is text from anywhere: whatever it holds is a list of names or an error of one line.
func FuzzList(f *testing.F) {
	for _, seed := range []string{"", "a.tif\n", "\ufeffa.tif\r\nb.tif", "# a\n*.tif\n", "@x\n", "[\n", "a.tif\na.tif\n", "\x00", "/vsimem/a\n", "."} {
		f.Add(seed)
	}
	root := tree(f, "a.tif", "b.tif")
	f.Fuzz(func(t *testing.T, text string) {
		// The list stands where the files are, and so must names that are not absolute.
		if strings.Contains(text, "..") || strings.Contains(text, "/") && !strings.HasPrefix(text, "/vsi") {
			t.Skip("would look at files of this machine")
		}
		list := filepath.Join(t.TempDir(), "list.txt")
		put(t, list, text)
		t.Chdir(root)
		names, _, err := Expand(t.Context(), []string{"@" + list}, OpenOptions{})
		switch {
		case err != nil && !errors.Is(err, fault.ErrInput):
			t.Errorf("%q is not an input error", err)
		case err != nil && strings.Contains(err.Error(), "\n"):
			t.Errorf("not one line: %q", err)
		case err == nil && len(names) == 0:
			t.Error("neither names nor an error")
		}
		for _, name := range names {
			if !strings.HasPrefix(name, "/vsi") && !atomicfile.Exists(name) {
				t.Errorf("%q does not exist", name)
			}
		}
	})
}

// cut shortens a file.
func cut(t *testing.T, path string, share float64) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(share*float64(info.Size()))); err != nil {
		t.Fatal(err)
	}
}

// scribble overwrites a few bytes at a share of a file.
func scribble(t *testing.T, path string, share float64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 64 {
		data[int(share*float64(len(data)))+i] = byte(0xff - i)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// A file that cannot be read, or not in full, ends the fit by its name. Nothing is ever made up for
// what is missing.
func TestDamagedInputs(t *testing.T) {
	s := newPlanes(64, 60, 3, -999, 999)
	creation := func(options string) func(int, *made) {
		return func(_ int, m *made) { m.creation = strings.Fields(options) }
	}
	vrt := func(source string) string {
		return fmt.Sprintf(`<VRTDataset rasterXSize="64" rasterYSize="60"><GeoTransform>500000, 30, 0, 4600000, 0, -30</GeoTransform><VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>%s</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>`, source)
	}
	for _, c := range []struct {
		name   string
		each   func(int, *made)
		damage func(t *testing.T, path string)
		o      Options
		words  string // besides the file's name, separated by |
	}{
		{"text", nil, func(t *testing.T, path string) { put(t, path, "year,ndvi\n2001,0.5\n") }, Options{}, "not a GeoTIFF"},
		{"empty", nil, func(t *testing.T, path string) { put(t, path, "") }, Options{}, "it is empty"},
		{"magic only", nil, func(t *testing.T, path string) { put(t, path, "II*\x00") }, Options{}, ""},
		{"header only", nil, func(t *testing.T, path string) { put(t, path, "II*\x00\x08\x00\x00\x00") }, Options{}, ""},
		{"directory beyond the end", nil, func(t *testing.T, path string) { put(t, path, "II*\x00\xff\xff\xff\x7f") }, Options{}, ""},
		{"folder", nil, func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o777)); err != nil {
				t.Fatal(err)
			}
		}, Options{}, "no .tif"},
		{"missing", nil, func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, Options{}, "does not exist"},
		{"strips cut", creation("BLOCKYSIZE=6"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"strips cut short", creation("BLOCKYSIZE=6"), func(t *testing.T, path string) { cut(t, path, 0.999) }, Options{}, "damaged"},
		{"one strip cut", creation("BLOCKYSIZE=60"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"rows cut", creation("BLOCKYSIZE=1"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"tiles cut", creation("TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"big-endian cut", creation("ENDIANNESS=BIG"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"deflate cut", creation("COMPRESS=DEFLATE BLOCKYSIZE=6"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"deflate tiles cut", creation("COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"lzw cut", creation("COMPRESS=LZW"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"packbits cut", creation("COMPRESS=PACKBITS"), func(t *testing.T, path string) { cut(t, path, 0.55) }, Options{}, "damaged"},
		{"corrupt deflate", creation("COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16"), func(t *testing.T, path string) { scribble(t, path, 0.7) }, Options{}, "damaged"},
		{"corrupt deflate strip", creation("COMPRESS=DEFLATE PREDICTOR=3"), func(t *testing.T, path string) { scribble(t, path, 0.7) }, Options{}, "damaged"},
		{"no band 3", nil, nil, Options{OpenOptions: OpenOptions{Band: 3}}, "no band 3"},
		{"VRT", nil, func(t *testing.T, path string) { put(t, path, vrt("/etc/hostname")) }, Options{}, "not a GeoTIFF"},
		{"VRT and a driver that is not VRT", nil, func(t *testing.T, path string) { put(t, path, vrt("/etc/hostname")) },
			Options{OpenOptions: OpenOptions{Drivers: []string{"GTiff", "PNG"}}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			inputs := s.files(t, c.each)
			if c.damage != nil {
				c.damage(t, inputs[1])
			}
			blamed := inputs[1]
			if c.o.Band > 0 {
				blamed = inputs[0]
			}
			fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), c.o, fault.ErrInput, append(strings.Split(c.words, "|"), blamed)...)
			for i, name := range inputs {
				if i != 1 && atomicfile.Exists(name+".aux.xml") {
					t.Errorf("%s has got a sidecar", name)
				}
			}
		})
	}

	t.Run("band cut", func(t *testing.T) {
		for _, interleave := range []string{"BAND", "PIXEL"} {
			name := s.multiband(t, func(m *made) { m.creation = []string{"INTERLEAVE=" + interleave} })
			cut(t, name, 0.55)
			fails(t, []string{name}, filepath.Join(t.TempDir(), "out.tif"), Options{}, fault.ErrInput, name, "damaged")
		}
	})
	t.Run("VRT on request", func(t *testing.T) {
		inputs := s.files(t, nil)
		want := fitted(t, inputs, all())
		dir := t.TempDir()
		var vrts []string
		for i, name := range inputs {
			vrts = append(vrts, filepath.Join(dir, fmt.Sprintf("y_%d.vrt", 2001+i)))
			put(t, vrts[i], vrt(name))
		}
		fails(t, vrts, filepath.Join(t.TempDir(), "out.tif"), all(), fault.ErrInput, vrts[0])
		o := all()
		o.Drivers = []string{"VRT"}
		sameBands(t, "VRT", want, fitted(t, vrts, o))
		// and then no other
		fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, inputs[0])
		o.Drivers = []string{"VRT", "GTiff"}
		sameBands(t, "VRT and GTiff", want, fitted(t, []string{inputs[0], vrts[1], inputs[2]}, o))
	})
}

// Between Prepare and Run files may go, or become others.
func TestInputsThatChange(t *testing.T) {
	s := newPlanes(64, 60, 3, -999, 999)
	big := func(_ int, m *made) { // three bands, of which the last is fitted
		m.bands = [][]float64{m.bands[0], m.bands[0], m.bands[0]}
	}
	replace := func(change func(m *made)) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			m := made{width: s.width, height: s.height, bands: [][]float64{s.dates[0], s.dates[1], s.dates[2]}}
			change(&m)
			if err := m.write(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(t *testing.T, path string)
	}{
		{"deleted", func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}},
		{"emptied", func(t *testing.T, path string) { put(t, path, "") }},
		{"smaller", replace(func(m *made) {
			m.width, m.height = 10, 10
			for i := range m.bands {
				m.bands[i] = m.bands[i][:100]
			}
		})},
		{"larger", replace(func(m *made) {
			m.width = 65
			for i := range m.bands {
				m.bands[i] = newPlanes(65, 60, 1, 0, 9).dates[0]
			}
		})},
		{"fewer bands", replace(func(m *made) { m.bands = m.bands[:1] })},
		{"another type", replace(func(m *made) { m.dtype = godal.Float64 })},
		{"another nodata value", replace(func(m *made) { m.nodata = ptr(5.0) })},
	} {
		t.Run(c.name, func(t *testing.T) {
			inputs := s.files(t, big)
			out := filepath.Join(t.TempDir(), "out.tif")
			job, err := Prepare(t.Context(), inputs, out, Options{OpenOptions: OpenOptions{Band: 3}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = job.Close() }()
			c.change(t, inputs[1])
			_, err = job.Run(t.Context(), nil)
			checkError(t, err, fault.ErrInput, inputs[1])
			if left := listing(filepath.Dir(out)); left != "[]" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
	t.Run("bands of one file", func(t *testing.T) {
		name := s.multiband(t, nil)
		job, err := Prepare(t.Context(), []string{name}, filepath.Join(t.TempDir(), "out.tif"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = job.Close() }()
		replace(func(m *made) { m.bands = m.bands[:2] })(t, name)
		_, err = job.Run(t.Context(), nil)
		checkError(t, err, fault.ErrInput, name)
	})
}
