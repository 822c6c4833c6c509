-- +goose Up
-- The record of a station. What is always read and written whole with it
-- (other names, phones, hours, honours) is one JSON text each.
create table station (
	station_id  uuid    not null primary key,
	code        text    not null,
	version     bigint  not null,
	area        text    not null,
	name        text    not null,
	other_names text    not null,
	address     text    not null,
	district    text    not null,
	lat         double precision,
	lng         double precision,
	datum       text    not null,
	given_lat   double precision,
	given_lng   double precision,
	cell        bigint,
	host_id     uuid,
	host_name   text    not null,
	phones      text    not null,
	services    bigint  not null,
	offers      text    not null,
	hours_known boolean not null,
	hours       text    not null,
	hours_at    bigint,
	hours_by    text    not null,
	entry       text    not null,
	entry_how   text    not null,
	all_day     boolean not null,
	smart       boolean not null,
	honours     text    not null,
	marks       text    not null,
	metres      bigint  not null,
	metres_about boolean not null,
	metres_text text    not null,
	capacity    bigint  not null,
	stars       bigint  not null check (stars between 0 and 5),
	badge       text    not null,
	note        text    not null,
	source      text    not null,
	source_date text    not null,
	photo       text    not null,
	demo        boolean not null,
	public      boolean not null,
	closed_at   bigint,
	closed_why  text    not null,
	published_at bigint,
	created_at  bigint  not null,
	changed_at  bigint  not null
);
create index station_area on station (area, name, station_id);
create index station_host on station (host_id);
create index station_cell on station (cell);

-- Codes are given once and never again, also after a station is closed.
create table station_code (
	code       text not null primary key,
	station_id uuid not null
);

-- What is searched for: pairs of characters and words of names and addresses.
create table station_gram (
	station_id uuid not null references station (station_id),
	gram       text not null,
	primary key (station_id, gram)
);
create index station_gram_gram on station_gram (gram, station_id);

-- The keys by which an import finds a station again under other spellings.
create table station_name (
	station_id uuid not null references station (station_id),
	name_key   text not null,
	primary key (station_id, name_key)
);
create index station_name_key on station_name (name_key, station_id);

-- Special days, set by a host or a cadre; periods is a JSON text.
create table station_day (
	station_id uuid   not null references station (station_id),
	day        text   not null,
	periods    text   not null,
	reason     text   not null,
	set_by     text   not null,
	at         bigint not null,
	primary key (station_id, day)
);

-- What workers reported, by the number of their request.
create table station_report (
	station_id uuid   not null references station (station_id),
	number     text   not null,
	what       text   not null,
	at         bigint not null,
	settled_at bigint,
	primary key (station_id, number, what)
);
create index station_report_open on station_report (station_id) where settled_at is null;

-- The number of the last change of each station, in the order in which changes
-- became visible: the counter's row is held until the transaction ends.
create table station_change (
	station_id uuid   not null primary key references station (station_id),
	seq        bigint not null,
	at         bigint not null
);
create unique index station_change_seq on station_change (seq, station_id);
create table station_counter (
	name  text   not null primary key,
	value bigint not null
);
insert into station_counter (name, value) values ('change', 0);

-- Imports: what was read of a file, row by row, what was done, and what was
-- there before, so that it can be undone. head, line and done are JSON texts.
create table station_import (
	import_id uuid   not null primary key,
	area      text   not null,
	state     text   not null check (state in ('staged', 'applied', 'undone')),
	by_id     text   not null,
	at        bigint not null,
	head      text   not null
);
create index station_import_area on station_import (area, import_id);
create table station_import_row (
	import_id uuid   not null references station_import (import_id),
	seq       bigint not null,
	line_no   bigint not null,
	line      text   not null,
	done      text,
	primary key (import_id, seq)
);
