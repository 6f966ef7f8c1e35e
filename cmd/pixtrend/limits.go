package main

import (
	"runtime"
	"strconv"

	"github.com/spf13/cobra"
)

// defaultMemory is the limit of commands that have the option --memory.
const defaultMemory = 512 << 20

// checkLimitsFor checks the limits of the process for a command with its flags.
func checkLimitsFor(cmd *cobra.Command) error {
	if !cmd.HasParent() || cmd.Flags().Lookup("quiet") == nil && cmd.Flags().Lookup("json") == nil {
		return nil // it reads and writes no raster
	}
	memory, threads := int64(0), runtime.GOMAXPROCS(0)
	if flag := cmd.Flags().Lookup("memory"); flag != nil {
		memory = defaultMemory
		if n, err := parseSize(flag.Value.String()); err == nil {
			memory = n
		}
	}
	if flag := cmd.Flags().Lookup("threads"); flag != nil {
		if n, err := strconv.Atoi(flag.Value.String()); err == nil && n > 0 {
			threads = n
		}
	}
	return checkLimits(memory, threads)
}
