package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// sizeUnits are the units of GNU programs: K and KiB are powers of 1024, KB is a power of 1000.
var sizeUnits = map[string]float64{
	"": 1, "B": 1,
	"K": 1 << 10, "KIB": 1 << 10, "KB": 1e3,
	"M": 1 << 20, "MIB": 1 << 20, "MB": 1e6,
	"G": 1 << 30, "GIB": 1 << 30, "GB": 1e9,
	"T": 1 << 40, "TIB": 1 << 40, "TB": 1e12,
}

// parseSize reads a number of bytes, at least one: 536870912, 512M, 1.5GiB, 2 GB.
func parseSize(s string) (int64, error) {
	bad := errors.New("give a number of bytes with a unit, such as 512M or 2GiB")
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit, known := sizeUnits[strings.ToUpper(s[len(digits):])]
	digits = strings.TrimSpace(digits)
	if !known || strings.Trim(digits, "0123456789.") != "" {
		return 0, bad
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n*unit < 1 {
		return 0, bad
	}
	if n*unit >= math.MaxInt64 {
		return 0, errors.New("the number of bytes is too large: give fewer")
	}
	return int64(n * unit), nil
}
