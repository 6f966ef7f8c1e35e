package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bar is a scale bar.
type Bar struct {
	Length float64 // pixels of the picture
	Middle string  // the label below its middle
	End    string  // the label below its end
}

const (
	metresPerFoot = 0.3048
	feetPerMile   = 5280
)

// NewBar returns a scale bar of a round length, about a quarter of the width of the map. metres is
// the distance between neighbouring columns of the raster; if it is not a positive number, NewBar
// returns nil. With feet the bar counts in feet and miles. A note that is not empty is written
// behind the length.
func NewBar(l Layout, metres float64, feet bool, note string) *Bar {
	metres *= float64(l.RasterWidth) / float64(l.PictureWidth) // width of a pixel of the picture
	if !(metres > 0) || math.IsInf(metres, 0) {
		return nil
	}
	wide := float64(l.PictureWidth)
	most := min(max(wide/4, 110*l.unit()), max(wide, 60*l.unit()))
	unit, per := "m", 1.0 // metres of the unit
	switch {
	case feet && most*metres >= feetPerMile*metresPerFoot:
		unit, per = "mi", feetPerMile*metresPerFoot
	case feet:
		unit, per = "ft", metresPerFoot
	case most*metres >= 1000:
		unit, per = "km", 1000
	case most*metres < 1:
		unit, per = "mm", 0.001
	}
	round := math.Pow(10, math.Floor(math.Log10(most*metres/per)))
	for _, times := range []float64{5, 2} {
		if round*times <= most*metres/per {
			round *= times
			break
		}
	}
	b := &Bar{Length: round * per / metres, Middle: number(round / 2), End: number(round) + " " + unit}
	if note != "" {
		b.End += fmt.Sprintf(" (%s)", note)
	}
	return b
}

// number formats a round number with thin spaces between thousands.
func number(x float64) string { return grouped(strconv.FormatFloat(x, 'f', -1, 64)) }

// grouped puts thin spaces between the thousands of a number with five digits or more.
func grouped(s string) string {
	whole, _, _ := strings.Cut(s, ".")
	sign := len(whole) - len(strings.TrimLeft(whole, "−-"))
	if len(whole)-sign < 5 {
		return s
	}
	for i := len(whole) - 3; i > sign; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}
