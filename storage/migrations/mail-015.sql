-- Whom the draft of a thread is about: the thread may be linked to another patient before it is sent.
ALTER TABLE thread ADD COLUMN draft_authority TEXT NOT NULL DEFAULT '';
ALTER TABLE thread ADD COLUMN draft_ipp TEXT NOT NULL DEFAULT '';
ALTER TABLE thread ADD COLUMN draft_label TEXT NOT NULL DEFAULT '';

UPDATE thread SET draft_authority = authority, draft_ipp = ipp, draft_label = label WHERE draft <> '';
