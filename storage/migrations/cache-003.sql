-- Questionnaires as they stand now, one row each; made of the words of kind `questionnaire`, again whenever one of a person changes.
CREATE TABLE questionnaire (
    alert BLOB PRIMARY KEY,
    person INTEGER NOT NULL,
    answered_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    grade INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX questionnaire_by_person ON questionnaire (person, answered_ms);

CREATE INDEX questionnaire_by_time ON questionnaire (answered_ms, person);
