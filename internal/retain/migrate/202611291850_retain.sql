-- +goose Up
-- How many days each class of personal data is kept, and by what rule.
create table retain_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);

-- The proof: what each night dropped of each class. Group person.
create table retain_run (
	run_id    uuid   not null primary key,
	class     text   not null,
	at        bigint not null,
	days      bigint not null,
	before_at bigint not null,
	gone      bigint not null
);
create index retain_run_class on retain_run (class, run_id);

insert into retain_rule (name, since, value, source) values
	('member.refused', '2000-01-01', 180,  'house rule: an application that came to nothing, for whoever asks why; 个人信息保护法 第19条'),
	('request.person', '2000-01-01', 1095, 'house rule: whose a closed matter was, for three years; 个人信息保护法 第19条'),
	('request.media',  '2000-01-01', 1095, 'house rule: photos and voice of a closed matter, for three years; 个人信息保护法 第19条'),
	('rights.words',   '2000-01-01', 1830, 'house rule: five years; 个人信息保护法 第56条 and 网络数据安全管理条例 第12条 ask for three at least');
