-- +goose Up
-- Who runs a named piece of background work just now. A holder that dies is
-- replaced when its time is up.
create table lease (
	name   text   not null primary key,
	holder text   not null,
	until  bigint not null
);
create table schedule (
	name   text   not null primary key,
	due_at bigint not null,
	ran_at bigint,
	fault  text   not null
);
