#define _GNU_SOURCE // pthread_setname_np
#include "crsthread.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <cpl_error.h>
#include <ogr_srs_api.h>
#include "_cgo_export.h"

void quiet_thread(void) { CPLPushErrorHandler(CPLQuietErrorHandler); }

#ifdef __GLIBC__

// A program that defines pixtrend_early, as cmd/pixtrend does, starts the thread before Go's runtime.
extern const int pixtrend_early __attribute__((weak));

static int early;

int crs_thread_is_early(void) { return early; }

// grow_heap has the C library get the memory that PROJ needs for its database in some dozens of
// system calls. It would make one for each page, in a thread other than the first.
static void grow_heap(void) {
	void *blocks[32];
	for (size_t i = 0; i < 32; i++)
		blocks[i] = malloc(120 << 10);
	for (size_t i = 0; i < 32; i++)
		free(blocks[i]);
}

static void *early_thread(void *unused) {
	pthread_setname_np(pthread_self(), "crs");
	quiet_thread();
	grow_heap();
	OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
	OSRImportFromEPSG(srs, 4326); // which opens the database. What fails here fails again where it matters
	OSRRelease(srs);
	serveCRSCalls();
	return NULL;
}

// start_early starts the thread if the program has a command and its arguments: without these it
// needs no CRS. If the thread cannot be started, Go starts it later.
__attribute__((constructor)) static void start_early(int argc, char **argv) {
	pthread_attr_t attr;
	pthread_t thread;
	(void)argv;
	if (&pixtrend_early == NULL || argc < 3 || pthread_attr_init(&attr) != 0)
		return;
	// Whatever the limit of the process is, which is checked later.
	early = pthread_attr_setstacksize(&attr, 8 << 20) == 0 && pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
		pthread_create(&thread, &attr, early_thread, NULL) == 0;
	pthread_attr_destroy(&attr);
}

#else

int crs_thread_is_early(void) { return 0; }

#endif
