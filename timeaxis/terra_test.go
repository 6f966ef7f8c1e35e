package timeaxis

import "testing"

// The times of layers are as terra writes them for time steps of years, months of years, days and seconds.
func TestLayersOfTerra(t *testing.T) {
	for text, want := range map[string]string{
		"2001": "2001", "2001-07": "2001-07-01", "2001-07-15": "2001-07-15", "2001-07-15 10:20:30": "2001-07-15",
		"2001-02-29": "", "2001-13": "", "7": "", "July": "",
	} {
		in := Input{Name: "s.tif band 1", Layer: text, Description: "lyr.1"}
		readings, err := Spec{}.Resolve([]Input{in}, noRead)
		if want == "" {
			if err == nil {
				t.Errorf("%q is read as %v", text, readings)
			}
			continue
		}
		if err != nil || readings[0].String() != want+" by terra's .aux.json" {
			t.Errorf("%q: %v, %v, want %s", text, readings, err, want)
		}
	}
}
