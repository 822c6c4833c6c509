-- +goose Up
-- The audit chain and the outbox of the group member.
create table member_audit (
	root_id uuid not null, seq bigint not null, at bigint not null, subject text not null, kind text not null,
	action text not null, purpose text not null, note text not null, prev bytea not null, hash bytea not null,
	primary key (root_id, seq)
);
create table member_audit_head (root_id uuid not null primary key, seq bigint not null, hash bytea not null);
create table member_outbox (
	root_id uuid not null, id uuid not null, at bigint not null, name text not null, body text not null,
	tries bigint not null, due_at bigint not null, done_at bigint, fault text not null,
	primary key (root_id, id)
);
create index member_outbox_due on member_outbox (id) where done_at is null;
