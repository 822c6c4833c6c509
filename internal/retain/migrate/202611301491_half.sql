-- +goose Up
insert into retain_rule (name, since, value, source) values
	('member.half', '2000-01-01', 30, '暖新内部规定:没填完的入会申请留三十天;个人信息保护法 第19条');
