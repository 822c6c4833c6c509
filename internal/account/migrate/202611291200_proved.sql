-- +goose Up
-- When a staff member last proved themselves in a session, by the password and the
-- second factor where there is one. Empty: not since this is kept.
alter table account_session add column proved_at bigint;

insert into account_limit (name, since, value, source) values
	('proof_min', '2026-01-01', 15, 'house rule; OWASP ASVS 5.0 7.5.3 asks for one more proof before highly sensitive acts: how long one is enough');
