package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// job is a fit as users run it: the program, from its start to its end.
type job struct {
	program string
	files   []string
	output  string
	stats   string // as in --stats
	threads int
	inside  bool // also read the seconds that the fit reports
}

// run runs one fit, into a file that does not exist yet. fit is the number of seconds that the
// program reports, from the first read to the last write, or 0 if inside is not set.
func (j *job) run(ctx context.Context) (took time.Duration, fit float64, err error) {
	if err := os.RemoveAll(j.output); err != nil {
		return 0, 0, err
	}
	args := append([]string{"fit"}, j.files...)
	args = append(args, "-q", "--overwrite", "-o", j.output, "--threads", strconv.Itoa(j.threads), "--stats", j.stats)
	if j.inside {
		args = append(args, "--json")
	}
	text, took, err := runProgram(ctx, j.program, args...)
	if err != nil {
		return 0, 0, err
	}
	if j.inside {
		var summary struct{ Seconds float64 }
		if err := json.Unmarshal(text, &summary); err != nil {
			return 0, 0, fmt.Errorf("%s fit --json printed %q: %w", filepath.Base(j.program), text, err)
		}
		fit = summary.Seconds
	}
	return took, fit, nil
}

// runProgram runs the program. It returns the output and the time from start to exit.
func runProgram(ctx context.Context, program string, args ...string) ([]byte, time.Duration, error) {
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, program, args...)
	c.Stdout, c.Stderr = &stdout, &stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // lets the program remove its temporary files
	c.WaitDelay = 10 * time.Second
	begin := time.Now()
	err := c.Run()
	took := time.Since(begin)
	if err == nil {
		return stdout.Bytes(), took, nil
	}
	const interrupted = 130
	if c.ProcessState != nil && c.ProcessState.ExitCode() == interrupted {
		// Ctrl-C on a terminal goes to both processes, and the other one may have been
		// faster.
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	if ctx.Err() != nil {
		return nil, 0, context.Cause(ctx)
	}
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	why := strings.TrimPrefix(lines[len(lines)-1], "pixtrend: ")
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || why == "" {
		why = err.Error()
	}
	return nil, 0, fmt.Errorf("%s %s failed: %s", filepath.Base(program), args[0], why)
}
