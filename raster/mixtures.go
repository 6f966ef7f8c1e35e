package raster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/gdal"
)

// mixtures returns warnings about rasters whose samples do not mean the same, so that trends would have steps.
func (s *Stack) mixtures(planes []*plane) (warnings []string) {
	warn := func(property, then string, of func(p *plane) string) {
		values := make([]string, len(planes))
		for i, p := range planes {
			values[i] = of(p)
		}
		if text := mixture(property, values, func(i int) string { return gdal.DisplayName(s.files[planes[i].file]) }); text != "" {
			warnings = append(warnings, text+": "+then)
		}
	}
	warn("unit", "the output has that of the first date, and samples are not converted", func(p *plane) string {
		if p.unit == "" {
			return ""
		}
		return fmt.Sprintf("%q", p.unit)
	})
	if scaled := func(p *plane) bool { return p.scale != 1 || p.offset != 0 }; slices.ContainsFunc(planes, scaled) {
		warn("scale", "those without one are taken as stored", func(p *plane) string {
			switch {
			case p.dtype.IsFloat() || p.dtype != planes[0].dtype:
				return ""
			case scaled(p):
				return "a scale or offset"
			}
			return "none"
		})
	}
	for _, v := range versions {
		warn(v.property, v.then, func(p *plane) string { return v.of(s.files[p.file]) })
	}
	return warnings
}

// version is a property of products whose samples mean something else from one version to the next, which
// their names tell and their bands do not.
type version struct {
	property, then string
	pattern        *regexp.Regexp
	name           func(number string) string
}

// versions are those of the Sentinel-2 Products Specification Document (radiometric offsets from baseline 04.00 on) and of
// the Landsat Product Guides (scales of surface reflectance).
var versions = []version{
	{"processing baseline of Sentinel-2", "from 04.00 on, samples are greater by 1000, so that trends have a step unless that is subtracted first",
		regexp.MustCompile(`S2[A-D]_MSIL(?:1C|2A)_\d{8}T\d{6}_N(\d{2})\d{2}_`), func(major string) string {
			if major >= "04" {
				return "04.00 or later"
			}
			return "one before 04.00"
		}},
	{"Landsat Collection", "reflectances are to be scaled by 0.0001 in Collection 1, and by 0.0000275 with an offset of -0.2 in Collection 2",
		regexp.MustCompile(`L[CEMOT]0[4-9]_[A-Z0-9]{2,4}_\d{6}_\d{8}_\d{8}_C?0([12])_`), func(number string) string { return "Collection " + number }},
}

// of returns the version of the product that a name tells; "" if it tells none.
func (v version) of(name string) string {
	match := v.pattern.FindStringSubmatch(name)
	if match == nil {
		return ""
	}
	return v.name(match[1])
}

// mixture says which rasters have which value of a property; it returns "" if all have the same. A raster
// with the value "" does not count.
func mixture(property string, of []string, name func(i int) string) string {
	var values []string
	rasters := map[string][]int{}
	for i, value := range of {
		if value == "" {
			continue
		}
		if rasters[value] == nil {
			values = append(values, value)
		}
		rasters[value] = append(rasters[value], i)
	}
	if len(values) < 2 {
		return ""
	}
	slices.SortStableFunc(values, func(a, b string) int { return len(rasters[b]) - len(rasters[a]) })
	var text strings.Builder
	fmt.Fprintf(&text, "the rasters do not have one %s: %d have %s", property, len(rasters[values[0]]), values[0])
	for i, value := range values[1:] {
		if i == 3 {
			fmt.Fprintf(&text, ", and so on, %d in all", len(values))
			break
		}
		fmt.Fprintf(&text, ", and %s%s %s", name(rasters[value][0]), others(len(rasters[value])-1), value)
	}
	return text.String()
}
