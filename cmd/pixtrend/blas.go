package main

/*
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stddef.h>

static void stop_blas_threads(void) {
	int (*stop)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "blas_thread_shutdown_");
	if (stop != NULL)
		stop();
}
*/
import "C"

// Where GDAL is built with Armadillo and that with OpenBLAS, as on Debian, loading them starts a thread for each core,
// which waits for work by spinning for its first 30 ms or so: as long as a small fit takes, on the cores that the fit
// would use. Nothing here multiplies matrices, and OpenBLAS starts its threads anew if something does.
func init() { C.stop_blas_threads() }
