package job

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/raster"
)

// Difference is a fact that differs between a plan and what is asked for now.
type Difference struct {
	What fault.Message // the fact, which may be an option
	Was  string        // as JSON; "": not there
	Is   string
}

// most is how many differences, and how many letters of each value, a sentence has.
const (
	mostDifferences = 3
	mostLetters     = 60
)

// message describes a difference.
func (d Difference) message() fault.Message {
	text := func(s string) string {
		switch {
		case s == "":
			return "not there"
		case len(s) > mostLetters:
			return strings.ToValidUTF8(s[:mostLetters], "") + "…"
		}
		return s
	}
	return fault.Messagef("%v is %s and was %s", d.What, text(d.Is), text(d.Was))
}

// differences describes the first differences in one sentence.
func differences(all []Difference) fault.Message {
	format, args := "", []any{}
	for i, d := range all[:min(len(all), mostDifferences)] {
		if i > 0 {
			format += ", "
		}
		format, args = format+"%v", append(args, d.message())
	}
	if more := len(all) - mostDifferences; more > 0 {
		format, args = format+", and %d more", append(args, more)
	}
	return fault.Messagef(format, args...)
}

// compare returns what differs between the facts of a plan and those of now. Options and files are
// compared one by one.
func compare(was, is Facts) (all []Difference) {
	a, b := objectOf(was), objectOf(is)
	for _, key := range keys(a, b) {
		switch {
		case string(a[key]) == string(b[key]):
		case key == "options":
			oldOptions, newOptions := optionsIn("", a[key]), optionsIn("", b[key])
			for _, name := range keys(oldOptions, newOptions) {
				if string(oldOptions[name]) != string(newOptions[name]) {
					all = append(all, Difference{fault.Messagef("%v", optionOf(name)), string(oldOptions[name]), string(newOptions[name])})
				}
			}
		case key == "files":
			all = append(all, compareFiles(was, is)...)
		default:
			all = append(all, Difference{fault.Messagef("%s", words(key)), string(a[key]), string(b[key])})
		}
	}
	return all
}

// words returns the name of a fact for a sentence.
func words(key string) string {
	switch key {
	case "pixtrend":
		return "the version of pixtrend"
	case "folder":
		return "the folder that names begin in"
	case "parts":
		return "the number of parts"
	case "left", "top", "shard_width", "shard_height":
		return "the cutting into shards (" + key + ")"
	}
	return "the " + strings.ReplaceAll(key, "_", " ")
}

// optionOf returns an option by its name.
func optionOf(name string) any {
	if name == "Software" {
		return "the program"
	}
	return fault.Option{Field: name}
}

// compareFiles returns which files differ.
func compareFiles(was, is Facts) (all []Difference) {
	text := func(f raster.InputFile) string {
		return strings.TrimSpace(fmt.Sprintf("%d bytes of %s %s", f.Bytes, time.Unix(0, f.Time).UTC().Format(time.RFC3339Nano), f.ETag))
	}
	old := map[string]raster.InputFile{}
	for _, f := range was.Files {
		old[f.Name] = f
	}
	for _, f := range is.Files {
		before, known := old[f.Name]
		switch what := fault.Messagef("the file %s", f.Name); {
		case !known:
			all = append(all, Difference{what, "", text(f)})
		case !f.Same(before):
			all = append(all, Difference{what, text(before), text(f)})
		}
		delete(old, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		all = append(all, Difference{fault.Messagef("the file %s", name), text(old[name]), ""})
	}
	return all
}

// objectOf returns the members of a value in JSON.
func objectOf(v any) map[string]json.RawMessage {
	text, err := json.Marshal(v)
	object := map[string]json.RawMessage{}
	if err == nil {
		err = json.Unmarshal(text, &object)
	}
	if err != nil {
		panic(err) // facts are always an object
	}
	return object
}

// groups are the options that have options in them.
var groups = []string{"Fit", "Fit.Model", "Fit.Rank", "Mask", "Region", "Region.Polygons", "Select"}

// optionsIn returns the options in an object of JSON by their names, such as Fit.Model.Degree. before
// is the name of the object, with a dot behind it.
func optionsIn(before string, text json.RawMessage) map[string]json.RawMessage {
	all, object := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &object); err != nil {
		panic(err) // options are always an object
	}
	for name, value := range object {
		if name = before + name; slices.Contains(groups, name) {
			maps.Copy(all, optionsIn(name+".", value))
		} else {
			all[name] = value
		}
	}
	return all
}

// keys returns the keys of two objects, sorted.
func keys(a, b map[string]json.RawMessage) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}
