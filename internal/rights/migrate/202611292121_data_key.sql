-- +goose Up
-- The key that the row's words, name, phone and answer are sealed with, itself sealed
-- by the ring; NULL: they were sealed before there were such keys, by the ring itself.
alter table rights_ask add column data_key bytea;
