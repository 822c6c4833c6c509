-- +goose Up
-- Whether the worker of a matter agreed that the bodies which handle it see the photos and
-- voice that came with it (个人信息保护法 art. 23): rows are only added, the newest counts,
-- none is no. way: form, page, or told (a cadre wrote down what the caller said).
create table request_share (
	request_id uuid    not null references request (request_id),
	seq        bigint  not null,
	given      boolean not null,
	at         bigint  not null,
	way        text    not null check (way in ('form', 'page', 'told')),
	bodies     text    not null, -- whom it named: who had the matter then, by commas
	by_name    text    not null, -- of the cadre; empty: the worker
	primary key (request_id, seq)
);
