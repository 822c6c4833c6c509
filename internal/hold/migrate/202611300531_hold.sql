-- +goose Up
-- What must not be deleted for a time. Group person, keyed by the hold. reason and
-- end_why are sealed.
create table hold (
	hold_id    uuid   not null primary key,
	kind       text   not null check (kind in ('account', 'member', 'request')),
	subject_id uuid   not null,
	area       text   not null,
	called     text   not null,
	basis      text   not null,
	reason     bytea  not null,
	from_day   text   not null,
	until_day  text   not null,
	set_at     bigint not null,
	set_by     text   not null,
	ended_at   bigint,
	ended_by   text   not null,
	end_why    bytea,
	version    bigint not null
);
create index hold_area on hold (area, hold_id);
create index hold_subject on hold (subject_id);

-- Each time that one was set, renewed or ended. reason is sealed.
create table hold_step (
	hold_id   uuid   not null references hold (hold_id),
	seq       bigint not null,
	at        bigint not null,
	kind      text   not null,
	until_day text   not null,
	reason    bytea  not null,
	by_name   text   not null,
	primary key (hold_id, seq)
);

-- What is held now, whole on every node: part of each statement that deletes.
create table hold_now (
	subject_id uuid not null,
	hold_id    uuid not null,
	until_day  text not null,
	primary key (subject_id, hold_id)
);
create index hold_now_until on hold_now (until_day);

-- On what something may be held, by dated rows.
create table hold_basis (
	basis  text not null,
	since  text not null,
	source text not null,
	words  text not null,
	primary key (basis, since)
);
insert into hold_basis (basis, since, source, words) values
	('court',    '2024-01-01', '中华人民共和国民事诉讼法(2023年修正) 第八十四条:证据保全', '{"zh-CN":"法院要求保全证据","en":"A court has asked to keep evidence"}'),
	('criminal', '2018-10-26', '中华人民共和国刑事诉讼法(2018年修正) 第五十四条:人民法院、人民检察院和公安机关向有关单位和个人收集、调取证据', '{"zh-CN":"公安、检察院或法院调取证据","en":"Police, prosecutors or a court collect evidence"}'),
	('audit',    '2018-03-20', '中华人民共和国监察法 第十八条:监察机关向有关单位和个人了解情况,收集、调取证据', '{"zh-CN":"监察机关调查","en":"A supervisory commission investigates"}'),
	('term',     '2021-11-01', '中华人民共和国个人信息保护法 第四十七条第二款:法律、行政法规规定的保存期限未届满', '{"zh-CN":"法律、行政法规规定的保存期限没到","en":"A term of keeping that the law sets has not passed"}');

create table hold_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into hold_rule (name, since, value, source) values
	('most_days', '2000-01-01', 366, '暖新内部规定:法律没有写一次最长多久;一次不超过一年,还要留的写明理由续期(个人信息保护法 第19条:实现处理目的所必要的最短时间)');
