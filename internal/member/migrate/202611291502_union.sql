-- +goose Up
-- How many members a union has is asked by the union.
create index member_union on member (union_id, state);
create index member_to on member (to_id) where to_id is not null;
