-- +goose Up
-- What the form asks for, it has asked for from its first day: on a clock that
-- stands before November 2026 nobody was asked for anything.
update member_purpose set since = '2000-01-01' where version = 1;
