-- +goose Up
-- The register of incidents with personal data. Group person. what, notice, report and
-- lessons are sealed.
create table breach (
	breach_id   uuid   not null primary key,
	area        text   not null,
	state       text   not null,
	what        bytea  not null,
	kinds       text   not null, -- of data, by commas
	began_at    bigint,
	found_at    bigint not null,
	opened_at   bigint not null,
	opened_by   text   not null,
	persons     bigint not null,
	decision    text   not null,
	notice      bytea,
	decided_at  bigint,
	report      bytea,
	reported_at bigint,
	lessons     bytea,
	closed_at   bigint,
	version     bigint not null
);
create index breach_area on breach (area, breach_id);
create index breach_told on breach (breach_id) where decision = 'told';

-- What was done, in order. words is sealed.
create table breach_step (
	breach_id uuid   not null references breach (breach_id),
	seq       bigint not null,
	at        bigint not null,
	kind      text   not null,
	words     bytea  not null,
	by_name   text   not null,
	primary key (breach_id, seq)
);

-- Whom it concerns: a mark by which a person finds what concerns them, and the sealed id.
create table breach_person (
	breach_id uuid   not null references breach (breach_id),
	mark      text   not null,
	person    bytea  not null,
	told_at   bigint,
	primary key (breach_id, mark)
);
create index breach_person_mark on breach_person (mark);
create index breach_person_wait on breach_person (breach_id) where told_at is null;

-- By when what is due, and by what rule.
create table breach_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into breach_rule (name, since, value, source) values
	('report_h',  '2000-01-01', 24,   '个人信息保护法 第57条、网络数据安全管理条例 第11条:立即补救并按规定报告;两部都没有写多少小时,先按24小时,当地另有规定的照改'),
	('tell_h',    '2000-01-01', 72,   '个人信息保护法 第57条、网络数据安全管理条例 第11条:及时通知个人;没有写多少小时,先按72小时,当地另有规定的照改'),
	('keep_days', '2000-01-01', 1096, '个人信息保护法 第56条:处理情况记录至少保存三年');
