package gdal

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <gdal.h>

static void trim(void) {
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static void map_from(int bytes) {
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, bytes);
#endif
}
*/
import "C"

import "sync"

// cache is the size of GDAL's block cache, of which the process has one, while anyone has a share
// of it.
var cache struct {
	sync.Mutex
	shares int
	sum    int64 // of the shares
	before int64 // the size before the first share, which is restored
}

// ShareBlockCache adds bytes to the size of GDAL's block cache, which otherwise would grow to a
// twentieth of the machine's memory. While there are shares, the cache has the size of their sum.
// release, which may be called more than once, ends the share. After the last one the cache has its
// former size, unless another part of the program has changed the size meanwhile.
func ShareBlockCache(bytes int64) (release func()) {
	cache.Lock()
	defer cache.Unlock()
	if cache.shares == 0 {
		cache.before = int64(C.GDALGetCacheMax64())
	}
	cache.shares++
	cache.sum += bytes
	C.GDALSetCacheMax64(C.GIntBig(cache.sum))
	return sync.OnceFunc(func() {
		cache.Lock()
		defer cache.Unlock()
		ours := int64(C.GDALGetCacheMax64()) == cache.sum
		cache.shares--
		cache.sum -= bytes
		switch {
		case !ours:
		case cache.shares == 0:
			C.GDALSetCacheMax64(C.GIntBig(cache.before))
		default:
			C.GDALSetCacheMax64(C.GIntBig(cache.sum))
		}
	})
}

// Release gives memory that GDAL has freed back to the system. glibc keeps it for each thread that
// allocated it.
func Release() { C.trim() }

// Sizes from which on glibc maps memory that is allocated, and gives it back to the system when it is
// freed. mostMapped is the limit up to which glibc raises that size by itself.
const (
	leastMapped = 128 << 10
	mostMapped  = 32 << 20
)

// returning counts the calls that have blocks given back.
var returning struct {
	sync.Mutex
	calls int
}

// ReturnBlocks has blocks that GDAL frees given back to the system until done is called. Otherwise they
// stay with glibc, and small pieces between them keep it from using them again: overviews of 18 bands
// of 1,500 × 1,100 pixels take 57 MiB instead of 14.
func ReturnBlocks() (done func()) {
	returning.Lock()
	defer returning.Unlock()
	if returning.calls++; returning.calls == 1 {
		C.map_from(leastMapped)
	}
	return func() {
		returning.Lock()
		defer returning.Unlock()
		if returning.calls--; returning.calls == 0 {
			C.map_from(mostMapped)
		}
	}
}

// BlockCache returns the size of GDAL's block cache in bytes.
func BlockCache() int64 { return int64(C.GDALGetCacheMax64()) }
