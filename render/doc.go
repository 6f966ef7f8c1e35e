// Package render draws maps of rasters and plots of pixels, as PNG, SVG or PDF. A map shows the
// values of a raster in coloured classes, with a legend, coordinates, outlines, a scale bar and the
// source of the data. The same classes can be written as a style for QGIS and as a colour table for
// GDAL. A plot shows the series of one pixel with its line and confidence band ([Series]).
//
// The package reads no rasters. The caller passes the values of windows in any order, once to find
// the classes and once to fill the map:
//
//	survey := render.NewSurvey(pixels)           // first pass: survey.Add(…)
//	classes := survey.SignedQuantiles(5)         // or Quantiles, Intervals, Breaks
//	cells := render.NewCells(layout, …)          // second pass: classes.Count(…), cells.Add(…)
//	figure := render.Figure{…}                   // classes.Show(…), cells.Image(…)
//	err := figure.Write(w, "png")
//
// NaN means no data everywhere. A class holds the values above its lower limit and up to and
// including its upper limit, as in QGIS.
package render
