package limits

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A tree is a fake root of the file system.
type tree map[string]string

func (t tree) fs() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range t {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// Mounts as systems have them.
const (
	mountsV2 = "24 29 0:22 / /proc rw,nosuid - proc proc rw\n" +
		"35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n"
	mountsV1 = "31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755\n" +
		"32 31 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" +
		"33 31 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n" +
		"34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:12 master:3 - cgroup cgroup rw,cpu,cpuacct\n" +
		"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	groupsV1 = "12:memory:/slurm/uid_1000/job_42/step_batch\n11:cpu,cpuacct:/slurm/uid_1000/job_42/step_batch\n10:cpuset:/slurm\n1:name=systemd:/init.scope\n0::/init.scope\n"
	unlimV1  = "9223372036854771712\n"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name string
		root tree
		env  map[string]string
		cpus Limit
		mem  Limit
	}{
		{name: "nothing is known"},
		{
			name: "version 2, no limit",
			root: tree{"proc/self/cgroup": "0::/user.slice/user-1000.slice/session-2.scope\n", "proc/self/mountinfo": mountsV2,
				"sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope/memory.max": "max\n",
				"sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope/cpu.max":    "max 100000\n"},
		}, {
			name: "a container sees its group as the root",
			root: tree{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountsV2,
				"sys/fs/cgroup/memory.max": "268435456\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"},
			cpus: Limit{2, "the control group / allows 1.5 CPUs"},
			mem:  Limit{256 << 20, "the control group / allows 256 MiB"},
		}, {
			name: "less than one CPU is one thread",
			root: tree{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountsV2, "sys/fs/cgroup/cpu.max": "25000 100000\n"},
			cpus: Limit{1, "the control group / allows 0.25 CPUs"},
		}, {
			name: "the parent is tighter, and memory.high too",
			root: tree{"proc/self/cgroup": "0::/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0\n", "proc/self/mountinfo": mountsV2,
				"sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0/memory.max": "max\n",
				"sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/memory.max":             "4294967296\n",
				"sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.max":                        "2147483648\n",
				"sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.high":                       "1073741824\n",
				"sys/fs/cgroup/system.slice/memory.max":                                               "max\n",
				"sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/user/cpu.max":           "800000 100000\n",
				"sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/cpu.max":                           "400000 100000\n"},
			cpus: Limit{4, "the control group /system.slice/slurmstepd.scope/job_7 allows 4 CPUs"},
			mem:  Limit{1 << 30, "the control group /system.slice/slurmstepd.scope/job_7 allows 1.0 GiB"},
		}, {
			name: "version 1 under Slurm, the step is tighter",
			root: tree{"proc/self/cgroup": groupsV1, "proc/self/mountinfo": mountsV1,
				"sys/fs/cgroup/memory/slurm/uid_1000/job_42/step_batch/memory.limit_in_bytes":  "1073741824\n",
				"sys/fs/cgroup/memory/slurm/uid_1000/job_42/memory.limit_in_bytes":             "2147483648\n",
				"sys/fs/cgroup/memory/memory.limit_in_bytes":                                   unlimV1,
				"sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/job_42/step_batch/cpu.cfs_quota_us":  "-1\n",
				"sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/job_42/step_batch/cpu.cfs_period_us": "100000\n",
				"sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/cpu.cfs_quota_us":                    "300000\n",
				"sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/cpu.cfs_period_us":                   "100000\n",
				"sys/fs/cgroup/unified/init.scope/memory.max":                                  "1024\n", // of a hierarchy without the controller
				"sys/fs/cgroup/cpuset/slurm/memory.limit_in_bytes":                             "2048\n"},
			cpus: Limit{3, "the control group /slurm/uid_1000 allows 3 CPUs"},
			mem:  Limit{1 << 30, "the control group /slurm/uid_1000/job_42/step_batch allows 1.0 GiB"},
		}, {
			name: "version 1 without limits",
			root: tree{"proc/self/cgroup": groupsV1, "proc/self/mountinfo": mountsV1, "sys/fs/cgroup/memory/memory.limit_in_bytes": unlimV1},
		}, {
			name: "Docker of version 1 mounts the container's group",
			root: tree{"proc/self/cgroup": "3:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n",
				"proc/self/mountinfo": "34 31 0:31 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n" +
					"35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
				"sys/fs/cgroup/memory/memory.limit_in_bytes":        "134217728\n",
				"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":        "200000\n",
				"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":       "100000\n",
				"sys/fs/cgroup/memory/docker/abc/more.limit":        "1\n",
				"sys/fs/cgroup/memory/docker/memory.limit_in_bytes": "1\n"},
			cpus: Limit{2, "the control group /docker/abc allows 2 CPUs"},
			mem:  Limit{128 << 20, "the control group /docker/abc allows 128 MiB"},
		}, {
			name: "a group beside what is mounted",
			root: tree{"proc/self/cgroup": "0::/docker/abcdef\n",
				"proc/self/mountinfo":               "35 24 0:30 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
				"sys/fs/cgroup/memory.max":          "1048576\n",
				"sys/fs/cgroup/def/memory.max":      "1\n",
				"sys/fs/cgroup/docker/x/memory.max": "1\n"},
			mem: Limit{1 << 20, "the control group /docker/abc allows 1.0 MiB"},
		}, {
			name: "a group above the namespace",
			root: tree{"proc/self/cgroup": "0::/../../other\n", "proc/self/mountinfo": mountsV2, "sys/fs/cgroup/memory.max": "1048576\n", "sys/memory.max": "1\n"},
			mem:  Limit{1 << 20, "the control group / allows 1.0 MiB"},
		}, {
			name: "a mount with a space, and a group with a colon",
			root: tree{"proc/self/cgroup": "0::/a:b\n", "proc/self/mountinfo": `35 24 0:30 / /mnt/c\040g rw - cgroup2 none rw` + "\n", "mnt/c g/a:b/memory.max": "1048576\n"},
			mem:  Limit{1 << 20, "the control group /a:b allows 1.0 MiB"},
		}, {
			name: "files that make no sense limit nothing",
			root: tree{"proc/self/cgroup": "nonsense\n0::/\n", "proc/self/mountinfo": "x\n" + mountsV2, "sys/fs/cgroup/memory.max": "a lot\n", "sys/fs/cgroup/cpu.max": "1\n"},
		}, {
			name: "Slurm's variables",
			env:  map[string]string{"SLURM_CPUS_PER_TASK": "4", "SLURM_MEM_PER_NODE": "2048"},
			cpus: Limit{4, "SLURM_CPUS_PER_TASK is 4"},
			mem:  Limit{2 << 30, "SLURM_MEM_PER_NODE is 2.0 GiB"},
		}, {
			name: "memory for each CPU, and all memory of a node",
			env:  map[string]string{"SLURM_CPUS_ON_NODE": "8", "SLURM_CPUS_PER_TASK": "2", "SLURM_MEM_PER_CPU": "512M", "SLURM_MEM_PER_NODE": "0"},
			cpus: Limit{2, "SLURM_CPUS_PER_TASK is 2"},
			mem:  Limit{4 << 30, "SLURM_MEM_PER_CPU is 512 MiB, for 8 CPUs"},
		}, {
			name: "memory for one CPU",
			env:  map[string]string{"SLURM_MEM_PER_CPU": "1g"},
			mem:  Limit{1 << 30, "SLURM_MEM_PER_CPU is 1.0 GiB, for 1 CPU"},
		}, {
			name: "the group is tighter than what Slurm says",
			root: tree{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountsV2, "sys/fs/cgroup/memory.max": "268435456\n", "sys/fs/cgroup/cpu.max": "400000 100000\n"},
			env:  map[string]string{"SLURM_CPUS_PER_TASK": "2", "SLURM_MEM_PER_NODE": "512"},
			cpus: Limit{2, "SLURM_CPUS_PER_TASK is 2"},
			mem:  Limit{256 << 20, "the control group / allows 256 MiB"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := Read(tt.root.fs(), func(name string) string { return tt.env[name] })
			if want := (Limits{tt.cpus, tt.mem}); err != nil || l != want {
				t.Errorf("got %+v, %v\nwant %+v", l, err, want)
			}
		})
	}
}

// A variable that somebody has set wrongly is not ignored.
func TestReadNonsense(t *testing.T) {
	for _, tt := range []struct{ name, value string }{
		{"SLURM_CPUS_PER_TASK", "0"}, {"SLURM_CPUS_PER_TASK", "-1"}, {"SLURM_CPUS_PER_TASK", "two"}, {"SLURM_CPUS_PER_TASK", "99999999999"},
		{"SLURM_MEM_PER_NODE", "-5"}, {"SLURM_MEM_PER_NODE", "4P"}, {"SLURM_MEM_PER_NODE", "9999999999999999"}, {"SLURM_MEM_PER_CPU", "M"},
		{"SLURM_CPUS_ON_NODE", "2(x3)"},
	} {
		_, err := Read(tree{}.fs(), func(name string) string {
			if name == tt.name {
				return tt.value
			}
			return ""
		})
		if err == nil || !strings.HasPrefix(err.Error(), tt.name+" is ") || !strings.Contains(err.Error(), `"`+tt.value+`"`) {
			t.Errorf("%s=%s: %v", tt.name, tt.value, err)
		}
	}
}
