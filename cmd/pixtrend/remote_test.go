package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/airbusgeo/godal"
)

const secret = "hush-hush"

// serve serves a stack of files larger than what is read at once on loopback, past any proxy of the
// environment. From request number fails of those for the stack on, it answers with a status.
func serve(t *testing.T, fails int, status int) (dir, list string, env []string, address string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "stack")
	if code, _, stderr := call(t, t.TempDir(), "synth", dir, "--width", "300", "--height", "200", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	var asked atomic.Int64
	files := http.FileServer(http.Dir(dir))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if int(asked.Add(1)) > fails {
			http.Error(w, "no", status)
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	var b strings.Builder
	for year := 1995; year <= 2015; year++ {
		fmt.Fprintf(&b, "%s/ndvi_%d.tif?sig=%s\n", s.URL, year, secret)
	}
	list = filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(list, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir, list, []string{"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "GDAL_HTTP_MAX_RETRY=1", "GDAL_HTTP_RETRY_DELAY=0.01"}, s.URL
}

const always = 1 << 30

func TestFitRemote(t *testing.T) {
	dir := folder(t)
	local, list, env, address := serve(t, always, 0)
	code, stdout, stderr := start(t, command(dir, env, "fit", "@"+list, "-o", "slope.tif", "--dry-run"))
	if code != 0 || !strings.Contains(stdout, "21 rasters, 5.1 MB, from 21 remote files\n") || !strings.Contains(stdout, address+"/ndvi_2001.tif\n") {
		t.Errorf("exit code %d, standard error %q, plan:\n%s", code, stderr, stdout)
	}
	if strings.Contains(stdout, secret) {
		t.Error("the plan holds the query")
	}
	code, stdout, stderr = start(t, command(dir, env, "fit", "@"+list, "-o", "slope.tif", "--json"))
	var summary struct {
		Remote int `json:"remote_files"`
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || code != 0 || stderr != dotted || summary.Remote != 21 {
		t.Errorf("exit code %d, standard error %q, %v, summary %s", code, stderr, err, stdout)
	}
	if code, _, stderr := call(t, dir, "fit", local, "-o", "local.tif", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	sameSamples(t, filepath.Join(dir, "local.tif"), filepath.Join(dir, "slope.tif"))
}

// A server that fails ends the run in bounded time with one sentence, and no output.
func TestFitRemoteFails(t *testing.T) {
	for name, c := range map[string]struct {
		after, status int
		want          string
	}{
		"at open":   {0, 500, "answers 500 Internal Server Error, 2 times in a row"},
		"no file":   {0, 404, "answers 404 Not Found"},
		"in a read": {42, 503, "answers 503 Service Unavailable, 2 times in a row"}, // 21 files, a size and a header each
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			before := files(t, dir)
			_, list, env, address := serve(t, c.after, c.status)
			code, stdout, stderr := start(t, command(dir, env, "fit", "@"+list, "-o", "slope.tif", "-q"))
			if code != exitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, address+"/ndvi_") {
				t.Errorf("exit code %d, standard output %q, standard error %q", code, stdout, stderr)
			}
			if strings.Contains(stderr, secret) {
				t.Errorf("%q holds the query", stderr)
			}
			checkSame(t, before, dir)
		})
	}
}

// Ctrl-C ends a run that waits to try again.
func TestFitRemoteInterrupted(t *testing.T) {
	dir := folder(t)
	before := files(t, dir)
	_, list, env, _ := serve(t, 42, 503)
	c := command(dir, append(env, "GDAL_HTTP_MAX_RETRY=100", "GDAL_HTTP_RETRY_DELAY=1000"), "fit", "@"+list, "-o", "slope.tif", "-q")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// The run has begun when there is a temporary file, and comes to wait soon after.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if len(files(t, dir)) > len(before) || time.Now().After(deadline) {
			break
		}
	}
	time.Sleep(500 * time.Millisecond)
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 130 || stderr.String() != "pixtrend: interrupted: slope.tif is not written\n" {
		t.Errorf("exit code %d, standard error %q", code, stderr.String())
	}
	if took := time.Since(asked); took > time.Minute {
		t.Errorf("ended after %v", took)
	}
	checkSame(t, before, dir)
}

// sameSamples compares the slopes in two files bit by bit.
func sameSamples(t *testing.T, want, got string) {
	t.Helper()
	if err := godal.RegisterInternalDrivers(); err != nil {
		t.Fatal(err)
	}
	var samples [2][]float32
	for i, name := range []string{want, got} {
		ds, err := godal.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		samples[i] = make([]float32, 300*200)
		if err := errors.Join(ds.Read(0, 0, samples[i], 300, 200), ds.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for p := range samples[0] {
		if math.Float32bits(samples[0][p]) != math.Float32bits(samples[1][p]) {
			t.Fatalf("pixel %d is %v, want %v", p, samples[1][p], samples[0][p])
		}
	}
}

// No message, report or file holds what gives access to a file, by whatever name GDAL reads it.
func TestSecretsOfNames(t *testing.T) {
	_, _, env, address := serve(t, always, 0)
	env = append(env, "GDAL_HTTP_MAX_RETRY=0", "AWS_NO_SIGN_REQUEST=YES", "AWS_S3_ENDPOINT=127.0.0.1:1", "AWS_HTTPS=NO", "AWS_VIRTUAL_HOSTING=FALSE")
	host := strings.TrimPrefix(address, "http://")
	account := "me:" + secret + "@" + host
	dir := t.TempDir()
	for _, tt := range []struct {
		form string // of the name, with the year for %d
		fits bool
	}{
		{"http://" + account + "/ndvi_%d.tif?sig=" + secret, true},
		{"HTTP://" + account + "/ndvi_%d.tif?sig=" + secret, true},
		{"/vsicurl/HTTP://" + account + "/ndvi_%d.tif?sig=" + secret + "#" + secret, true},
		{"/vsicurl_streaming/http://" + account + "/ndvi_%d.tif?sig=" + secret, true},
		{"/vsicurl?max_retry=0&url=http%%3A%%2F%%2Fme%%3A" + secret + "%%40" + host + "%%2Fndvi_%d.tif", true},
		{"ftp://" + account + "/ndvi_%d.tif?sig=" + secret, false},
		{"/vsicurl/ftp://me:" + secret + "@127.0.0.1:1/ndvi_%d.tif", false},
		{"/vsis3_streaming/b/ndvi_%d.tif?X-Amz-Signature=" + secret, false},
		{"/vsizip/{/vsicurl/http://" + account + "/a.zip?sig=" + secret + "}/ndvi_%d.tif", false},
		{"/vsicrypt/key=" + secret + ",file=ndvi_%d.tif", false},
		{"/vsinew/http://" + account + "/ndvi_%d.tif?token=" + secret, false},
		{`NETCDF:"http://` + account + "/ndvi_%d.nc?sig=" + secret + `":t2m`, false},
		{"PG:host=127.0.0.1 port=1 user=me password=" + secret + " table=ndvi_%d", false},
	} {
		if quick := strings.HasPrefix(tt.form, "/vsicurl_streaming") || strings.HasPrefix(tt.form, "ftp:"); !quick && os.Getenv("PIXTREND_LONG") == "" {
			continue
		}
		var names []string
		for _, year := range []int{1995, 1996, 1997} {
			names = append(names, fmt.Sprintf(tt.form, year))
		}
		list := filepath.Join(dir, "list.txt")
		if err := os.WriteFile(list, []byte(strings.Join(names, "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			append([]string{"fit", "-o", "out.tif", "--overwrite", "-v"}, names...), append([]string{"fit", "-o", "out.tif", "--overwrite", "--dry-run"}, names...),
			{"fit", "@" + list, "-o", "out.tif", "--overwrite", "--json"}, append([]string{"info", "-v"}, names...), {"info", "@" + list, "--json"},
			append([]string{"series", "--pixel", "3,3"}, names...), append([]string{"series", "--pixel", "3,3", "--csv", "-"}, names...),
			{"map", names[0], "-o", "out.svg", "--overwrite", "-v"}, append([]string{"map", "-o", "out.svg"}, names...),
		} {
			_ = os.Remove(filepath.Join(dir, "out.tif"))
			code, stdout, stderr := start(t, command(dir, env, args...))
			if args[0] == "fit" && tt.fits != (code == 0) {
				t.Errorf("%s of %s: exit code %d, %s", args[0], tt.form, code, stderr)
			}
			for _, name := range []string{"out.tif", "out.svg"} {
				text, _ := os.ReadFile(filepath.Join(dir, name))
				stdout += string(text)
			}
			for line := range strings.Lines(stdout + stderr) {
				if strings.Contains(line, secret) {
					t.Errorf("%s of %s shows %.300q", args[0], tt.form, line)
					break
				}
			}
		}
	}
}
