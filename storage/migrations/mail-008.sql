-- When the relay first had a parcel: a message is given up so long after that, not after it was written.
ALTER TABLE parcel ADD COLUMN first_ms INTEGER NOT NULL DEFAULT 0;

UPDATE parcel SET first_ms = made_ms WHERE state IN (4, 7);

-- The number of the newest offer of a queue that a device made: an older one changes nothing.
ALTER TABLE peer ADD COLUMN offered_ms INTEGER NOT NULL DEFAULT 0;

-- Why a device of a recipient does not get a message, "" where it does.
ALTER TABLE receipt ADD COLUMN held TEXT NOT NULL DEFAULT '';

-- The message that a correction, a withdrawal or an act is about, 0 for other letters.
ALTER TABLE letter ADD COLUMN about INTEGER NOT NULL DEFAULT 0;

-- What was said about messages and did not go out before this desk began a new life: `type` as in docs/protocol.md §11.
CREATE TABLE unsaid (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    type INTEGER NOT NULL,
    PRIMARY KEY (message, type)
) STRICT, WITHOUT ROWID;

-- When the author was last asked for a file that the relay has no longer.
ALTER TABLE file ADD COLUMN asked_ms INTEGER NOT NULL DEFAULT 0;

-- Who waits for an own file that is to be laid out again: the message's id and the file's place in it.
CREATE TABLE wanted (
    about BLOB NOT NULL,
    number INTEGER NOT NULL,
    user BLOB NOT NULL,
    device BLOB NOT NULL,
    PRIMARY KEY (about, number, device)
) STRICT, WITHOUT ROWID;
