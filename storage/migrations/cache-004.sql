-- Questionnaires lie beside those of the same patient, apart from the index of their alerts, which are as good as random.
-- `calls`: whether the sender's word alone may make an alert of one (1 too for a row that was written before anybody looked).
CREATE TABLE asked (
    id INTEGER PRIMARY KEY,
    alert BLOB NOT NULL UNIQUE,
    person INTEGER NOT NULL,
    answered_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    grade INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

INSERT INTO asked (alert, person, answered_ms, received_ms, grade, calls, body)
SELECT alert, person, answered_ms, received_ms, grade, 1, body FROM questionnaire ORDER BY person, answered_ms;

DROP TABLE questionnaire;

ALTER TABLE asked RENAME TO questionnaire;

CREATE INDEX questionnaire_by_person ON questionnaire (person, answered_ms);

CREATE INDEX questionnaire_by_time ON questionnaire (answered_ms, person);

CREATE INDEX questionnaire_calling ON questionnaire (answered_ms, alert) WHERE calls;

CREATE INDEX questionnaire_by_arrival ON questionnaire (received_ms);
