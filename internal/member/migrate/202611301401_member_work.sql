-- +goose Up
-- Where members work: several at once, each from a day to a day. Rows are added; only an
-- end that was open is set. words are what a company is called as companies are kept, with
-- its firm_id, or the member's own. wrong: it never was so, and was put right.
create table member_work (
	member_id uuid    not null references member (member_id),
	seq       bigint  not null,
	firm_id   uuid,
	words     text    not null,
	station   text    not null, -- of theirs, in the member's words; empty: not said
	from_day  text    not null,
	until_day text    not null, -- empty: it lasts
	by_name   text    not null, -- who wrote it down, as it was called then; empty: the member
	ended_by  text    not null,
	wrong     boolean not null,
	primary key (member_id, seq)
);
create index member_work_firm on member_work (firm_id) where until_day = '';

-- What stood in the member's row moves: from the day of the application, as the calendar of
-- Beijing has it (the days since 1970 are counted in the years of the calendar from 1 March
-- of the year 0, for neither of the two databases does it as the other one).
insert into member_work (member_id, seq, firm_id, words, station, from_day, until_day, by_name, ended_by, wrong)
select member_id, 1, null, works, '',
	cast(y + case when mp >= 10 then 1 else 0 end as text) || '-' ||
	substr(cast(100 + case when mp >= 10 then mp - 9 else mp + 3 end as text), 2) || '-' ||
	substr(cast(100 + doy - (153 * mp + 2) / 5 + 1 as text), 2), '', '', '', 1 = 0
from (select member_id, works, y, doy, (5 * doy + 2) / 153 as mp
	from (select member_id, works, era * 400 + yoe as y, doe - (365 * yoe + yoe / 4 - yoe / 100) as doy
		from (select member_id, works, era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 as yoe
			from (select member_id, works, z / 146097 as era, z - z / 146097 * 146097 as doe
				from (select member_id, works, (applied_at + 28800000000) / 86400000000 + 719468 as z from member where works <> '') a) b) c) d) e;
alter table member drop column works;
