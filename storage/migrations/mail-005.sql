-- To whom an own message with files goes, whoever is in its thread by the time they are all at the relay.
CREATE TABLE addressee (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    PRIMARY KEY (message, user)
) STRICT, WITHOUT ROWID;
