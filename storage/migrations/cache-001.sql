-- The patients of this desk, made of what messages told; all of it can be made again from the inbox. Times are Unix milliseconds.

CREATE TABLE progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applied INTEGER NOT NULL
) STRICT;

INSERT INTO progress VALUES (1, 0);

-- A number that a sender gave somebody. `root` is the number under which this person is kept now; `traits` all that was said of them.
CREATE TABLE number (
    id INTEGER PRIMARY KEY,
    authority TEXT NOT NULL,
    ipp TEXT NOT NULL,
    root INTEGER NOT NULL,
    news_ms INTEGER NOT NULL,
    traits BLOB NOT NULL,
    UNIQUE (authority, ipp)
) STRICT;

CREATE INDEX number_by_root ON number (root);

CREATE INDEX number_by_ipp ON number (ipp);

-- What was said of movements, allergies, reports and documents: `place` is the fact's in its message, `file` PID-18.
CREATE TABLE word (
    id INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    recorded_ms INTEGER NOT NULL,
    control_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    file TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX word_by_name ON word (number, kind, name, recorded_ms, control_id, place);

CREATE INDEX document_by_message ON word (control_id) WHERE kind = 'document';

-- Merges, renames and transfers of files between numbers.
CREATE TABLE link (
    old INTEGER NOT NULL,
    new INTEGER NOT NULL,
    kind TEXT NOT NULL,
    old_file TEXT NOT NULL,
    file TEXT NOT NULL,
    recorded_ms INTEGER NOT NULL,
    control_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (old, new, kind, old_file, file, recorded_ms, control_id, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_by_new ON link (new);

CREATE TABLE receipt (
    of TEXT NOT NULL,
    recorded_ms INTEGER NOT NULL,
    control_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (of, recorded_ms, control_id, body)
) STRICT, WITHOUT ROWID;

-- Which message of the inbox told of which number, and those that nobody needs any more.
CREATE TABLE source (
    seq INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX source_by_number ON source (number);

CREATE TABLE spent (
    seq INTEGER PRIMARY KEY
) STRICT;

-- One row a person, enough for a list; `id` is that of their number, `words` a digest of what they are found by.
CREATE TABLE patient (
    id INTEGER PRIMARY KEY,
    authority TEXT NOT NULL,
    ipp TEXT NOT NULL,
    birth_name TEXT NOT NULL,
    used_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    birth TEXT NOT NULL,
    sex TEXT NOT NULL,
    status TEXT NOT NULL,
    dead INTEGER NOT NULL,
    inside INTEGER NOT NULL,
    unit TEXT NOT NULL,
    last_ms INTEGER NOT NULL,
    news_ms INTEGER NOT NULL,
    ins TEXT NOT NULL,
    ins_oid TEXT NOT NULL,
    by_ins_alone INTEGER NOT NULL,
    whereabouts BLOB NOT NULL,
    words BLOB NOT NULL
) STRICT;

CREATE INDEX patient_by_ins ON patient (ins) WHERE ins <> '';

CREATE INDEX patient_by_last ON patient (last_ms);

CREATE INDEX patient_by_news ON patient (news_ms);

CREATE INDEX patient_inside ON patient (last_ms) WHERE inside;

-- Enough to put matches in order without reading (and decrypting) their rows.
CREATE INDEX patient_order ON patient (id, inside, last_ms);

CREATE VIRTUAL TABLE patient_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
