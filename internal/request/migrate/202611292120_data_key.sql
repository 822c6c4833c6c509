-- +goose Up
-- The key that name and phone are sealed with, itself sealed by the ring; NULL: they
-- were sealed before there were such keys, by the ring itself, or nobody said who
-- they are.
alter table request add column data_key bytea;
