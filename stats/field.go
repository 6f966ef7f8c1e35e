package stats

import (
	"fmt"
	"slices"
	"strings"
)

// Field is one result of a fit.
type Field uint8

// The fields. Their names are those of scipy.stats.linregress where it has them.
const (
	Slope     Field = iota // change a unit of time: stored units times Scale, times PerUnit
	Intercept              // value of the line at t = 0
	N                      // observations
)

var fieldNames = [...]string{Slope: "slope", Intercept: "intercept", N: "n"}

// String returns the field's name, as ParseFields reads it.
func (f Field) String() string {
	if int(f) >= len(fieldNames) {
		return fmt.Sprintf("Field(%d)", uint8(f))
	}
	return fieldNames[f]
}

// ParseFields reads names separated by commas. An unknown name, one given twice or none is an
// error.
func ParseFields(s string) ([]Field, error) {
	var fields []Field
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		i := slices.Index(fieldNames[:], name)
		if i < 0 {
			return nil, fmt.Errorf("no field is called %q: the fields are %s", name, strings.Join(fieldNames[:], ", "))
		}
		if slices.Contains(fields, Field(i)) {
			return nil, fmt.Errorf("the field %s is asked for twice", name)
		}
		fields = append(fields, Field(i))
	}
	return fields, nil
}
