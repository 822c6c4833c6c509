-- +goose Up
-- Members are found by their number, and a number by the memberships that had it.
create index member_by_number on member (number);

-- Lists of members that a union takes in. state: reading, staged, applying,
-- applied, undoing, undone. done of total rows are through; whoever goes on from
-- there has the row moved first. subject (who ordered the work) is a JSON text.
create table member_import (
	import_id  uuid    not null primary key,
	area       text    not null, -- of the union that takes them in
	union_id   uuid    not null,
	union_name text    not null,
	state      text    not null,
	by_id      text    not null, -- of whoever brought the list: an account, or nothing for a command
	by_name    text    not null,
	at         bigint  not null,
	head       text    not null, -- the file's name and columns, and by what right: JSON
	doubtful   boolean not null, -- rows with a doubt are taken in, too
	total      bigint  not null,
	done       bigint  not null,
	stop       boolean not null,
	subject    text    not null,
	stepped_at bigint  not null,
	tries      bigint  not null
);
create index member_import_area on member_import (area, import_id);
create index member_import_work on member_import (stepped_at) where state in ('reading', 'applying', 'undoing');

-- The rows, sealed, for as long as they are needed: what is a member has it in its
-- own row. member_id is the one that a row will have.
create table member_import_row (
	import_id uuid    not null references member_import (import_id),
	seq       bigint  not null,
	line_no   bigint  not null,
	action    text    not null,
	why       text    not null,
	others    text    not null, -- whom it may be: JSON
	sealed    bytea,
	member_id uuid    not null,
	done      boolean not null,
	primary key (import_id, seq)
);
create index member_import_row_part on member_import_row (import_id, action, seq);
