-- +goose Up
-- Passwords that may not come again, where a rule asks for it. Group person.
create table person_password_old (
	person_id uuid   not null references person (person_id),
	set_at    bigint not null,
	hash      text   not null,
	primary key (person_id, set_at)
);

insert into account_limit (name, since, value, source) values
	('password_days', '2026-01-01', 0, '等保2.0 GB/T 22239-2019 8.1.4.1 a asks for regular change: 0 never, until the union sets a day; OWASP ASVS 5.0 6.2.10 advises against it'),
	('password_kept', '2026-01-01', 0, '等保2.0 GB/T 22239-2019 8.1.4.1 a: the last so many passwords may not come again; 0 until the union sets a day'),
	('password_kinds', '2026-01-01', 0, '等保2.0 GB/T 22239-2019 8.1.4.1 a asks for complexity: kinds of signs; 0 until the union sets a day; OWASP ASVS 5.0 6.2.5 advises against it');
