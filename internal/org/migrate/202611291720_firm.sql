-- +goose Up
-- Companies that people work for. Group org.
create table firm (
	firm_id  uuid    not null primary key,
	name     text    not null,
	platform boolean not null, -- work is given out through an app
	find     text    not null,
	made_at  bigint  not null
);
-- A guard: a company is kept once.
create table firm_name (name text not null primary key, firm_id uuid not null);

-- A company in an area, the union that stands there, and what is done for one (一企一策).
create table firm_branch (
	branch_id uuid   not null primary key,
	firm_id   uuid   not null,
	area      text   not null,
	union_id  uuid,
	since     text   not null,
	owner     text   not null,
	obstacle  text   not null,
	result    text   not null,
	also      text   not null, -- how else members write the company, one to a line
	steps     text   not null, -- JSON: they are read and written whole
	due       text   not null, -- of the first step that waits; empty: none does
	version   bigint not null
);
create index firm_branch_area on firm_branch (area, branch_id);
create index firm_branch_firm on firm_branch (firm_id, area);
create index firm_branch_union on firm_branch (union_id) where union_id is not null;

-- How many people somebody says work there. Rows are added, none is changed.
create table firm_fact (
	branch_id  uuid   not null references firm_branch (branch_id),
	fact_id    uuid   not null,
	occupation text   not null, -- empty: not told apart
	n          bigint not null,
	day        text   not null,
	source     text   not null,
	by_name    text   not null,
	at         bigint not null,
	primary key (branch_id, fact_id)
);
