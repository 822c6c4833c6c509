-- +goose Up
-- The outcome of every write that a client named, for ever. The secret results
-- that some writes give are derived from the root's id and are not kept here.
create table act (
	client_id uuid   not null primary key,
	at        bigint not null,
	subject   text   not null,
	action    text   not null,
	root_id   text   not null,
	digest    text   not null,
	outcome   text   not null check (outcome in ('done', 'refused')),
	result    text   not null,
	code      text   not null,
	msg       text   not null,
	detail    text   not null
);

-- Each group of tables has its own audit chain and outbox, keyed by its root,
-- so that an act and its traces are one transaction on one shard.
create table org_audit (
	root_id uuid not null, seq bigint not null, at bigint not null, subject text not null, kind text not null,
	action text not null, purpose text not null, note text not null, prev bytea not null, hash bytea not null,
	primary key (root_id, seq)
);
create table org_audit_head (root_id uuid not null primary key, seq bigint not null, hash bytea not null);
create table org_outbox (
	root_id uuid not null, id uuid not null, at bigint not null, name text not null, body text not null,
	tries bigint not null, due_at bigint not null, done_at bigint, fault text not null,
	primary key (root_id, id)
);
create index org_outbox_due on org_outbox (id) where done_at is null;

create table person_audit (
	root_id uuid not null, seq bigint not null, at bigint not null, subject text not null, kind text not null,
	action text not null, purpose text not null, note text not null, prev bytea not null, hash bytea not null,
	primary key (root_id, seq)
);
create table person_audit_head (root_id uuid not null primary key, seq bigint not null, hash bytea not null);
create table person_outbox (
	root_id uuid not null, id uuid not null, at bigint not null, name text not null, body text not null,
	tries bigint not null, due_at bigint not null, done_at bigint, fault text not null,
	primary key (root_id, id)
);
create index person_outbox_due on person_outbox (id) where done_at is null;

create table station_audit (
	root_id uuid not null, seq bigint not null, at bigint not null, subject text not null, kind text not null,
	action text not null, purpose text not null, note text not null, prev bytea not null, hash bytea not null,
	primary key (root_id, seq)
);
create table station_audit_head (root_id uuid not null primary key, seq bigint not null, hash bytea not null);
create table station_outbox (
	root_id uuid not null, id uuid not null, at bigint not null, name text not null, body text not null,
	tries bigint not null, due_at bigint not null, done_at bigint, fault text not null,
	primary key (root_id, id)
);
create index station_outbox_due on station_outbox (id) where done_at is null;

create table request_audit (
	root_id uuid not null, seq bigint not null, at bigint not null, subject text not null, kind text not null,
	action text not null, purpose text not null, note text not null, prev bytea not null, hash bytea not null,
	primary key (root_id, seq)
);
create table request_audit_head (root_id uuid not null primary key, seq bigint not null, hash bytea not null);
create table request_outbox (
	root_id uuid not null, id uuid not null, at bigint not null, name text not null, body text not null,
	tries bigint not null, due_at bigint not null, done_at bigint, fault text not null,
	primary key (root_id, id)
);
create index request_outbox_due on request_outbox (id) where done_at is null;
