-- +goose Up
-- What was solved, told anew as an example that anybody may read once its worker agrees
-- (个人信息保护法 art. 25). what and done are sealed; NULL once the worker said no. mark
-- is random: it orders a month's examples without telling a day.
create table request_example (
	request_id uuid   not null,
	example_id uuid   not null, -- names the words: new words have a new one
	state      text   not null, -- asked, agreed, refused
	month      text   not null,
	mark       text   not null,
	what       bytea,
	done       bytea,
	person_id  uuid   not null, -- who is asked
	by_id      uuid   not null,
	solved_at  bigint not null, -- when the matter was closed that is told of: solved anew, it is another
	asked_at   bigint not null,
	decided_at bigint,
	primary key (request_id),
	foreign key (request_id) references request (request_id)
);
create index request_example_shown on request_example (state, month, mark);
create index request_example_person on request_example (person_id);
