-- +goose Up
-- What members agreed to is kept by the person, in a domain of its own. What was agreed
-- to by who is erased stays here: it leads to nobody, and is the proof of three years
-- (个人信息保护法 art. 56).
insert into consent (person_id, purpose, seq, version, given, at, way)
	select x.person_id, x.purpose, row_number() over (partition by x.person_id, x.purpose order by x.at, x.withdrawn), x.version, x.withdrawn = 0, x.at, 'join'
	from (
		select m.person_id, c.purpose, c.version, 0 as withdrawn, c.given_at as at from member_consent c join member m on m.member_id = c.member_id where m.person_id is not null
		union all
		select m.person_id, c.purpose, c.version, 1 as withdrawn, c.withdrawn_at as at from member_consent c join member m on m.member_id = c.member_id
			where m.person_id is not null and c.withdrawn_at is not null
	) x;
insert into consent_stop (person_id, purpose)
	select c.person_id, c.purpose from consent c
	where not c.given and not exists (select 1 from consent d where d.person_id = c.person_id and d.purpose = c.purpose and d.seq > c.seq);
delete from member_consent where member_id in (select m.member_id from member m where m.person_id is not null);
drop table member_purpose;

-- Kept by the event that tells of it: who may get news.
alter table member add column news boolean not null default false;
update member set news = true where person_id in (
	select c.person_id from consent c where c.purpose = 'news' and c.given
		and not exists (select 1 from consent d where d.person_id = c.person_id and d.purpose = c.purpose and d.seq > c.seq));
