-- +goose Up
-- More time for a body: deadline is the date that holds now, first_deadline the
-- one that was set first, where it was moved; asked_until waits for the union's
-- word. due_by is when the body's clock ends, with the time that waited for the
-- worker. mended_at is when a station last said that it is mended.
alter table request_dispatch add column first_deadline bigint;
alter table request_dispatch add column asked_until bigint;
alter table request_dispatch add column due_by bigint;
alter table request add column mended_at bigint;
