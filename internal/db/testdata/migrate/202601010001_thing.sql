-- +goose Up
create table thing (
	id  uuid    not null primary key,
	a   text    not null,
	b   text    not null,
	at  bigint,
	ok  boolean not null,
	raw bytea
);
create unique index thing_ab on thing (id, a, b);
