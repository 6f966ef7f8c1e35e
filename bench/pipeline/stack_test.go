package pipeline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/airbusgeo/godal"
)

// Stacks that are made together equal those that are made alone, every time.
func TestMakeIsDeterministic(t *testing.T) {
	f32, gaps, i16 := small("float32", land, false), small("float32", landGaps, false), small("int16", land, false, "COMPRESS=LZW")
	gaps.Name, i16.Name = "gaps", "i16"
	dir := t.TempDir()
	together := []Stack{f32, gaps, i16}
	for i := range together {
		together[i].dir = dir
	}
	if err := makeStacks(t.Context(), together, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	for i, alone := range []Stack{f32, gaps, i16} {
		alone = made(t, alone)
		a, err1 := together[i].sums(t.Context())
		b, err2 := alone.sums(t.Context())
		if err := errors.Join(err1, err2); err != nil || !slices.Equal(a, b) {
			t.Errorf("%s: %v and %v, %v", alone.Name, a, b, err)
		}
	}
}

// The stacks contain what their names say.
func TestSamples(t *testing.T) {
	read := func(s Stack, date int) []float32 {
		planes, err := readRows(s.files(date + 1)[date], 0, s.Width, s.Height)
		if err != nil {
			t.Fatal(err)
		}
		return planes[0]
	}
	whole, gaps, i16 := made(t, small("float32", land, false)), made(t, small("float32", landGaps, false)), made(t, small("int16", land, false))
	missing := 0
	for date := range whole.Dates {
		a, b, c := read(whole, date), read(gaps, date), read(i16, date)
		for p := range a {
			switch {
			case a[p] != a[p] || a[p] < -0.2 || a[p] > 0.95:
				t.Fatalf("land holds %v", a[p])
			case b[p] != b[p]:
				missing++
			case b[p] != a[p]:
				t.Fatalf("%v with gaps, %v without", b[p], a[p])
			}
			if float32(c[p])/10000 != a[p] {
				t.Fatalf("%v as int16, %v as float32", c[p], a[p])
			}
		}
	}
	if share := float64(missing) / (70 * 41 * 6); share < 0.18 || share > 0.22 {
		t.Errorf("%.3f of the samples are missing, want a fifth", share)
	}
	noisy := read(made(t, small("uint8", noise, true)), 5)
	sum := float32(0)
	for _, v := range noisy {
		sum += v
	}
	if mean := sum / float32(len(noisy)); mean < 120 || mean > 135 {
		t.Errorf("the mean of the noise is %v", mean)
	}
}

func TestFind(t *testing.T) {
	s := made(t, small("float32", land, false))
	file := s.files(s.Dates)[3]
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	find := func(what string, s Stack, want bool) {
		t.Helper()
		if found, err := s.find(t.Context()); err != nil || found != want {
			t.Errorf("%s: found %v, %v", what, found, err)
		}
	}
	find("as made", s, true)
	text[len(text)-1] ^= 1
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	find("one bit changed", s, false)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	find("one file gone", s, false)
	if err := makeStacks(t.Context(), []Stack{s}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	find("made again", s, true)
	other := s
	other.Creation = []string{"COMPRESS=LZW"}
	find("described otherwise", other, false)
	other = s
	other.Name = "none"
	find("not there", other, false)
	if err := os.Mkdir(filepath.Join(s.dir, "none"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := other.find(t.Context()); err == nil || !strings.Contains(err.Error(), "was not made by this benchmark") {
		t.Errorf("a folder of somebody else: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.folder(), manifestName), []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := s.find(t.Context()); err == nil {
		t.Error("a manifest of somebody else: no error")
	}
}

func TestInterruptedMakingLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	s := small("float32", land, false)
	s.dir = t.TempDir()
	err := makeStacks(ctx, []Stack{s}, func(done, total int) { cancel(stop) })
	if !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	if entries, err := os.ReadDir(s.dir); err != nil || len(entries) > 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
}

func TestFloors(t *testing.T) {
	s := made(t, small("int16", land, false, "COMPRESS=ZSTD", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"))
	for _, threads := range []int{1, 2, 3} {
		for _, k := range []kind{readBytes, decode} {
			f, err := newFloor(k, s.files(s.Dates), threads)
			if err != nil {
				t.Fatal(err)
			}
			if took, err := f.run(t.Context()); err != nil || took <= 0 {
				t.Errorf("%s on %d threads: %v, %v", k, threads, took, err)
			}
			var size int64
			for _, p := range f.pieces {
				size += p.last - p.first
			}
			want, _ := s.fileBytes(s.Dates)
			if k == decode {
				want = 6 * 5 * 3 // blocks of 16 × 16
			}
			if size != want {
				t.Errorf("%s goes through %d, want %d", k, size, want)
			}
		}
	}
	bytes, err := newFloor(readBytes, s.files(2), 1)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := newFloor(decode, s.files(2), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.files(2)[1], 300); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*floor{bytes, blocks} {
		if _, err := f.run(t.Context()); err == nil {
			t.Errorf("%s: no error of a file that was cut short", f.kind)
		}
	}
	if _, err := newFloor(decode, []string{"nowhere.tif"}, 1); err == nil {
		t.Error("no error of a file that is not there")
	}
}

// The decoded samples are those of the file.
func TestBlocks(t *testing.T) {
	s := made(t, small("int16", land, false, "COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"))
	var f blockFile
	if err := f.open(s.files(1)[0]); err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if err := f.read(6, 7); err != nil { // the second of the second row of five
		t.Fatal(err)
	}
	ds, err := godal.Open(s.files(1)[0])
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	want := make([]int16, 16*16)
	if err := ds.Bands()[0].Read(16, 16, want, 16, 16); err != nil {
		t.Fatal(err)
	}
	for i, v := range want {
		if got := int16(uint16(f.buffer[2*i]) | uint16(f.buffer[2*i+1])<<8); got != v {
			t.Fatalf("sample %d is %d, want %d", i, got, v)
		}
	}
}

func TestNoRoom(t *testing.T) {
	dir := t.TempDir()
	asked := ""
	_, err := Run(t.Context(), Options{Dir: dir, Program: "none", Free: func(dir string) (int64, error) {
		asked = dir
		return 1e9, nil
	}})
	if err == nil || !strings.Contains(err.Error(), "needs up to 5.5 GB in "+dir) || !strings.Contains(err.Error(), "1.0 GB are free") || asked != dir {
		t.Errorf("asked about %q: %v", asked, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
}
