package tiff

import (
	"runtime"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/internal/race"
)

func TestMetadata(t *testing.T) {
	m := made{width: 2, height: 2, bands: 1, size: 4, metadata: `<GDALMetadata>
  <Item name="SCALE" sample="0" role="scale">0.5</Item>
  <Item name="DESCRIPTION" sample="0" role="description">mean of a &amp;lt; b</Item>
  <Item name="ACQUISITIONDATETIME" domain="IMAGERY">2001-07-15</Item>
</GDALMetadata>
`, dateTime: "2001:07:15 10:00:00"}
	f, _, err := m.read()
	if err != nil {
		t.Fatal(err)
	}
	items, ok := f.Metadata()
	if !ok || len(items) != 3 || items[0].Name != "SCALE" || items[0].Sample != 0 || items[0].Text != "0.5" || items[1].Text != "mean of a < b" ||
		items[2].Name != AcquiredKey || items[2].Domain != Imagery || items[2].Sample != -1 {
		t.Errorf("the items %+v, %v", items, ok)
	}
	if got := f.DateTime(); got != m.dateTime {
		t.Errorf("the time %q", got)
	}
	for _, change := range []struct{ from, to string }{
		{"</GDALMetadata>\n", ""}, {"</GDALMetadata>", "</GDALMetadata> more"}, {"GDALMetadata", "Other"}, {"<Item name", "<item name"},
		{"role=", "Role="}, {"0.5", "<!-- -->0.5"}, {"&amp;lt;", "&lt;"}, {"&amp;lt;", "&#60;"}, {"  <Item", "<Item"}, {`sample="0" role="scale"`, `role="scale" sample="0"`},
		{`name="SCALE"`, `name='SCALE'`}, {"</Item>\n  <Item", "</Item><Item"}, {"</GDALMetadata>", "</GDALMetadata>\x00<Item/>"},
	} {
		other := m
		other.metadata = strings.Replace(m.metadata, change.from, change.to, -1)
		if f, _, err = other.read(); err != nil {
			t.Fatal(err)
		}
		if items, ok := f.Metadata(); ok {
			t.Errorf("%s has the items %+v", other.metadata, items)
		}
	}
}

// A digest takes a few kilobytes, so that the digests of thousands of files are little work for the
// garbage collector.
func TestLikenessTakesLittleMemory(t *testing.T) {
	if race.Enabled {
		t.Skip("with the race detector, sync.Pool drops some of what it is given, so that more is allocated")
	}
	m := made{width: 20, height: 10, bands: 1, size: 4, rows: 4, metadata: acquired(2001), dateTime: "2001"}
	f, _, err := m.read()
	if err != nil {
		t.Fatal(err)
	}
	const rounds = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		f.Likeness()
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / rounds; each > 32<<10 {
		t.Errorf("a digest takes %d bytes", each)
	}
}

// Files that differ in nothing but samples and labels are alike, and no others.
func TestLikeness(t *testing.T) {
	base := made{width: 20, height: 10, bands: 1, size: 4, rows: 4, metadata: acquired(2001), dateTime: "2001"}
	like := func(change func(m *made)) string {
		m := base
		change(&m)
		f, _, err := m.read()
		if err != nil {
			t.Fatal(err)
		}
		return f.Likeness()
	}
	first := like(func(m *made) {})
	if first == "" {
		t.Fatal("a plain file is like no other")
	}
	for name, change := range map[string]func(m *made){
		"other labels": func(m *made) { m.metadata = acquired(2002) },
		"other time":   func(m *made) { m.dateTime = "2002" },
		"other places": func(m *made) { m.apart = 6 },
		"other statistics": func(m *made) {
			m.metadata = strings.Replace(m.metadata, "</GDAL", "  <Item name=\"STATISTICS_MEAN\" sample=\"0\">3</Item>\n</GDAL", 1)
		},
	} {
		if like(change) != first {
			t.Errorf("%s make a file unlike", name)
		}
	}
	scale := func(change ...string) func(m *made) {
		return func(m *made) {
			m.metadata = strings.NewReplacer(change...).Replace("<GDALMetadata>\n  <Item name=\"SCALE\" sample=\"0\" role=\"scale\">2</Item>\n</GDALMetadata>\n")
		}
	}
	for name, change := range map[string]func(m *made){
		"width":       func(m *made) { m.width = 21 },
		"strips":      func(m *made) { m.rows = 5 },
		"tiles":       func(m *made) { m.tileW, m.tileH = 16, 16 },
		"bands":       func(m *made) { m.bands = 2 },
		"size":        func(m *made) { m.size = 8 },
		"byte order":  func(m *made) { m.bigEndian = true },
		"compression": func(m *made) { m.compression = 8 },
		"scale":       scale(),
		"attribute":   scale("role", "Role"),
		"comment":     scale("</GDAL", "<!-- --></GDAL"),
		"pixel type": func(m *made) {
			m.metadata = strings.Replace(m.metadata, "</GDAL", "  <Item name=\"PIXELTYPE\" sample=\"0\">SIGNEDBYTE</Item>\n</GDAL", 1)
		},
	} {
		if got := like(change); got == first || got == "" {
			t.Errorf("another %s makes no difference", name)
		}
	}
	for name, change := range map[string]func(m *made){
		"two directories": func(m *made) { m.next = true },
		"missing blocks":  func(m *made) { m.empty = 1 },
		"wrong counts":    func(m *made) { m.count = 1 },
		"another order":   func(m *made) { m.fillOrder = 2 },
	} {
		if like(change) != "" {
			t.Errorf("a file with %s is like others", name)
		}
	}
	// XML that GDAL does not write is compared as it is.
	if like(scale("role", "Role")) == like(scale("role", "Role", ">2<", ">3<")) {
		t.Error("files are alike whose scales differ")
	}
}
