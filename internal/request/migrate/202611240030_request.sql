-- +goose Up
-- What people write is sealed (bytea); what is plain says nothing about a person.
create table request (
	request_id    uuid not null primary key,
	number        text not null,
	version       bigint not null,
	status        text not null,
	area          text not null,
	area_known    boolean not null,
	union_id      uuid,
	topic         text not null,
	title         text not null,
	channel       text not null,
	source        bytea,
	station_id    uuid,
	what          text not null,
	owner_id      uuid,
	hidden        boolean not null,
	words         bytea,
	heard         bytea,
	place         bytea,
	lat           double precision,
	lng           double precision,
	cell          bigint,
	name          bytea,
	phone         bytea,
	phone_index   text,
	phone_ok      boolean not null,
	officer_id    uuid,
	officer_name  text not null,
	policy        text not null,
	created_at    bigint not null,
	changed_at    bigint not null,
	seen_at       bigint,
	answered_at   bigint,
	closed_at     bigint,
	due_at        bigint,
	due_clock     text not null,
	soon_at       bigint,
	answer_by     bigint,
	ladder_at     bigint,
	sort_at       bigint not null,
	missed        boolean not null,
	level         bigint not null,
	raised_area   text,
	chases        bigint not null,
	followers     bigint not null,
	bounces       bigint not null,
	reopened      bigint not null,
	merged_into   uuid,
	quiet         boolean not null,
	demo          boolean not null
);
create index request_sort on request (area, sort_at, request_id);
create index request_owner on request (owner_id, request_id) where owner_id is not null;
create index request_officer on request (officer_id, sort_at) where officer_id is not null;
create index request_phone on request (phone_index) where phone_index is not null;
create index request_cell on request (cell) where cell is not null;
create index request_undated on request (request_id) where answer_by is null;
create index request_merged on request (merged_into) where merged_into is not null;
create index request_ladder on request (ladder_at) where ladder_at is not null;
create index request_station on request (station_id, request_id) where station_id is not null;

-- A number belongs to one request for ever; this is the guard that holds it.
create table request_number (number text not null primary key, request_id uuid not null);

-- The running number of each day. Gaps are allowed: a refused capture leaves one.
create table request_day (day text not null primary key, last bigint not null);

create table request_event (
	request_id  uuid not null,
	seq         bigint not null,
	at          bigint not null,
	kind        text not null,
	by_kind     text not null,
	by_id       text not null,
	by_name     text not null,
	readers     bigint not null,
	dispatch_id uuid,
	body_id     uuid,
	body_name   text not null,
	words       bytea,
	until       bigint,
	fact        text not null,
	primary key (request_id, seq),
	foreign key (request_id) references request (request_id)
);

create table request_dispatch (
	request_id   uuid not null,
	dispatch_id  uuid not null,
	body_id      uuid not null,
	body_name    text not null,
	lead         boolean not null,
	state        text not null,
	attempt      bigint not null,
	final        boolean not null,
	task         bytea,
	reason       bytea,
	suggest      bytea,
	sent_at      bigint not null,
	sign_by      bigint,
	deadline     bigint not null,
	opened_at    bigint,
	signed_at    bigint,
	signed_by    text not null,
	reported_at  bigint,
	ended_at     bigint,
	primary key (request_id, dispatch_id),
	foreign key (request_id) references request (request_id)
);
create index request_dispatch_body on request_dispatch (body_id, state, deadline);

create table request_attachment (
	request_id    uuid not null,
	attachment_id uuid not null,
	seq           bigint not null,
	at            bigint not null,
	kind          text not null,
	blob          text not null,
	thumb         text not null,
	seconds       bigint not null,
	size          bigint not null,
	digest        text not null,
	by_kind       text not null,
	body_id       uuid,
	released      boolean not null,
	primary key (request_id, attachment_id),
	foreign key (request_id) references request (request_id)
);
create index request_attachment_blob on request_attachment (blob);
create index request_attachment_thumb on request_attachment (thumb);

create table request_gram (
	request_id uuid not null,
	gram       text not null,
	area       text not null,
	primary key (request_id, gram),
	foreign key (request_id) references request (request_id)
);
create index request_gram_gram on request_gram (gram, area, request_id);

-- Who was joined to a request. Undone ones stay, with the time.
create table request_follow (
	request_id  uuid not null,
	follower_id uuid not null,
	at          bigint not null,
	undone_at   bigint,
	primary key (request_id, follower_id),
	foreign key (request_id) references request (request_id)
);

-- Dated clock rules by area, a reference table. A row is never changed: a new rule is a new row.
create table request_policy (
	policy_id uuid not null primary key,
	area      text not null,
	from_day  text not null,
	rules     text not null,
	cite      text not null,
	at        bigint not null,
	by_id     text not null
);

-- Words that a union's staff use often, a reference table.
create table request_phrase (
	phrase_id uuid not null primary key,
	area      text not null,
	kind      text not null,
	zh        text not null,
	en        text not null,
	at        bigint not null,
	by_id     text not null
);
