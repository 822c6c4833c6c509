-- +goose Up
-- Anchors seal what a group's audit chains looked like at the end of an hour, so
-- that a chain removed whole shows too. The anchors of a group are a chain of
-- their own; rows are only ever added.
create table audit_anchor (
	name      text   not null, -- of the group
	seq       bigint not null,
	since     bigint not null,
	until     bigint not null,
	size      bigint not null,
	heads     bytea  not null,
	root      bytea  not null,
	prev      bytea  not null,
	hash      bytea  not null,
	signature bytea  not null,
	primary key (name, seq)
);
create index org_audit_at on org_audit (at, root_id, seq);
create index person_audit_at on person_audit (at, root_id, seq);
create index request_audit_at on request_audit (at, root_id, seq);
create index station_audit_at on station_audit (at, root_id, seq);
