package atomicfile

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// nameMark is what the names of all temporary files have in common.
const nameMark = ".pixtrend-"

// machine names this machine, by its host name, and its run since it was started. Locks are no
// evidence elsewhere: a file system may be shared by machines, and its locks not.
var machine = sync.OnceValue(func() string { return hashed(hostName()) + hashed(bootID()) })

// hashed returns the first 30 bits of a hash as 6 letters and digits.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:6]
}

func hostName() string {
	name, _ := os.Hostname()
	return name
}

// bootID returns a text that a system chooses whenever it starts, and that all its containers
// share. If it has none, the host name has to do.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return hostName()
	}
	return string(id)
}

// ownedName matches the names of temporary files with a mark: what all files of an owner begin
// with, the host name and the start of its machine, and the suffix.
var ownedName = regexp.MustCompile(`^(\..*` + regexp.QuoteMeta(nameMark) + `([a-z2-7]{6})([a-z2-7]{6})-[a-z2-7]{10})(\..+)?$`)

// near reports whether a mark is of this machine. A container has a host name of its own each time
// it is started, and a machine another start.
func near(host, boot string) bool { return host == machine()[:6] || boot == machine()[6:] }

var (
	errLost    = errors.New("another process has taken the lock")
	errNoLocks = errors.New("the file system has no locks")
)

// clean removes the temporary files in a folder whose owners are gone. The error is about reading
// the folder: what cannot be removed stays.
func clean(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	families := map[string][]string{} // by the common beginning of the names
	for _, e := range entries {
		if m := ownedName.FindStringSubmatch(e.Name()); m != nil && near(m[2], m[3]) {
			families[m[1]] = append(families[m[1]], filepath.Join(folder, e.Name()))
		}
	}
	for family, names := range families {
		mark := filepath.Join(folder, family+ownerSuffix)
		// An owner removes its mark last, so that files without one are being removed.
		owner, err := lockAbandoned(mark)
		if err != nil {
			continue
		}
		for _, name := range names {
			if name != mark {
				_ = os.RemoveAll(name)
			}
		}
		_ = os.Remove(mark)
		_ = owner.Close()
	}
	return nil
}

// lockNew makes a file and locks it. The error is errLost if the file is gone before it is locked,
// and errNoLocks if it cannot be locked, when it is removed.
func lockNew(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := lock(file); err != nil {
		_ = file.Close()
		if !errors.Is(err, errLost) {
			_ = os.Remove(path)
		}
		return nil, err
	}
	if !isAt(file, path) {
		_ = file.Close()
		return nil, errLost
	}
	return file, nil
}

// lockAbandoned locks a file that nobody else has locked.
func lockAbandoned(path string) (*os.File, error) {
	file, err := openMark(path)
	if err != nil {
		return nil, err
	}
	if err := lock(file); err != nil {
		_ = file.Close()
		return nil, err
	}
	if !isAt(file, path) {
		_ = file.Close()
		return nil, errLost
	}
	return file, nil
}

// isAt reports whether an open file still has the name path.
func isAt(file *os.File, path string) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(open, named)
}
