//go:build !linux

package main

import "time"

func loading() time.Duration { return 0 }
