-- +goose Up
-- How much that is sealed one member of staff opens in a day, and takes out.
insert into account_limit (name, since, value, source) values
	('reads_day',   '2000-01-01', 200,  'house rule: names, numbers and documents that one person opens in full in a day; 个人信息保护法 第51条(三) 合理确定操作权限'),
	('exports_day', '2000-01-01', 20,   'house rule: lists that one person takes out in a day; likewise'),
	('checks_day',  '2000-01-01', 2000, 'house rule: codes of members that one person at a door checks in a day; likewise');
