-- +goose Up
-- What a worker says is wrong: the field, what is right, a photo that proves it, and
-- what stood there before it was changed. wanted and was are sealed.
alter table rights_ask add column field text not null default '';
alter table rights_ask add column wanted bytea;
alter table rights_ask add column was bytea;
alter table rights_ask add column proof text not null default '';
create index rights_ask_proof on rights_ask (ask_id) where proof <> '';
