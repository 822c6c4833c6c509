-- +goose Up
-- What the union's desk needs: whether an application itself raises a doubt (the
-- list puts those first), who changed a row last and when, and what is found by.
alter table member add column odd boolean not null default false;
alter table member add column changed_by text not null default ''; -- as it was called then; empty: the member
alter table member add column changed_at bigint;
create index member_doc on member (doc_index);
insert into member_rule (name, since, value, source) values
	('export_rows', '2000-01-01', 5000, '个人信息保护法 第6条:限于实现处理目的的最小范围');
