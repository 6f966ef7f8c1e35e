package tiff

import "testing"

func TestMetadata(t *testing.T) {
	m := made{width: 2, height: 2, bands: 1, size: 4, metadata: `<GDALMetadata>
  <Item name="SCALE" sample="0" role="scale">0.5</Item>
  <Item name="DESCRIPTION" sample="0" role="description">a &amp;lt; b</Item>
  <Item name="ACQUISITIONDATETIME" domain="IMAGERY">2001-07-15</Item>
</GDALMetadata>`, dateTime: "2001:07:15 10:00:00"}
	f, _, err := m.read()
	if err != nil {
		t.Fatal(err)
	}
	items, err := f.Metadata()
	if err != nil || len(items) != 3 || items[0].Name != "SCALE" || *items[0].Sample != 0 || items[0].Text != "0.5" || items[1].Text != "a < b" ||
		items[2].Name != AcquiredKey || items[2].Domain != Imagery || items[2].Sample != nil {
		t.Errorf("the items %+v, %v", items, err)
	}
	if got := f.DateTime(); got != m.dateTime {
		t.Errorf("the time %q", got)
	}
	for _, broken := range []string{`<GDALMetadata><Item role="scale">1</Item>`, `<Other role=""/>`, `<GDALMetadata><Item role="scale">1</Item></GDALMetadata> more`} {
		m.metadata = broken
		if f, _, err = m.read(); err != nil {
			t.Fatal(err)
		}
		if items, err := f.Metadata(); err == nil {
			t.Errorf("%s has the items %+v", broken, items)
		}
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
		"other labels":   func(m *made) { m.metadata = acquired(2002) },
		"other time":     func(m *made) { m.dateTime = "2002" },
		"other places":   func(m *made) { m.apart = 6 },
		"missing blocks": func(m *made) { m.empty = 1 },
	} {
		if like(change) != first {
			t.Errorf("%s make a file unlike", name)
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
		"scale":       func(m *made) { m.metadata = `<GDALMetadata><Item role="scale" sample="0">2</Item></GDALMetadata>` },
	} {
		if like(change) == first {
			t.Errorf("another %s makes no difference", name)
		}
	}
	if got := like(func(m *made) { m.next = true }); got != "" {
		t.Error("a file with two directories is like others")
	}
}
