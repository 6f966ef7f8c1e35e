package gdal

// #include "crsthread.h"
import "C"

import (
	"runtime"
	"sync"
)

// OnCRSThread calls f on a thread for coordinate systems. PROJ has a context for each thread, which
// opens its database and looks up each CRS anew, in some milliseconds. So all work with coordinate
// systems is done on one thread. f must not call OnCRSThread.
//
// In cmd/pixtrend, the thread opens the database while Go's runtime starts and the command line is
// read. crsthread.c starts it.
func OnCRSThread(f func()) {
	startCRSThread()
	done := make(chan struct{})
	crsCalls <- func() {
		defer close(done)
		f()
	}
	<-done
}

// crsCalls are the functions that the thread is to call.
var crsCalls = make(chan func())

var startCRSThread = sync.OnceFunc(func() {
	if C.crs_thread_is_early() != 0 {
		return
	}
	go func() {
		runtime.LockOSThread()
		C.quiet_thread()
		serveCRSCalls()
	}()
})

//export serveCRSCalls
func serveCRSCalls() {
	for f := range crsCalls {
		f()
	}
}
