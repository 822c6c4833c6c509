-- +goose Up
-- The sealing of each hour reads the newest rows of every group, and not all.
create index member_audit_at on member_audit (at, root_id, seq);
