//go:build !amd64 || purego

package ceiling

func read(b []byte, ahead int) uint64 { return readGeneric(b, ahead) }
