-- +goose Up
-- Nobody is on two sides at once: each of the three powers is one, all of the union's own
-- work together another (authz.Side). The guard is the key of this table. Group person. A
-- row stays while a grant on that side is in force or to come. Who holds a power and work
-- from before keeps both as they were given, and the work does not count.
create table person_side (
	person_id uuid not null primary key references person (person_id),
	side      text not null check (side in ('admin', 'security', 'auditor', 'work'))
);
insert into person_side (person_id, side) select person_id, role from person_power;
insert into person_side (person_id, side)
	select distinct person_id, 'work' from person_grant
	where role not in ('admin', 'security', 'auditor') and ended_at is null
	on conflict do nothing;
drop table person_power;
