package gdal

import (
	"sync"
	"testing"
)

// Fits may overlap in any way: the cache has the size of the shares that there are, and its former
// size after the last.
func TestShareBlockCache(t *testing.T) {
	before := BlockCache()
	first := ShareBlockCache(64 << 20)
	second := ShareBlockCache(32 << 20)
	if got := BlockCache(); got != 96<<20 {
		t.Errorf("two shares of 64 and 32 MiB make %d bytes", got)
	}
	first()
	first()
	if got := BlockCache(); got != 32<<20 {
		t.Errorf("the share of 32 MiB that is left makes %d bytes", got)
	}
	third := ShareBlockCache(16 << 20)
	second()
	if got := BlockCache(); got != 16<<20 {
		t.Errorf("the share of 16 MiB that is left makes %d bytes", got)
	}
	third()
	if got := BlockCache(); got != before {
		t.Errorf("%d bytes after the last share, %d before the first", got, before)
	}
}

func TestShareBlockCacheFromManyGoroutines(t *testing.T) {
	before := BlockCache()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				release := ShareBlockCache(1 << 20)
				if got := BlockCache(); got < 1<<20 || got > 8<<20 {
					t.Errorf("%d bytes with 1 to 8 shares of 1 MiB", got)
				}
				release()
			}
		})
	}
	wg.Wait()
	if got := BlockCache(); got != before {
		t.Errorf("%d bytes after the last share, %d before the first", got, before)
	}
}
