-- +goose Up
-- Who asked to join in a county that had no union of its own: the area that they asked for,
-- and what became of it. Group member.
-- state: open, kept (with the union above), placed (with another one), handed (to the county's
-- own, once it was there).
create table member_gap (
	member_id uuid   not null primary key,
	asked     text   not null, -- the area that they chose
	since     bigint not null,
	state     text   not null,
	ended_at  bigint,
	by_name   text   not null,
	union_id  uuid             -- where they went
);
create index member_gap_asked on member_gap (asked, member_id) where state in ('open', 'kept');
