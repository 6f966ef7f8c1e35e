// Package job cuts a fit of files into parts that any number of processes or machines work on.
package job
