-- +goose Up
-- Identity providers of unions (OpenID Connect). Group person, keyed by the provider's
-- id. strong are the words (acr, amr) by which the provider says that it saw two factors.
create table account_provider (
	provider_id uuid   not null primary key,
	org_id      uuid   not null,
	area        text   not null,
	issuer      text   not null,
	client_id   text   not null,
	secret      bytea  not null,
	strong      text   not null,
	made_at     bigint not null,
	made_by     text   not null,
	ended_at    bigint
);
create index account_provider_area on account_provider (area, provider_id);

-- Who of the staff is whom at a provider. subject is the blind index of the provider's
-- issuer and its word for the person; the word itself is not kept.
create table person_provider (
	person_id   uuid   not null references person (person_id),
	provider_id uuid   not null,
	subject     text   not null,
	made_at     bigint not null,
	used_at     bigint,
	primary key (person_id, provider_id)
);

-- Guard: somebody at a provider is one person here.
create table person_provider_subject (subject text not null primary key, person_id uuid not null, provider_id uuid not null);
