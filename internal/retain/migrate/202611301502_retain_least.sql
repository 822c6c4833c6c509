-- +goose Up
-- How many days a class has to be kept at least, by law: no rule may be shorter.
create table retain_least (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
-- Three years are 1096 days where one of them has a 29 February.
insert into retain_least (name, since, value, source) values
	('rights.words',   '2000-01-01', 1096, '个人信息保护法 第56条:处理情况记录应当至少保存三年;网络数据安全管理条例 第12条'),
	('breach.list',    '2000-01-01', 1096, '个人信息保护法 第56条:处理情况记录应当至少保存三年'),
	('breach.persons', '2000-01-01', 1096, '个人信息保护法 第56条、第57条:处理情况记录应当至少保存三年'),
	('consent.gone',   '2000-01-01', 1096, '个人信息保护法 第14条、第56条:取得同意的凭据同处理情况记录,至少保存三年'),
	('hold.words',     '2000-01-01', 1096, '个人信息保护法 第47条第二款、第56条:处理情况记录应当至少保存三年');
insert into retain_rule (name, since, value, source) values
	('breach.persons', '2000-01-01', 1830, '暖新内部规定:结案的事件涉及谁,留五年;个人信息保护法 第56条要求至少三年'),
	('consent.gone',   '2000-01-01', 1096, '暖新内部规定:注销的人同意过什么,留三年;个人信息保护法 第56条要求至少三年'),
	('hold.words',     '2000-01-01', 1830, '暖新内部规定:解除了的留存,理由留五年;个人信息保护法 第56条要求至少三年');
-- Who entered a rule, and when; empty: it came with the program.
alter table retain_rule add column by_name text not null default '';
alter table retain_rule add column at bigint;
