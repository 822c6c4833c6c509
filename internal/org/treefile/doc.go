// Package treefile is the tree of unions as a workbook: unions, those that ended, how
// unions were approved to begin and end, ties to industries, terms of office, companies
// in areas with what is done for a union to stand, and how many people are said to work
// there. [Service.Export] takes it out, [Read] reads it; what a workbook would change
// and does is for package intake to say.
//
// Unions keep their numbers, so that a workbook of one installation makes the same tree
// in another. A company in an area is known by its name and area. Who is in office
// stands in a workbook of its own kind alone ([Service.ExportNames]), on a sheet that
// says what it is: those names are personal. How unions were called and led before stands
// on a sheet with since when, but not who of the staff wrote it down.
package treefile
