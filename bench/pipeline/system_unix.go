//go:build linux || darwin

package pipeline

import "golang.org/x/sys/unix"

// FreeBytes returns what an ordinary user may still write in the folder.
func FreeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
