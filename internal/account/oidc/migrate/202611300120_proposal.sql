-- +goose Up
-- What a union's administrator proposes as its identity provider. Group person, keyed by
-- the id that the provider has once it is in force. The secret goes when it is decided:
-- verdict is then set, refused, withdrawn or replaced. why is shown to who proposed it.
create table account_provider_draft (
	draft_id   uuid   not null primary key,
	org_id     uuid   not null,
	area       text   not null,
	issuer     text   not null,
	client_id  text   not null,
	secret     bytea,
	strong     text   not null,
	made_at    bigint not null,
	made_by    text   not null,
	made_name  text   not null,
	decided_at bigint,
	decided_by text   not null,
	verdict    text   not null,
	why        text   not null
);
create index account_provider_draft_area on account_provider_draft (area, draft_id);
create index account_provider_draft_org on account_provider_draft (org_id);
