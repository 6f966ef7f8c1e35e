// Package atomicfile makes files that appear whole or not at all, several of them together. A file
// is written under a temporary name beside its target, synced, renamed, and its folder is synced. A
// lock marks a temporary file whose process lives; the next run that writes into the folder removes
// the others.
package atomicfile
