-- +goose Up
-- Who was a member and is none any more was kept without an end.
insert into retain_rule (name, since, value, source) values
	('member.gone', '2000-01-01', 1830, '暖新内部规定:退会、终止以后留五年,恢复会籍、核对会龄用;个人信息保护法 第19、47条');
