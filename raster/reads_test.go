package raster

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster/output"
)

// zipOf puts files into an archive.
func zipOf(t *testing.T, path string, names []string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(file)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: filepath.Base(name), Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// vrtOf writes a VRT with one source.
func vrtOf(t *testing.T, path, source string, width, height int) {
	t.Helper()
	put(t, path, fmt.Sprintf(`<VRTDataset rasterXSize="%d" rasterYSize="%d"><GeoTransform>500000, 30, 0, 4600000, 0, -30</GeoTransform>
<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="0">%s</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>`,
		width, height, source))
}

// bytesBeside writes a raster of bytes for each date of s, on its grid.
func bytesBeside(t *testing.T, dir string, s planes) (names []string) {
	t.Helper()
	for i := range s.dates {
		m := made{width: s.width, height: s.height, bands: s.dates[i : i+1], dtype: godal.Byte, transform: &usualPlace}
		names = append(names, filepath.Join(dir, fmt.Sprintf("b_%d.tif", 2001+i)))
		if err := m.write(names[i]); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// Nothing that a fit reads is replaced or taken away by a target, whatever it is called.
func TestTargetsAreNotRead(t *testing.T) {
	s := newPlanes(8, 6, 3, 0, 99)
	for name, make := range map[string]func(t *testing.T, dir string, inputs []string) (in []string, out string, o Options){
		"an input by another name": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			if err := os.Symlink(filepath.Dir(inputs[0]), filepath.Join(dir, "link")); err != nil {
				t.Skip(err)
			}
			return inputs, filepath.Join(dir, "link", "y_2002.tif"), Options{}
		},
		"the source of a VRT": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			vrt := filepath.Join(dir, "y_2004.vrt")
			vrtOf(t, vrt, inputs[2], s.width, s.height)
			return []string{inputs[0], inputs[1], vrt}, inputs[2], Options{OpenOptions: OpenOptions{Drivers: []string{"GTiff", "VRT"}}}
		},
		"the source of the source of a VRT": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			inner, vrt := filepath.Join(dir, "inner.vrt"), filepath.Join(dir, "y_2004.vrt")
			vrtOf(t, inner, inputs[2], s.width, s.height)
			vrtOf(t, vrt, inner, s.width, s.height)
			return []string{inputs[0], inputs[1], vrt}, inputs[2], Options{OpenOptions: OpenOptions{Drivers: []string{"GTiff", "VRT"}}}
		},
		"an archive": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			z := filepath.Join(dir, "z")
			zipOf(t, z+".zip", inputs)
			if err := os.Rename(z+".zip", z); err != nil {
				t.Fatal(err)
			}
			var in []string
			for _, name := range inputs {
				in = append(in, "/vsizip/{"+z+"}/"+filepath.Base(name))
			}
			return in, z, Options{}
		},
		"a list": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			list := filepath.Join(dir, "list")
			put(t, list, strings.Join(inputs, "\n"))
			return []string{"@" + list}, list, Options{}
		},
		"dates": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			csv := filepath.Join(dir, "dates")
			put(t, csv, "path,date\n"+inputs[0]+",2001\n"+inputs[1]+",2002\n"+inputs[2]+",2003\n")
			return inputs, csv, Options{OpenOptions: OpenOptions{Dates: dates(t, "@"+csv)}}
		},
		"a world file": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			unplaced := filepath.Join(dir, "y_2004.tif")
			m := made{width: s.width, height: s.height, bands: s.dates[:1]}
			if err := m.write(unplaced); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, "y_2004.tfw"), "30\n0\n0\n-30\n500015\n4599985\n")
			link := filepath.Join(dir, "out")
			if err := os.Symlink("y_2004.tfw", link); err != nil {
				t.Skip(err)
			}
			return []string{inputs[0], inputs[1], unplaced}, link, Options{}
		},
		"a raster with the name of a mask": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			out := filepath.Join(dir, "y_2004.tif")
			put(t, out, "")
			if err := os.Rename(inputs[2], out+".msk"); err != nil {
				t.Fatal(err)
			}
			return []string{inputs[0], inputs[1], out + ".msk"}, out, Options{}
		},
		"a mask of the stack": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			masks := bytesBeside(t, dir, s)
			return inputs, masks[1], Options{OpenOptions: OpenOptions{Mask: Mask{From: masks, Keep: []Values{{0, 50}}}}}
		},
		"a raster of a covariate": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			rain := bytesBeside(t, dir, s)
			return inputs, rain[1], Options{Covariates: []Covariate{{Name: "rain", Rasters: rain}}}
		},
		"a table of a covariate": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			csv := filepath.Join(dir, "rain.csv")
			put(t, csv, "2001,1\n2002,5\n2003,2\n")
			return inputs, csv, Options{Covariates: []Covariate{{Name: "rain", Table: csv}}}
		},
		"weights": func(t *testing.T, dir string, inputs []string) ([]string, string, Options) {
			csv := filepath.Join(dir, "weights.csv")
			put(t, csv, "2001,1\n2002,0.5\n2003,1\n")
			return inputs, csv, Options{Weights: csv}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			in, out, o := make(t, dir, s.files(t, nil))
			if _, err := FitFiles(t.Context(), in, filepath.Join(t.TempDir(), "out.tif"), o); err != nil {
				t.Fatal(err) // the stack itself is a good one
			}
			o.Overwrite = true
			fails(t, in, out, o, fault.ErrOutput, out)
			if strings.Contains(name, "name of a mask") {
				return // which another program reads with a raster alone
			}
			o.Others = []string{out}
			fails(t, in, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrOutput)
			o.Others, o.Residuals = nil, out
			fails(t, in, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrOutput)
		})
	}
}

// What lies beside a target that is new would be read with it.
func TestSidecarsOfOutputs(t *testing.T) {
	s := newPlanes(8, 6, 3, 0, 99)
	for name, place := range map[string]*[6]float64{".aux.xml": &usualPlace, ".msk": &usualPlace, ".ovr": &usualPlace, ".tfw": nil} {
		inputs := s.files(t, func(_ int, m *made) { m.transform = place })
		out := filepath.Join(t.TempDir(), "out.tif")
		stale := out + name
		if name == ".tfw" {
			stale = strings.TrimSuffix(out, ".tif") + name
		}
		put(t, stale, "stale")
		fails(t, inputs, out, Options{}, fault.ErrOutput, out, stale, "the option Overwrite")
		fails(t, inputs, filepath.Join(t.TempDir(), "fields.tif"), Options{Residuals: out}, fault.ErrOutput, out, stale)
		if _, err := FitFiles(t.Context(), inputs, out, Options{Overwrite: true}); err != nil {
			t.Fatal(err)
		}
		if got := listing(filepath.Dir(out)); strings.Count(got, ":") != 1 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A file that is rewritten in place, with the same size and directory, gives no mixed result.
func TestInputsRewritten(t *testing.T) {
	s := newPlanes(64, 60, 3, -999, 999)
	for _, creation := range []string{"", "COMPRESS=DEFLATE"} {
		for name, of := range map[string]func(inputs []string) string{
			"a raster":    func(inputs []string) string { return inputs[1] },
			"a list":      func(inputs []string) string { return filepath.Join(filepath.Dir(inputs[0]), "list") },
			"a mask":      func(inputs []string) string { return inputs[0] + ".msk" },
			"weights":     func(inputs []string) string { return filepath.Join(filepath.Dir(inputs[0]), "weights.csv") },
			"a covariate": func(inputs []string) string { return filepath.Join(filepath.Dir(inputs[0]), "b", "b_2002.tif") },
		} {
			t.Run(name+creation, func(t *testing.T) {
				inputs := s.files(t, func(_ int, m *made) { m.creation = strings.Fields(creation) })
				list := filepath.Join(filepath.Dir(inputs[0]), "list")
				put(t, list, strings.Join(inputs, "\n"))
				writeMask(t, inputs[0], s.width, s.height, 2, func(p int) bool { return p%7 == 0 })
				weights, rain := filepath.Join(filepath.Dir(inputs[0]), "weights.csv"), folderAt(t, filepath.Join(filepath.Dir(inputs[0]), "b"))
				put(t, weights, "2001,1\n2002,0.5\n2003,1\n")
				bytesBeside(t, rain, s)
				out := filepath.Join(t.TempDir(), "out.tif")
				victim := of(inputs)
				text, err := os.ReadFile(victim)
				if err != nil {
					t.Fatal(err)
				}
				old := time.Now().Add(-time.Hour)
				if err := os.Chtimes(victim, old, old); err != nil {
					t.Fatal(err)
				}
				run := func(o Options, during func()) error {
					o.Fit = pixtrend.Options{WindowWidth: 64, WindowHeight: 10, Threads: 1}
					o.Weights, o.Covariates = weights, []Covariate{{Name: "rain", Rasters: []string{rain}}}
					job, err := Prepare(t.Context(), []string{"@" + list}, out, o)
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = job.Close() }()
					_, err = job.Run(t.Context(), func(done, _ int) {
						if done == 64*10 {
							during()
						}
					})
					return err
				}
				// A window may be read meanwhile, so that the file never is shorter.
				rewrite := func() {
					file, err := os.OpenFile(victim, os.O_WRONLY, 0)
					if err != nil {
						t.Error(err)
						return
					}
					_, err = file.Write(text)
					if err := errors.Join(err, file.Close()); err != nil {
						t.Error(err)
					}
				}
				for _, o := range []Options{{}, {Format: output.COG}} {
					checkError(t, run(o, rewrite), fault.ErrInput, victim, "no longer the file")
					if left := listing(filepath.Dir(out)); left != "[]" {
						t.Errorf("left behind: %s", left)
					}
				}
				// Another file in its place is no better.
				replace := func() {
					if err := errors.Join(os.Rename(victim, victim+".old"), os.WriteFile(victim, text, 0o666)); err != nil {
						t.Error(err)
					}
				}
				checkError(t, run(Options{}, replace), fault.ErrInput, victim, "no longer the file")
				if err := run(Options{}, func() {}); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// An input that has lost its name at the end was read, but cannot be looked at again.
func TestInputGone(t *testing.T) {
	s := newPlanes(64, 60, 3, -999, 999)
	inputs := s.files(t, nil)
	out := filepath.Join(t.TempDir(), "out.tif")
	job, err := Prepare(t.Context(), inputs, out, Options{Fit: pixtrend.Options{Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	summary, err := job.Run(t.Context(), func(done, total int) {
		if done == total {
			_ = os.Remove(inputs[1])
		}
	})
	if err != nil || !slices.ContainsFunc(summary.Warnings, func(w string) bool { return strings.HasPrefix(w, inputs[1]+" could not be checked") }) {
		t.Errorf("%v, warnings %q", err, summary.Warnings)
	}
}

// A series is of one version of its files too.
func TestSeriesOfRewritten(t *testing.T) {
	inputs := newPlanes(8, 6, 3, 0, 99).files(t, nil)
	o := all().OpenOptions
	s, err := Open(t.Context(), inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := os.Truncate(inputs[0], 1); err != nil {
		t.Fatal(err)
	}
	_, err = s.unchanged(t.Context())
	checkError(t, err, fault.ErrInput, inputs[0])
}

// A report on a stack says which files have changed while it was made.
func TestInspectOfRewritten(t *testing.T) {
	inputs := newPlanes(8, 6, 3, 0, 99).files(t, nil)
	text, err := os.ReadFile(inputs[1])
	if err != nil {
		t.Fatal(err)
	}
	o := Options{OpenOptions: OpenOptions{Explain: func(err error) string {
		put(t, inputs[1], string(text)) // while an error about another file is written
		return err.Error()
	}}}
	old := time.Now().Add(-time.Hour)
	if err := errors.Join(os.Chtimes(inputs[1], old, old), os.Truncate(inputs[2], 20)); err != nil {
		t.Fatal(err)
	}
	info, err := Inspect(t.Context(), inputs, o)
	if err != nil || !slices.ContainsFunc(info.Warnings, func(w string) bool { return strings.HasPrefix(w, inputs[1]+" is no longer") }) {
		t.Errorf("%v, %q", err, info.Warnings)
	}
}

// If one of several outputs cannot have its name, none has: what was there before is there again.
func TestOutputsFailTogether(t *testing.T) {
	inputs := newPlanes(40, 30, 4, 0, 99).files(t, nil)
	for _, overwrite := range []bool{false, true} {
		dir := t.TempDir()
		out, residuals, detrend := filepath.Join(dir, "out.tif"), filepath.Join(dir, "residuals.tif"), filepath.Join(dir, "detrend.tif")
		if overwrite {
			for _, path := range []string{out, out + ".msk", residuals, detrend, detrend + ".aux.xml"} {
				put(t, path, "old")
			}
		}
		for _, blocked := range []string{out, residuals, detrend} {
			job, err := Prepare(t.Context(), inputs, out, Options{Residuals: residuals, Detrend: detrend, Overwrite: overwrite})
			if err != nil {
				t.Fatal(err)
			}
			before := listing(dir)
			_, err = job.Run(context.Background(), func(done, total int) {
				if done == total { // a folder with something in it cannot be replaced
					_ = os.Rename(blocked, blocked+".kept")
					put(t, filepath.Join(folderAt(t, blocked), "file"), "")
				}
			})
			_ = job.Close()
			checkError(t, err, fault.ErrOutput, "cannot write "+blocked)
			if strings.Contains(err.Error(), ";") {
				t.Errorf("not undone: %v", err)
			}
			if err := os.RemoveAll(blocked); err != nil {
				t.Fatal(err)
			}
			_ = os.Rename(blocked+".kept", blocked)
			if after := listing(dir); after != before {
				t.Errorf("overwrite %v, %s: the folder held %s and now %s", overwrite, blocked, before, after)
			}
		}
	}
}

func folderAt(t *testing.T, path string) string {
	t.Helper()
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Error(err)
	}
	return path
}

// A link as a target is replaced, and a warning says so.
func TestLinkAsTarget(t *testing.T) {
	inputs := newPlanes(8, 6, 3, 0, 99).files(t, nil)
	dir := t.TempDir()
	file, out := filepath.Join(dir, "file.tif"), filepath.Join(dir, "out.tif")
	put(t, file, "precious")
	if err := os.Symlink("file.tif", out); err != nil {
		t.Skip(err)
	}
	job, err := Prepare(t.Context(), inputs, out, Options{Overwrite: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = job.Close() }()
	if !slices.ContainsFunc(job.Warnings, func(w string) bool { return strings.Contains(w, "is a link to file.tif") }) {
		t.Errorf("warnings %q", job.Warnings)
	}
	if _, err := job.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	info, statErr := os.Lstat(out)
	if string(text) != "precious" || err != nil || statErr != nil || !info.Mode().IsRegular() {
		t.Errorf("%q, %v, %v", text, err, statErr)
	}
}
