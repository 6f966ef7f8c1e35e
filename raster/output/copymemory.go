package output

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// GDAL makes compressed files and COGs of whole blocks. It holds a block with all bands if they are
// interleaved by pixel, as those of a COG are. Each thread that compresses takes about five of them:
// the block, the one that it was read from, its differences, and what they are compressed to, in
// memory of libtiff and in a file in memory. That is what COGs of 1, 4 and 18 bands in blocks of 128
// to 512 pixels take with 1, 2 and 4 threads.
const (
	blocksPerThread = 5
	copyBytes       = 6 << 20 // a copy beside its blocks, with a part of GDAL's block cache
)

// lzmaBytes is the memory of an encoder of LZMA by its preset (xz(1)).
var lzmaBytes = []int64{3 << 20, 9 << 20, 17 << 20, 32 << 20, 48 << 20, 94 << 20, 94 << 20, 186 << 20, 370 << 20, 674 << 20}

// copyPlan is how a file is copied within the memory.
type copyPlan struct {
	block   int64 // bytes of a block with the bands that it holds
	threads int
	preset  int // of LZMA; -1: another method
}

func (p copyPlan) bytes() int64 {
	n := copyBytes + p.block*int64(blocksPerThread*p.threads)
	if p.preset >= 0 {
		n += lzmaBytes[p.preset] * int64(p.threads)
	}
	return n
}

// forCopies returns the bytes that copies may take.
func (s Spec) forCopies() int64 {
	if s.CopyMemory > 0 {
		return s.CopyMemory
	}
	return 256 << 20
}

// keepToMemory chooses smaller blocks of files whose bands are interleaved by pixel, fewer threads and a smaller preset of LZMA, as far
// as the caller has not chosen them, until a copy of s takes no more than its memory. values are all
// creation options but NUM_THREADS, and given those of the caller.
func (c *creation) keepToMemory(s Spec, values, given map[string]string) error {
	limit := s.forCopies()
	p := copyPlan{threads: s.threads(), preset: -1}
	if n, err := strconv.Atoi(given["NUM_THREADS"]); err == nil && n > 0 {
		p.threads = n
	}
	if strings.EqualFold(values["COMPRESS"], "LZMA") {
		p.preset = 6 // GDAL's default
		if n, err := strconv.Atoi(given["LZMA_PRESET"]); err == nil && n >= 0 && n < len(lzmaBytes) {
			p.preset = n
		}
	}
	p.block = s.blockBytes(values)
	free := func(key string) bool { return given[key] == "" }
	for p.bytes() > limit {
		size, _ := strconv.Atoi(values["BLOCKSIZE"])
		tile, _ := strconv.Atoi(values["BLOCKXSIZE"])
		switch {
		case s.Format == COG && free("BLOCKSIZE") && size > 128:
			values["BLOCKSIZE"] = strconv.Itoa(size / 2)
			p.block = s.blockBytes(values)
		case s.Format != COG && strings.EqualFold(values["INTERLEAVE"], "PIXEL") && free("TILED") && free("BLOCKXSIZE") && free("BLOCKYSIZE") && tile > 64:
			values["BLOCKXSIZE"], values["BLOCKYSIZE"] = strconv.Itoa(tile/2), strconv.Itoa(tile/2)
			p.block = s.blockBytes(values)
		case free("NUM_THREADS") && p.threads > 1:
			p.threads--
		case p.preset > 0 && free("LZMA_PRESET"):
			p.preset--
		default:
			return fault.Outputf("a %s with %d bands in blocks of %s takes %s of memory to write, and it may take %s: allow more with %v, or make blocks smaller, such as with the creation option %s",
				s.format(), len(s.Bands), humanize.IBytes(uint64(p.block)), humanize.IBytes(uint64(p.bytes())), humanize.IBytes(uint64(limit)),
				fault.Option{Field: "Memory"}, map[Format]string{GTiff: "INTERLEAVE=BAND", COG: "BLOCKSIZE=128"}[s.format()])
		}
	}
	for _, key := range []string{"BLOCKSIZE", "BLOCKXSIZE", "BLOCKYSIZE"} {
		c.set(key, values[key])
	}
	if p.preset >= 0 {
		c.set("LZMA_PRESET", strconv.Itoa(p.preset))
	}
	if free("NUM_THREADS") {
		c.set("NUM_THREADS", strconv.Itoa(p.threads))
	}
	return nil
}

// set sets an option, or adds it. It ignores values that are empty.
func (c *creation) set(key, value string) {
	if value == "" {
		return
	}
	i := slices.IndexFunc(c.options, func(o string) bool { return strings.HasPrefix(o, key+"=") })
	if i < 0 {
		c.options = append(c.options, key+"="+value)
		return
	}
	c.options[i] = key + "=" + value
}

// blockBytes returns the size of a block with the bands that it holds, for the creation options
// values.
func (s Spec) blockBytes(values map[string]string) int64 {
	size := func(key string, usual int64) int64 {
		if n, err := strconv.ParseInt(values[key], 10, 32); err == nil && n > 0 {
			return n
		}
		return usual
	}
	line := int64(s.Width) * int64(s.Type.Size())
	bytes := int64(0)
	switch {
	case s.Format == COG:
		bytes = size("BLOCKSIZE", 512) * size("BLOCKSIZE", 512) * int64(s.Type.Size())
	case strings.EqualFold(values["TILED"], "NO"):
		bytes = line * min(size("BLOCKYSIZE", max(1, 8192/line)), int64(s.Height))
	default:
		bytes = size("BLOCKXSIZE", 256) * size("BLOCKYSIZE", 256) * int64(s.Type.Size())
	}
	if s.Format == COG || strings.EqualFold(values["INTERLEAVE"], "PIXEL") {
		bytes *= int64(len(s.Bands))
	}
	return bytes
}

// tileBytes is about what libtiff takes for the offset and the byte count of a tile when it makes
// the header of a file.
const tileBytes = 32

// checkTiles returns an error if the tables of the tiles of an uncompressed file do not fit the
// memory. options are its creation options.
func (s Spec) checkTiles(target string, options []string) error {
	size := func(key string) int64 {
		for _, o := range options {
			if n, err := strconv.ParseInt(strings.TrimPrefix(o, key+"="), 10, 32); err == nil && n > 0 {
				return n
			}
		}
		return 256
	}
	w, h := size("BLOCKXSIZE"), size("BLOCKYSIZE")
	tiles := ((int64(s.Width)-1)/w + 1) * ((int64(s.Height)-1)/h + 1)
	if most := s.forCopies() / tileBytes; tiles > most/int64(max(1, len(s.Bands))) {
		return fault.Outputf("cannot write %s: it would have %s tiles of %d × %d pixels in each of %d bands, and the memory holds the places of %s: allow more with %v, or make tiles larger, such as with the creation options BLOCKXSIZE=4096 BLOCKYSIZE=4096",
			target, humanize.Comma(tiles), w, h, len(s.Bands), humanize.Comma(most), fault.Option{Field: "Memory"})
	}
	return nil
}
