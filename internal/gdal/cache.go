package gdal

/*
#include <gdal.h>
*/
import "C"

import "sync"

// GDAL has one block cache for the whole process. cache owns its size while anyone has a share of it.
var cache struct {
	sync.Mutex
	shares int
	sum    int64 // of the shares
	before int64 // the size before the first share, to go back to
}

// ShareBlockCache makes room for bytes more in GDAL's block cache, which otherwise would grow to a twentieth of the machine's
// memory. As long as there are shares, the cache has the size of all of them together. release, which may be called more
// than once, gives the share back. After the last one the cache has its former size, unless another part of the program has
// set its size meanwhile.
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

// BlockCache returns the size of GDAL's block cache in bytes.
func BlockCache() int64 { return int64(C.GDALGetCacheMax64()) }
