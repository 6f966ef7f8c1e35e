package raster

import (
	"regexp"
	"slices"

	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// remark is what GDAL says of files when it opens them.
type remark struct {
	text    string
	matters bool
	files   []string
}

// decisive matches warnings of GDAL about what decides where rasters lie or what samples mean: they
// are corrupt, contradict each other, or can be read in two ways. What is left concerns tags that
// are not used, and other programs.
var decisive = regexp.MustCompile(`(?i)scaley|corrupt|damaged|wrong|georeferenc|nodata|\bmask|io error|read error|cannot be read|not enough|inconsisten`)

// saidOf returns the messages of GDAL about a file without the file's name.
func saidOf(name string, said []gdal.Message) []gdal.Message {
	for i := range said {
		said[i].Text = said[i].About(name)
	}
	return said
}

// addRemark adds what GDAL says of a file. What it says of several is one remark.
func addRemark(all []remark, file string, said []gdal.Message) []remark {
	for _, m := range said {
		at := slices.IndexFunc(all, func(r remark) bool { return r.text == m.Text })
		if at < 0 {
			at = len(all)
			all = append(all, remark{text: m.Text, matters: m.Failed || decisive.MatchString(m.Text)})
		}
		if files := &all[at].files; !slices.Contains(*files, file) {
			*files = append(*files, file)
		}
	}
	return all
}

// remarks returns what GDAL says of the files of planes.
func (s *Stack) remarks(planes []*plane) (all []remark) {
	for _, p := range planes {
		all = addRemark(all, s.files[p.file], p.form.said)
	}
	return all
}

// assumed returns warnings about what was assumed about the files of planes.
func (s *Stack) assumed(planes []*plane) (warnings []string) {
	var texts []string
	files := map[string][]string{}
	for _, p := range planes {
		for _, text := range p.form.remarks {
			if files[text] == nil {
				texts = append(texts, text)
			}
			if name := s.files[p.file]; !slices.Contains(files[text], name) {
				files[text] = append(files[text], name)
			}
		}
	}
	for _, text := range texts {
		warnings = append(warnings, foreign.Sprintf("%s%s: %s", files[text][0], others(len(files[text])-1), text))
	}
	return warnings
}

// sentences returns remarks as sentences, those that matter apart from the others.
func sentences(all []remark) (warnings, notes []string) {
	for _, r := range all {
		text := foreign.Sprintf("GDAL says of %s%s: %s", r.files[0], others(len(r.files)-1), r.text)
		if r.matters {
			warnings = append(warnings, text)
		} else {
			notes = append(notes, text)
		}
	}
	return warnings, notes
}
