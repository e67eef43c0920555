-- Signed records of features (type 40) with what their signature covers; they are the trace, and nothing deletes them.
CREATE TABLE record (
    place INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    service BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    came_ms INTEGER NOT NULL,
    author BLOB NOT NULL,
    device BLOB NOT NULL,
    authority TEXT NOT NULL,
    ipp TEXT NOT NULL,
    label TEXT NOT NULL,
    proof BLOB NOT NULL,
    box BLOB NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE INDEX record_by_subject ON record (subject);

CREATE INDEX record_by_time ON record (kind, at_ms);
