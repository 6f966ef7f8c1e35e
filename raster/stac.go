package raster

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/internal/atomicfile"
	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
	"github.com/pixtrend/pixtrend/internal/regular"
	"github.com/pixtrend/pixtrend/internal/stac"
)

// scene is a raster that is an asset of a STAC item: what the item says of it.
type scene struct {
	item  string // which item of which list, so that masks are found
	date  string // the day of the item, such as 2018-01-31, in UTC
	asset stac.Asset
}

// itemList is a file of STAC items.
type itemList struct {
	name  string // for GDAL, or a path
	items []stac.Item
	file  InputFile // of a list that is not among the local files that are read; its ETag is a digest
}

// mostItemText is the size of the largest file of items that is read.
const mostItemText = 64 << 20

// isItemList reports whether a name is that of a file of STAC items: it ends in .json or .geojson, or
// is the address of an answer of an API, if an asset is named.
func (x *expansion) isItemList(name string) bool {
	address, _, _ := strings.Cut(name, "?")
	switch strings.ToLower(path.Ext(address)) {
	case ".json", ".geojson":
		return x.identify(name) == ""
	case "":
		return x.options.Asset != "" && gdal.IsRemote(name)
	}
	return false
}

// addItems reads a file of STAC items. It adds the assets that the user has asked for to the inputs.
func (x *expansion) addItems(name string) error {
	shown := gdal.DisplayName(name)
	text, err := x.readItems(name)
	if x.ctx.Err() != nil {
		return context.Cause(x.ctx)
	}
	if err != nil {
		return fault.Because(fault.Inputf("cannot read the STAC items of %s: %v", shown, atomicfile.Reason(err)), err)
	}
	l, err := stac.Parse(text)
	if err != nil {
		return fault.Inputf("cannot use %s: %s", shown, foreign.Printable(err.Error()))
	}
	if l.Partial != "" {
		x.warnings = append(x.warnings, fmt.Sprintf("%s: %s: only these are used", shown, l.Partial))
	}
	list := itemList{name: name, items: l.Items}
	if gdal.LocalFile(name) == "" {
		list.file = InputFile{Name: shown, Bytes: int64(len(text)), Remote: true, ETag: fmt.Sprintf("sha256:%x", sha256.Sum256(text))}
	}
	x.lists = append(x.lists, list)
	return x.addAssets(list)
}

func (x *expansion) readItems(name string) ([]byte, error) {
	if strings.HasPrefix(name, "/vsi") {
		return gdal.ReadText(x.ctx, name, mostItemText)
	}
	if err := x.reads.add(name); err != nil {
		return nil, err
	}
	return regular.ReadText(name)
}

// ofAsset returns the expansion of the lists of x to another asset.
func (x *expansion) ofAsset(o OpenOptions) (*expansion, error) {
	other := &expansion{ctx: x.ctx, options: o, lists: x.lists}
	for _, list := range x.lists {
		if err := other.addAssets(list); err != nil {
			return nil, err
		}
	}
	return other, other.checkNames()
}

// addAssets appends the asset that is asked for of each item of a list.
func (x *expansion) addAssets(list itemList) error {
	var names []string
	for n, item := range list.items {
		key, err := x.chooseAsset(list, item)
		if err != nil {
			return err
		}
		asset := item.Assets[key]
		name, err := locate(list.name, asset.Href)
		if err != nil {
			return fault.Inputf("cannot use the asset %s of the item %s in %s: %v", foreign.Printable(key), foreign.Printable(item.ID), gdal.DisplayName(list.name), err)
		}
		if x.scenes == nil {
			x.scenes = map[string]*scene{}
		}
		x.scenes[name] = &scene{item: fmt.Sprint(list.name, " ", n), date: item.Time.Format("2006-01-02"), asset: asset}
		names = append(names, name)
	}
	x.addFound(names)
	return nil
}

// chooseAsset returns the key of the asset that is fitted of an item.
func (x *expansion) chooseAsset(list itemList, item stac.Item) (string, error) {
	shown := gdal.DisplayName(list.name)
	all := item.Rasters()
	if asset := x.options.Asset; asset != "" {
		if key, found := item.Find(asset); found {
			return key, nil
		}
		return "", fault.Inputf("the item %s in %s has no asset %q, but %s: name one that all items have, or leave the item out of the list",
			foreign.Printable(item.ID), shown, asset, assetsText(item, item.Keys()))
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return "", fault.Inputf("%s lists items with %d rasters each, and one is fitted: name its asset with %v; the item %s has %s",
		shown, len(all), Option{Field: "Asset"}, foreign.Printable(item.ID), assetsText(item, item.Keys()))
}

// assetsText lists assets with the names of their bands.
func assetsText(item stac.Item, keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	const most = 40
	var words []string
	for i, key := range keys {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(keys)-most))
			break
		}
		names := slices.DeleteFunc(slices.Clone(item.Assets[key].Names), func(name string) bool { return name == key })
		if len(names) > 0 && len(names) <= 3 {
			key += " (" + strings.Join(names, ", ") + ")"
		}
		words = append(words, foreign.Printable(key))
	}
	return strings.Join(words, ", ")
}

// scheme matches the scheme of a URL, and the prefixes that drivers of GDAL have.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+._-]*:`)

// locate returns the name for GDAL of what a list at a place calls href. An href opens nothing that
// an input that is named by itself would not: a file on a disk, if the list is on a disk too, or a
// URL. It names no driver and no file system of GDAL.
func locate(list, href string) (string, error) {
	onDisk := gdal.LocalFile(list) == list
	path, isFile := strings.CutPrefix(href, "file://")
	switch {
	case href == "" || strings.ContainsRune(href, 0):
		return "", errors.New("it has no href")
	case gdal.IsURL(href):
		return gdal.FromURL(href), nil
	case !isFile && scheme.MatchString(href):
		return "", fmt.Errorf("its href %s is neither a path nor a URL with http, https, s3, gs or az", gdal.DisplayName(href))
	case strings.HasPrefix(path, "/vsi"):
		return "", fmt.Errorf("its href %s is a name of GDAL's, which a list may not give: write it as a URL", gdal.DisplayName(href))
	case !onDisk && (isFile || strings.HasPrefix(href, "/")):
		return "", fmt.Errorf("its href %s is a file on a disk, which a list that is on no disk may not name", foreign.Printable(href))
	case !onDisk:
		return relativeTo(list, href)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(list), path)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if plain, err := url.PathUnescape(path); err == nil && atomicfile.Exists(plain) {
			path = plain
		}
	}
	return path, nil
}

// relativeTo returns the name for GDAL of an href that is relative to a list on a server or in an
// archive.
func relativeTo(list, href string) (string, error) {
	address, isURL := strings.CutPrefix(list, "/vsicurl/")
	if !isURL {
		return path.Join(path.Dir(list), href), nil
	}
	base, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the address of its list is no URL")
	}
	to, err := base.Parse(href)
	if err != nil || to.Host != base.Host || to.Scheme != base.Scheme {
		return "", fmt.Errorf("its href %s is no path beside its list", foreign.Printable(href))
	}
	return "/vsicurl/" + to.String(), nil
}

// checkAssets returns an error if assets are named and no input has any.
func (x *expansion) checkAssets() error {
	for _, named := range []struct{ asset, field string }{{x.options.Asset, "Asset"}, {x.options.Mask.Asset, "Mask.Asset"}} {
		if named.asset != "" && len(x.lists) == 0 {
			return fault.Inputf("no input is a file of STAC items, so %v has no effect: leave it out", Option{Field: named.field, Value: named.asset})
		}
	}
	return nil
}

// apply sets what the item of a raster says of the samples of p and its file does not say. It returns
// what the two say differently; the file then decides.
func (c *scene) apply(p *plane, o OpenOptions, isMask bool) (differs []string, err error) {
	if c == nil {
		return nil, nil
	}
	b := c.asset.Band(p.band)
	if err := b.Check(); err != nil {
		return nil, fmt.Errorf("its STAC item is damaged: %w", err)
	}
	same := func(a, b float64) bool { return a == b || a != a && b != b }
	if n := b.Nodata; n != nil && (isMask || o.Nodata == nil) {
		switch {
		case p.hasNodata && !same(p.nodata, *n):
			differs = append(differs, fmt.Sprintf("the nodata value %v, and its STAC item %v", Value(p.nodata), Value(*n)))
		case !p.hasNodata && !pixtrend.CanBeNodata(p.dtype, *n):
			return nil, p.checkNodata(*n)
		default:
			p.nodata, p.hasNodata = *n, true
		}
	}
	if isMask {
		return differs, nil
	}
	scale, offset := 1.0, 0.0
	if b.Scale != nil {
		scale = *b.Scale
	}
	if b.Offset != nil {
		offset = *b.Offset
	}
	switch own := p.scale != 1 || p.offset != 0; {
	case own && (b.Scale != nil || b.Offset != nil) && (p.scale != scale || p.offset != offset):
		differs = append(differs, fmt.Sprintf("the scale %v and offset %v, and its STAC item %v and %v", p.scale, p.offset, scale, offset))
	case !own:
		p.scale, p.offset = scale, offset
	}
	return differs, nil
}

// applyScene sets what the STAC item of a file says of its planes.
func (s *Stack) applyScene(file int, planes []plane, o OpenOptions) error {
	c := s.scenes[s.sources[file]]
	if c == nil {
		return nil
	}
	for i := range planes {
		p := &planes[i]
		for _, q := range p.bandsInFile() {
			differs, err := c.apply(q, o, o.ofMasks || q == p.mask)
			if err != nil {
				return fault.Inputf("cannot use %s: %v", s.files[file], err)
			}
			for _, what := range differs {
				s.differing = append(s.differing, sceneRemark{file, "has " + what + ": the file decides"})
			}
			if c.asset.Band(q.band).Applied && !o.ofMasks && q != p.mask {
				s.differing = append(s.differing, sceneRemark{file, "has its offset applied already, as its STAC item says (boa_offset_applied): the offset of the item is not applied again"})
			}
		}
	}
	return nil
}

// sceneRemark is what a STAC item and its raster do not have in common.
type sceneRemark struct {
	file int
	text string
}

// sceneWarnings returns the warnings about what items say, each once.
func (s *Stack) sceneWarnings() (warnings []string) {
	files := map[string][]int{}
	var order []string
	for _, r := range s.differing {
		if files[r.text] == nil {
			order = append(order, r.text)
		}
		files[r.text] = append(files[r.text], r.file)
	}
	for _, text := range order {
		warnings = append(warnings, s.files[files[text][0]]+others(len(files[text])-1)+" "+text)
	}
	return warnings
}

// itemOf returns the day of the STAC item of a file; "" if it is of none.
func (s *Stack) itemOf(file int) string {
	if c := s.scenes[s.sources[file]]; c != nil {
		return c.date
	}
	return ""
}

// ofItems reports whether all files are assets of STAC items, which date them.
func (s *Stack) ofItems() bool {
	return len(s.scenes) > 0 && !slices.ContainsFunc(s.sources, func(name string) bool { return s.scenes[name] == nil })
}

// matchedByItem returns, for each of some planes of s, the index of the plane of masks that is of the
// same STAC item; nil if not each has one.
func (s *Stack) matchedByItem(planes []*plane, masks *Stack) []int {
	byItem := map[string]int{}
	for j := range masks.planes {
		if c := masks.scenes[masks.sources[masks.planes[j].file]]; c != nil {
			byItem[c.item] = j
		}
	}
	of := make([]int, len(planes))
	for i, p := range planes {
		c := s.scenes[s.sources[p.file]]
		if c == nil {
			return nil
		}
		j, found := byItem[c.item]
		if !found {
			return nil
		}
		of[i] = j
	}
	return of
}
