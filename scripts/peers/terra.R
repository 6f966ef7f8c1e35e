# terra: regress() of the rasters on the years. A terra without regress() runs app() with a function
# that skips gaps.
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
