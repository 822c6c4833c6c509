-- +goose Up
-- When a worker's account was last in use: a number that was silent for long may be
-- somebody else's. Of those whose sessions are gone nothing is known but when they began.
update person set used_at = coalesce((select max(s.seen_at) from account_session s where s.person_id = person.person_id), person.made_at)
	where kind = 'worker' and used_at is null;

-- Until when a session may see its worker's identity number whole follows from when it
-- was typed there.
alter table account_session add column proven_at bigint;

-- A worker's sign-in that showed a code, or came by WeChat, and waits for one thing more.
create table account_held (
	hash      text    not null primary key,
	person_id uuid    not null,
	way       text    not null,
	own       boolean not null,
	ends_at   bigint  not null
);
create index account_held_of on account_held (person_id);

insert into account_limit (name, since, value, source) values
	('silence_days', '2026-01-01', 180, '《电信服务规范》(信息产业部令第36号):注销的号码最短冻结90日就可以给别人;加上停机的时间,180天没登录的,号码可能已经换了人,再确认一次;0为不问'),
	('silence_tries_day', '2026-01-01', 5, '暖新内部规定:很久没登录的账号,一天最多答几次;答完了到工会窗口办'),
	('silence_half_min', '2026-01-01', 15, '暖新内部规定:找出身份证的时间;等回答的登录到时作废'),
	('number_shown_min', '2026-01-01', 15, '个人信息保护法 第28条、第51条:身份证号平时遮着;输对整个号码以后,这次登录多少分钟内看得到全的'),
	('number_tries_day', '2026-01-01', 5, '暖新内部规定:一天最多输几次整个身份证号');
