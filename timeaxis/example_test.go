package timeaxis_test

import (
	"fmt"

	"github.com/pixtrend/pixtrend/timeaxis"
)

// The dates of a stack, from its file names to the numbers of a regression.
func Example() {
	names := []string{
		"S2_NDVI_20171222T100415.tif",
		"S2_NDVI_20150711T100008.tif",
		"S2_NDVI_20151208T100409.tif",
		"S2_NDVI_20151208T101125.tif",
	}
	spec, err := timeaxis.ParseSpec("auto")
	if err != nil {
		fmt.Println(err)
		return
	}
	var inputs []timeaxis.Input
	for _, name := range names {
		inputs = append(inputs, timeaxis.Input{Name: name, Path: name})
	}
	readings, err := spec.Resolve(inputs, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var dates []timeaxis.Date
	for _, r := range readings {
		dates = append(dates, r.Date)
	}
	axis, order, err := timeaxis.NewAxis(dates)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(axis)
	for i, t := range axis.T {
		fmt.Println(axis.Dates[i], t, names[order[i]])
	}
	fmt.Println("one unit a day is", axis.PerUnit, "units a", axis.Unit())
	// Output:
	// 4 dates, 2015-07-11 to 2017-12-22, 1 date shared by several scenes
	// 2015-07-11 16627 S2_NDVI_20150711T100008.tif
	// 2015-12-08 16777 S2_NDVI_20151208T100409.tif
	// 2015-12-08 16777 S2_NDVI_20151208T101125.tif
	// 2017-12-22 17522 S2_NDVI_20171222T100415.tif
	// one unit a day is 365.2425 units a year
}

func ExampleFromName() {
	for _, name := range []string{
		"LAI_2001.tif",
		"S2_NDVI_20150711T100008.tif",
		"LC08_L1TP_014032_20160328_20170223_01_T1/B4.tif",
	} {
		date, err := timeaxis.FromName(name)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(date)
	}
	// Output:
	// 2001
	// 2015-07-11
	// 2016-03-28
}

func ExampleSpec_Resolve() {
	csv := `path,date
ndvi/july.tif,2001-07-15
ndvi/august.tif,2001-08-16
`
	read := func(path string) ([]byte, error) { return []byte(csv), nil }
	spec, err := timeaxis.ParseSpec("@dates.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	readings, err := spec.Resolve([]timeaxis.Input{{Name: "ndvi/august.tif"}, {Name: "ndvi/july.tif"}}, read)
	fmt.Println(readings[0].Date, readings[1].Date, err)
	// Output: 2001-08-16 2001-07-15 <nil>
}
