-- +goose Up
-- Who ended their account while something of them is held by law. Group person.
create table person_erase_waits (
	person_id uuid   not null primary key,
	asked_at  bigint not null
);
