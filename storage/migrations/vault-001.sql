-- The first vault: who this device is, whom it trusts, its settings and its meetings.

CREATE TABLE device (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ed25519_seed BLOB NOT NULL,
    mldsa_seed BLOB NOT NULL,
    certificate BLOB NOT NULL
) STRICT;

CREATE TABLE organisation (
    org BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    ed25519_pk BLOB NOT NULL,
    mldsa_pk BLOB NOT NULL,
    own INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE issuer (
    hash BLOB PRIMARY KEY,
    org BLOB NOT NULL REFERENCES organisation (org) ON DELETE CASCADE,
    certificate BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE relay_key (
    org BLOB PRIMARY KEY REFERENCES organisation (org) ON DELETE CASCADE,
    seed BLOB NOT NULL,
    certificate BLOB NOT NULL,
    not_after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE relay (
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    pin BLOB NOT NULL,
    ca TEXT NOT NULL,
    PRIMARY KEY (host, port)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meeting (
    tag BLOB NOT NULL,
    occurrence INTEGER NOT NULL,
    title TEXT NOT NULL,
    relay_host TEXT NOT NULL,
    relay_port INTEGER NOT NULL,
    secret BLOB NOT NULL,
    invite_hash BLOB NOT NULL,
    inv_sk BLOB NOT NULL,
    starts_s INTEGER NOT NULL,
    host INTEGER NOT NULL,
    last_joined_ms INTEGER NOT NULL,
    PRIMARY KEY (tag, occurrence)
) STRICT;

CREATE INDEX meeting_by_start ON meeting (starts_s);

CREATE TABLE certificate (
    hash BLOB PRIMARY KEY,
    user BLOB NOT NULL,
    certificate BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX certificate_by_user ON certificate (user);

CREATE TABLE revocation (
    hash BLOB PRIMARY KEY,
    time_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE head (
    org BLOB PRIMARY KEY,
    height INTEGER NOT NULL,
    hash BLOB NOT NULL,
    time_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE verified (
    user BLOB PRIMARY KEY,
    ed25519_pk BLOB NOT NULL,
    time_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trust_note (
    id INTEGER PRIMARY KEY,
    user BLOB NOT NULL,
    time_s INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX trust_note_by_user ON trust_note (user);

-- Keys of damaged files that were set aside: a later change of password must not make them unreadable for IT.
CREATE TABLE set_aside (
    stamp TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the audit chain had come when the profile was last closed: a tail cut off later is seen.
CREATE TABLE audit_anchor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;
