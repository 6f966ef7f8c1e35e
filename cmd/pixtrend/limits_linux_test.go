package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/pixtrend/pixtrend/internal/limits"
	"github.com/pixtrend/pixtrend/job"
)

// limited returns the program with a limit of bash's ulimit.
func limited(t *testing.T, dir, limit string, args ...string) *exec.Cmd {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	c := command(dir, nil)
	c.Path = bash
	c.Args = append([]string{"bash", "-c", "ulimit " + limit + ` && exec "$0" "$@"`, program}, args...)
	return c
}

// Limits that are too low for the program are said, not found out by a crash.
func TestLowLimits(t *testing.T) {
	dir := folder(t)
	for _, tt := range []struct{ limit, args, want string }{
		{"-n 5", "fit stack -o a.tif -q", "ulimit -n"},
		{"-n 6", "fit stack -o a.tif -q", "ulimit -n"},
		{"-n 6", "info stack", "ulimit -n"},
		{"-n 7", "series stack --pixel 1,1", "ulimit -n"},
		{"-n 7", "map a.tif -o map.png", "ulimit -n"},
		{"-n 20", "synth new", "ulimit -n"},
		{"-s 96", "fit stack -o a.tif -q", "ulimit -s"},
		{"-v 6000000", "fit stack -o a.tif -q --memory 8G", "ulimit -v"},
		{"-n 32", "fit stack -o a.tif -q --threads 2", ""},
		{"-v 6000000", "fit stack -o b.tif -q --memory 64M --threads 2", ""},
	} {
		code, _, stderr := start(t, limited(t, dir, tt.limit, strings.Fields(tt.args)...))
		switch {
		case tt.want == "" && code != 0:
			t.Errorf("%s %s: exit code %d, %q", tt.limit, tt.args, code, stderr)
		case tt.want != "" && (code != 1 || !strings.Contains(stderr, tt.want) || strings.Count(stderr, "\n") != 1):
			t.Errorf("%s %s: exit code %d, %q, want %q", tt.limit, tt.args, code, stderr, tt.want)
		}
	}
}

// So is a limit on threads, which does not hold for root.
func TestTooFewThreads(t *testing.T) {
	dir := folder(t)
	c := limited(t, dir, "-u 9", "fit", "stack", "-o", "a.tif", "--threads", "16")
	if os.Geteuid() == 0 {
		const nobody = 65534
		for path := filepath.Dir(program); path != "/" && path != os.TempDir(); path = filepath.Dir(path) {
			if err := os.Chmod(path, 0o755); err != nil {
				t.Skip("the program is in a folder that others cannot read:", err)
			}
		}
		c.Dir, c.Args[len(c.Args)-5] = filepath.Dir(stack), filepath.Base(stack)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if code, _, stderr := start(t, c); code != 1 || !strings.Contains(stderr, "ulimit -u") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestMoreThreadsThanCPUs(t *testing.T) {
	dir := folder(t)
	threads := strconv.Itoa(threadsPerCPU*runtime.NumCPU() + 1)
	code, _, stderr := start(t, command(dir, nil, "fit", "stack", "-o", "a.tif", "-q", "--threads", threads))
	if want := "warning: --threads " + threads + ": the process may use"; code != 0 || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d, %q, want %q", code, stderr, want)
	}
	code, _, stderr = start(t, command(dir, nil, "fit", "stack", "-o", "b.tif", "-q", "--threads", "2"))
	if code != 0 || stderr != "" {
		t.Errorf("with 2 threads: exit code %d, %q", code, stderr)
	}
}

// What a killed run leaves is removed by the next run beside it, whatever its target, but not what a
// living run has.
func TestKilledRunsAreCleanedUp(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := call(t, dir, "synth", "stack", "--dates", "2000-2009", "-q"); code != 0 {
		t.Fatal(stderr)
	}
	before := files(t, dir)
	begin := func(args ...string) *exec.Cmd {
		t.Helper()
		c := command(dir, nil, append([]string{"fit", "stack", "--window", "1x1"}, args...)...)
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = c.Process.Kill()
			_ = c.Wait()
		})
		if _, err := stderr.Read(make([]byte, 1)); err != nil { // the first dot: it is at work
			t.Fatal(err)
		}
		return c
	}
	temporary := func() (names []string) {
		names, _ = filepath.Glob(filepath.Join(dir, ".*.pixtrend-*"))
		return names
	}
	killed := begin("-o", "cog.tif", "--of", "COG", "--residuals", "residuals.tif")
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	dead := temporary()
	if len(dead) < 4 {
		t.Fatalf("the killed run has left %q", dead)
	}
	living := begin("-o", "living.tif")
	if names := temporary(); len(names) != 2 {
		t.Errorf("the next run has not cleaned up: %q", names)
	}
	if code, _, stderr := call(t, dir, "series", "stack", "--pixel", "1,1", "--csv", "series.csv"); code != 0 {
		t.Error(stderr)
	}
	if names := temporary(); len(names) != 2 || !strings.Contains(fmt.Sprint(names), ".living.tif.") {
		t.Errorf("files of a living run are removed: %q are left", names)
	}
	if err := living.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = living.Wait()
	if err := os.Remove(filepath.Join(dir, "series.csv")); err != nil {
		t.Error(err)
	}
	checkSame(t, before, dir)
}

// Every command refuses a pipe and a device at once.
func TestPipesAreRefused(t *testing.T) {
	dir := folder(t)
	pipe := filepath.Join(dir, "pipe.tif")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skip("no pipes here:", err)
	}
	for _, args := range []string{
		"fit stack pipe.tif -o a.tif", "fit stack -o a.tif --dates @pipe.tif", "info @/dev/zero", "series pipe.tif --pixel 1,1", "map pipe.tif -o a.png",
		"map /dev/zero -o a.png", "fit stack/ndvi_1999.tif stack/ndvi_2000.tif -o a.tif --mask-from pipe.tif --mask-keep 0",
	} {
		if code, stdout, stderr := call(t, dir, strings.Fields(args)...); code != 1 || !strings.Contains(stdout+stderr, "only regular files are") {
			t.Errorf("%s: exit code %d, %q", args, code, stderr)
		}
	}
}

// Threads and memory that are not given are those that Slurm allows, and the plan says so.
func TestSlurmLimits(t *testing.T) {
	dir := folder(t)
	for _, tt := range []struct {
		env, args string
		threads   int
		memory    int64
		limits    []string
	}{
		{"SLURM_CPUS_PER_TASK=1 SLURM_MEM_PER_NODE=128", "fit stack", 1, 64 << 20,
			[]string{"threads: SLURM_CPUS_PER_TASK is 1", "memory: SLURM_MEM_PER_NODE is 128 MiB, of which 64 MiB are for the program itself"}},
		{"SLURM_CPUS_PER_TASK=1 SLURM_MEM_PER_CPU=100", "composite stack --annual max", 1, 36 << 20,
			[]string{"threads: SLURM_CPUS_PER_TASK is 1", "memory: SLURM_MEM_PER_CPU is 100 MiB, for 1 CPU, of which 64 MiB are for the program itself"}},
		{"SLURM_CPUS_PER_TASK=1 SLURM_MEM_PER_NODE=128", "fit stack --threads 3 --memory 256M", 3, 256 << 20, nil},
		{"SLURM_CPUS_PER_TASK=1 SLURM_MEM_PER_NODE=4096", "fit stack", 1, 512 << 20, []string{"threads: SLURM_CPUS_PER_TASK is 1"}},
		{"SLURM_CPUS_PER_TASK=x SLURM_MEM_PER_NODE=1", "fit stack", 0, 0, []string{"SLURM_CPUS_PER_TASK is \"x\""}},
		{"SLURM_MEM_PER_NODE=79", "fit stack", 0, 0, []string{"SLURM_MEM_PER_NODE is 79 MiB of memory, and the program needs 80 MiB", "--memory"}},
		{"SLURM_MEM_PER_NODE=79", "info stack", 0, 0, []string{"needs 80 MiB"}},
	} {
		args := strings.Fields(tt.args)
		if args[0] != "info" {
			args = append(args, "-o", "out.tif", "--dry-run", "--json", "--window", "16x16")
		}
		code, stdout, stderr := start(t, command(dir, strings.Fields(tt.env), args...))
		if tt.threads == 0 {
			for _, want := range tt.limits {
				if code != 1 || !strings.Contains(stderr, want) {
					t.Errorf("%s %s: exit code %d, %q, want %s", tt.env, tt.args, code, stderr, want)
				}
			}
			continue
		}
		var plan struct {
			Threads int
			Memory  int64
			Limits  []string
		}
		if err := json.Unmarshal([]byte(stdout), &plan); err != nil || code != 0 {
			t.Fatalf("%s %s: exit code %d, %v, %s", tt.env, tt.args, code, err, stderr)
		}
		if plan.Threads != tt.threads || plan.Memory != tt.memory || !slices.Equal(plan.Limits, tt.limits) {
			t.Errorf("%s %s: %+v, want %+v", tt.env, tt.args, plan, tt)
		}
	}
	_, _, stderr := start(t, command(dir, []string{"SLURM_CPUS_PER_TASK=1"}, "fit", "stack", "-o", "a.tif", "-v"))
	if !strings.Contains(stderr, "pixtrend: limited the threads: SLURM_CPUS_PER_TASK is 1\n") {
		t.Errorf("-v does not say what limits the threads: %q", stderr)
	}
	_, stdout, _ := start(t, command(dir, []string{"SLURM_MEM_PER_NODE=128"}, "fit", "stack", "-o", "b.tif", "--dry-run"))
	if !strings.Contains(stdout, "\nlimits    memory: SLURM_MEM_PER_NODE is 128 MiB, of which") {
		t.Errorf("the plan does not say what limits the memory:\n%s", stdout)
	}
}

// A process that works on a plan keeps to what the plan says, and to what the system allows it.
func TestPlannedMemory(t *testing.T) {
	mib := func(n int64) limits.Limits {
		return limits.Limits{Memory: limits.Limit{N: n << 20, Why: "a test allows little"}}
	}
	for _, tt := range []struct {
		limits limits.Limits
		memory int64
		want   int64
	}{
		{limits.Limits{}, 2 << 30, 2 << 30}, {mib(1024), 2 << 30, 960 << 20}, {mib(4096), 2 << 30, 2 << 30}, {mib(80), 2 << 30, 16 << 20}, {mib(79), 2 << 30, 0},
		{mib(1024), 128 << 20, 128 << 20},
	} {
		if n, err := memoryWithin(tt.limits, tt.memory); n != tt.want || (err != nil) != (tt.want == 0) {
			t.Errorf("%+v: %d, %v", tt, n, err)
		}
	}
	dir := folder(t)
	if code, _, stderr := start(t, command(dir, []string{"SLURM_CPUS_PER_TASK=1", "SLURM_MEM_PER_NODE=128"}, "job", "plan", "job", "stack", "-o", "a.tif", "--memory", "2G", "-q")); code != 0 {
		t.Fatal(stderr)
	}
	plan, err := job.Read(filepath.Join(dir, "job"))
	if err != nil || plan.Resources != (job.Resources{Memory: 2 << 30}) {
		t.Errorf("the plan has the resources %+v, %v: want what was given, and no limits of the machine that planned", plan.Resources, err)
	}
	code, _, stderr := start(t, command(dir, []string{"SLURM_MEM_PER_NODE=70"}, "job", "run", "job"))
	if code != 1 || !strings.Contains(stderr, "needs 80 MiB") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if code, _, stderr := start(t, command(dir, []string{"SLURM_MEM_PER_NODE=1024"}, "job", "run", "job", "-q")); code != 0 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// A real control group limits the memory of what runs in a group below it.
func TestControlGroup(t *testing.T) {
	group, procs := newGroup(t)
	if err := os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte("134217728"), 0o644); err != nil {
		t.Skip("SKIPPED, NOT TESTED: no limits of control groups can be set here:", err)
	}
	dir := folder(t)
	c := command(dir, nil)
	c.Path = "/bin/sh"
	c.Args = []string{"sh", "-c", `echo $$ >"$0" && exec "$@"`, procs, program, "fit", "stack", "-o", "a.tif", "-v"}
	code, _, stderr := start(t, c)
	if code != 0 || !strings.Contains(stderr, "limited the memory: the control group /") || !strings.Contains(stderr, "allows 128 MiB") || !strings.Contains(stderr, `memory="64 MiB"`) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// newGroup makes a control group of version 1 with another one in it, and returns its folder and the
// file to which processes of the inner group are written.
func newGroup(t *testing.T) (group, procs string) {
	t.Helper()
	group, err := os.MkdirTemp("/sys/fs/cgroup/memory", "pixtrend-test-")
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: no control groups of version 1 can be made here:", err)
	}
	inner := filepath.Join(group, "inner")
	t.Cleanup(func() {
		_ = os.Remove(inner)
		if err := os.Remove(group); err != nil {
			t.Error(err)
		}
	})
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Skip("SKIPPED, NOT TESTED:", err)
	}
	return group, filepath.Join(inner, "cgroup.procs")
}

// The list of threads that pixtrend bench measures is no limit.
func TestBenchIsNotLimited(t *testing.T) {
	cmd, _, err := newRootCommand().Find([]string{"bench", "scaling"})
	if err != nil || cmd.Flags().Lookup("threads") == nil {
		t.Fatal(cmd, err)
	}
	one := limits.Limits{CPUs: limits.Limit{N: 1, Why: "a test allows one"}}
	if err := keepTo(cmd.Flags(), one); err != nil || cmd.Flags().Lookup("threads").Value.String() != "" || len(limitsOf(cmd.Flags())) > 0 {
		t.Errorf("%v, threads are %q", err, cmd.Flags().Lookup("threads").Value)
	}
}
