-- +goose Up
create table thing (
	id  text    not null primary key,
	a   text    not null,
	b   text    not null,
	at  bigint,
	ok  boolean not null,
	raw bytea
);
create table part (
	id       text not null primary key,
	thing_id text not null references thing (id)
);
