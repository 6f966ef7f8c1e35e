package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/pixtrend/pixtrend/job"
)

// jobScript is the command line of pixtrend job script.
type jobScript struct {
	jobFolder
	script                      job.Script
	slurm, kubernetes, awsBatch bool
}

func newJobScriptCommand() *cobra.Command {
	s := &jobScript{}
	cmd := &cobra.Command{
		Use:   "script DIR",
		Short: "Print a script that runs the parts of a job with a scheduler.",
		Long: "Print a script that runs the parts of a job with a scheduler.\n\n" +
			"What is left of the job in the folder DIR is run, each part as a task of its own, and merged when all\n" +
			"parts are done. Tasks that end with exit code 75 or by a signal are tried again, at most three times.\n" +
			"The script says how it is used.\n\n" +
			"The program and DIR need to have the same names where the tasks run.",
		Example: "  # on a cluster with Slurm, at most 100 parts at once\n" +
			"  pixtrend synth demo && pixtrend job plan fit.job demo -o trend.tif --parts 4\n" +
			"  pixtrend job script fit.job --slurm --at-once 100 > submit.sh    # then: bash submit.sh\n" +
			"  # on Kubernetes, with the folder /data on a volume\n" +
			"  pixtrend job script fit.job --kubernetes --image pixtrend:1 --volume data:/data > job.yaml\n" +
			"  # with AWS Batch\n" +
			"  pixtrend job script fit.job --aws-batch --queue night --definition pixtrend > submit-to-aws.sh",
		ValidArgsFunction: oneFolder,
		Args: func(_ *cobra.Command, args []string) error {
			if err := s.parse(args); err != nil {
				return err
			}
			_, err := s.scheduler()
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return ofJob(s.print(cmd.OutOrStdout())) },
	}
	group(cmd, "Scheduler", func(flags *pflag.FlagSet) {
		flags.BoolVar(&s.slurm, "slurm", false, "print a shell script that calls sbatch")
		flags.BoolVar(&s.kubernetes, "kubernetes", false, "print YAML of an Indexed Job; needs --image and --volume")
		flags.BoolVar(&s.awsBatch, "aws-batch", false, "print a shell script that calls the AWS CLI; needs --queue and --definition")
	})
	group(cmd, "Tasks", func(flags *pflag.FlagSet) {
		option(flags, &s.script.AtOnce, "at-once", "", "N", "run at most N parts at once (default: as many as the scheduler starts)", atLeast(1))
		option(flags, &s.script.Threads, "threads", "", "N", "ask for N CPUs for each part (default 1)", atLeast(1))
		option(flags, &s.script.Memory, "memory", "", "SIZE", "let each part use SIZE of memory, such as 2G, and ask for 64 MiB more (default 512M)", parseSize)
		option(flags, &s.script.Program, "program", "", "PATH", "the program for tasks (default: this one; pixtrend in containers)", named("a program, such as /opt/bin/pixtrend"))
		option(flags, &s.script.Image, "image", "", "IMAGE", "the image of containers of Kubernetes", named("an image"))
		option(flags, &s.script.Claim, "volume", "", "CLAIM:FOLDER", "the claim of a persistent volume of Kubernetes, and the FOLDER where it is mounted", s.parseVolume)
		option(flags, &s.script.Queue, "queue", "", "NAME", "the job queue of AWS Batch", named("the name of a job queue"))
		option(flags, &s.script.Definition, "definition", "", "NAME", "the job definition of AWS Batch", named("the name of a job definition"))
	})
	return cmd
}

// parseVolume reads CLAIM:FOLDER.
func (s *jobScript) parseVolume(text string) (string, error) {
	claim, folder, _ := strings.Cut(text, ":")
	if claim == "" || !strings.HasPrefix(folder, "/") {
		return "", errors.New("give a claim and a folder, such as data:/data")
	}
	s.script.MountPath = folder
	return claim, nil
}

// scheduler returns the one that is asked for.
func (s *jobScript) scheduler() (job.Scheduler, error) {
	asked, only := map[job.Scheduler]bool{job.Slurm: s.slurm, job.Kubernetes: s.kubernetes, job.AWSBatch: s.awsBatch}, []job.Scheduler{}
	for _, to := range []job.Scheduler{job.Slurm, job.Kubernetes, job.AWSBatch} {
		if asked[to] {
			only = append(only, to)
		}
	}
	if len(only) != 1 {
		return "", usagef("name one scheduler: --slurm, --kubernetes or --aws-batch")
	}
	for _, f := range []struct {
		flag  string
		given bool
		of    job.Scheduler
	}{
		{"--image", s.script.Image != "", job.Kubernetes}, {"--volume", s.script.Claim != "", job.Kubernetes},
		{"--queue", s.script.Queue != "", job.AWSBatch}, {"--definition", s.script.Definition != "", job.AWSBatch},
	} {
		switch of := f.of == only[0]; {
		case of && !f.given:
			return "", usagef("--%s needs %s", only[0], f.flag)
		case !of && f.given:
			return "", usagef("%s is for --%s, and the script is for --%s", f.flag, f.of, only[0])
		}
	}
	return only[0], nil
}

func (s *jobScript) print(stdout io.Writer) error {
	to, err := s.scheduler()
	if err != nil {
		return err
	}
	p, err := job.Read(s.dir)
	if err != nil {
		return err
	}
	defer p.Close()
	status, err := p.Status()
	if err != nil {
		return err
	}
	if status.Merged {
		return fmt.Errorf("the job in %s is merged into %s: nothing is left to run", s.dir, status.Output)
	}
	script := s.script
	script.Digest, script.Parts, script.Missing = p.Digest, p.Parts, status.MissingParts
	if script.Dir, err = filepath.Abs(s.dir); err != nil {
		return fmt.Errorf("cannot find the folder %s: %w", s.dir, err)
	}
	if script.Program == "" {
		script.Program = "pixtrend"
		if to == job.Slurm {
			if script.Program, err = os.Executable(); err != nil {
				return fmt.Errorf("cannot find this program: %w: name it with --program", err)
			}
		}
	}
	var b strings.Builder
	if err := script.Write(&b, to); err != nil {
		return err
	}
	return print(stdout, b.String())
}

// partOf returns the part that a scheduler has given this process, if the user names none.
func (r *jobRun) partOf(log *slog.Logger) (int, error) {
	if r.part != job.AllParts {
		return r.part, nil
	}
	part, from, err := job.PartFromEnv(os.Getenv)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w, or name the part with --part", err)
	case from == "":
		return job.AllParts, nil
	}
	log.Info("a scheduler has named the part", "part", part, "variable", from)
	return part, nil
}
