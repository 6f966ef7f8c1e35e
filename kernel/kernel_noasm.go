//go:build !amd64 || purego

package kernel

func supported(isa ISA) bool { return isa == Generic }

// Without assembly k.isa is always Generic, and what follows is never reached.

func (k Kernel) slopeGroup() int { return 1 }
func (k Kernel) sumsGroup() int  { return 1 }
func (k Kernel) gapsGroup() int  { return 1 }

func (k Kernel) slope(DType, *params) { panic("kernel: no assembly in this build") }
func (k Kernel) sums(DType, *params)  { panic("kernel: no assembly in this build") }
func (k Kernel) gaps(DType, *params)  { panic("kernel: no assembly in this build") }
