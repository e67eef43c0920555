-- Rows past their retention may go, behind a place of the chain that is kept: it still verifies from there.

CREATE TABLE audit_start (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;

INSERT INTO audit_start VALUES (1, 0, zeroblob(32));

DROP TRIGGER audit_is_never_cut;

CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
WHEN OLD.seq > (SELECT seq FROM audit_start) BEGIN
    SELECT RAISE(ABORT, 'audit rows are never deleted but behind the start');
END;
