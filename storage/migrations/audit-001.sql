-- The audit trail: rows are added, never changed; each carries the hash of all before it.

CREATE TABLE audit_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    subject_key BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    time_ms INTEGER NOT NULL,
    who BLOB NOT NULL,
    workstation TEXT NOT NULL,
    action TEXT NOT NULL,
    subject BLOB NOT NULL,
    reason TEXT NOT NULL,
    result TEXT NOT NULL,
    chain BLOB NOT NULL
) STRICT;

INSERT INTO audit_key VALUES (1, randomblob(32));

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit rows are never changed');
END;

CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit rows are never deleted');
END;
