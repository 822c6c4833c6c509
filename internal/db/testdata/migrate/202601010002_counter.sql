-- +goose Up
create table counter (
	id uuid   not null primary key,
	n  bigint not null check (n >= 0)
);
