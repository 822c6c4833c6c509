-- +goose Up
-- When a staff member last had a session in use: an account that nobody uses is locked
-- (GB/T 22239-2019 8.1.4.2 c). Those who are here already count as seen at the last act
-- that was noted, about when this came.
alter table person add column used_at bigint;
update person set used_at = (select max(at) from person_audit) where kind = 'staff';
insert into account_limit (name, since, value, source) values
	('dormant_days', '2026-01-01', 90, 'GB/T 22239-2019 8.1.4.2 c 要求及时停用多余的、过期的账户；90 天是本系统的默认，各地可以改，0 为不停用');
