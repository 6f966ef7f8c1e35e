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

// A job is a fit as users run it: the program, from its start to its end.
type job struct {
	program string
	files   []string
	output  string
	stats   string // as --stats takes them
	threads int
	inside  bool // ask the fit for the seconds that it counts itself
}

// run fits once, into a file that is not there yet. fit is what the program says that the fit took, from
// the first read to the last write; 0 where it was not asked.
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

// runProgram runs the program and returns what it printed and how long it took, from exec to exit.
func runProgram(ctx context.Context, program string, args ...string) ([]byte, time.Duration, error) {
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, program, args...)
	c.Stdout, c.Stderr = &stdout, &stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it clears away what it began
	c.WaitDelay = 10 * time.Second
	begin := time.Now()
	err := c.Run()
	took := time.Since(begin)
	if err == nil {
		return stdout.Bytes(), took, nil
	}
	const interrupted = 130
	if c.ProcessState != nil && c.ProcessState.ExitCode() == interrupted {
		// A terminal's Ctrl-C goes to both processes, and the other may have been the quicker.
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
