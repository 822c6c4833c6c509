-- +goose Up
insert into account_limit (name, since, value, source) values
	('capture_address_hour', '2026-01-01', 120, 'house rule: many phones share one address of a mobile network; a flood does not'),
	('capture_person_day', '2026-01-01', 30, 'house rule: more than anybody has to say in a day');
