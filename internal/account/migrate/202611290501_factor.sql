-- +goose Up
-- A staff member's second factor. Group person. sealed is the secret of the codes;
-- on_at is empty until a code has proved that the phone has it; last_step is the
-- newest time step of which a code was used. A reset leaves the row, so that the
-- person reads of it.
create table person_factor (
	person_id  uuid    not null primary key references person (person_id),
	sealed     bytea,
	on_at      bigint,
	last_step  bigint  not null,
	reset_at   bigint,
	reset_by   text    not null,
	reset_told boolean not null
);

-- Recovery codes, by their keyed hash.
create table person_recovery (
	person_id uuid   not null references person (person_id),
	hash      text   not null,
	used_at   bigint,
	primary key (person_id, hash)
);

-- A sign-in whose password was right and whose code is still to come: a root of
-- its own, found by the hash of its secret. It is no session.
create table account_half (
	hash      text   not null primary key,
	person_id uuid   not null,
	ends_at   bigint not null
);
create index account_half_of on account_half (person_id);

insert into account_limit (name, since, value, source) values
	('factor_required', '2026-01-01', 0, '等保2.0 GB/T 22239-2019 8.1.4.1 d asks for two factors at level 3: 0 nobody must, 1 administrators, 2 all staff; 0 until the union sets a day'),
	('factor_half_min', '2026-01-01', 5, 'house rule: time to find the phone; a sign-in that waits for its code ends then');
