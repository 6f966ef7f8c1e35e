// Package synth makes a stack of yearly maximum NDVI rasters of a city that does not exist. The
// demo, the benchmarks and the tests need a stack that looks like land, has known causes of its
// trends, and is the same everywhere without a download. [City] returns such a scene with these
// parts:
//
//   - 30 m pixels around a downtown beside a river, with avenues and a mile grid of roads;
//   - suburbs that spread into farmland over the years, and inner-city lots that fall vacant and
//     grow over;
//   - fields with their own means, trends and crop rotations, and woods that slowly become greener;
//   - weather that is common to all pixels of a year, noise, clouds, and after 2003 the stripes of
//     Landsat 7.
//
// A scene computes its samples on request:
//
//	s := synth.City(827, 883, 1995, 2015)
//	plane := make([]float32, s.Width*s.Height)
//	for i := range s.Years {
//		s.Rows(plane, i, 0, s.Height) // plane is the NDVI of s.Years[i], gaps are NaN
//	}
//
// # Reproducibility
//
// A sample is a pure function of the seed, the year, the share of gaps and the position relative to
// the centre of the scene. So any window has the same values, and windows may be computed in any
// order or concurrently. A small scene is the middle of a large one. A large scene has more of the
// same: towns, lakes and farms beyond the city.
//
// # Integers
//
// Everything is computed in integers: NDVI in units of 1/10000, as many products store it,
// distances in pixels, and noise in units of 1/32768. Nothing depends on how a machine rounds,
// fuses a multiplication with an addition, or implements a sine, so a stack has the same checksum
// on every architecture. The remaining floating-point operations are exact or correctly rounded
// under IEEE 754: the share of gaps times 2^15, the square root behind a distance, and the final
// division by 10000.
//
// # Cost
//
// One EPYC core makes 13 to 16 million samples per second. Nothing is kept between calls, so memory
// does not grow with the scene: a call holds a few integers for each pixel of one row. One call for
// many rows costs a little less than many calls for one row.
package synth
