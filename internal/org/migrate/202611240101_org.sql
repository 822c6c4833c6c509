-- +goose Up
-- Organisations: unions, partner bodies, hosts. Group org, keyed by the
-- organisation's id.
create table org (
	org_id     uuid    not null primary key,
	kind       text    not null,
	level      text    not null,
	name       text    not null,
	short      text    not null,
	area       text    not null,
	parent_id  uuid,
	phone      text    not null,
	address    text    not null,
	contact    bytea,
	mask       text    not null,
	find       text    not null,
	active     boolean not null,
	founded_at bigint  not null,
	version    bigint  not null
);
create index org_area on org (area, org_id);
create index org_parent on org (parent_id, area, org_id);

-- The line of parents: one row for itself (depth 0) and one for each above.
create table org_closure (
	org_id      uuid   not null references org (org_id),
	ancestor_id uuid   not null,
	depth       bigint not null,
	primary key (org_id, ancestor_id)
);
create index org_closure_down on org_closure (ancestor_id, depth, org_id);

-- What a body is responsible for.
create table org_duty (
	org_id uuid not null references org (org_id),
	topic  text not null,
	area   text not null,
	primary key (org_id, topic, area)
);
create index org_duty_of on org_duty (area, topic, org_id);
