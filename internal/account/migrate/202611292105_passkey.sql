-- +goose Up
-- Passkeys of staff (WebAuthn). Group person. public_key is sealed to its person and
-- credential: it is no secret, but so nobody plants or moves one who has only the database.
-- The name is what the owner called the device, in plain as the names of staff are. counter is the newest that the device showed; flags are those of its registration.
create table person_passkey (
	person_id  uuid   not null references person (person_id),
	credential text   not null,
	public_key bytea  not null,
	counter    bigint not null,
	flags      bigint not null,
	transports text   not null,
	name       text   not null,
	made_at    bigint not null,
	used_at    bigint,
	cloned_at  bigint,
	primary key (person_id, credential)
);

-- Guard: a credential belongs to one person.
create table person_passkey_id (credential text not null primary key, person_id uuid not null);

-- What a browser has begun and will come back with: a challenge of a passkey, the state
-- of a sign-in elsewhere. Found by the hash of the browser's secret, taken away by its use.
create table account_begun (
	hash    text   not null primary key,
	purpose text   not null,
	data    text   not null,
	ends_at bigint not null
);

-- By what somebody signed in; empty: before this was kept.
alter table account_session add column way text not null default '';
alter table account_half add column way text not null default '';

insert into account_limit (name, since, value, source) values
	('begin_life_s', '2026-01-01', 300, 'house rule; W3C WebAuthn Level 3, 15.1 recommends 5 to 10 minutes for a ceremony: how long a browser has for a passkey or to come back from another sign-in'),
	('begin_address_hour', '2026-01-01', 300, 'house rule: sign-ins begun by passkey or elsewhere from one address in an hour; an office shares one');
