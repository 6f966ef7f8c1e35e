package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// Status says how far a job is.
type Status struct {
	Digest  string `json:"digest"`
	Output  string `json:"output"`
	Merged  bool   `json:"merged"` // the outputs are written
	Parts   int    `json:"parts"`
	Shards  int    `json:"shards"`
	Missing int    `json:"shards_missing"` // damaged ones among them
	// MissingParts are the numbers of the parts with missing shards, as sbatch --array reads them, such
	// as 0,4-7; "": none.
	MissingParts string    `json:"parts_missing"`
	Damaged      []string  `json:"damaged"` // what is wrong with shards that are made again by Run
	Estimate     *Estimate `json:"estimate,omitempty"`
}

// Status looks at the folder of the job. It reads no inputs.
func (p *Plan) Status() (Status, error) {
	s := Status{Digest: p.Digest, Output: p.Output, Parts: p.Parts, Shards: len(p.filled()), Damaged: []string{}, Estimate: p.Estimate}
	var err error
	if s.Merged, err = p.merged(); err != nil || s.Merged {
		return s, err
	}
	_, missing, damaged, err := p.shards(p.filled())
	if err != nil {
		return s, p.folderError(err)
	}
	s.Missing, s.MissingParts = len(missing), p.partsOf(missing)
	for _, err := range damaged {
		s.Damaged = append(s.Damaged, err.Error())
	}
	return s, nil
}

// partsOf returns the parts of shards in the syntax of sbatch --array.
func (p *Plan) partsOf(shards []int) string {
	var parts []int
	filled := p.filled()
	for _, shard := range shards {
		at, _ := slices.BinarySearch(filled, shard)
		if part := partOf(at, p.Parts, len(filled)); len(parts) == 0 || part != parts[len(parts)-1] {
			parts = append(parts, part)
		}
	}
	return ranges(parts)
}

// ranges writes ascending numbers with ranges, such as 0,4-7.
func ranges(numbers []int) string {
	var words []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		word := fmt.Sprint(numbers[i])
		if end > i {
			word += fmt.Sprintf("-%d", numbers[end])
		}
		words, i = append(words, word), end+1
	}
	return strings.Join(words, ",")
}

// MissingError says that shards of a job are missing.
type MissingError struct {
	Dir    string
	Shards int    // that are missing
	Of     int    // that the job has
	Parts  string // with missing shards, as Status.MissingParts
}

func (e *MissingError) Error() string {
	return fault.Messagef("%d of %d shards in %s are missing: run the parts %s", e.Shards, e.Of, e.Dir, e.Parts).String()
}
