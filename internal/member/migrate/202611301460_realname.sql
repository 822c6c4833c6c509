-- +goose Up
-- Whether name and identity number of a member belong together, as an identity service
-- says (实名核验), or as a cadre saw by the original. Group member. Of the answer nothing
-- is kept but yes, no or unknown; print is a keyed hash of what was asked.
-- state: due, match, mismatch, no_record, seen.
create table member_realname (
	member_id  uuid   not null primary key,
	print      text   not null,
	ask_id     uuid   not null, -- of the question: the same when it is asked again
	state      text   not null,
	source     text   not null, -- who answered, as it was called then
	since      bigint not null,
	tries      bigint not null,
	next_at    bigint,          -- when it is asked; NULL: it is answered
	checked_at bigint,
	fixes      bigint not null, -- how often the member wrote name or number anew
	wanted     text   not null, -- what a cadre asks the member to look at
	wanted_by  text   not null,
	wanted_at  bigint,
	seen_by    text   not null, -- who saw the original
	seen_at    bigint,
	note       text   not null
);
create index member_realname_due on member_realname (next_at) where state = 'due';
create index member_realname_bad on member_realname (member_id) where state in ('mismatch', 'no_record');

-- How many questions went out on a day: services count them, and bill them.
create table member_realname_day (day text not null primary key, asked bigint not null);

-- 0: somebody has to look whether the number is to be checked (again).
alter table member add column named bigint not null default 0;
create index member_unnamed on member (member_id) where named = 0;

insert into member_rule (name, since, value, source) values
	('realname_day',   '2000-01-01', 5000, '各地核验服务按次计量,每日限量由本级工会与服务方约定'),
	('realname_fixes', '2000-01-01', 3,    '个人信息保护法 第46条:发现个人信息不准确的,有权请求更正;多次仍对不上的,到窗口核对原件');
