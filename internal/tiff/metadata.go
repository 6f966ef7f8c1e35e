package tiff

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Names in GDAL's metadata: the item with the time of acquisition and its domain, and the prefix of
// items with the coordinate of a band from NetCDF, which the name of the dimension follows.
const (
	AcquiredKey = "ACQUISITIONDATETIME"
	Imagery     = "IMAGERY"
	Dimension   = "NETCDF_DIM_"
)

// DateTime returns the text of the tag DateTime; "" if there is none.
func (t *File) DateTime() string { return t.text(tagDateTime) }

// text returns the text of a tag; "" if there is none.
func (t *File) text(tag uint16) string {
	e := t.entry(tag)
	if e == nil {
		return ""
	}
	data, err := t.bytes(e.at, e.length())
	if err != nil {
		return ""
	}
	text, _, _ := bytes.Cut(data, []byte{0})
	return string(text)
}

// HasItem reports whether GDAL's metadata of the file has an item of that name, which has no
// characters that XML escapes.
func (t *File) HasItem(name string) bool {
	return strings.Contains(t.text(tagGDALMetadata), `<Item name="`+name+`"`)
}

// HasPages reports whether the file has other directories: pages, overviews or masks.
func (t *File) HasPages() bool { return t.next != 0 }

// Item is an item of the metadata that GDAL keeps as XML in a tag of its own.
type Item struct {
	Name   string
	Sample int    // the band, from 0; -1: the file
	Role   string // scale, offset, unittype, description or colorinterp; "" for others
	Domain string
	Text   string
	raw    string
}

// The metadata as GDAL writes it. XML allows much else, which GDAL reads in ways of its own.
var (
	metadataRoot = regexp.MustCompile(`^<GDALMetadata>\n((?s:.*))</GDALMetadata>\n?$`)
	metadataItem = regexp.MustCompile(`^  <Item name="([\w:.#-]+)"(?: sample="(\d{1,6})")?(?: role="([a-z]+)")?(?: domain="(\w+)")?>((?:[^<>&\x00]|&amp;(?:lt|gt|amp|quot);)*)</Item>\n`)
	// GDAL escapes texts twice.
	unescaped = strings.NewReplacer("&amp;lt;", "<", "&amp;gt;", ">", "&amp;amp;", "&", "&amp;quot;", `"`)
)

// Metadata returns the items of GDAL's metadata. ok is false if the metadata is not in the form in
// which GDAL writes it: such metadata is left to GDAL.
func (t *File) Metadata() (items []Item, ok bool) {
	e := t.entry(tagGDALMetadata)
	if e == nil {
		return nil, true
	}
	text := t.text(tagGDALMetadata)
	root := metadataRoot.FindStringSubmatch(text)
	if root == nil || uint64(len(text)+1) != e.length() {
		return nil, false
	}
	for rest := root[1]; rest != ""; {
		m := metadataItem.FindStringSubmatch(rest)
		if m == nil {
			return nil, false
		}
		item := Item{Name: m[1], Sample: -1, Role: m[3], Domain: m[4], Text: unescaped.Replace(m[5]), raw: m[0]}
		if m[2] != "" {
			item.Sample, _ = strconv.Atoi(m[2])
		}
		items, rest = append(items, item), rest[len(m[0]):]
	}
	return items, true
}

// isLabel reports whether an item says nothing but what a band or a file is called, or when its
// samples were taken.
func (i *Item) isLabel() bool {
	switch {
	case i.Role == "description":
		return i.Name == "DESCRIPTION" && i.Domain == "" && i.Sample >= 0
	case i.Role != "":
		return false
	case i.Domain == Imagery:
		return i.Name == AcquiredKey
	}
	return i.Domain == "" && !slices.Contains([]string{"PIXELTYPE", "NBITS", "INTERLEAVE", "COMPRESSION", "AREA_OR_POINT"}, i.Name)
}

// Likeness returns a digest that is equal for two files if they differ in nothing but their
// samples, where these lie, their labels and their time. It is "" if the file is not canonical, if
// it is uncompressed but its blocks are not plain, or if it has further directories, such as masks
// and overviews.
func (t *File) Likeness() string {
	if t.next != 0 || !t.canonical() || t.value(tagCompression, 0) == 1 && !t.Plain() {
		return ""
	}
	h := sha256.New()
	h.Write([]byte(t.order.String()))
	h.Write([]byte(strconv.FormatBool(t.big)))
	buffer := make([]byte, 4096) // that of io.Copy is eight times as large, for each tag of each file
	for _, e := range t.entries {
		switch {
		case e.ofBlocks() || e.tag == tagDateTime:
			continue
		case e.tag == tagGDALMetadata:
			if items, ok := t.Metadata(); ok {
				hashMeaning(h, items)
				continue
			}
		}
		h.Write(binary.LittleEndian.AppendUint16(nil, e.tag))
		h.Write(binary.LittleEndian.AppendUint16(nil, e.kind))
		h.Write(binary.LittleEndian.AppendUint64(nil, e.count))
		if n, err := io.CopyBuffer(h, io.NewSectionReader(t.r, e.at, int64(e.length())), buffer); err != nil || uint64(n) != e.length() {
			return ""
		}
	}
	return string(h.Sum(nil))
}

// hashMeaning adds the items that are no labels.
func hashMeaning(h hash.Hash, items []Item) {
	for i := range items {
		if !items[i].isLabel() {
			h.Write([]byte(items[i].raw))
		}
	}
}
