package gdal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/regular"
)

// In a store of Zarr, a chunk without a file is one of fill values. GDAL takes each file that it
// cannot open for one that is not there, so that the chunk becomes gaps without an error: a file
// without permission, a chain of links without an end, or one more than the process may open. The
// files of chunks are hence opened here first.

// zarrChunks are the files of the chunks of an array.
type zarrChunks struct {
	folder string // of the array
	shape  []int  // of a chunk, by dimension
	prefix string // of the name of a file
	join   string // what lies between the numbers in its name: a dot, or a slash
}

// zarrArray is what the metadata of an array say of its chunks, in Zarr 2 and in Zarr 3.
type zarrArray struct {
	Chunks    []int  `json:"chunks"`
	Separator string `json:"dimension_separator"`
	Grid      struct {
		Configuration struct {
			Shape []int `json:"chunk_shape"`
		} `json:"configuration"`
	} `json:"chunk_grid"`
	Keys struct {
		Name          string `json:"name"`
		Configuration struct {
			Separator string `json:"separator"`
		} `json:"configuration"`
	} `json:"chunk_key_encoding"`
}

// newZarrChunks returns the files of the chunks of an array of a store; nil if the store is not a
// folder.
func newZarrChunks(store, array string) (*zarrChunks, error) {
	if info, err := os.Stat(store); err != nil || !info.IsDir() {
		return nil, nil
	}
	inside := strings.TrimPrefix(array, "/")
	if inside != "" && regular.Check(filepath.Join(store, ".zarray")) == nil {
		inside = "" // the store is the array, which GDAL names by the store
	}
	c := &zarrChunks{folder: filepath.Join(store, inside)}
	meta, err := c.metadata(store, inside)
	if err != nil {
		return nil, fmt.Errorf("the metadata of its variable %s cannot be read: %w", array, atomicfile.Reason(err))
	}
	switch {
	case len(meta.Chunks) > 0:
		c.shape, c.join = meta.Chunks, meta.Separator
	case meta.Keys.Name == "v2":
		c.shape, c.join = meta.Grid.Configuration.Shape, meta.Keys.Configuration.Separator
	default:
		c.shape, c.prefix, c.join = meta.Grid.Configuration.Shape, "c", meta.Keys.Configuration.Separator
		if c.join == "" {
			c.join = "/"
		}
		c.prefix += c.join
	}
	if c.join == "" {
		c.join = "."
	}
	for _, n := range c.shape {
		if n < 1 {
			return nil, fmt.Errorf("the metadata of its variable %s have chunks of %d", array, n)
		}
	}
	return c, nil
}

// metadata reads what the store says of the array. GDAL prefers the metadata of the whole store.
func (c *zarrChunks) metadata(store, inside string) (meta zarrArray, err error) {
	if text, err := regular.ReadText(filepath.Join(store, ".zmetadata")); err == nil {
		var all struct {
			Metadata map[string]json.RawMessage `json:"metadata"`
		}
		if err := json.Unmarshal(text, &all); err != nil {
			return meta, err
		}
		if of, has := all.Metadata[strings.TrimPrefix(inside+"/.zarray", "/")]; has {
			return meta, json.Unmarshal(of, &meta)
		}
	}
	text, err := regular.ReadText(filepath.Join(c.folder, ".zarray"))
	if errors.Is(err, fs.ErrNotExist) {
		text, err = regular.ReadText(filepath.Join(c.folder, zarr3))
	}
	if err != nil {
		return meta, err
	}
	return meta, json.Unmarshal(text, &meta)
}

// check returns an error if a chunk of a part of the array has a file that cannot be opened. The
// part begins at start, and has count numbers of each dimension.
func (c *zarrChunks) check(start, count []int) error {
	if len(start) != len(c.shape) {
		return fmt.Errorf("the metadata give chunks of %d dimensions to a variable of %d", len(c.shape), len(start))
	}
	at, end := make([]int, len(start)), make([]int, len(start))
	for i, n := range c.shape {
		at[i], end[i] = start[i]/n, (start[i]+count[i]-1)/n
	}
	first := append([]int(nil), at...)
	for {
		if err := c.checkFile(at); err != nil {
			return err
		}
		i := len(at) - 1
		for ; i >= 0 && at[i] == end[i]; i-- {
			at[i] = first[i]
		}
		if i < 0 {
			return nil
		}
		at[i]++
	}
}

// checkFile returns an error if a chunk has a file that cannot be opened.
func (c *zarrChunks) checkFile(at []int) error {
	numbers := make([]string, len(at))
	for i, n := range at {
		numbers[i] = strconv.Itoa(n)
	}
	name := c.prefix + strings.Join(numbers, c.join)
	path := filepath.Join(c.folder, filepath.FromSlash(name))
	file, err := regular.Open(path)
	if err == nil {
		return file.Close()
	}
	if errors.Is(err, fs.ErrNotExist) {
		if _, link := os.Lstat(path); errors.Is(link, fs.ErrNotExist) {
			return nil
		}
	}
	shown := DisplayName(filepath.Join(filepath.Base(c.folder), name))
	return fmt.Errorf("its chunk %s cannot be opened: %w", shown, atomicfile.Reason(err))
}
