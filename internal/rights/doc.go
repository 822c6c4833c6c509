// Package rights keeps the register of what people ask about their own personal
// data: to correct it, to delete some of it, to explain what it is used for, to
// stop a use, to hand it to another, and what kin ask about somebody who died.
// Seeing it, and taking a copy along, needs no asking: every worker's page does
// that at once.
//
// An [Ask] is a root of the group person. Its worker sends it, or a cadre writes
// down what was asked at a counter or on the phone. It goes to the union that
// keeps the data, which answers in words within working days that are a dated row
// (table rights_rule): done, or refused with a reason. The day is no column: it
// follows from when it was asked, the rule and the calendar ([Service.DueAt]).
// Rows are never deleted before the years that the same table names.
//
// Sources: 个人信息保护法 (2021) art. 44–50; 《App违法违规收集使用个人信息行为认定方法》
// (2019) art. 6: an answer within 15 working days at most; 网络数据安全管理条例
// (2024) art. 23.
//
// It announces [Answered]. It needs the unions ([Orgs]), the names and phones of
// accounts ([People]) and the working days.
package rights
