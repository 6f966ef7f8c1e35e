// Package render draws a raster as a map: its values in classes, coloured, with a legend, a scale bar
// and what it was made from, as PNG or SVG, and the same classes as a style for QGIS and as a colour table
// for GDAL; and the series of a pixel with its line and confidence band as a plot ([Series]). It reads no raster; whoever
// does hands the values over, in passes of any order of windows:
//
//	survey := render.NewSurvey(pixels)           // first pass: survey.Add(…)
//	classes := survey.Quantiles(5)               // or Intervals, or Breaks
//	cells := render.NewCells(layout, …)          // second pass: classes.Count(…), cells.Add(…)
//	figure := render.Figure{…}                   // classes.Show(…), cells.Image(…)
//	err := figure.WritePNG(w)
//
// NaN is no data everywhere. A class holds the values above its lower limit and up to its upper one, as QGIS has it.
package render
