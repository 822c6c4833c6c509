-- +goose Up
insert into retain_rule (name, since, value, source) values
	('breach.list', '2000-01-01', 1096, '暖新内部规定:导出的名单上有谁,留三年,名单流出时才算得出涉及谁;个人信息保护法 第56条、第57条');
