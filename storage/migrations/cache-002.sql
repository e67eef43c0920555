-- Whom messages on results and documents named, who is known by them alone, whose identity is hidden. All is read anew from the inbox.

ALTER TABLE number ADD COLUMN heard BLOB NOT NULL DEFAULT x'';

ALTER TABLE number ADD COLUMN heard_oid TEXT NOT NULL DEFAULT '';

ALTER TABLE number ADD COLUMN heard_ins TEXT NOT NULL DEFAULT '';

CREATE INDEX number_by_heard_ins ON number (heard_ins) WHERE heard_ins <> '';

ALTER TABLE patient ADD COLUMN unnamed INTEGER NOT NULL DEFAULT 0;

ALTER TABLE patient ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

CREATE INDEX patient_unnamed ON patient (last_ms) WHERE unnamed;

DELETE FROM number;

DELETE FROM word;

DELETE FROM link;

DELETE FROM receipt;

DELETE FROM source;

DELETE FROM spent;

DELETE FROM patient;

INSERT INTO patient_words (patient_words) VALUES ('delete-all');

UPDATE progress SET applied = 0;
