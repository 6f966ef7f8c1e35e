//go:build !amd64 || purego

package layout

import "github.com/pixtrend/pixtrend/kernel"

func vectorBytes(kernel.ISA) int { return 0 }

// Without vectors what follows is never reached.

func unitDates(kernel.ISA, int) int { return 1 }

func transposeGroups(kernel.ISA, int, *params) { panic("layout: no assembly in this build") }
