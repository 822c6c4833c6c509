-- +goose Up
-- Which codes of members were looked at, and by whom: each counts once. Old rows
-- of a member go with the next that is written.
create table member_code (
	member_id  uuid   not null references member (member_id),
	kind       text   not null,
	issued_at  bigint not null,
	checked_by text   not null, -- the subject's id
	checked_at bigint not null,
	primary key (member_id, kind, issued_at)
);
