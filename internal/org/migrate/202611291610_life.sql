-- +goose Up
-- How unions begin, renew and end.
alter table org add column into_id uuid; -- who took a union over that ended

-- Applications to found a union, to the one that is to lead it. The name of who is
-- to chair it is sealed.
create table org_founding (
	founding_id uuid   not null primary key,
	state       text   not null,
	kind        text   not null,
	level       text   not null,
	name        text   not null,
	short       text   not null,
	area        text   not null,
	parent_id   uuid   not null,
	parent_area text   not null, -- whose leaders decide
	members     bigint not null, -- as the applicant says
	chair       bytea  not null,
	years       bigint not null,
	elected     text   not null,
	why         text   not null,
	asker_id    text   not null,
	asker_name  text   not null,
	asked_at    bigint not null,
	due_at      bigint,
	decided_at  bigint,
	decider     text   not null,
	reason      text   not null,
	org_id      uuid,
	version     bigint not null
);
create index org_founding_area on org_founding (area, founding_id);
create index org_founding_asked on org_founding (due_at, founding_id) where state = 'asked';

-- Terms of office (届).
create table org_tenure (
	org_id   uuid   not null references org (org_id),
	seq      bigint not null,
	since    text   not null,
	due      text   not null, -- by when the next one is to be elected
	years    bigint not null,
	at       bigint not null,
	by_name  text   not null,
	version  bigint not null,
	primary key (org_id, seq)
);
create index org_tenure_due on org_tenure (due, org_id);

-- Who holds which post in a term. Names are sealed.
create table org_post (
	org_id  uuid   not null references org (org_id),
	seq     bigint not null,
	no      bigint not null,
	post    text   not null,
	name    bytea  not null,
	since   text   not null,
	until   text   not null, -- empty: to the end of the term
	primary key (org_id, seq, no)
);

-- What holds from a day on, and by what rule.
create table org_rule (
	name   text   not null,
	since  text   not null,
	value  bigint not null,
	source text   not null,
	primary key (name, since)
);
insert into org_rule (name, since, value, source) values
	('founding_days', '2000-01-01', 10,   '工会法第十二条：建立工会组织必须报上一级工会批准；多少天批没有统一规定，先按10个工作日，各地可改'),
	('day_ends_min',  '2000-01-01', 1050, '工会窗口办公时间到17:30'),
	('renew_notice',  '2000-01-01', 90,   '工会法第十六条：基层工会委员会每届三年或者五年；到期前90天提醒，各地可改');
