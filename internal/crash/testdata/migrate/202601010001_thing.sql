-- +goose Up
create table thing (
	id uuid   not null primary key,
	n  bigint not null
);
create table effect (
	root_id   uuid   not null references thing (id),
	client_id uuid   not null,
	n         bigint not null,
	primary key (root_id, client_id)
);
create unique index effect_n on effect (root_id, n);
