package kernel

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// ISA identifies an implementation of the kernels by its instruction set.
type ISA uint8

// The implementations, slowest first.
const (
	Generic ISA = iota // portable Go
	AVX2               // amd64 with AVX2 and FMA
	AVX512             // amd64 with AVX-512 F, BW, DQ and VL
	NEON               // every arm64; assembly for slopes and sums
)

var isaNames = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512", NEON: "neon"}

// EnvISA is the environment variable that selects an implementation by its name.
const EnvISA = "PIXTREND_ISA"

// ErrISA is wrapped by the errors about an implementation that is unknown or that this machine or
// build does not have.
var ErrISA = errors.New("ISA not available")

// String returns the name of the ISA, as ParseISA reads it.
func (i ISA) String() string {
	if int(i) >= len(isaNames) {
		return fmt.Sprintf("ISA(%d)", uint8(i))
	}
	return isaNames[i]
}

// ParseISA returns the ISA with the given name: generic, avx2, avx512 or neon.
func ParseISA(name string) (ISA, error) {
	for i, n := range isaNames {
		if n == name {
			return ISA(i), nil
		}
	}
	return 0, fmt.Errorf("%w: %q is not one of %s", ErrISA, name, strings.Join(isaNames[:], ", "))
}

// Available returns the implementations that this machine and build can run, slowest first.
func Available() []ISA {
	isas := make([]ISA, 0, len(isaNames))
	for i := range isaNames {
		if supported(ISA(i)) {
			isas = append(isas, ISA(i))
		}
	}
	return isas
}

// Kernel is one implementation. It is an immutable value without memory of its own, and any number
// of goroutines may use it. The zero value is the portable implementation.
type Kernel struct {
	isa    ISA
	passes bool // whether planes in memory are read in passes of a few dates, see slopes.passes
}

// New returns the kernel for an ISA, or an error if this machine or build does not have it.
func New(isa ISA) (Kernel, error) {
	if int(isa) >= len(isaNames) {
		return Kernel{}, fmt.Errorf("%w: %s", ErrISA, isa)
	}
	if !supported(isa) {
		return Kernel{}, fmt.Errorf("%w: this processor or build has no %s, only %v", ErrISA, isa, Available())
	}
	return kernelOf(isa), nil
}

func kernelOf(isa ISA) Kernel { return Kernel{isa: isa, passes: passesAreFaster()} }

// Best returns the fastest kernel that this machine and build can run.
func Best() Kernel {
	isas := Available()
	return kernelOf(isas[len(isas)-1])
}

// FromEnv returns the kernel that the environment variable PIXTREND_ISA names, or the fastest one
// if the variable is empty. It returns an error if the name is unknown or the implementation not
// available.
func FromEnv() (Kernel, error) {
	name := os.Getenv(EnvISA)
	if name == "" {
		return Best(), nil
	}
	isa, err := ParseISA(name)
	if err != nil {
		return Kernel{}, fmt.Errorf("%s: %w", EnvISA, err)
	}
	k, err := New(isa)
	if err != nil {
		return Kernel{}, fmt.Errorf("%s: %w", EnvISA, err)
	}
	return k, nil
}

// ISA returns the implementation that k runs.
func (k Kernel) ISA() ISA { return k.isa }
