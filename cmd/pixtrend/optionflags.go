package main

import "github.com/pixtrend/pixtrend/raster"

// optionFlags has the flag for each option that errors and warnings of the library name.
var optionFlags = map[string]string{
	"Band": "--band", "Composite": "--annual", "Drivers": "--if", "Fit.Fields": "--stats", "Fit.Float64": "--ot Float64", "Fit.Threads": "--threads", "Fit.Model.Harmonics": "--harmonics", "FDR": "--fdr", "Fit.Rank.Method": "--mk", "Fit.Rank.NormalP": "--mk-p normal", "Fit.Rank.JointIntercept": "--sen-intercept joint", "Fit.Rank.Season": "--season", "Fit.Rank.SeasonCovariance": "--season-covariance", "Per": "--per", "Frame": "--lonlat", "Size": "--size", "Fit.Significance": "--significance", "Mask": "--mask", "Mask.Band": "--mask-band", "Mask.Drop": "--mask-drop-bits",
	"Mask.From": "--mask-from", "Mask.Keep": "--mask-keep", "MaskP": "--mask-p", "Memory": "--memory", "MonthDay": "--month-day", "NoMask": "--no-mask",
	"Parts": "--parts", "Relative": "--relative", "Format": "--of", "Creation": "--co", "Residuals": "--residuals", "Detrend": "--detrend", "Deseason": "--deseason", "Weights": "--weights", "Covariates": "--covariate", "Others": "--map", "Region": "--srcwin or --bbox", "Dates": "--dates, --date-pattern or --x", "XUnit": "--x-unit", "Index": "--index", "Valid": "--valid-range", "Select.From": "--from", "Select.To": "--to",
	"Fit.MinObs": "--min-obs", "Fit.InterceptAt": "--intercept-at", "Fit.Confidence": "--confidence", "Fit.Model.Degree": "--degree", "Fit.Model.Period": "--period", "Fit.Model.Step": "--step", "Fit.Model.Robust": "--robust", "Fit.Model.AR1": "--ar1",
	"Nodata": "--nodata", "Overwrite": "--overwrite", "Point.Pixel": "--pixel", "QGIS": "--qgis", "Recursive": "--recursive", "Select.Months": "--months",
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
