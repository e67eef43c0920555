-- Presence (docs/protocol.md §17): the own word, which devices were told where it lies, and where the words of others lie.
CREATE TABLE presence_own (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seed BLOB NOT NULL,
    key BLOB NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE presence_given (
    device BLOB PRIMARY KEY,
    user BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE presence_shared (
    device BLOB PRIMARY KEY,
    user BLOB NOT NULL,
    writer_pk BLOB NOT NULL,
    key BLOB NOT NULL,
    sent_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
