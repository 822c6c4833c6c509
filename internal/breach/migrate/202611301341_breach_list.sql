-- +goose Up
-- Lists that were taken out, by the number of their watermark: what stands on each, so
-- that an incident with one list concerns those who stand on it. Group person. listed
-- is sealed: ids of members, or numbers of requests.
create table breach_list (
	list_id uuid   not null primary key,
	number  text   not null,
	area    text   not null,
	kind    text   not null,
	at      bigint not null,
	by_name text   not null,
	listed  bytea  not null
);
create index breach_list_number on breach_list (number);
create index breach_list_at on breach_list (at);
