-- +goose Up
-- Who waits for a union is found by that, and not by the date of its answer: in
-- a year whose holidays are not published there is none.
drop index member_due;
create index member_waits on member (area, due_at, member_id) where state = 'applied' or to_id is not null;
