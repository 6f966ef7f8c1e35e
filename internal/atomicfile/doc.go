// Package atomicfile makes files that appear whole or not at all. A file is written under a
// temporary name beside its target, synced, renamed, and its folder is synced.
package atomicfile
