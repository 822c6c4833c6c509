-- +goose Up
-- 1: the member wrote the identity number anew, and nobody looked at it since. Whoever has
-- their phone alone could have: it proves nothing of who they are (package silence).
alter table member add column doc_own bigint not null default 0;
update member set doc_own = 1 where member_id in (select r.member_id from member_realname r where r.fixes > 0 and r.state not in ('match', 'seen'));
