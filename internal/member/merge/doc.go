// Package merge makes one of two records of the same person, and two again.
//
// Who may be recorded twice is found by package twin; records that came where nobody
// looked at once are looked through by the clock ([Service.Seek]). A cadre who may decide about
// both records reads them side by side ([Service.Get]) and says that they are two
// people ([Service.NotSame]), or merges them ([Service.Merge]); who may decide about
// one alone asks the union above both ([Service.HandUp]).
//
// One record is kept. Of what the two know differently the cadre chooses for each
// field which wins. The kept one has both histories, for the other stays as it was
// and points to it; it has the ties of both, of what both were asked only what both
// agreed to ([narrow]), and the numbers and phones of both lead to it. What it was
// itself stands, sealed, in the row that went into it.
//
// Within so many days (a dated row) a merger is taken back ([Service.Undo]), the last
// one first. What happened to the kept record meanwhile stays with it. Only where it
// was changed in what the merger had written is there no way back: that is told by
// name.
package merge
