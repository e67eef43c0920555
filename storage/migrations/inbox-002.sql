-- What a gateway hands on to desks, what a desk was handed, and documents on their way out. Numbers of feeds are never used twice.

-- The device of the gateway that handed a message on; empty: it came to a listener of this profile.
ALTER TABLE incoming ADD COLUMN via BLOB NOT NULL DEFAULT x'';

-- At a gateway: how far the inbox was looked through for followers.
CREATE TABLE feed_progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;

INSERT INTO feed_progress VALUES (1, 0);

-- One feed a care unit: `life` parts it from a feed of the same unit that was lost.
CREATE TABLE feed (
    unit TEXT PRIMARY KEY,
    life BLOB NOT NULL,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which messages of the inbox each batch of a feed holds, in order.
CREATE TABLE feed_batch (
    unit TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    seqs BLOB NOT NULL,
    PRIMARY KEY (unit, number)
) STRICT, WITHOUT ROWID;

-- Of whom a feed carried everything that the inbox has.
CREATE TABLE feed_carries (
    unit TEXT NOT NULL,
    authority TEXT NOT NULL,
    ipp TEXT NOT NULL,
    PRIMARY KEY (authority, ipp, unit)
) STRICT, WITHOUT ROWID;

-- A device that follows a unit: up to which batch it was served, -1 while a snapshot is due.
CREATE TABLE follower (
    device BLOB NOT NULL,
    unit TEXT NOT NULL,
    user BLOB NOT NULL,
    number INTEGER NOT NULL,
    heard_ms INTEGER NOT NULL,
    PRIMARY KEY (device, unit)
) STRICT, WITHOUT ROWID;

-- At a desk: up to which batch it has a feed without a gap, and the newest of which it heard.
CREATE TABLE feed_read (
    gateway BLOB NOT NULL,
    unit TEXT NOT NULL,
    life BLOB NOT NULL,
    number INTEGER NOT NULL,
    said INTEGER NOT NULL,
    PRIMARY KEY (gateway, unit)
) STRICT, WITHOUT ROWID;

-- Documents on their way to the hospital's record: at the author's desk and at the gateway. `told`: the state that the author was told.
CREATE TABLE outgoing (
    id BLOB PRIMARY KEY,
    author BLOB NOT NULL,
    state TEXT NOT NULL,
    told TEXT NOT NULL,
    code TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    subject BLOB NOT NULL,
    message BLOB NOT NULL
) STRICT;

CREATE INDEX outgoing_due ON outgoing (next_ms) WHERE state = 'queued';
