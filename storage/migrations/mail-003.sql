-- By which word the thread is what it is: the newest counts, whatever the order in which words come.
ALTER TABLE thread ADD COLUMN said_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE thread ADD COLUMN said_id BLOB NOT NULL DEFAULT x'';

-- What came before the message that it is about: corrections, withdrawals, acts. `body` is what was signed.
CREATE TABLE early (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    about BLOB NOT NULL,
    user BLOB NOT NULL,
    conv BLOB NOT NULL,
    type INTEGER NOT NULL,
    body BLOB NOT NULL,
    proof BLOB NOT NULL,
    sent_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX early_by_about ON early (about, id);

CREATE INDEX early_by_user ON early (user, id);
