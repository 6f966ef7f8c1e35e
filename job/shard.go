package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pixtrend/pixtrend/raster"
)

// shardRecord is the file beside that of a shard: what the merge needs to know of it. It is written
// last, so that a shard with a record is complete.
type shardRecord struct {
	Digest string `json:"digest"` // of the plan
	Number int    `json:"shard"`
	raster.Shard
	Seconds float64 `json:"seconds"` // that it took
}

// mostRecord is the largest record that is read, in bytes.
const mostRecord = 1 << 16

// shardsFolder returns the folder of the shards.
func (p *Plan) shardsFolder() string { return filepath.Join(p.dir, "shards") }

// shardName returns the path of a shard without its suffix.
func (p *Plan) shardName(number int) string {
	return filepath.Join(p.shardsFolder(), fmt.Sprintf("%s-%06d", p.Digest, number))
}

// items returns the metadata of the file of a shard.
func (p *Plan) items(number int) map[string]string {
	return map[string]string{"TIFFTAG_SOFTWARE": p.Options.Software, "PIXTREND_JOB": p.Digest, "PIXTREND_SHARD": fmt.Sprint(number)}
}

// shard returns a shard that is made. The error is fs.ErrNotExist if it is missing, and a
// *raster.ShardError if its files are not what was written. Its samples are not read.
func (p *Plan) shard(number int) (raster.Shard, error) {
	name := p.shardName(number)
	text, err := readFile(name+".json", mostRecord)
	if err != nil {
		return raster.Shard{}, err
	}
	var r shardRecord
	damaged := func(format string, args ...any) (raster.Shard, error) {
		return raster.Shard{}, &raster.ShardError{Path: name + ".tif", Err: fmt.Errorf(format, args...)}
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return damaged("its record %s cannot be read (%v)", filepath.Base(name)+".json", err)
	}
	if r.Digest != p.Digest || r.Number != number || r.Window != p.Window(number) {
		return damaged("its record is that of another shard")
	}
	info, err := os.Stat(name + ".tif")
	if err != nil {
		return raster.Shard{}, err
	}
	if info.Size() != r.Bytes {
		return damaged("it has %d bytes, and was written with %d", info.Size(), r.Bytes)
	}
	r.Path = name + ".tif"
	return r.Shard, nil
}

// shards returns those of some shards that are made, the numbers of those that are missing, and those
// whose files are not what was written.
func (p *Plan) shards(numbers []int) (made []raster.Shard, missing []int, damaged []error, err error) {
	there, err := p.records()
	if err != nil {
		return nil, nil, nil, err
	}
	for _, i := range numbers {
		if !there[filepath.Base(p.shardName(i))] {
			missing = append(missing, i)
			continue
		}
		s, err := p.shard(i)
		switch bad := (*raster.ShardError)(nil); {
		case err == nil:
			made = append(made, s)
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, i)
		case errors.As(err, &bad):
			missing, damaged = append(missing, i), append(damaged, err)
		default:
			return nil, nil, nil, err
		}
	}
	return made, missing, damaged, nil
}

// records returns the names of shards that have a record, so that those of a new job cost one look
// at the folder.
func (p *Plan) records() (map[string]bool, error) {
	entries, err := os.ReadDir(p.shardsFolder())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	names := map[string]bool{}
	for _, e := range entries {
		if name, is := strings.CutSuffix(e.Name(), ".json"); is {
			names[name] = true
		}
	}
	return names, nil
}

// removeShards removes the files of this plan's shards, finished or not, and the folder if nothing
// else is in it.
func (p *Plan) removeShards() error {
	entries, err := os.ReadDir(p.shardsFolder())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(strings.TrimPrefix(e.Name(), "."), p.Digest+"-") {
			if err := os.Remove(filepath.Join(p.shardsFolder(), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	_ = os.Remove(p.shardsFolder())
	return nil
}
