-- +goose Up
-- Of which decisions a member was told by message: each once.
create table member_told (
	member_id uuid   not null references member (member_id),
	event_id  uuid   not null,
	told_at   bigint not null,
	primary key (member_id, event_id)
);
