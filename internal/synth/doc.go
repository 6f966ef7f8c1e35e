// Package synth makes a stack of yearly maximum NDVI rasters of a city that does not exist.
//
// The demo, the benchmarks and the tests need a stack that looks like land, has known causes
// behind its trends, and is the same everywhere without a download. [City] gives one: 30 m pixels
// around a downtown beside a river, avenues and a mile grid of roads, suburbs that spread over
// the years into farmland, fields with their own means, trends and crop rotations, woods that
// green slowly, inner-city lots that fall vacant and grow over, a weather common to all pixels of
// a year, noise, clouds, and after 2003 the stripes of Landsat 7.
//
//	s := synth.City(827, 883, 1995, 2015)
//	plane := make([]float32, s.Width*s.Height)
//	for i := range s.Years {
//		s.Rows(plane, i, 0, s.Height) // plane is the NDVI of s.Years[i], gaps are NaN
//	}
//
// # What stays the same
//
// A sample is a pure function of the seed, the year, the share of gaps and the position relative
// to the centre of the scene. So any window gives the same values, windows may be computed in any
// order or at the same time, a small scene is the middle of a large one, and a large one has more
// of the same: towns, lakes and farms beyond the city.
//
// # Why integers
//
// Everything is computed in integers: NDVI in units of 1/10000, as many real products store it,
// distances in pixels, noise in units of 1/32768. Nothing depends on how a machine rounds, fuses
// a multiplication with an addition, or implements a sine, so a stack has the same checksum on
// every architecture. What is left of floating point is exact or rounded correctly under IEEE 754:
// the share of gaps times 2^15, the square root behind a distance, the final division by 10000.
//
// # What it costs
//
// One EPYC core makes 13 to 16 million samples a second. Nothing is kept between calls, so memory
// does not grow with the scene: a call holds a few integers for each pixel of one row. A call for
// many rows is a little cheaper than many calls for one.
package synth
