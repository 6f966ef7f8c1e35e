//go:build cgo

// Command capi is the C interface of pixtrend, on which its Python package is built: a shared library
// that fits arrays in memory. It links nothing but the C library.
//
//	go build -buildmode=c-shared -o _pixtrend.so ./python/capi
//
// pixtrend.h has the functions and the layout of their arguments. Arrays are passed as pointers and
// strides, are not copied, and are not kept after a call. Options are one JSON object, whose keys are
// the keyword arguments of pixtrend.fit in Python and the names of the command line; an unknown key
// is an error. The caller has to check shapes and types that it knows better, but no argument that
// this package can check makes it panic: a panic of a worker would end the process.
//
// Workers are not bound to CPUs, because several fits may run at once, as with Dask. A function that
// is called in a child of fork returns PX_FORKED, see guard.c.
package main

func main() {}
