//go:build !linux

package runner

import (
	"errors"
	"fmt"
	"runtime"
)

// errNoAffinity makes every run here an unpinned one.
var errNoAffinity = fmt.Errorf("pinning threads on %s: %w", runtime.GOOS, errors.ErrUnsupported)

func allowedCPUs() ([]int, error) { return nil, errNoAffinity }

func setAffinity([]int) error { return errNoAffinity }
