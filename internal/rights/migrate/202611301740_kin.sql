-- +goose Up
-- What is done for the near relatives of somebody who died, about one ask: ids, days and
-- codes. Group person, keyed by the ask.
create table rights_kin (
	ask_id     uuid   not null primary key,
	person_id  uuid   not null, -- whose account it is about
	wants      text   not null check (wants in ('copy', 'end', 'both')),
	parts      text   not null, -- of the copy, by spaces
	relation   text   not null, -- of who asks
	proof      text   not null, -- of the death
	state      text   not null check (state in ('waits', 'stopped', 'denied', 'granted', 'ended')),
	by_id      uuid   not null, -- who proposed: never who decides
	by_name    text   not null,
	asked_at   bigint not null,
	ready_at   bigint not null, -- from then on it may be granted
	decided_by text   not null,
	decided_at bigint,
	ground     text   not null, -- why it was denied
	open_until bigint,
	stopped_at bigint,
	ended_at   bigint,
	version    bigint not null
);
create index rights_kin_person on rights_kin (person_id);
insert into rights_rule (name, since, value, source) values
	('kin_wait_days', '2000-01-01', 7,  '暖新内部规定:个人信息保护法 第49条没有定天数;留出七天,账号还有人用就能说一声'),
	('kin_open_days', '2000-01-01', 30, '暖新内部规定:同意以后三十天内办,过期重来');
