-- The words of messages stand by their place in time, not by when this desk learned of them: an older device's history is older.
DROP TABLE message_words;

DROP VIEW spoken;

CREATE VIEW spoken (id, place, text, thread) AS SELECT
    id,
    place,
    replace(replace(replace(replace(text, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
    't' || thread
FROM message;

CREATE VIRTUAL TABLE message_words USING fts5 (
    text, thread, content = 'spoken', content_rowid = 'place', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);

INSERT INTO message_words (rowid, text, thread) SELECT place, text, thread FROM spoken WHERE text <> '' ORDER BY place;
