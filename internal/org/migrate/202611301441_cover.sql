-- +goose Up
-- What there is in an area with all within it: counted anew every few minutes. up is the
-- area around; of the nation it is '-'.
create table org_cover (
	area text   not null,
	up   text   not null,
	what text   not null,
	key  text   not null, -- an occupation, or the id of a company; else empty
	n    bigint not null,
	primary key (area, what, key)
);
create index org_cover_up on org_cover (up, area);

-- When that was.
create table org_counted (name text not null primary key, at bigint not null);
