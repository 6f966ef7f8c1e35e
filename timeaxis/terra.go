package timeaxis

import (
	"fmt"
	"strconv"
	"time"
)

// layerPattern is the time of a layer as R's terra writes it into NAME.aux.json: a year, a month of a
// year, a day, or a moment of a day.
var layerPattern = whenUsed(`^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[ T]\d\d:.*)?)?)?$`)

// layerReadings reads the times that terra has given to layers.
func layerReadings(texts []string) []reading {
	all := make([]reading, len(texts))
	for i, text := range texts {
		if text == "" {
			continue
		}
		m := layerPattern().FindStringSubmatch(text)
		if m == nil {
			all[i].doubt = fmt.Sprintf("%q is no year, no month of a year and no day", text)
			continue
		}
		number := func(s string) int { n, _ := strconv.Atoi(s); return n }
		f := found{date: Year(number(m[1])), level: byYear}
		if m[2] != "" {
			day := 1
			if f.level, f.month = byMonth, true; m[3] != "" {
				day, f.level, f.month = number(m[3]), byDay, false
			}
			var err error
			if f.date, err = Day(number(m[1]), time.Month(number(m[2])), day); err != nil {
				all[i].doubt = fmt.Sprintf("%q is no day of the calendar", text)
				continue
			}
		}
		all[i].dates = []found{f}
	}
	return all
}
