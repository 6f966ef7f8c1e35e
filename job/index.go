package job

import (
	"fmt"
	"strconv"
)

// An indexVariable is an environment variable in which a scheduler gives a task its number.
type indexVariable struct {
	name  string
	first int    // the number of the first task, where the scheduler does not let users choose it
	none  string // the value outside of an array of tasks, besides the empty one
	count string // a variable with the number of tasks; a single task is no array
}

// indexVariables are those of all schedulers. Parts count from 0. Where users choose the numbers of
// tasks, as in sbatch --array=17,40-41, these are the numbers of parts, which [Status] prints.
var indexVariables = []indexVariable{
	{name: "SLURM_ARRAY_TASK_ID"},
	{name: "JOB_COMPLETION_INDEX"},                                // Kubernetes, Indexed Jobs
	{name: "AWS_BATCH_JOB_ARRAY_INDEX"},                           // array jobs
	{name: "PBS_ARRAY_INDEX"},                                     // PBS, qsub -J 0-15
	{name: "SGE_TASK_ID", first: 1, none: "undefined"},            // Grid Engine, qsub -t 1-16
	{name: "LSB_JOBINDEX", first: 1, none: "0"},                   // LSF, bsub -J "fit[1-16]"
	{name: "BATCH_TASK_INDEX", count: "BATCH_TASK_COUNT"},         // Google Cloud Batch
	{name: "CLOUD_RUN_TASK_INDEX", count: "CLOUD_RUN_TASK_COUNT"}, // Cloud Run jobs
}

// PartFromEnv returns the number of the part that a scheduler has given this task, and the
// environment variable that has it. getenv is [os.Getenv]. from is empty if there is none. A number
// that makes no sense is an error, and so are two that differ: one of them belongs to a task in
// which, or by which, another scheduler has been started.
func PartFromEnv(getenv func(string) string) (part int, from string, err error) {
	for _, v := range indexVariables {
		n, found, err := v.read(getenv)
		switch {
		case err != nil:
			return 0, "", err
		case found && from != "" && n != part:
			return 0, "", fmt.Errorf("%s=%s and %s=%s stand for different parts, %d and %d: unset the one that is not meant",
				from, getenv(from), v.name, getenv(v.name), part, n)
		case found && from == "":
			part, from = n, v.name
		}
	}
	return part, from, nil
}

// read returns the number of a part, counted from 0.
func (v indexVariable) read(getenv func(string) string) (part int, found bool, err error) {
	text := getenv(v.name)
	if text == "" || text == v.none || v.count != "" && getenv(v.count) == "1" {
		return 0, false, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || int(n) < v.first {
		return 0, false, fmt.Errorf("%s=%q in the environment is not the number of a task: it should be a whole number, %d or more", v.name, text, v.first)
	}
	return int(n) - v.first, true, nil
}
