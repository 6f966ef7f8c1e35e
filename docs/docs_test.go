package docs

import "testing"

func TestPage(t *testing.T) {
	for topic, want := range map[string]bool{"dates": true, "gaps": true, "README": false, "embedding": false, "measured": false, "scaling": false, "python": false, "style": false, "": false, "../README": false, "docs": false} {
		if source, found := Page(topic); found != want || found != (len(source) > 0) {
			t.Errorf("%q: found is %v with %d bytes, want %v", topic, found, len(source), want)
		}
	}
	for _, topic := range Topics() {
		if source, found := Page(topic); !found || string(source[:2]) != "# " {
			t.Errorf("%s is no page with a title", topic)
		}
	}
}
