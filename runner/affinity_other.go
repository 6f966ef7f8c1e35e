//go:build !linux

package runner

import (
	"errors"
	"fmt"
	"runtime"
)

// errNoAffinity is the reason why runs on these systems are not pinned.
var errNoAffinity = fmt.Errorf("pinning threads on %s: %w", runtime.GOOS, errors.ErrUnsupported)

func allowedCPUs() ([]int, error) { return nil, errNoAffinity }

func setAffinity([]int) error { return errNoAffinity }
