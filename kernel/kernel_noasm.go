//go:build (!amd64 && !arm64) || purego

package kernel

func supported(isa ISA) bool { return isa == Generic }

func (k Kernel) has(DType) bool { return false }

// adds reports whether the bodies for sums with gaps can add to sums.
func (k Kernel) adds() bool { return false }

// hasRows is has for the coefficients of a design.
func (k Kernel) hasRows(DType) bool { return false }

// hasEnds is has for the first and last observations.
func (k Kernel) hasEnds(DType) bool { return false }

// Without assembly what follows is never reached.

const maxCallSamples = 1

func (k Kernel) group(body) int            { return 1 }
func (k Kernel) call(body, DType, *params) { panic("kernel: no assembly in this build") }
func (k Kernel) finishWidth() int          { return 0 }
func (k Kernel) finish(*finishing, bool)   { panic("kernel: no assembly in this build") }
