//go:build !amd64 || purego

package kernel

func (k Kernel) hasModels() bool { return false }

func (k Kernel) callModel(modelBody, *modelParams) { panic("kernel: no assembly in this build") }
