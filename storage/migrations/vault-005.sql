-- A person has several devices, each compared by itself; whom this user blocks, lists of people, what the organisation says of them.

CREATE TABLE verified_key (
    user BLOB NOT NULL,
    ed25519_pk BLOB NOT NULL,
    time_s INTEGER NOT NULL,
    voucher BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (user, ed25519_pk)
) STRICT, WITHOUT ROWID;

INSERT INTO verified_key (user, ed25519_pk, time_s) SELECT user, ed25519_pk, time_s FROM verified;

DROP TABLE verified;

ALTER TABLE verified_key RENAME TO verified;

ALTER TABLE trust_note ADD COLUMN key BLOB NOT NULL DEFAULT x'';

CREATE TABLE blocked (
    user BLOB PRIMARY KEY,
    time_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The list 1 holds the favourites.
CREATE TABLE circle (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

INSERT INTO circle VALUES (1, '');

CREATE TABLE circle_member (
    circle INTEGER NOT NULL REFERENCES circle (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    PRIMARY KEY (circle, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    org BLOB PRIMARY KEY,
    list BLOB NOT NULL
) STRICT, WITHOUT ROWID;
