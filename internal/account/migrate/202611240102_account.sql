-- +goose Up
-- People with an account. Group person, keyed by the person's id.
create table person (
	person_id uuid    not null primary key,
	kind      text    not null check (kind in ('worker', 'staff')),
	login     text    not null,
	name      text    not null,
	sealed    bytea,
	phone     bytea,
	area      text    not null,
	org_id    uuid,
	reach     text    not null,
	active    boolean not null,
	made_at   bigint  not null,
	ended_at  bigint,
	version   bigint  not null
);
create index person_staff on person (reach, person_id) where kind = 'staff';

-- Guards: a login name and a phone (its blind index) belong to one person.
create table person_login (login text not null primary key, person_id uuid not null);
create table person_phone (phone text not null primary key, person_id uuid not null);

create table person_password (
	person_id   uuid    not null primary key references person (person_id),
	hash        text    not null,
	set_at      bigint  not null,
	must_change boolean not null,
	good_until  bigint
);

-- Roles in time. A grant is never deleted: taking it away ends it.
create table person_grant (
	person_id uuid   not null references person (person_id),
	grant_id  uuid   not null,
	role      text   not null,
	area      text   not null,
	org_id    uuid,
	from_at   bigint not null,
	until_at  bigint,
	given_by  text   not null,
	given_at  bigint not null,
	ended_at  bigint,
	ended_by  text   not null,
	primary key (person_id, grant_id)
);

-- Sessions are found by the hash of their secret alone: a root of its own.
create table account_session (
	hash       text   not null primary key,
	session_id uuid   not null,
	kind       text   not null,
	person_id  uuid,
	org_id     uuid,
	only_id    uuid,
	label      text   not null,
	device     text   not null,
	made_at    bigint not null,
	seen_at    bigint not null,
	ends_at    bigint not null
);
create index account_session_of on account_session (person_id, session_id);
create index account_session_end on account_session (ends_at);

-- One live code for a phone and a purpose. No code is kept, only its keyed hash.
create table account_code (
	phone   text   not null,
	purpose text   not null,
	code_id uuid   not null,
	hash    text   not null,
	made_at bigint not null,
	ends_at bigint not null,
	tries   bigint not null,
	used_at bigint,
	primary key (phone, purpose)
);

-- When messages went to a phone, in the last day.
create table account_sms (phone text not null primary key, times text not null, last_at bigint not null, version bigint not null);

-- Counters by window, and delays after wrong passwords. Keys are blind indexes.
create table account_rate (key text not null, start bigint not null, n bigint not null, primary key (key, start));
create table account_throttle (key text not null primary key, fails bigint not null, last_at bigint not null, until_at bigint not null);
create table account_known (login text not null, mark text not null, seen_at bigint not null, primary key (login, mark));

-- Limits are configuration: the latest row of a name that has begun counts.
create table account_limit (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into account_limit (name, since, value, source) values
	('sms_number_day', '2026-01-01', 5, 'house rule against message bombing: five messages to a number in any 24 hours'),
	('sms_number_gap_s', '2026-01-01', 60, 'house rule: a minute between two messages, as Chinese gateways ask'),
	('sms_address_day', '2026-01-01', 100, 'house rule: many phones share one address of a mobile network'),
	('sms_day', '2026-01-01', 20000, 'house rule: the cap on what messages may cost in a day'),
	('code_life_s', '2026-01-01', 300, 'house rule; OWASP ASVS 4.0 2.7.2 allows ten minutes'),
	('code_tries', '2026-01-01', 5, 'house rule; five guesses of a million'),
	('code_address_hour', '2026-01-01', 120, 'house rule: codes tried from one address in an hour'),
	('login_pair_free', '2026-01-01', 4, 'house rule: slips of one person at one place'),
	('login_account_free', '2026-01-01', 10, 'house rule: wrong tries at one account from unknown places'),
	('login_address_free', '2026-01-01', 30, 'house rule: an office shares one address'),
	('login_delay_max_s', '2026-01-01', 900, 'house rule: the longest wait after wrong passwords'),
	('password_min', '2026-01-01', 10, 'house rule; OWASP ASVS 5.0 6.2.1 asks for at least 8, recommends 15'),
	('first_password_days', '2026-01-01', 7, 'house rule; OWASP ASVS 5.0 6.4.1: first passwords end soon'),
	('session_worker_days', '2026-01-01', 180, 'house rule: own phone; a number that was silent so long may be somebody else''s'),
	('session_shared_min', '2026-01-01', 60, 'house rule: a phone that others use too'),
	('session_staff_h', '2026-01-01', 12, 'house rule: one working day; NIST SP 800-63B AAL2'),
	('session_staff_idle_min', '2026-01-01', 30, 'house rule; NIST SP 800-63B AAL2'),
	('session_link_h', '2026-01-01', 12, 'house rule: one working day');
