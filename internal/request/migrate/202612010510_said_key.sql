-- +goose Up
-- The key that what the worker said is sealed with, itself sealed by the ring: source, words,
-- heard and place (of a matter without a station) here, and the worker's words in
-- request_event. NULL: nothing of it is there, or it was sealed before there were such keys,
-- by the ring itself.
alter table request add column said_key bytea;
