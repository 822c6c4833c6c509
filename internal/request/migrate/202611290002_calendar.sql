-- +goose Up
-- A request keeps the calendar that was published at its arrival, and the moment
-- before which a clock that runs into unpublished days cannot end.
alter table request add column calendar bigint not null default 0;
alter table request add column not_before bigint;
create index request_dark on request (not_before) where not_before is not null;
drop index request_undated;
