package raster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pixtrend/pixtrend/internal/fault"
	"github.com/pixtrend/pixtrend/internal/foreign"
	"github.com/pixtrend/pixtrend/internal/gdal"
)

// variableIn returns the name under which GDAL opens the variable of a file that the options ask for.
func (o OpenOptions) variableIn(name string) (string, error) {
	if o.Variable == "" || gdal.FilePath(name) != name {
		return name, nil
	}
	switch driver := gdal.FormatOf(name); driver {
	case "netCDF", "Zarr":
		return gdal.VariableName(driver, name, o.Variable), nil
	case "HDF5", "HDF4":
		return o.variableInside(name)
	case "GRIB":
		return name, nil // whose bands are chosen when it is opened
	}
	return "", fault.Inputf("cannot use %s: its format has no variables: leave out %v", gdal.DisplayName(name), Option{Field: "Variable", Value: o.Variable})
}

// variableInside finds the variable among the rasters that GDAL lists in a file.
func (o OpenOptions) variableInside(name string) (string, error) {
	ds, err := gdal.Open(name, o.Drivers, nil)
	if err != nil {
		return "", openError(context.Background(), name, o.Drivers, err)
	}
	defer func() { _ = ds.Close() }()
	inside := ds.Subdatasets()
	for i, variable := range variablesAmong(inside) {
		if variable == o.Variable || strings.HasSuffix(variable, "/"+o.Variable) {
			return inside[i], nil
		}
	}
	return "", variablesError(name, &gdal.VariablesError{Asked: o.Variable, Variables: variablesAmong(inside)})
}

// variablesAmong returns the names of variables in GDAL's names of rasters inside a file.
func variablesAmong(inside []string) (names []string) {
	for _, name := range inside {
		names = append(names, strings.Trim(name[strings.LastIndexByte(name, ':')+1:], `"/`))
	}
	return names
}

// mostNamed is how many variables an error names.
const mostNamed = 12

// variablesError returns the sentence about a file of several variables.
func variablesError(name string, e *gdal.VariablesError) error {
	list := e.Variables
	more := ""
	if len(list) > mostNamed {
		more, list = fmt.Sprintf(" and %d more", len(list)-mostNamed), list[:mostNamed]
	}
	there := foreign.Printable(strings.Join(list, ", ")) + more
	if len(list) == 0 {
		there = "none"
	}
	if e.Asked != "" {
		return fault.Inputf("cannot use %s: it has no variable %s; those that are maps are %s", gdal.DisplayName(name), foreign.Printable(e.Asked), there)
	}
	return fault.Inputf("cannot use %s: it holds the variables %s: name one with %v", gdal.DisplayName(name), there, Option{Field: "Variable"})
}

// hasOutputs reports whether the variables of a file are fields that pixtrend has written.
func hasOutputs(name string, variables []string) bool {
	if len(variables) == 0 || gdal.IsRemote(name) {
		return false
	}
	ds, err := gdal.Open(gdal.VariableName(gdal.FormatOf(name), name, variables[0]), nil, nil)
	if err != nil {
		return false
	}
	defer func() { _ = ds.Close() }()
	return markedAsOutput(ds)
}

// gribVariables returns the name of the variable of each band of a GRIB file: its element and its
// level, such as TMP of 2-HTGL. If the level is the only one, it is left out.
func gribVariables(ds *gdal.Dataset) []string {
	elements, levels := []string{}, map[string][]string{}
	for _, b := range ds.Bands() {
		element, level := b.Metadata("GRIB_ELEMENT", ""), b.Metadata("GRIB_SHORT_NAME", "")
		elements = append(elements, element+"\x00"+level)
		if !slices.Contains(levels[element], level) {
			levels[element] = append(levels[element], level)
		}
	}
	for i, pair := range elements {
		element, level, _ := strings.Cut(pair, "\x00")
		if elements[i] = element; len(levels[element]) > 1 {
			elements[i] = element + "@" + level
		}
	}
	return elements
}

// bandsOfVariable returns the bands of a GRIB file that are fitted, counted from 1; nil if the file has
// another format.
func (o OpenOptions) bandsOfVariable(name string, ds *gdal.Dataset) (bands []int, err error) {
	if ds.Driver() != "GRIB" {
		return nil, nil
	}
	of := gribVariables(ds)
	e := &gdal.VariablesError{Asked: o.Variable}
	for i, variable := range of {
		if !slices.Contains(e.Variables, variable) {
			e.Variables = append(e.Variables, variable)
		}
		if variable == o.Variable || o.Variable == "" {
			bands = append(bands, i+1)
		}
	}
	if o.Variable == "" && len(e.Variables) > 1 || len(bands) == 0 {
		return nil, variablesError(name, e)
	}
	return bands, nil
}
