-- +goose Up
-- Of the three powers (administrator, security administrator, auditor) nobody has
-- two, at no time at once (等保 三权分立): the guard is the key of this table. Group
-- person. A row stays while a grant of the power is in force or to come.
create table person_power (
	person_id uuid not null primary key references person (person_id),
	role      text not null check (role in ('admin', 'security', 'auditor'))
);
insert into person_power (person_id, role)
	select distinct person_id, role from person_grant where role = 'admin' and ended_at is null;

-- Locked by the security administrator: no sign-in until it is opened again.
alter table person add column locked_at bigint;
alter table person add column locked_by text not null default '';
alter table person add column locked_why text not null default '';

-- A reading of the whole audit trail that an auditor asked for, with what it found.
create table audit_check (
	check_id uuid   not null primary key,
	asked_at bigint not null,
	by_id    uuid,
	by_name  text   not null,
	ended_at bigint,
	rows_n   bigint not null,
	sealed_n bigint not null,
	loose_n  bigint not null,
	wrong_n  bigint not null,
	wrong    text   not null -- the first of what is wrong, a line each
);
create index audit_check_asked on audit_check (asked_at);

-- Guard: one is on its way at a time. Whoever ends it lets go.
create table audit_check_open (name text not null primary key, check_id uuid not null);
