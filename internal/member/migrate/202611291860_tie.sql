-- +goose Up
-- The organisations that a member belongs to beside the union that leads. Rows are
-- added; only an end that was open is set. until_day is empty while it lasts.
create table member_tie (
	member_id uuid   not null references member (member_id),
	seq       bigint not null,
	kind      text   not null,
	org_id    uuid   not null,
	org_name  text   not null,
	from_day  text   not null,
	until_day text   not null,
	by_name   text   not null,
	ended_by  text   not null, -- empty: it ended with the membership, or lasts
	primary key (member_id, seq)
);
create unique index member_tie_lasts on member_tie (member_id, org_id) where until_day = '';
