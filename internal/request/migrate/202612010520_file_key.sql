-- +goose Up
-- The key that the file and its small picture are sealed with, itself sealed by the ring;
-- NULL: the ring sealed them, before there were such keys.
alter table request_attachment add column data_key bytea;
