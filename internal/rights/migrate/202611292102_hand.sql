-- +goose Up
-- Who handed an ask on to the union that it belongs to: rows are only added. Beside
-- rights_ask, by the same key.
create table rights_hand (
	ask_id    uuid   not null references rights_ask (ask_id),
	seq       bigint not null,
	at        bigint not null,
	from_id   uuid   not null,
	from_name text   not null,
	to_id     uuid   not null,
	to_name   text   not null,
	by_name   text   not null,
	primary key (ask_id, seq)
);

-- Pages show the source of a rule, and their first language is Chinese.
update rights_rule set source = '暖新内部规定:同时等答复的最多这么多件,要补充就写在其中一件里' where name = 'open_most' and source = 'house rule: so many that wait at a time; who has more to say adds it to one of them';
