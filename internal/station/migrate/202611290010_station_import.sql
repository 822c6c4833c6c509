-- +goose Up
-- Long imports. Work at hand on an import: reading its file, applying it, taking
-- it back, or tidying up behind one of them. done of total rows are through;
-- whoever goes on from there has the row moved first. base is the number of
-- change before anything was looked at. An import that is being read has no
-- state of its own yet. subject (who ordered it) and fault are JSON texts.
create table station_work (
	import_id uuid    not null primary key references station_import (import_id),
	kind      text    not null check (kind in ('read', 'apply', 'undo', 'tidy')),
	beside    boolean not null, -- in the background, not by whoever asked
	subject   text    not null,
	file      uuid,             -- the sealed file, while it is being read
	base      bigint  not null,
	done      bigint  not null,
	total     bigint  not null, -- 0: not known yet
	stop      boolean not null,
	tries     bigint  not null,
	fault     text    not null,
	at        bigint  not null  -- of the last step
);

-- The records of stations as they will be when an import is applied or undone.
-- Nobody sees them: they are written in small steps, and then taken over by a
-- few statements in one transaction. Beside import_id and seq the columns are
-- those of station.
create table station_next (
	import_id uuid not null references station_import (import_id),
	seq bigint not null,
	station_id uuid not null,
	code text not null,
	version bigint not null,
	area text not null,
	name text not null,
	other_names text not null,
	address text not null,
	district text not null,
	lat double precision,
	lng double precision,
	datum text not null,
	given_lat double precision,
	given_lng double precision,
	cell bigint,
	host_id uuid,
	host_name text not null,
	phones text not null,
	services bigint not null,
	offers text not null,
	hours_known boolean not null,
	hours text not null,
	hours_at bigint,
	hours_by text not null,
	entry text not null,
	entry_how text not null,
	all_day boolean not null,
	smart boolean not null,
	honours text not null,
	marks text not null,
	metres bigint not null,
	metres_about boolean not null,
	metres_text text not null,
	capacity bigint not null,
	stars bigint not null,
	badge text not null,
	note text not null,
	source text not null,
	source_date text not null,
	photo text not null,
	demo boolean not null,
	public boolean not null,
	closed_at bigint,
	closed_why text not null,
	published_at bigint,
	created_at bigint not null,
	changed_at bigint not null,
	life text not null,
	primary key (import_id, seq)
);

-- What a row would do and whether somebody should look, so that a page of a
-- long list is found without reading all of it.
alter table station_import_row add column action text not null default '';
alter table station_import_row add column doubtful boolean not null default false;
alter table station_import_row add column left_alone boolean not null default false;
update station_import_row set
	action = case when line like '%"action":"add"%' then 'add' when line like '%"action":"update"%' then 'update'
		when line like '%"action":"same"%' then 'same' when line like '%"action":"refuse"%' then 'refuse' else 'skip' end,
	doubtful = line not like '%"doubts":[]%' and line not like '%"doubts":null%',
	left_alone = coalesce(done like '%"why":"import.changed_meanwhile"%' or done like '%"why":"import.used_meanwhile"%', false);
create index station_import_row_part on station_import_row (import_id, action, doubtful, left_alone, seq);

-- What a station is found by is written before the station itself, so that
-- taking over many is quick: these tables do not refer to it any more.
create table station_gram_new (
	station_id uuid not null,
	gram       text not null,
	primary key (station_id, gram)
);
insert into station_gram_new (station_id, gram) select station_id, gram from station_gram;
drop table station_gram;
alter table station_gram_new rename to station_gram;
create index station_gram_gram on station_gram (gram, station_id);
create table station_name_new (
	station_id uuid not null,
	name_key   text not null,
	primary key (station_id, name_key)
);
insert into station_name_new (station_id, name_key) select station_id, name_key from station_name;
drop table station_name;
alter table station_name_new rename to station_name;
create index station_name_key on station_name (name_key, station_id);
