-- +goose Up
-- Records that may be one person's. merged_into is the record that one went into, and
-- before, sealed, what that one was until then. sought tells by which way of folding
-- names a row's indexes were made; a row that is behind is indexed anew, and looked for.
alter table member add column merged_into uuid;
alter table member add column before bytea;
alter table member add column sought bigint not null default 0;
create index member_merged on member (merged_into) where merged_into is not null;
create index member_unsought on member (member_id) where sought < 1;
create index member_by_phone on member (phone_index);

-- Pairs, each under both of its records, with what was decided about them.
create table member_twin (
	member_id  uuid   not null references member (member_id),
	other_id   uuid   not null,
	other_area text   not null, -- of the other record: so that a pair is listed once
	why        text   not null,
	rank       bigint not null, -- the lower, the likelier; ten less when it was handed up
	state      text   not null, -- open, not, merged, rest
	found_at   bigint not null,
	handed_at  bigint,
	decided_at bigint,
	by_name    text   not null,
	reason     text   not null,
	primary key (member_id, other_id)
);
create index member_twin_other on member_twin (other_id);
create index member_twin_open on member_twin (rank, member_id, other_id) where state = 'open';

-- What was merged, by whom, and until when it can be taken apart.
create table member_merge (
	member_id     uuid   not null references member (member_id), -- that went into the other
	seq           bigint not null,
	kept_id       uuid   not null,
	reason        text   not null,
	by_name       text   not null,
	union_name    text   not null, -- of whoever decided: whom the person asks
	at            bigint not null,
	undo_until    bigint not null,
	undone_at     bigint,
	undone_by     text   not null,
	undone_reason text   not null,
	primary key (member_id, seq)
);
create index member_merge_kept on member_merge (kept_id);
insert into member_rule (name, since, value, source) values
	('merge_undo_days', '2000-01-01', 30, '本系统规定:合并会员记录后三十天内可以撤回(参照个人信息保护法第四十六条,信息不准确的应当及时更正)');
