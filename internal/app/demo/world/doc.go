// Package world invents the county of the demo: its unions and bodies, its
// people, 300 stations on a grid of streets, and 200 requests of the last sixty
// days with every act that was done to them. It also invents the stations of a
// whole nation, one by one.
//
// All of it is made up. The place is drawn over the codes of a real county, so
// that searches find it, and everything is marked 示例. Mobile numbers lie in
// 19900000000–19900000999, desk phones begin with 0437-0000: nobody is called.
//
// The package is a pure function of a seed, a moment and a number of stations:
// it knows no service, no database and no clock. What happens is written in
// plots.txt and everyday.txt, in a small language of its own (see plot.go), so
// that whoever knows the work can mend the stories.
package world
