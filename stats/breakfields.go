package stats

import (
	"fmt"
	"slices"
	"strings"
)

// firstBreak is the first field of breaks, after those of ranks. The fields of a method follow those
// of another.
const (
	firstBreak      = MKClass + 1
	firstLandTrendr = firstBreak
)

// The fields of LandTrendr, see LandTrendrOptions. Those up to BreakDSNR describe one segment, which
// LandTrendrOptions.Event chooses, and are NaN if no segment changes in the direction that is asked for.
const (
	BreakYear      Field = firstLandTrendr + iota // first date of the stack after the segment begins
	BreakMagnitude                                // size of the change
	BreakDuration                                 // time from the beginning of the segment to its end
	BreakRate                                     // BreakMagnitude / BreakDuration
	BreakBefore                                   // value where the segment begins
	BreakAfter                                    // value where it ends
	BreakDSNR                                     // BreakMagnitude / SegmentsRMSE
	Segments                                      // straight lines of the trajectory
	SegmentsRMSE                                  // square root of the mean of the squared residuals
	SegmentsPValue                                // p-value of the F test of the trajectory
)

// landTrendrRows are the rows of the fields of LandTrendr in the table.
var landTrendrRows = []FieldInfo{
	BreakYear - firstLandTrendr: {Name: "year", Unit: UnitTime, Nearest: true,
		Help: "first date after the segment of the change begins"},
	BreakMagnitude - firstLandTrendr: {Name: "magnitude", Unit: UnitSamples, Help: "size of the change"},
	BreakDuration - firstLandTrendr:  {Name: "duration", Unit: UnitDuration, Help: "time that the change takes"},
	BreakRate - firstLandTrendr:      {Name: "rate", Unit: UnitPerTime, Help: "magnitude divided by duration"},
	BreakBefore - firstLandTrendr:    {Name: "before", Unit: UnitSamples, Help: "fitted value where the change begins"},
	BreakAfter - firstLandTrendr:     {Name: "after", Unit: UnitSamples, Help: "fitted value where the change ends"},
	BreakDSNR - firstLandTrendr:      {Name: "dsnr", Help: "magnitude divided by rmse"},
	Segments - firstLandTrendr:       {Name: "segments", Unit: UnitSegments, Nearest: true, Help: "number of straight segments"},
	SegmentsRMSE - firstLandTrendr: {Name: "rmse", Unit: UnitSamples,
		Help: "root mean square of the residuals of the segments"},
	SegmentsPValue - firstLandTrendr: {Name: "pvalue",
		Help: "p-value of the F test of the segments, 1 where none are significant"},
}

// breakRows are the rows of the fields of breaks in the table. Names are unique among the fields of
// one method.
var breakRows = slices.Concat(ofMethod(LandTrendr, landTrendrRows), ofMethod(BFASTMonitor, monitorRows))

// ofMethod sets what the fields of a method of breaks have in common.
func ofMethod(e Estimator, rows []FieldInfo) []FieldInfo {
	for i := range rows {
		rows[i].Estimator, rows[i].AllDates, rows[i].NotInAll = e, true, true
	}
	return rows
}

// OfBreaks reports whether the estimator is a method that finds breaks. Other estimators do not share
// the names of its fields.
func (e Estimator) OfBreaks() bool { return e == LandTrendr || e == BFASTMonitor }

// IsField reports whether there is a field f.
func IsField(f Field) bool { return int(f) < len(table) }

// BreakFields returns the fields of a method of breaks, in the order of the table.
func BreakFields(method Estimator) []Field {
	var fields []Field
	for f := firstBreak; int(f) < len(table); f++ {
		if table[f].Estimator == method {
			fields = append(fields, f)
		}
	}
	return fields
}

// ParseBreakFields reads names of fields of a method of breaks, separated by commas; "all" stands for
// all of them.
func ParseBreakFields(method Estimator, s string) ([]Field, error) {
	of := BreakFields(method)
	var names []string
	for _, f := range of {
		names = append(names, f.String())
	}
	var fields []Field
	for name := range strings.SplitSeq(s, ",") {
		add := of
		if name = strings.TrimSpace(name); name != "all" {
			i := slices.Index(names, name)
			if i < 0 {
				return nil, fmt.Errorf("no field of %v is called %q: the fields are %s, and all", method, name, strings.Join(names, ", "))
			}
			add = of[i : i+1]
		}
		for _, f := range add {
			if slices.Contains(fields, f) {
				return nil, fmt.Errorf("the field %v is asked for twice", f)
			}
			fields = append(fields, f)
		}
	}
	return fields, nil
}
