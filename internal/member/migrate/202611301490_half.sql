-- +goose Up
-- An application that is not finished. Group person, keyed by the worker's id; sealed
-- under a data key of its own.
create table member_half (
	person_id uuid   not null primary key,
	data_key  bytea  not null,
	form      bytea  not null,
	saved_at  bigint not null
);
create index member_half_saved on member_half (saved_at);
