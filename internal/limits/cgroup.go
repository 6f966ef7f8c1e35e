package limits

import (
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// A hierarchy is a tree of control groups. The system shows it as a mounted file system, with a folder
// for each group.
type hierarchy struct {
	version int    // 1 or 2
	mount   string // where it is mounted
	root    string // the group that is mounted there
	group   string // of this process
}

// readGroups reads the limits of the groups of this process and of all groups above them: a group
// is bound by the limits of its parents. Go's runtime reads the limit of CPUs too, but not that of
// parents, and calls one CPU two.
func readGroups(root fs.FS) (l Limits) {
	if h, found := find(root, "cpu"); found {
		for _, group := range h.groups() {
			quota, limited := h.cpus(root, group)
			if limited {
				l.CPUs.lower(int64(max(1, math.Ceil(quota))), "the control group %s allows %s", h.name(group), cpuText(quota))
			}
		}
	}
	if h, found := find(root, "memory"); found {
		for _, group := range h.groups() {
			if bytes, limited := h.memory(root, group); limited {
				l.Memory.lower(bytes, "the control group %s allows %s", h.name(group), humanize.IBytes(uint64(bytes)))
			}
		}
	}
	return l
}

// find finds the hierarchy that limits a resource, "cpu" or "memory". Where a system has both
// versions, the resource belongs to one of them.
func find(root fs.FS, controller string) (h hierarchy, found bool) {
	for _, line := range lines(root, "proc/self/cgroup") {
		// 4:cpu,cpuacct:/user.slice, and of version 2 0::/user.slice
		fields := strings.SplitN(line, ":", 3)
		if len(fields) != 3 {
			continue
		}
		switch {
		case slices.Contains(strings.Split(fields[1], ","), controller):
			h.version, h.group = 1, fields[2]
		case fields[0] == "0" && fields[1] == "" && h.version == 0:
			h.version, h.group = 2, fields[2]
		}
	}
	for _, line := range lines(root, "proc/self/mountinfo") {
		// 31 23 0:28 /ROOT /MOUNT rw,relatime - cgroup cgroup rw,cpu,cpuacct
		before, after, _ := strings.Cut(line, " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if len(left) < 5 || len(right) < 3 {
			continue
		}
		if h.version == 2 && right[0] == "cgroup2" ||
			h.version == 1 && right[0] == "cgroup" && slices.Contains(strings.Split(right[2], ","), controller) {
			h.root, h.mount = unescape(left[3]), unescape(left[4])
			return h, true
		}
	}
	return h, false
}

// groups returns the folders of the group of this process and of its parents, as far as they are
// mounted. A container may see its own group as the root of all. If the group is not below what is
// mounted, as in some containers in containers, the limits of the latter are what can be known.
func (h hierarchy) groups() (folders []string) {
	below := h.group
	if h.root != "/" {
		rest, found := strings.CutPrefix(h.group, h.root)
		if !found || rest != "" && rest[0] != '/' {
			rest = "/"
		}
		below = rest
	}
	if strings.HasPrefix(below, "/..") {
		below = "/"
	}
	top := path.Clean(h.mount)
	for folder := path.Join(top, below); ; folder = path.Dir(folder) {
		folders = append(folders, strings.TrimPrefix(folder, "/"))
		if folder == top || folder == "/" {
			return folders
		}
	}
}

// name returns the name of a group of which this is the folder.
func (h hierarchy) name(folder string) string {
	below := strings.TrimPrefix("/"+folder, path.Clean(h.mount))
	return path.Join(h.root, below)
}

// cpus returns the average number of CPUs that a group may use.
func (h hierarchy) cpus(root fs.FS, folder string) (n float64, limited bool) {
	quota, period := "", ""
	if h.version == 1 {
		quota, period = word(root, folder+"/cpu.cfs_quota_us"), word(root, folder+"/cpu.cfs_period_us")
	} else {
		quota, period, _ = strings.Cut(word(root, folder+"/cpu.max"), " ") // max 100000
	}
	q, err := strconv.ParseInt(quota, 10, 64)
	p, err2 := strconv.ParseInt(period, 10, 64)
	if err != nil || err2 != nil || q <= 0 || p <= 0 {
		return 0, false
	}
	return float64(q) / float64(p), true
}

// memory returns the number of bytes that a group may use. Above memory.high the kernel slows its
// processes down, and above memory.max it kills one.
func (h hierarchy) memory(root fs.FS, folder string) (least int64, limited bool) {
	const none = 1 << 60 // version 1 says "no limit" with the largest number of pages
	names := []string{"memory.max", "memory.high"}
	if h.version == 1 {
		names = []string{"memory.limit_in_bytes"}
	}
	least = none
	for _, name := range names {
		if n, err := strconv.ParseInt(word(root, folder+"/"+name), 10, 64); err == nil && n > 0 {
			least = min(least, n)
		}
	}
	return least, least < none
}

func lines(root fs.FS, name string) []string {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return nil
	}
	return strings.Split(string(text), "\n")
}

// word returns the text of a file of one line.
func word(root fs.FS, name string) string {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// unescape replaces the octal numbers that mountinfo has for spaces, tabs, line ends and \.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
