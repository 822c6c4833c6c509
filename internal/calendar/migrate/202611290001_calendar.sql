-- +goose Up
-- Notices on holidays and make-up workdays that were entered by hand, a reference
-- table. A row is never changed: a later notice is a new row.
create table calendar_year (
	revision bigint not null primary key,
	year     bigint not null,
	days     text not null,
	source   text not null,
	corrects boolean not null,
	by_id    uuid,
	by_name  text not null,
	at       bigint not null
);
