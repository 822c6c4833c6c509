// Package breach keeps the register of incidents in which personal data leaked, was
// changed or lost, or may have been (个人信息保护法 art. 57; 网络数据安全管理条例 art. 11).
//
// The security administrator opens an [Incident] when one is found: what happened, when,
// which kinds of data. The program computes whom it concerns from what it knows: the
// people of an area, those whose data one account opened or took out in a stretch of
// time by the audit trail, those who stood on one list that was taken out, by the number
// of its watermark, or a list of numbers. What stands on a list is kept for that, sealed
// and for some years, before the list leaves the house ([Service.Take]). Measures are
// written down as they are taken. Then the people are told in plain words, or it is decided with a reason that
// they need not be, the authority is reported to, and the incident is closed with what
// was learned. By when each is due are dated rows (table breach_rule).
//
// Words are sealed, and so is who is concerned: a row holds a mark by which a person
// finds what concerns themselves, and the sealed id. Reading the list takes a reason and
// leaves a trace. A message that goes out says that there is something to read, and
// nothing of it.
//
// Nobody deletes a row: the register goes by itself when its days after the closing are over
// (package retain; three years at least, art. 55 and 56), and an incident that is open stays.
package breach
