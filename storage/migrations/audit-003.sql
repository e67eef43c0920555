-- Who looked at a patient: asked at each page, over a trail of a year.

CREATE INDEX audit_by_subject ON audit (subject, seq) WHERE subject <> x'';
