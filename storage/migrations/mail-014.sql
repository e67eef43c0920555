-- A file that was given to the patient's record: the document's id there, how far it is, and why it was refused.
ALTER TABLE file ADD COLUMN document BLOB NOT NULL DEFAULT x'';
ALTER TABLE file ADD COLUMN joined TEXT NOT NULL DEFAULT '';
ALTER TABLE file ADD COLUMN joined_code TEXT NOT NULL DEFAULT '';

CREATE INDEX file_by_document ON file (document) WHERE document <> x'';

CREATE INDEX file_leaving ON file (joined) WHERE joined IN ('queued', 'sent');
