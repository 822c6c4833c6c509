-- +goose Up
-- Members. Group member, keyed by the member's id. Name, phone and identity
-- number are sealed; what is found by them is found by a blind index.
create table member (
	member_id   uuid   not null primary key,
	number      text   not null, -- empty until approved
	person_id   uuid,
	union_id    uuid   not null,
	union_name  text   not null,
	area        text   not null, -- whose cadres decide
	home_area   text   not null, -- of the union they belong to: differs from area while a transfer waits
	state       text   not null,
	name        bytea  not null,
	phone       bytea  not null,
	phone_mask  text   not null,
	document    bytea,
	doc_mask    text   not null,
	born        bytea,
	name_index  text   not null,
	birth_index text   not null, -- of name and birthday together; empty: not known
	phone_index text   not null,
	doc_index   text   not null, -- empty: none was given
	occupation  text   not null,
	works       text   not null,
	channel     text   not null,
	to_id       uuid,
	to_name     text   not null,
	applied_at  bigint not null,
	due_at      bigint,
	decided_at  bigint,
	reason      text   not null,
	version     bigint not null
);
create index member_due on member (area, due_at, member_id) where due_at is not null;
create index member_area on member (area, member_id);
create index member_person on member (person_id);
create index member_name on member (name_index, area);
create index member_birth on member (birth_index);

-- A membership's history. Rows are added; only an end that was open is set.
create table member_term (
	member_id  uuid   not null references member (member_id),
	seq        bigint not null,
	kind       text   not null,
	union_id   uuid   not null,
	union_name text   not null,
	from_at    bigint not null,
	until_at   bigint,
	by_name    text   not null,
	reason     text   not null,
	primary key (member_id, seq)
);

-- What a member agreed to, in the words of a version.
create table member_consent (
	member_id    uuid   not null references member (member_id),
	purpose      text   not null,
	seq          bigint not null,
	version      bigint not null,
	given_at     bigint not null,
	withdrawn_at bigint,
	primary key (member_id, purpose, seq)
);

-- Guards: nobody is a member twice, and no number is given twice.
create table member_phone    (phone text not null primary key, member_id uuid not null);
create table member_document (document text not null primary key, member_id uuid not null);
create table member_number   (number text not null primary key, member_id uuid not null);

-- The running number of members that a county approved in a year.
create table member_count (series text not null primary key, last bigint not null);

-- What holds from a day on, and by what rule.
create table member_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into member_rule (name, since, value, source) values
	('answer_days',  '2000-01-01', 3,    '天津“知工”平台:网上入会审核不到3个工作日'),
	('day_ends_min', '2000-01-01', 1050, '工会窗口办公时间到17:30');

-- The purposes for which personal data of members is used: what is asked for at
-- joining. Their words are in the catalogue, by purpose and version.
create table member_purpose (
	purpose  text    not null,
	version  bigint  not null,
	since    text    not null,
	required boolean not null, -- without it nobody can be a member
	source   text    not null,
	primary key (purpose, version)
);
insert into member_purpose (purpose, version, since, required, source) values
	('membership', 1, '2026-11-01', true,  '个人信息保护法 第13、17条;工会法 第3条'),
	('document',   1, '2026-11-01', false, '个人信息保护法 第28、29条:身份证号须单独同意'),
	('news',       1, '2026-11-01', false, '个人信息保护法 第16条:不同意不影响入会');
create index member_phone_of on member_phone (member_id);
create index member_document_of on member_document (member_id);
