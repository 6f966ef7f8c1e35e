//go:build !amd64 || purego

package regress

import "github.com/pixtrend/pixtrend/kernel"

func width(kernel.Kernel) int { return 0 }

func finish(kernel.Kernel, *finishing, bool) { panic("regress: no assembly in this build") }

func student(kernel.Kernel, *finishing) { panic("regress: no assembly in this build") }
