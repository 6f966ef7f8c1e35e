package raster

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Index is a function of two bands of each file, A and B, that is fitted in their place. The zero
// value is none.
//
//	nd:A,B     (A − B) / (A + B), the normalized difference: NDVI of near infrared and red
//	ratio:A,B  A / B
//	diff:A,B   A − B
//
// It is computed in float64 from samples with scale and offset applied. It is a gap if either
// sample is a gap or the denominator is 0.
type Index struct {
	Kind string // nd, ratio or diff; "": none
	A, B int    // bands, counted from 1
}

// indexKinds are all kinds of indices.
var indexKinds = []string{"nd", "ratio", "diff"}

// ParseIndex reads an index, such as nd:4,3.
func ParseIndex(s string) (Index, error) {
	kind, bands, _ := strings.Cut(strings.TrimSpace(s), ":")
	if !slices.Contains(indexKinds, kind) {
		return Index{}, fmt.Errorf("give one of %s, each with two bands, such as nd:4,3 for NDVI of Landsat 5", strings.Join(indexKinds, ", "))
	}
	a, b, _ := strings.Cut(bands, ",")
	x := Index{Kind: kind}
	var errs [2]error
	x.A, errs[0] = strconv.Atoi(strings.TrimSpace(a))
	x.B, errs[1] = strconv.Atoi(strings.TrimSpace(b))
	if errors.Join(errs[:]...) != nil {
		return Index{}, fmt.Errorf("give the two bands by their numbers, such as %s:4,3", kind)
	}
	return x, x.check()
}

// check returns an error if there is no such index.
func (x Index) check() error {
	switch {
	case x == Index{}:
		return nil
	case !slices.Contains(indexKinds, x.Kind):
		return fmt.Errorf("there is no index %q: there are %s", x.Kind, strings.Join(indexKinds, ", "))
	case x.A < 1 || x.B < 1:
		return fmt.Errorf("the index %v is of no band: bands count from 1", x)
	case x.A == x.B:
		return fmt.Errorf("the index %v is of one band, which makes it a constant: name two", x)
	}
	return nil
}

// String writes the index as ParseIndex reads it; "" for none.
func (x Index) String() string {
	if x.Kind == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d,%d", x.Kind, x.A, x.B)
}

// MarshalText returns the index as ParseIndex reads it.
func (x Index) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// UnmarshalText reads an index as ParseIndex does.
func (x *Index) UnmarshalText(text []byte) (err error) {
	*x, err = ParseIndex(string(text))
	return err
}

// of computes the index of a and b into a. Gaps are NaN. A denominator of 0 gives NaN or an
// infinity, which are gaps to a fit.
func (x Index) of(a, b []float64) {
	b = b[:len(a)]
	switch x.Kind {
	case "nd":
		for i, y := range a {
			a[i] = (y - b[i]) / (y + b[i])
		}
	case "ratio":
		for i, y := range a {
			a[i] = y / b[i]
		}
	case "diff":
		for i, y := range a {
			a[i] = y - b[i]
		}
	}
}

// unit returns the unit of the index if its bands have the units a and b.
func (x Index) unit(a, b string) string {
	if x.Kind == "diff" && a == b {
		return a
	}
	return ""
}
