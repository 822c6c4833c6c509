-- +goose Up
-- A worker's WeChat, by the blind index of its id at our official account; the id itself
-- is not kept. Group person.
create table person_wechat (
	person_id uuid   not null primary key references person (person_id),
	openid    text   not null,
	made_at   bigint not null,
	used_at   bigint
);

-- Guard: a WeChat belongs to one worker.
create table person_wechat_id (openid text not null primary key, person_id uuid not null);
