// Package life tells how a union begins, renews and ends.
//
// A cadre asks for a union to be founded ([Service.AskFor]); the union that is to
// lead it approves or refuses, with a reason, within working days that are a dated
// row; then it stands, with its first term of office. Nobody approves what they
// asked for. Source: 工会法（2021）第十二条.
//
// A term of office ([Tenure], 届) has a day by which the next is to be elected, and
// posts with names; whose term ends soon, or was never entered, is listed. Source:
// 工会法 第十六条. The names of those in office are sealed.
//
// A union ends by being taken over by another ([Service.Merge]): members, applicants,
// stations, open requests, staff, whom it led, its duties and its ties go to the
// other in one transaction, so that whoever looks sees all before or all after, and
// nobody is lost. It is previewed with counts. Source: 工会法 第十三条.
//
// Unions are kept by package org; what belongs to other domains moves by their own
// hands ([Part]).
package life
