package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns both ends of a new terminal.
func openTerminal(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { _ = user.Close() })
	if err := unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	n, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	return user, program
}

// Warnings and errors have colours on a terminal, unless the environment asks for none.
func TestColour(t *testing.T) {
	dir := folder(t)
	plain := []string{"pixtrend: warning: the file name", "pixtrend: the output s.tif exists"}
	coloured := []string{"pixtrend: \x1b[33mwarning:\x1b[0m the file name", "\x1b[1;31mpixtrend:\x1b[0m the output s.tif exists"}
	for _, tt := range []struct {
		env  []string
		want []string
	}{
		{[]string{"TERM=xterm", "NO_COLOR="}, coloured},
		{[]string{"TERM=xterm", "NO_COLOR=1"}, plain},
		{[]string{"TERM=dumb", "NO_COLOR="}, plain},
	} {
		for i, args := range [][]string{
			{"fit", "stack", "-o", "s.tif", "--dates", "1996-2016", "-q", "--overwrite"},
			{"fit", "stack", "-o", "s.tif", "-q"},
		} {
			user, program := openTerminal(t)
			c := command(dir, tt.env, args...)
			c.Stderr = program
			_ = c.Run()
			_ = program.Close()
			var b bytes.Buffer
			_, _ = io.Copy(&b, user) // ends with an error where the other end is closed
			if !strings.HasPrefix(b.String(), tt.want[i]) {
				t.Errorf("%v, %v: %q, want %q", tt.env, args, b.String(), tt.want[i])
			}
		}
	}
}
