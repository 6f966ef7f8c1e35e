//go:build cgo

package main

// #include "pixtrend.h"
import "C"

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"unsafe"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
)

// guarded runs a function, and returns its code. What goes wrong is described in message.
func guarded(message *C.char, n C.int64_t, do func() error) (code C.int32_t) {
	defer func() {
		if p := recover(); p != nil {
			put(message, n, fmt.Sprintf("%v\n%s", p, debug.Stack()))
			code = C.PX_BUG
		}
	}()
	if err := do(); err != nil {
		put(message, n, sentence(err))
		return C.PX_VALUE
	}
	return C.PX_OK
}

// replying is guarded for a function that replies with JSON.
func replying(reply *C.char, n C.int64_t, do func() (any, error)) C.int32_t {
	whole := true
	code := guarded(reply, n, func() error {
		x, err := do()
		if err != nil {
			return err
		}
		text, err := json.Marshal(x)
		if err == nil {
			whole = put(reply, n, string(text))
		}
		return err
	})
	if code == C.PX_OK && !whole {
		return C.PX_SHORT
	}
	return code
}

// put writes as much of s as n bytes hold, with a zero after it, and reports whether that is all.
func put(to *C.char, n C.int64_t, s string) (whole bool) {
	if to == nil || n <= 0 {
		return false
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(to)), int(n))
	b[copy(b[:n-1], s)] = 0
	return len(s) < int(n)
}

//export goInfo
func goInfo(reply *C.char, n C.int64_t) C.int32_t {
	return replying(reply, n, func() (any, error) {
		k, err := kernel.FromEnv()
		if err != nil {
			return nil, err
		}
		return map[string]string{"version": pixtrend.Version, "isa": k.ISA().String()}, nil
	})
}

//export goFields
func goFields(reply *C.char, n C.int64_t) C.int32_t {
	return replying(reply, n, func() (any, error) { return allFields(), nil })
}

//export goPlan
func goPlan(options *C.char, times *C.double, dates C.int64_t, reply *C.char, n C.int64_t) C.int32_t {
	return replying(reply, n, func() (any, error) {
		p, err := newProblem(C.GoString(options), unsafe.Slice((*float64)(times), int(dates)))
		if err != nil {
			return nil, err
		}
		return p.describe()
	})
}

//export goFit
func goFit(given *C.px_fit_args, message *C.char, n C.int64_t) C.int32_t {
	return guarded(message, n, func() error {
		args, err := current(given)
		if err != nil {
			return err
		}
		p, err := newProblem(C.GoString(args.options), unsafe.Slice((*float64)(args.times), int(args.dates)))
		if err != nil {
			return err
		}
		c := call{width: int(args.width), height: int(args.height), threads: int(args.threads),
			samples: arrayOf(args.samples), mask: arrayOf(args.mask),
			out: unsafe.Slice((*unsafe.Pointer)(args.out), int(args.nout))}
		for _, a := range unsafe.Slice(args.covariates, int(args.ncovariates)) {
			c.covariates = append(c.covariates, arrayOf(a))
		}
		return p.fit(c)
	})
}

// current returns arguments that may come from a caller of an older release, whose struct is shorter.
// The members that it lacks are zero.
func current(given *C.px_fit_args) (*C.px_fit_args, error) {
	var args C.px_fit_args
	const first = C.int64_t(unsafe.Offsetof(args.threads) + unsafe.Sizeof(args.threads)) // in ABI 1
	size := C.int64_t(unsafe.Sizeof(args))
	if given.size < first || given.size > size {
		return nil, fmt.Errorf("the arguments of px_fit have %d bytes, and the library knows %d to %d: "+
			"use one of the same release", given.size, first, size)
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&args)), size), unsafe.Slice((*byte)(unsafe.Pointer(given)), given.size))
	return &args, nil
}

func arrayOf(a C.px_array) array {
	return array{data: a.data, dtype: int(a.dtype),
		strideDate: int(a.stride_date), strideY: int(a.stride_y), strideX: int(a.stride_x)}
}

//export goFDR
func goFDR(pvalues unsafe.Pointer, count C.int64_t, dtype C.int32_t, rate C.double, threshold *C.double, found, of *C.int64_t,
	message *C.char, n C.int64_t) C.int32_t {
	return guarded(message, n, func() error {
		p, k, m, err := discover(pvalues, int(count), kernel.DType(dtype), float64(rate))
		*threshold, *found, *of = C.double(p), C.int64_t(k), C.int64_t(m)
		return err
	})
}
