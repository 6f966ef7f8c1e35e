package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// blockedEnv is set for a test process that does not end at a signal by itself.
const blockedEnv = "PIXTREND_TEST_BLOCKED"

// block is a command that is in a call that nothing ends.
func block() {
	ctx, stop := interruptible(context.Background())
	defer stop()
	fmt.Println("ready")
	<-ctx.Done()
	time.Sleep(time.Hour)
}

// A command that cannot end in order ends all the same.
func TestSignalEndsWhatIsBlocked(t *testing.T) {
	t.Parallel()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), blockedEnv+"=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
	defer killer.Stop()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Skip("no signals to send here:", err)
	}
	_ = c.Wait()
	if got := c.ProcessState.ExitCode(); got != 143 || !strings.Contains(stderr.String(), "ended by a signal (terminated): it waits") {
		t.Errorf("exit code %d, %q", got, &stderr)
	}
}

// The map of a fit is none of its other outputs, and nothing that the fit reads.
func TestTargetsOfCommands(t *testing.T) {
	dir := folder(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, to := range map[string]string{"map.png": "trend.tif", "in.png": "stack/ndvi_1999.tif", "in.tif": "stack/ndvi_1999.tif", "zones.json": "districts.geojson", "list.png": "list", "residuals.png": "residuals.tif"} {
		if err := os.Symlink(to, at(name)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	list, table := "", ""
	for y := 1995; y <= 2015; y++ {
		list += fmt.Sprintf("stack/ndvi_%d.tif\n", y)
		table += fmt.Sprintf("%d,%d\n", y, y%7+1)
	}
	for name, text := range map[string]string{"list": list, "weights": table, "rain": table, "outline.geojson": "{}", "districts.geojson": districts} {
		if err := os.WriteFile(at(name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, stderr := call(t, dir, "fit", "stack", "-o", "trend.tif", "--residuals", "residuals.tif", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	if code, _, stderr := call(t, dir, "fit", "stack", "--to", "2014", "-o", "old.tif", "--keep", "sums.tif", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	before := files(t, dir)
	for _, tt := range []struct {
		args string
		want string
	}{
		{"fit stack -o trend.tif --map map.png", "given twice"},
		{"fit stack -o trend.tif --residuals residuals.tif --map residuals.png", "given twice"},
		{"fit stack -o trend.tif --residuals ./trend.tif", "given twice"},
		{"fit stack -o trend.tif --keep ./trend.tif", "given twice"},
		{"fit stack -o other.tif --keep in.png", "not that of one"},
		{"update sums.tif stack/ndvi_2015.tif -o sums.tif", "is also an input"},
		{"update sums.tif stack/ndvi_2015.tif -o other.tif --keep sums.tif", "is also an input"},
		{"fit stack -o other.tif --map in.png", "is also an input"},
		{"fit @list -o list", "is also an input"},
		{"fit @list -o other.tif --map list.png", "is also an input"},
		{"fit stack -o /dev/stdout", "not a regular file"},
		{"fit stack -o weights --weights @weights", "is also an input"},
		{"fit stack -o rain --covariate rain=@rain", "is also an input"},
		{"fit stack -o other.tif --map in.png --covariate rain=stack", "is also an input"},
		{"composite stack -o in.tif --annual max", "is also an input"},
		{"composite stack -o stack/ndvi_{year}.tif --annual max", "is also an input"},
		{"composite @list -o list --annual max", "is also an input"},
		{"composite stack -o /dev/stdout --annual max", "not a regular file"},
		{"composite stack -o all_{month}.tif --annual max", "would both be written"},
		{"series stack --pixel 1,1 -o in.png", "is also an input"},
		{"series @list --pixel 1,1 --csv list", "is also an input"},
		{"series stack --pixel 1,1 -o map.png --csv trend.tif", "given twice"},
		{"fit stack -o zones.json --region districts.geojson --map in.png", "not that of one"},
		{"fit stack -o new.tif --region districts.geojson --residuals in.tif", "is also an input"},
		{"zones trend.tif --zones districts.geojson --zone-field district -o zones.json", "is also an input"},
		{"map trend.tif -o map.png", "is also an input"},
		{"map trend.tif -o m.png --colors m.png", "given twice"},
		{"map trend.tif -o m.png --qgis --colors trend.qml", "given twice"},
		{"map trend.tif -o m.png --outline outline.geojson --colors outline.geojson", "is also an input"},
	} {
		code, _, stderr := call(t, dir, append(strings.Fields(tt.args), "--overwrite")...)
		if code != 1 || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit code %d, %q, want %q", tt.args, code, stderr, tt.want)
		}
	}
	checkSame(t, before, dir)
	// What an output replaces is said.
	if code, _, stderr := call(t, dir, "map", "residuals.tif", "-o", "map.png", "--overwrite", "-q"); code != 0 || !strings.Contains(stderr, "map.png is a link to trend.tif") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
