package layout

import "golang.org/x/sys/unix"

const hugeBytes = 2 << 20

// reserve maps n bytes. From 2 MiB on they are marked for huge pages; the kernel backs the
// aligned part with them where it can, and a refusal changes nothing but speed.
func reserve(n int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	if n >= hugeBytes {
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	}
	return b, nil
}

func release(b []byte) error {
	if b == nil {
		return nil
	}
	return unix.Munmap(b)
}
