// Package orgweb holds the desk's pages about organisations: the tree of
// unions, the partner bodies with what they are responsible for, the hosts of
// stations, and the forms that found, edit and close them.
//
// All staff may look; the forms are shown to those whom the rules let use them.
package orgweb
