// Package assess keeps the register of what the law asks a body to look at before and
// while it handles personal data: impact assessments (个人信息保护影响评估, 个人信息保护法
// art. 55 and 56) and compliance audits (合规审计, art. 54; 个人信息保护合规审计管理办法).
//
// The security administrator writes an [Entry]: of which processing, by which case of
// art. 55, the three things that art. 56 asks for, who made it, on which day, and when it
// is looked at again. While it is open it is written on, and each version that was saved
// stays. Concluded, its words stand; looking again makes a new entry that names the old
// one, which is over once the new one is concluded. Where the processing has ended the
// entry is retired with a reason. The auditor reads all of it.
//
// Cases and the days until the next look are dated rows with their source (tables
// assess_case, assess_rule); a day is proposed, and what a house decides for itself may
// be another. Which processing of this program needs an assessment is data
// ([Processings]); what is switched on and has no concluded one is shown as a [Gap].
//
// Words are sealed: they tell where a house is weak. Nobody deletes a row: what is over
// goes by itself (package retain; three years at least, art. 56), and what is in force
// stays.
//
// It needs nothing of other domains but which processing is switched on.
package assess
