// Package demo makes the world that `nuanxin demo` starts with: an invented
// county (packages world and fill), and a list of real stations as public pages
// print them, imported through the real importer as rows that workers are not
// shown (see sample/README.md).
//
// A demo folder carries a marker file from its first moment, so that starting
// over never removes anything else, and a second one when it is full, so that
// one that was cut off half-way is made anew.
package demo
