// Package platform keeps the companies that people work for in an area, whether a
// union stands there, and what is done so that one does (一企一策).
//
// A [Branch] is a company in an area: the same company has one in each prefecture or
// county, found by the company's name. It names the union that stands there, or has a
// plan with an owner, steps with days, what is in the way and what came of it; a step
// whose day has passed makes it late.
//
// How many people work there is known only where somebody says so: a [Fact] has a
// number, a day and a source, and none is ever changed. [Service.Cover] holds members
// against them by occupation, company and union. Where nobody said a number there is
// none: no share is made up.
package platform
