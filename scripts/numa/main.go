//go:build linux

// Command numa is the first process of the machine that scripts/numa-test.sh emulates: it mounts the
// file systems of the kernel, runs a test and turns the machine off.
package main

import (
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

func main() {
	for target, kind := range map[string]string{"/proc": "proc", "/sys": "sysfs", "/tmp": "tmpfs", "/dev": "devtmpfs"} {
		_ = os.MkdirAll(target, 0o755)
		if err := unix.Mount(kind, target, kind, 0, ""); err != nil {
			fmt.Println("numa: mount", target, err)
		}
	}
	c := exec.Command("/test", "-test.run=^TestPlacement$", "-test.v")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	fmt.Println("numa:", c.Run())
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}
