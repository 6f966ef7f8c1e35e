package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	// The numbers were computed by another program from the textbook's formulas. The third
	// pixel is constant, and the fifth has one observation.
	const want = `5 dates, 2018-07-02 to 2022-07-03, slopes per year
column 0, row 0: slope  0.0198, p 4.8e-05, n 5
column 1, row 0: slope -0.0296, p 7.5e-05, n 5
column 2, row 0: slope  0.0000, p NaN, n 5
column 0, row 1: slope  0.0201, p 0.00035, n 4
column 1, row 1: slope     NaN, p NaN, n 1
column 2, row 1: slope -0.0030, p 0.76, n 5
`
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", &out, want)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
