-- Every message that was acknowledged, as it came, and every one that was refused. `seq` is never used twice.

CREATE TABLE incoming (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    control_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    arrived_ms INTEGER NOT NULL,
    raw BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX incoming_by_id ON incoming (sender, control_id, digest);

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    sender TEXT NOT NULL,
    control_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    times INTEGER NOT NULL,
    replayed_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    raw BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX quarantine_by_content ON quarantine (sender, control_id, digest, reason);

CREATE INDEX quarantine_waiting ON quarantine (id) WHERE replayed_ms = 0;

INSERT INTO sqlite_sequence VALUES ('incoming', 0);
