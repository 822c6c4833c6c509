-- +goose Up
-- How an organisation was called and led, and since when: a row is added with
-- each change, and none is ever changed.
create table org_past (
	org_id      uuid   not null references org (org_id),
	seq         bigint not null,
	from_at     bigint not null,
	name        text   not null,
	kind        text   not null,
	level       text   not null,
	area        text   not null,
	parent_id   uuid,
	parent_name text   not null,
	by_name     text   not null, -- empty: it was so before history was kept
	why         text   not null,
	primary key (org_id, seq)
);
insert into org_past (org_id, seq, from_at, name, kind, level, area, parent_id, parent_name, by_name, why)
	select o.org_id, 1, o.founded_at, o.name, o.kind, o.level, o.area, o.parent_id, coalesce(p.name, ''), '', ''
	from org o left join org p on p.org_id = o.parent_id;

-- What a union has to do with one of its industry, beside the one that leads it.
create table org_link (
	org_id  uuid not null references org (org_id),
	link_id uuid not null,
	to_id   uuid not null,
	since   text not null,
	until   text not null, -- empty: it lasts
	why     text not null,
	by_name text not null,
	primary key (org_id, link_id)
);
create index org_link_to on org_link (to_id, org_id);
