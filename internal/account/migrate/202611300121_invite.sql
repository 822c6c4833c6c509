-- +goose Up
-- Invitations to come in by a union's provider, found by the hash of their secret: roots
-- of their own, as sessions are. One for a person. set_at is when the first password was
-- taken away: an invitation is void once a password was given since.
create table account_invite (
	hash        text   not null primary key,
	person_id   uuid   not null,
	provider_id uuid   not null,
	set_at      bigint not null,
	made_at     bigint not null,
	made_by     text   not null,
	ends_at     bigint not null
);
create index account_invite_of on account_invite (person_id);

-- Somebody who comes in another way and has no password: its hash is that of nobody.
alter table person_password add column absent boolean not null default false;
