package raster

import (
	"path/filepath"
	"testing"

	"github.com/airbusgeo/godal"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// A raster of 5 × 5 pixels in one block of 512 × 512 pixels with 275 bands, 137.5 MiB, is what bfast
// ships. One thread reads it where the memory holds one block.
func TestOneBlockForOneThread(t *testing.T) {
	s := newPlanes(5, 5, 275, 0, 9999)
	inputs := []string{s.multiband(t, func(m *made) {
		m.dtype, m.descriptions = godal.Int16, nil
		m.creation = []string{"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "INTERLEAVE=PIXEL", "COMPRESS=DEFLATE"}
	})}
	o := all()
	o.Dates = dates(t, "1701-1975")
	j, err := Prepare(t.Context(), inputs, filepath.Join(t.TempDir(), "out.tif"), o)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(j.Plan.Workers); n != 1 || len(j.Warnings) != 0 {
		t.Errorf("%d threads, and warnings %q", n, j.Warnings)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	want := fitted(t, s.files(t, nil), o)
	sameBands(t, "a block for one thread", want, fitted(t, inputs, o))

	o.Memory = 128 << 20
	fails(t, inputs, filepath.Join(t.TempDir(), "out.tif"), o, fault.ErrInput, inputs[0], "137.5 MiB each", "a memory of 128 MiB: allow ")
	o.Memory = memoryFor(275*512*512*2+1<<20) << 20
	sameBands(t, "in the least memory", want, fitted(t, inputs, o))
	i := inspect(t, inputs, o)
	if !i.Fit.Runs || i.Survey.Samples != 25*275 {
		t.Errorf("%+v, %+v", i.Fit, i.Survey)
	}
}

// The memory that an error asks for is enough, however large a file says that its blocks are.
func TestMemoryForBlocks(t *testing.T) {
	for _, held := range []int64{0, 1 << 20, 275 * 512 * 512 * 2, 1 << 33, 1 << 45, mostHeld} {
		b := budget{total: memoryFor(held) << 20}
		if left := b.total - b.aside() - held; left < leastTiles {
			t.Errorf("blocks of %d bytes: %d MiB leave %d bytes for tiles", held, memoryFor(held), left)
		}
	}
	p := plane{blockBytes: 1 << 62}
	if held := (&Stack{}).decodingBytes(&p); held != mostHeld {
		t.Errorf("a block of 2^62 bytes takes %d", held)
	}
}
