-- +goose Up
-- How it was approved that a union began, or ended (工会法 第十二条、第十三条): at most one
-- row of each. Empty texts are not known.
create table org_approval (
	org_id   uuid   not null,
	what     text   not null, -- begun, ended
	day      text   not null, -- on which it began or ended
	how      text   not null, -- of an end: merged, abolished, closed
	approver text   not null, -- the union that approved, as it was called
	approved text   not null, -- the day
	paper    text   not null, -- the number of the document
	at       bigint not null,
	by_name  text   not null,
	primary key (org_id, what)
);

-- The name of who is in office, in rows that say so.
alter table org_import_row add column person bytea;
