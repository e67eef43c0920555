-- What an agenda needs of a meeting beside joining it: its end, its place in calendars, who hosts it.

ALTER TABLE meeting ADD COLUMN ends_s INTEGER NOT NULL DEFAULT 0;

ALTER TABLE meeting ADD COLUMN uid BLOB NOT NULL DEFAULT x'';

ALTER TABLE meeting ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;

ALTER TABLE meeting ADD COLUMN hosts BLOB NOT NULL DEFAULT x'';
