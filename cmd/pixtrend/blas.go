package main

/*
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stddef.h>

// It runs before the other constructors of the program.
__attribute__((constructor(101))) static void stop_blas_threads(void) {
	int (*stop)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "blas_thread_shutdown_");
	if (stop != NULL)
		stop();
}
*/
import "C"

// Debian's GDAL uses Armadillo, and that uses OpenBLAS, which starts a thread for each core when it
// is loaded. These threads spin for about 30 ms, as long as a small fit takes, on the cores that
// the start and the fit need. So the program stops them before Go's runtime starts. pixtrend does
// not use OpenBLAS, which would start its threads again if something did.
