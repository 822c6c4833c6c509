-- +goose Up
-- The blind index of the phone that a cadre wrote down with an ask: by it the ask is found
-- for whoever has that phone. Empty: there is none, or the program has not made it so far.
alter table rights_ask add column phone_index text not null default '';
create index rights_ask_phone on rights_ask (phone_index) where phone_index <> '';
create index rights_ask_unindexed on rights_ask (ask_id) where phone is not null and phone_index = '';
