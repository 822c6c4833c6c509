-- +goose Up
-- The station of ours (工会驿站) that a member belongs to: a row of its own beside those of
-- companies, with no words, for the station has its name itself. What stands in the column
-- station stays what it was: the depot of a platform (配送站点), in the member's words.
alter table member_work add column station_id uuid;
create index member_work_station on member_work (station_id) where until_day = '';
