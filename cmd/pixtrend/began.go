package main

import "time"

// began is when the program was started, as far as can be told: GDAL's libraries are loaded before anything of
// the program runs, and no clock says when that began. What it took of the CPU is near, where they lie in memory.
var began = time.Now().Add(-loading())
