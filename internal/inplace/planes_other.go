//go:build !linux

package inplace

// Planes are not there on this system: Map returns nil.
type Planes struct{ Stride int }

// AtFault returns 0.
func AtFault() int64 { return 0 }

// Map returns nil.
func Map(Source) (*Planes, error) { return nil, nil }

// Bytes is never called.
func (p *Planes) Bytes(int) []byte { panic("inplace: no planes on this system") }

// Use is never called.
func (p *Planes) Use(func()) (int, error) { panic("inplace: no planes on this system") }

// Forget is never called.
func (p *Planes) Forget(int64, int64) {}

// Close does nothing.
func (p *Planes) Close() {}
