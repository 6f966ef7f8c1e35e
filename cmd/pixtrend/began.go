package main

import "time"

// began is the approximate time at which the program started. GDAL's libraries are loaded before
// any code of the program runs, so that the start cannot be measured. The CPU time of loading is
// close to it if the libraries are in the page cache.
var began = time.Now().Add(-loading())
