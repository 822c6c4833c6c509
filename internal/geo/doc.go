// Package geo knows where things are.
//
// Inside the system a [Point] is always WGS-84, what a phone's receiver says.
// Maps in the People's Republic are not: Amap and Tencent draw in GCJ-02, Baidu
// in BD-09, both some 500 metres away. [From] and [Point.In] convert at the
// edge, so no number travels without its [Datum]. Outside China nothing is
// shifted.
//
// Distances are great-circle distances on the mean sphere (within 0.5 % of the
// ellipsoid). For a database, [Point.Cell] is the S2 leaf cell as an integer,
// and [CoverCap] and [CoverRect] are the ranges of such integers to look in.
package geo
