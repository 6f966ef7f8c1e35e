package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// Every remedy of timeaxis has its flags here.
func TestRemediesNameFlags(t *testing.T) {
	for r := timeaxis.Remedy(0); !strings.HasPrefix(r.String(), "Remedy("); r++ {
		if !strings.Contains(dateFlags[r], " --") {
			t.Errorf("no flag for %q: %q", r, dateFlags[r])
		}
	}
	_, err := timeaxis.FromName("slope.tif")
	const found = `stack: no date in the file name "slope.tif": `
	err = fmt.Errorf("stack: %w; or pick one", err)
	if got, want := explain(err), found+dateFlags[timeaxis.GiveDates]+"; or pick one"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := explain(errors.New("other")); got != "other" {
		t.Errorf("got %s", got)
	}
}
