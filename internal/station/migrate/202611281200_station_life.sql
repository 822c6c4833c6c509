-- +goose Up
-- How the station came to be and is kept up (who runs it, when it was built and
-- accepted, what it cost, on which maps it is): one JSON text, read and written
-- whole, never a condition. The column photo holds its pictures as JSON now.
alter table station add column life text not null default '{}';
