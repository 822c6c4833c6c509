-- +goose Up
-- Changes of a worker's phone number: by themselves, or at a union's desk when the
-- old one is lost. Group person. old, new and note are sealed, and gone some time
-- after the change is over.
create table person_phone_change (
	person_id uuid   not null references person (person_id),
	change_id uuid   not null,
	way       text   not null check (way in ('self', 'desk')),
	state     text   not null check (state in ('waiting', 'done', 'objected', 'revoked', 'failed')),
	old       bytea,
	new       bytea,
	new_index text   not null, -- blind index of the new number
	checked   text   not null, -- what was looked at to know the person, by spaces
	note      bytea,
	by_id     uuid,            -- of the desk; empty: the person
	by_name   text   not null,
	office    text   not null,
	asked_at  bigint not null,
	due_at    bigint,          -- when it takes effect, while it waits
	ended_at  bigint,
	ended_by  text   not null,
	primary key (person_id, change_id)
);

-- Nobody has two changes that wait.
create unique index person_phone_change_waits on person_phone_change (person_id) where state = 'waiting';
create index person_phone_change_due on person_phone_change (due_at) where state = 'waiting';
create index person_phone_change_new on person_phone_change (new_index, asked_at);
create index person_phone_change_kept on person_phone_change (ended_at) where old is not null;

insert into account_limit (name, since, value, source) values
	('recovery_wait_h', '2026-01-01', 24, 'house rule: how long the old number may object before a change at the desk takes effect'),
	('recovery_cadre_day', '2026-01-01', 10, 'house rule: changes that one person at the desk opens in a day'),
	('recovery_phone_days', '2026-01-01', 30, 'house rule: the same new number is given to one account alone for so long'),
	('phone_kept_days', '2026-01-01', 180, '个人信息保护法 第19条: how long the numbers of a change that is over are kept, for whoever says it was not they');
