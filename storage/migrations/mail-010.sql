-- What came on one day (days since 1970) of people whom no service names; `said`: the day on which it was last said that it is too much.
CREATE TABLE guest (
    author BLOB PRIMARY KEY,
    day INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    said INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Those of their records that count for nothing: the only ones that are ever dropped.
CREATE TABLE guest_record (
    place INTEGER PRIMARY KEY REFERENCES record (place) ON DELETE CASCADE,
    author BLOB NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;

CREATE INDEX guest_record_by_author ON guest_record (author, place, bytes);
