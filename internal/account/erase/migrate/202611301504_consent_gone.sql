-- +goose Up
-- What those agreed to whose account has ended already is proof since then.
update consent set gone_at = (select e.erased_at from person_erased e where e.person_id = consent.person_id)
	where gone_at is null and person_id in (select person_id from person_erased);
