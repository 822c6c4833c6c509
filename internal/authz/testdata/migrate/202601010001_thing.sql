-- +goose Up
create table thing (id text not null primary key, area text not null, org text not null, owner text not null);
create table body (id text not null, org text not null, primary key (id, org));
