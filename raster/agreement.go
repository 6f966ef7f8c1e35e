package raster

import (
	"context"
	"math"
	"slices"

	"github.com/pixtrend/pixtrend/internal/fault"
)

// Agreement compares years of breaks with those of a reference, pixel by pixel. A year is right if it is
// at most Within years from that of the reference. Pixels without a value in the reference do not count.
type Agreement struct {
	Reference string          `json:"reference"`
	Within    int             `json:"within_years"`
	Years     []YearAgreement `json:"years"` // in which either has a break, ascending
	All       YearAgreement   `json:"all"`   // of all years
}

// YearAgreement is the agreement of the breaks of a year.
type YearAgreement struct {
	Year      int   `json:"year,omitempty"`
	Reference int64 `json:"reference"` // pixels with a break in this year in the reference
	Found     int64 `json:"found"`     // of these, pixels whose year is right
	Mapped    int64 `json:"mapped"`    // pixels with a break in this year in the result
	Right     int64 `json:"right"`     // of these, pixels whose year is right
}

// Omission is the share of the breaks of the reference that are missed, NaN without any.
func (y YearAgreement) Omission() float64 { return 1 - float64(y.Found)/float64(y.Reference) }

// Commission is the share of the breaks that are found where the reference has none, NaN without any.
func (y YearAgreement) Commission() float64 { return 1 - float64(y.Right)/float64(y.Mapped) }

// CompareYears compares the band year of breaks, as FitFiles writes it, with the first band of a raster of the
// same size: the year of the break of each pixel, 0 where there is none, and no value where that is not
// known.
func CompareYears(ctx context.Context, breaks, reference string, within int) (*Agreement, error) {
	of, err := OpenTrend(ctx, breaks, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = of.Close() }()
	ref, err := OpenTrend(ctx, reference, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = ref.Close() }()
	band := of.Band("year")
	switch {
	case band < 0 || of.Bands[band].Unit != "years":
		return nil, fault.Inputf("%s has no band year in years, which could be compared with %s: write it, from rasters that are dated by years", of.Name, ref.Name)
	case of.Width != ref.Width || of.Height != ref.Height:
		return nil, fault.Inputf("%s has %d × %d pixels, and the reference %s has %d × %d: give one on the same grid", of.Name, of.Width, of.Height, ref.Name, ref.Width, ref.Height)
	}
	byYear := map[int]*YearAgreement{}
	for _, w := range of.Windows(band, math.MaxInt64) {
		found, err := of.Read(ctx, band, w)
		if err != nil {
			return nil, err
		}
		known, err := ref.Read(ctx, 0, w)
		if err != nil {
			return nil, err
		}
		for i, year := range known {
			if year == year {
				addYears(byYear, year, found[i], float64(within))
			}
		}
	}
	a := &Agreement{Reference: ref.Name, Within: within}
	for _, y := range byYear {
		a.Years = append(a.Years, *y)
		a.All.Reference, a.All.Found = a.All.Reference+y.Reference, a.All.Found+y.Found
		a.All.Mapped, a.All.Right = a.All.Mapped+y.Mapped, a.All.Right+y.Right
	}
	slices.SortFunc(a.Years, func(a, b YearAgreement) int { return a.Year - b.Year })
	return a, nil
}

// addYears counts a pixel whose break is in the year known, 0 for none, and was found in another, NaN for none.
func addYears(byYear map[int]*YearAgreement, known, found, within float64) {
	of := func(year float64) *YearAgreement {
		y := int(year)
		if byYear[y] == nil {
			byYear[y] = &YearAgreement{Year: y}
		}
		return byYear[y]
	}
	right := int64(0)
	if known != 0 && math.Abs(known-found) <= within {
		right = 1
	}
	if known != 0 {
		y := of(known)
		y.Reference, y.Found = y.Reference+1, y.Found+right
	}
	if found == found {
		y := of(found)
		y.Mapped, y.Right = y.Mapped+1, y.Right+right
	}
}
