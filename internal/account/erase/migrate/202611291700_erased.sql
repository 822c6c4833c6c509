-- +goose Up
-- Workers whose account ended at their own wish: the journal by which a restored
-- database forgets them again. Group person.
create table person_erased (
	person_id uuid   not null primary key references person (person_id),
	erased_at bigint not null
);
