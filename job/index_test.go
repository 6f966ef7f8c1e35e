package job

import (
	"strings"
	"testing"
)

func TestPartFromEnv(t *testing.T) {
	for _, tt := range []struct {
		env  string // variables, separated by spaces
		part int
		from string
		err  string
	}{
		{env: ""},
		{env: "SLURM_ARRAY_TASK_ID=", from: ""},
		{env: "SLURM_ARRAY_TASK_ID=0", part: 0, from: "SLURM_ARRAY_TASK_ID"},
		{env: "SLURM_ARRAY_TASK_ID=17", part: 17, from: "SLURM_ARRAY_TASK_ID"},
		// sbatch --array=17,40-41: the numbers are those of parts, whatever the smallest one is
		{env: "SLURM_ARRAY_TASK_ID=17 SLURM_ARRAY_TASK_MIN=17 SLURM_ARRAY_TASK_MAX=41", part: 17, from: "SLURM_ARRAY_TASK_ID"},
		{env: "JOB_COMPLETION_INDEX=3", part: 3, from: "JOB_COMPLETION_INDEX"},
		{env: "AWS_BATCH_JOB_ARRAY_INDEX=3", part: 3, from: "AWS_BATCH_JOB_ARRAY_INDEX"},
		{env: "PBS_ARRAY_INDEX=3", part: 3, from: "PBS_ARRAY_INDEX"},
		{env: "SGE_TASK_ID=1", part: 0, from: "SGE_TASK_ID"},
		{env: "SGE_TASK_ID=16", part: 15, from: "SGE_TASK_ID"},
		{env: "SGE_TASK_ID=undefined"},
		{env: "SGE_TASK_ID=0", err: `SGE_TASK_ID="0"`},
		{env: "LSB_JOBINDEX=16", part: 15, from: "LSB_JOBINDEX"},
		{env: "LSB_JOBINDEX=0"},
		{env: "BATCH_TASK_INDEX=0 BATCH_TASK_COUNT=4", part: 0, from: "BATCH_TASK_INDEX"},
		{env: "BATCH_TASK_INDEX=0 BATCH_TASK_COUNT=1"},
		{env: "CLOUD_RUN_TASK_INDEX=2 CLOUD_RUN_TASK_COUNT=4", part: 2, from: "CLOUD_RUN_TASK_INDEX"},
		{env: "CLOUD_RUN_TASK_INDEX=0 CLOUD_RUN_TASK_COUNT=1"},
		// the same part twice
		{env: "SLURM_ARRAY_TASK_ID=4 PBS_ARRAY_INDEX=4", part: 4, from: "SLURM_ARRAY_TASK_ID"},
		{env: "SLURM_ARRAY_TASK_ID=4 SGE_TASK_ID=5", part: 4, from: "SLURM_ARRAY_TASK_ID"},
		{env: "SLURM_ARRAY_TASK_ID=4 SGE_TASK_ID=undefined LSB_JOBINDEX=0", part: 4, from: "SLURM_ARRAY_TASK_ID"},
		// two different ones
		{env: "SLURM_ARRAY_TASK_ID=4 SGE_TASK_ID=4", err: "SLURM_ARRAY_TASK_ID=4 and SGE_TASK_ID=4 stand for different parts, 4 and 3"},
		{env: "SLURM_ARRAY_TASK_ID=0 JOB_COMPLETION_INDEX=1", err: "SLURM_ARRAY_TASK_ID=0 and JOB_COMPLETION_INDEX=1"},
		{env: "PBS_ARRAY_INDEX=0 CLOUD_RUN_TASK_INDEX=1 CLOUD_RUN_TASK_COUNT=2", err: "different parts, 0 and 1"},
		// nonsense
		{env: "SLURM_ARRAY_TASK_ID=four", err: `SLURM_ARRAY_TASK_ID="four"`},
		{env: "SLURM_ARRAY_TASK_ID=-1", err: "0 or more"},
		{env: "SLURM_ARRAY_TASK_ID=4294967296", err: "not the number of a task"},
		{env: "SLURM_ARRAY_TASK_ID=undefined", err: `"undefined"`},
		{env: "JOB_COMPLETION_INDEX=1.0", err: `"1.0"`},
	} {
		env := map[string]string{}
		for v := range strings.FieldsSeq(tt.env) {
			name, value, _ := strings.Cut(v, "=")
			env[name] = value
		}
		part, from, err := PartFromEnv(func(name string) string { return env[name] })
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: part %d from %q, %v, want an error with %s", tt.env, part, from, err, tt.err)
			}
		case err != nil || part != tt.part || from != tt.from:
			t.Errorf("%s: part %d from %q, %v, want %d from %q", tt.env, part, from, err, tt.part, tt.from)
		}
	}
}
