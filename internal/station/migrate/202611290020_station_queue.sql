-- +goose Up
-- When work on an import was ordered: what was ordered first is done first. What
-- was at hand before this column keeps the order in which it moved last.
alter table station_work add column ordered_at bigint not null default 0;
update station_work set ordered_at = at;
