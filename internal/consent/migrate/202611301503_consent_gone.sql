-- +goose Up
-- When the account of whoever decided ended: from then on the row is the proof of what
-- was agreed to, and leads to nobody. NULL: it has not.
alter table consent add column gone_at bigint;
create index consent_gone on consent (gone_at) where gone_at is not null;
