-- +goose Up
-- How often somebody was wrong about a membership that a list brought.
alter table member add column wrong_claims bigint not null default 0;
