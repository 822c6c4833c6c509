-- +goose Up
-- What people ask about their own data. Group person, keyed by the ask's id:
-- it may come from somebody without an account. words, answer, name and phone are
-- sealed.
create table rights_ask (
	ask_id      uuid   not null primary key,
	person_id   uuid,
	union_id    uuid   not null,
	union_name  text   not null,
	area        text   not null, -- whose cadres answer
	kind        text   not null,
	state       text   not null,
	channel     text   not null,
	words       bytea  not null,
	name        bytea,
	phone       bytea,
	phone_mask  text   not null,
	taken_by    text   not null,
	asked_at    bigint not null,
	answered_at bigint,
	answered_by text   not null,
	answer      bytea,
	version     bigint not null
);
create index rights_ask_open on rights_ask (area, ask_id) where state = 'open';
create index rights_ask_area on rights_ask (area, ask_id);
create index rights_ask_person on rights_ask (person_id);

-- What holds from a day on, and by what rule.
create table rights_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into rights_rule (name, since, value, source) values
	('answer_days',  '2000-01-01', 15,   '《App违法违规收集使用个人信息行为认定方法》(国信办秘字〔2019〕191号) 第6条:承诺时限不得超过15个工作日'),
	('day_ends_min', '2000-01-01', 1050, '工会窗口办公时间到17:30'),
	('open_most',    '2000-01-01', 5,    'house rule: so many that wait at a time; who has more to say adds it to one of them');
