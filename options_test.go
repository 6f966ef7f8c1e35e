package pixtrend

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
)

// A call refuses every option that it does not use, whichever options there are.
func TestOptionsThatAreNotUsed(t *testing.T) {
	s := drawScene[int16](8, 5, 4, Years(1, 5))
	stack := s.stack(t, layout.BSQ, s.inOrder())
	workers := []string{"Threads", "Pin", "ISA", "Progress"}
	fit := append([]string{"Fields", "MinObs", "InterceptAt", "Confidence", "Significance", "Model"}, workers...)
	for _, call := range []struct {
		name string
		uses []string
		do   func(o Options) error
	}{
		{"Map", workers, func(o Options) error { return Map(t.Context(), stack, o, func(Tile[int16]) error { return nil }) }},
		{"Pack", workers, func(o Options) error {
			packed, err := stack.Pack(t.Context(), o)
			if err == nil {
				err = packed.Close()
			}
			return err
		}},
		{"Fit", fit, func(o Options) error { _, err := Fit(t.Context(), stack, o); return err }},
		{"Fit", fit, func(o Options) error {
			_, err := FitInto(t.Context(), stack, o, planes[float64](1, stack.Pixels()))
			return err
		}},
	} {
		for i := range reflect.TypeFor[Options]().NumField() {
			name := reflect.TypeFor[Options]().Field(i).Name
			var o Options
			switch field := reflect.ValueOf(&o).Elem().Field(i); name {
			case "Fields":
				o.Fields = []stats.Field{stats.Mean}
			case "InterceptAt":
				o.InterceptAt = "2003"
			case "ISA":
				o.ISA = "generic"
			case "Model":
				o.Model.Degree = 2
			case "Progress":
				o.Progress = func(int, int) {}
			case "Confidence", "Significance":
				field.SetFloat(0.5)
			default:
				switch {
				case field.CanInt():
					field.SetInt(2)
				case field.CanUint():
					field.SetUint(1)
				default:
					field.SetBool(true)
				}
			}
			err := call.do(o)
			var refused *OptionError
			if slices.Contains(call.uses, name) {
				if err != nil {
					t.Errorf("%s with %s: %v", call.name, name, err)
				}
			} else if !errors.As(err, &refused) || *refused != (OptionError{call.name, name}) {
				t.Errorf("%s with %s: %v", call.name, name, err)
			}
		}
	}
	g := gridOf(10, 10, 3, 0, 0, s.stack(t, layout.BSQ, s.inOrder()).view.Type)
	var refused *OptionError
	if _, err := NewStreamPlan(g, Options{Progress: func(int, int) {}}); !errors.As(err, &refused) || refused.Option != "Progress" {
		t.Errorf("a plan with progress: %v", err)
	}
}
