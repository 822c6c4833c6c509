// Package lifeweb holds the desk's pages about how unions begin, renew and end:
// applications to found one and the answers, terms of office with the list of
// those that end, and the page that gives a union to another after telling what
// would move.
package lifeweb
