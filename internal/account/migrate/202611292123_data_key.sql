-- +goose Up
-- The key that a worker's name and phone, and the numbers and notes of their changes
-- of phone, are sealed with, itself sealed by the ring; NULL: staff have none, and rows
-- of before there were such keys were sealed by the ring itself.
alter table person add column data_key bytea;
