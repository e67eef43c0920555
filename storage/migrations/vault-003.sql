-- A meeting on several dates is one row: its dates, those that were called off, and what its invitation allows.

CREATE TABLE meeting_on_dates (
    tag BLOB PRIMARY KEY,
    title TEXT NOT NULL,
    relay_host TEXT NOT NULL,
    relay_port INTEGER NOT NULL,
    secret BLOB NOT NULL,
    invite_hash BLOB NOT NULL,
    inv_sk BLOB NOT NULL,
    starts_s INTEGER NOT NULL,
    host INTEGER NOT NULL,
    last_joined_ms INTEGER NOT NULL,
    ends_s INTEGER NOT NULL,
    uid BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    hosts BLOB NOT NULL,
    starts BLOB NOT NULL DEFAULT x'',
    off BLOB NOT NULL DEFAULT x'',
    every INTEGER NOT NULL DEFAULT 0,
    zone TEXT NOT NULL DEFAULT '',
    guests INTEGER NOT NULL DEFAULT 1,
    most INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO meeting_on_dates (
    tag, title, relay_host, relay_port, secret, invite_hash, inv_sk, starts_s, host, last_joined_ms, ends_s, uid, sequence, hosts
) SELECT
    tag, title, relay_host, relay_port, secret, invite_hash, inv_sk, starts_s, host, last_joined_ms, ends_s, uid, sequence, hosts
FROM meeting WHERE occurrence = 0;

DROP TABLE meeting;

ALTER TABLE meeting_on_dates RENAME TO meeting;

CREATE INDEX meeting_by_start ON meeting (starts_s);
