// Package report writes what package raster found and did as text for people: the report on a
// stack, the plan and the summary of a fit, the table of a series, and the legend of a map.
// The texts are those that the command pixtrend prints.
//
//	summary, err := raster.FitFiles(ctx, inputs, "trend.tif", options)
//	fmt.Print(report.Fit(summary, report.JobDates(job), true))
//
// Functions return the text and print nothing. JSON returns the same values for programs.
package report
