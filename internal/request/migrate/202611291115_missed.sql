-- +goose Up
-- What a body did not do in time stays known when its date is moved, when the
-- worker is waited for and when the matter has its answer: missed_sign of the
-- signing, missed of the word on what was done. Each is written with the clocks.
alter table request_dispatch add column missed_sign boolean not null default false;
alter table request_dispatch add column missed boolean not null default false;
