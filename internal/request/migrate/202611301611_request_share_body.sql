-- +goose Up
-- A consent belongs to one matter and one body (个人信息保护法 第二十三条: 接收方的名称或者姓名、
-- 联系方式、处理目的、处理方式和个人信息的种类, 单独同意). kinds are what may be seen: photo, voice,
-- words, by commas; contact is what the worker was told of the body. Rows without a body say
-- only that the worker wants to be asked: those of before named no body, or no contact of it,
-- and are no consent.
alter table request_share add column body_id uuid;
alter table request_share add column kinds text not null default '';
alter table request_share add column contact text not null default '';
