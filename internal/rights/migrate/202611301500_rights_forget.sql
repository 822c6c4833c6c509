-- +goose Up
-- What somebody without an account asked to have erased and is held by law: it goes in
-- the night after its last hold is over. Group person.
create table rights_forget_wait (
	ask_id   uuid   not null,
	kind     text   not null check (kind in ('member', 'request')),
	thing_id uuid   not null,
	asked_at bigint not null,
	primary key (ask_id, thing_id)
);
