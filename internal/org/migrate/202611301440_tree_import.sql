-- +goose Up
-- Who took over whom is asked when an import of unions is taken back.
create index org_into on org (into_id) where into_id is not null;

-- Imports of the tree. state: reading, staged, applying, applied, undoing, undone. done
-- of total rows are through; whoever goes on from there has the row moved first.
-- subject (who ordered the work) and unused (sheets) are JSON texts.
create table org_import (
	import_id  uuid    not null primary key,
	area       text    not null, -- of whoever brought it
	state      text    not null,
	file       text    not null,
	unused     text    not null,
	trouble    text    not null,
	by_name    text    not null,
	at         bigint  not null,
	total      bigint  not null,
	done       bigint  not null,
	stop       boolean not null,
	subject    text    not null,
	stepped_at bigint  not null,
	tries      bigint  not null
);
create index org_import_area on org_import (area, import_id);
create index org_import_work on org_import (stepped_at) where state in ('reading', 'applying', 'undoing');

-- The rows in the order in which they are done, for as long as they are needed. body is
-- what is to be and was what was before: JSON.
create table org_import_row (
	import_id uuid    not null references org_import (import_id),
	seq       bigint  not null,
	sheet     text    not null,
	line_no   bigint  not null,
	name      text    not null,
	action    text    not null,
	problems  text    not null,
	target    text    not null,
	body      text    not null,
	was       text    not null,
	done      boolean not null,
	primary key (import_id, seq)
);
create index org_import_row_part on org_import_row (import_id, action, seq);
