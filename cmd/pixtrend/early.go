package main

// const int pixtrend_early = 1;
import "C"

// PROJ takes 7 ms to open its database, on one CPU. With the definition above, package gdal begins
// with that before Go's runtime starts.
