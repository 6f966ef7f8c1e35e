package main

import "github.com/pixtrend/pixtrend/raster"

// optionFlags has the flag for each option that errors and warnings of the library name.
var optionFlags = map[string]string{
	"Band":                      "--band",
	"Composite":                 "--annual",
	"Drivers":                   "--if",
	"FDR":                       "--fdr",
	"Fit.Fields":                "--stats",
	"Fit.Float64":               "--ot Float64",
	"Fit.Model.AR1":             "--ar1",
	"Fit.Model.Covariates":      "--covariate",
	"Fit.Model.Degree":          "--degree",
	"Fit.Model.Harmonics":       "--harmonics",
	"Fit.Model.Robust":          "--robust",
	"Fit.Model.Step":            "--step",
	"Fit.Model.Weights":         "--weights",
	"Fit.Rank.JointIntercept":   "--sen-intercept joint",
	"Fit.Rank.Method":           "--mk",
	"Fit.Rank.NormalP":          "--mk-p normal",
	"Fit.Rank.Season":           "--season",
	"Fit.Rank.SeasonCovariance": "--season-covariance",
	"Fit.Significance":          "--significance",
	"Fit.Threads":               "--threads",
	"Frame":                     "--lonlat",
	"Mask":                      "--mask",
	"Mask.Band":                 "--mask-band",
	"Mask.Drop":                 "--mask-drop-bits",
	"Mask.From":                 "--mask-from",
	"Mask.Keep":                 "--mask-keep",
	"MaskP":                     "--mask-p",
	"Memory":                    "--memory",
	"MonthDay":                  "--month-day",
	"NoMask":                    "--no-mask",
	"Nodata":                    "--nodata",
	"Overwrite":                 "--overwrite",
	"Per":                       "--per",
	"Point.Pixel":               "--pixel",
	"QGIS":                      "--qgis",
	"Recursive":                 "--recursive",
	"Select.Months":             "--months",
	"Size":                      "--size",
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
