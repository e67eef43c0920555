-- The patient whom a deposit is about, as a message names one; empty for none.
ALTER TABLE deposit ADD COLUMN authority TEXT NOT NULL DEFAULT '';
ALTER TABLE deposit ADD COLUMN ipp TEXT NOT NULL DEFAULT '';
ALTER TABLE deposit ADD COLUMN patient TEXT NOT NULL DEFAULT '';

CREATE INDEX deposit_by_patient ON deposit (authority, ipp) WHERE ipp <> '';
