package job

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"unicode"

	"github.com/pixtrend/pixtrend/raster"
)

//go:embed scripts
var scriptFiles embed.FS

var scripts = sync.OnceValue(func() *template.Template {
	functions := template.FuncMap{"sh": shellQuoted, "shells": commandLine, "json": jsonQuoted, "task": taskOf}
	return template.Must(template.New("").Funcs(functions).ParseFS(scriptFiles, "scripts/*.tmpl"))
})

// Scheduler is a system that runs the parts of a job.
type Scheduler string

const (
	Slurm      Scheduler = "slurm"      // a shell script that calls sbatch
	Kubernetes Scheduler = "kubernetes" // YAML of an Indexed Job
	AWSBatch   Scheduler = "aws-batch"  // a shell script that calls the AWS CLI
)

// templateOf is where the script of a scheduler is.
var templateOf = map[Scheduler]string{Slurm: "slurm.sh.tmpl", Kubernetes: "kubernetes.yaml.tmpl", AWSBatch: "aws-batch.sh.tmpl"}

const (
	mostKubernetes = 100_000 // completions of an Indexed Job with backoffLimitPerIndex
	mostAWSBatch   = 10_000  // jobs of an array
)

// Script has what scripts for schedulers contain. A script runs each part as a task of its own, tries
// again what may succeed then (exit code 75, a signal, a lost node), and merges when all are done.
type Script struct {
	Program string // path of pixtrend for the tasks
	Dir     string // absolute path of the job's folder for the tasks
	Digest  string // of the plan; jobs are called by it
	Parts   int    // how many the plan has
	Missing string // numbers of the parts that are left, such as 3,7-9; empty if all are done
	AtOnce  int    // how many parts may run at once; 0: as many as the scheduler likes
	Threads int    // of each task; 0: 1
	Memory  int64  // of each task, as Options.Memory of package raster; 0: 512 MiB

	// For Kubernetes: the image of the container, and a claim of a persistent volume with the folder
	// under which it is mounted.
	Image, Claim, MountPath string
	// For AWS Batch: the names of a job queue and of a job definition.
	Queue, Definition string
}

// Write writes the script for a scheduler.
func (s Script) Write(w io.Writer, to Scheduler) error {
	if err := s.check(to); err != nil {
		return err
	}
	var b strings.Builder
	if err := scripts().ExecuteTemplate(&b, templateOf[to], s); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n")+"\n")
	return err
}

// check refuses what a script cannot say.
func (s Script) check(to Scheduler) error {
	for _, name := range []string{s.Program, s.Dir, s.Image, s.Claim, s.MountPath, s.Queue, s.Definition} {
		if strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("the name %q has a line break or another control character: scripts cannot have it", name)
		}
	}
	most := map[Scheduler]int{Kubernetes: mostKubernetes, AWSBatch: mostAWSBatch}[to]
	switch {
	case templateOf[to] == "":
		return fmt.Errorf("no scheduler is called %q", to)
	case most > 0 && s.Parts > most:
		return fmt.Errorf("the plan has %d parts, and %s takes at most %d: plan fewer", s.Parts, to, most)
	case to == Kubernetes && (s.Image == "" || s.Claim == "" || s.MountPath == ""):
		return errors.New("a script for Kubernetes needs the image of a container, and the claim of a volume with the folder where it is mounted")
	case to == AWSBatch && (s.Queue == "" || s.Definition == ""):
		return errors.New("a script for AWS Batch needs the names of a job queue and of a job definition")
	case to == AWSBatch && s.AtOnce > 0:
		return errors.New("AWS Batch has no limit of jobs at once for an array: limit the vCPUs of its compute environment")
	}
	return nil
}

// Name returns the name of the scheduler's job, which is a label of DNS.
func (s Script) Name() string { return "pixtrend-" + s.Digest }

// What returns what is run, for comments.
func (s Script) What() string {
	parts := fmt.Sprintf("the %d parts", s.Parts)
	if s.Parts == 1 {
		parts = "the one part"
	}
	return parts + " of the job in " + s.Dir
}

// Array returns the value of sbatch --array.
func (s Script) Array() string {
	if s.AtOnce > 0 {
		return fmt.Sprintf("%s%%%d", s.Missing, s.AtOnce)
	}
	return s.Missing
}

// CPUs returns how many CPUs to ask for.
func (s Script) CPUs() int { return max(1, s.Threads) }

// Megabytes returns the memory to ask for, in units of 2^20 bytes.
func (s Script) Megabytes() int64 {
	memory := s.Memory
	if memory == 0 {
		memory = raster.DefaultMemory
	}
	return (memory + raster.ProgramMemory + 1<<20 - 1) >> 20
}

// A task is what a script calls the program for.
type task struct {
	Script
	Command string // run or merge
}

// Arguments returns the command line of the program. The program finds out how many CPUs it has.
func (t task) Arguments() []string {
	words := []string{t.Program, "job", t.Command, t.Dir}
	if t.Memory > 0 {
		words = append(words, "--memory", strconv.FormatInt(t.Memory, 10))
	}
	return words
}

func taskOf(s Script, command string) task { return task{s, command} }

// commandLine returns words as a shell reads them.
func commandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuoted(w)
	}
	return strings.Join(quoted, " ")
}

// shellQuoted returns a word of a POSIX shell.
func shellQuoted(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@%=", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// jsonQuoted returns a string or a list of strings of JSON, which is YAML too.
func jsonQuoted(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}
