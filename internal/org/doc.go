// Package org keeps the organisations: the unions as a tree by area, the bodies
// that answer matters (协办单位), and the hosts that run stations.
//
// An organisation (Org) has a kind, a level, an area and one leading parent,
// whose area contains its own; the line of parents is kept as a closure table.
// A duty says what a body is responsible for: a topic (a dotted code, "" is
// every topic) in an area. Whoever dispatches asks [Service.BodiesFor], which
// answers with the longest area first and then the longest topic, and
// [Service.UnionFor], the lowest county-or-above union around an area.
//
// Names, desk phones and addresses are public. The contact phone, to which link
// codes are sent, is sealed. Nothing is ever deleted: a body is closed.
//
// It announces [Founded], [Changed] and [Closed], and needs nobody.
package org
