-- +goose Up
-- Impact assessments and compliance audits go some years after each was over; what is in
-- force stays.
insert into retain_rule (name, since, value, source) values
	('assessment', '2000-01-01', 1830, '暖新内部规定:影响评估和合规审计的登记,有了新的或者不再处理以后留五年;个人信息保护法 第五十六条要求影响评估报告和处理情况记录至少保存三年');
insert into retain_least (name, since, value, source) values
	('assessment', '2000-01-01', 1096, '个人信息保护法 第五十六条:个人信息保护影响评估报告和处理情况记录应当至少保存三年;合规审计法律没有单独写,参照这一条');
