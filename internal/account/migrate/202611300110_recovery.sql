-- +goose Up
-- When a recovery code was made: the owner sees whether somebody else made new ones.
-- Empty: before this was kept.
alter table person_recovery add column made_at bigint;
