package main

import "github.com/pixtrend/pixtrend/raster"

// optionFlags has the flag for each option that errors and warnings of the library name.
var optionFlags = map[string]string{
	"Asset":                      "--asset",
	"Band":                       "--band",
	"Composite":                  "--annual",
	"Covariates":                 "--covariate",
	"Creation":                   "--co",
	"Dates":                      "--dates, --date-pattern or --x",
	"Deseason":                   "--deseason",
	"Detrend":                    "--detrend",
	"Drivers":                    "--if",
	"Extent":                     "--extent",
	"FDR":                        "--fdr",
	"Fit.Confidence":             "--confidence",
	"Fit.Fields":                 "--stats",
	"Fit.Float64":                "--ot Float64",
	"Fit.InterceptAt":            "--intercept-at",
	"Fit.LandTrendr":             "--method landtrendr",
	"Fit.MinObs":                 "--min-obs",
	"Fit.Model.AR1":              "--ar1",
	"Fit.Model.Covariates":       "--covariate",
	"Fit.Model.Degree":           "--degree",
	"Fit.Model.Harmonics":        "--harmonics",
	"Fit.Model.Period":           "--period",
	"Fit.Model.Robust":           "--robust",
	"Fit.Model.Step":             "--step",
	"Fit.Model.Weights":          "--weights",
	"Fit.Monitor":                "--method bfast-monitor",
	"Fit.Monitor.Harmonics":      "--harmonics",
	"Fit.Monitor.Start":          "--start",
	"Fit.Rank.JointIntercept":    "--sen-intercept joint",
	"Fit.Rank.Method":            "--mk",
	"Fit.Rank.NormalP":           "--mk-p normal",
	"Fit.Rank.Season":            "--season",
	"Fit.Rank.SeasonCovariance":  "--season-covariance",
	"Fit.Significance":           "--significance",
	"Fit.Threads":                "--threads",
	"Fitted":                     "--fitted",
	"Format":                     "--of",
	"Frame":                      "--lonlat",
	"Index":                      "--index",
	"Keep":                       "--keep",
	"Mask":                       "--mask",
	"Mask.Asset":                 "--mask-asset",
	"Mask.Band":                  "--mask-band",
	"Mask.Drop":                  "--mask-drop-bits",
	"Mask.From":                  "--mask-from",
	"Mask.Keep":                  "--mask-keep",
	"MaskP":                      "--mask-p",
	"Memory":                     "--memory",
	"MonthDay":                   "--month-day",
	"Name":                       "--zone-field",
	"NoMask":                     "--no-mask",
	"Nodata":                     "--nodata",
	"Others":                     "--map",
	"Overwrite":                  "--overwrite",
	"Parts":                      "--parts",
	"Per":                        "--per",
	"Point.Pixel":                "--pixel",
	"Polygons.File":              "--zones",
	"Polygons.Layer":             "--zone-layer",
	"QGIS":                       "--qgis",
	"Recursive":                  "--recursive",
	"Region":                     "--srcwin, --bbox or --region",
	"Region.Box":                 "--bbox",
	"Region.BoxCRS":              "--bbox-crs",
	"Region.Polygons.AllTouched": "--all-touched",
	"Region.Polygons.File":       "--region",
	"Region.Polygons.Layer":      "--region-layer",
	"Region.Window":              "--srcwin",
	"Relative":                   "--relative",
	"Resample":                   "--resample",
	"Residuals":                  "--residuals",
	"Select.From":                "--from",
	"Select.Months":              "--months",
	"Select.To":                  "--to",
	"Size":                       "--size",
	"ToGrid":                     "--to-grid",
	"Valid":                      "--valid-range",
	"Variable":                   "--variable",
	"Vertices":                   "--vertices",
	"Weights":                    "--weights",
	"XUnit":                      "--x-unit",
}

// optionFlag returns how an option is set on the command line, such as --nodata -9999.
func optionFlag(o raster.Option) string {
	flag, known := optionFlags[o.Field]
	switch {
	case !known:
		return o.String()
	case o.Value != "":
		flag += " " + o.Value
	}
	return flag
}

// explain returns the text of an error with the flags that set what would help.
func explain(err error) string {
	return explainModel(withDateFlags(raster.Sentence(err, optionFlag), err), err)
}
