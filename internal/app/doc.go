// Package app puts the program together. It is the only package that knows
// every domain: it opens the data folder, connects what one domain needs to
// the domain that has it, registers the event handlers and tasks, and lists
// all pages. Its golden files hold who may do what, and every route.
package app
