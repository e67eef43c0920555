-- Meetings that others called by sealed message, and whom this user told of the own ones.

ALTER TABLE meeting ADD COLUMN organiser BLOB NOT NULL DEFAULT x'';

ALTER TABLE meeting ADD COLUMN answer INTEGER NOT NULL DEFAULT 0;

ALTER TABLE meeting ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;

ALTER TABLE meeting ADD COLUMN invite BLOB NOT NULL DEFAULT x'';

CREATE TABLE invited (
    uid BLOB NOT NULL,
    user BLOB NOT NULL,
    since INTEGER NOT NULL,
    said INTEGER NOT NULL DEFAULT -1,
    letter BLOB NOT NULL DEFAULT x'',
    key_letter BLOB NOT NULL DEFAULT x'',
    answer INTEGER NOT NULL DEFAULT 0,
    answer_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (uid, user)
) STRICT, WITHOUT ROWID;
