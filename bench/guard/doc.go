// Package guard compares numbers of instructions with those that were recorded in a file. Time
// depends on the machine and on what else it does, so no test depends on it. The number of
// instructions that a computation takes is the same in every run, also in a virtual machine, and a
// change of more than a few percent is a change of the code or of its compiler.
//
// Only instructions of this module count. Those of Go's runtime depend on the scheduler, and those
// of GDAL and libc on their versions.
//
// There are three ways to count:
//
//   - The tests of this package execute the kernels that the processor can run one instruction at a
//     time, as a debugger does, with the system call ptrace. This needs no other program, and it counts
//     the instructions of AVX-512, which Valgrind cannot run.
//   - The same tests run the kernels for NEON on another processor under qemu-user, which logs each
//     instruction.
//   - The test TestInstructionsOfFits of cmd/pixtrend counts those of whole fits with Valgrind.
//
// testdata/instructions.txt has the recorded numbers. `make bench-guard` compares all of them, and
// `make bench-guard UPDATE=1` records them again. A number of instructions is not a time: a faster
// kernel may need more of them. The guard shows that a change did something to the code that was
// not intended; `make bench-check` shows what it costs.
package guard
