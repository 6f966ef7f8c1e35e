// Package docs embeds the pages of the documentation, so that `pixtrend help` and the man pages
// show the same Markdown that people read in a browser.
package docs

import (
	"embed"
	"path"
	"slices"
	"strings"
)

//go:embed *.md
var pages embed.FS

// forProgrammers are the pages for those who embed or change pixtrend. They are not topics of its
// help.
var forProgrammers = []string{"README", "embedding", "inside", "measured", "python", "scaling", "style"}

// Topics returns the names of the pages for those who run pixtrend, in order: "dates" for dates.md.
func Topics() []string {
	entries, err := pages.ReadDir(".")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), path.Ext(e.Name())); !slices.Contains(forProgrammers, name) {
			names = append(names, name)
		}
	}
	return names
}

// Page returns the Markdown of a topic, and whether there is one of that name.
func Page(topic string) (source []byte, found bool) {
	if !slices.Contains(Topics(), topic) {
		return nil, false
	}
	source, err := pages.ReadFile(topic + ".md")
	return source, err == nil
}
