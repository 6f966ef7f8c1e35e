package main

import (
	"os"
	"strings"
)

// utf8Locale reports whether the locale in the environment uses UTF-8, by the rules of POSIX.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			value = strings.ToLower(value)
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}
