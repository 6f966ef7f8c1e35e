# terra: lapp() with a compiled function, which gets the samples of many pixels at once. It is compiled
# in the first run and kept beside the output.
# Usage: Rscript terra_compiled.R STACK_FOLDER OUT.tif THREADS; needs R with terra and Rcpp, and a C++ compiler.
suppressMessages(library(terra))
args <- commandArgs(trailingOnly = TRUE)
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
Rcpp::sourceCpp(file.path(dirname(script), "terra_slopes.cpp"), cacheDir = file.path(dirname(args[2]), "rcpp"))
files <- sort(list.files(args[1], "\\.tif$", full.names = TRUE))
years <- as.numeric(sub(".*(\\d{4}).*", "\\1", basename(files), perl = TRUE))
slope <- lapp(rast(files), function(...) slopes(list(...), years))
writeRaster(slope, args[2], overwrite = TRUE, datatype = "FLT4S")
