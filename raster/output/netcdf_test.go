package output

import "testing"

// UDUNITS has no such units as per year².
func TestUnitsOfConventions(t *testing.T) {
	for unit, want := range map[string]string{"": "", "1": "1", "K/year": "K/year", "per year": "year-1", "per year²": "year-2", "K/year³": "K/year3",
		"K/decade": "K (10 year)-1", "per decade": "(10 year)-1", "per step": "1", "K/step": "K", "per rain": "", "observations": "1", "class": "1",
		"day of the year": "day", "years": "year", "days since 1970-01-01": "days since 1970-01-01", "%/year": "%/year", "per day": "day-1", "per x": ""} {
		if got := cfUnit(unit); got != want {
			t.Errorf("%q is %q, want %q", unit, got, want)
		}
	}
}
