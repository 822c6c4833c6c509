-- +goose Up
-- The key that the row's name, phone, identity number and day of birth are sealed
-- with, itself sealed by the ring; NULL: they were sealed before there were such keys,
-- by the ring itself.
alter table member add column data_key bytea;
