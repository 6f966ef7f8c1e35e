# terra: regress() of the rasters on the years. A terra without regress(), such as 1.7, runs app() with
# a function in R that skips gaps, which is called for each pixel.
# Usage: Rscript terra.R STACK_FOLDER OUT.tif THREADS; needs R with terra.
suppressMessages(library(terra))
args <- commandArgs(trailingOnly = TRUE)
files <- sort(list.files(args[1], "\\.tif$", full.names = TRUE))
years <- as.numeric(sub(".*(\\d{4}).*", "\\1", basename(files), perl = TRUE))
stack <- rast(files)
slope <- if (exists("regress")) {
  regress(stack, years, na.rm = TRUE)[[2]]
} else {
  app(stack, function(y) {
    kept <- !is.na(y)
    x <- years[kept] - mean(years[kept])
    if (sum(kept) < 2) NA else sum(x * y[kept]) / sum(x^2)
  })
}
writeRaster(slope, args[2], overwrite = TRUE, datatype = "FLT4S")
