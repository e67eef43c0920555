-- Threads, messages, files, and what sending and receiving them needs. Times are Unix milliseconds; `place` orders by arrival.

CREATE TABLE life (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    clock_ms INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    restored INTEGER NOT NULL
) STRICT;

INSERT INTO life VALUES (1, 0, 0, 0);

-- `members` are user ids, 16 bytes each; `unread`, `held` and `last_*` follow from the messages.
CREATE TABLE thread (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conv BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    members BLOB NOT NULL,
    authority TEXT NOT NULL,
    ipp TEXT NOT NULL,
    label TEXT NOT NULL,
    expire_s INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    muted INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    held INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    last_author BLOB NOT NULL,
    last_text TEXT NOT NULL,
    last_state INTEGER NOT NULL,
    draft TEXT NOT NULL
) STRICT;

CREATE INDEX thread_order ON thread (pinned, last_ms, id);

CREATE INDEX thread_by_patient ON thread (authority, ipp) WHERE ipp <> '';

CREATE INDEX thread_by_members ON thread (members) WHERE kind = 'direct';

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place INTEGER NOT NULL UNIQUE,
    thread INTEGER NOT NULL REFERENCES thread (id) ON DELETE CASCADE,
    msg_id BLOB NOT NULL,
    author BLOB NOT NULL,
    own INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    text TEXT NOT NULL,
    quote BLOB NOT NULL,
    authority TEXT NOT NULL,
    ipp TEXT NOT NULL,
    label TEXT NOT NULL,
    event TEXT NOT NULL,
    event_about BLOB NOT NULL,
    read INTEGER NOT NULL,
    held TEXT NOT NULL,
    warning TEXT NOT NULL,
    edited_ms INTEGER NOT NULL,
    withdrawn_ms INTEGER NOT NULL,
    gone_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    UNIQUE (msg_id, author)
) STRICT;

CREATE UNIQUE INDEX message_by_thread ON message (thread, place);

CREATE INDEX message_unread ON message (thread, place) WHERE read = 0;

CREATE INDEX message_held ON message (thread) WHERE held <> '';

CREATE INDEX message_expiring ON message (expires_ms) WHERE expires_ms > 0 AND gone_ms = 0;

CREATE INDEX message_by_patient ON message (authority, ipp) WHERE ipp <> '';

-- What a corrected message said before.
CREATE TABLE version (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX version_by_message ON version (message);

-- The signed acts "pris en charge", with what was signed.
CREATE TABLE taken (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    proof BLOB NOT NULL,
    PRIMARY KEY (message, user)
) STRICT, WITHOUT ROWID;

-- From which device a message is, and H of its header body: what a receipt goes to, and what an act is about.
CREATE TABLE origin (
    message INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    device BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- How far an own message came with each device of its recipients.
CREATE TABLE receipt (
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    device BLOB NOT NULL,
    state INTEGER NOT NULL,
    relay_ms INTEGER NOT NULL,
    delivered_ms INTEGER NOT NULL,
    read_ms INTEGER NOT NULL,
    PRIMARY KEY (message, user, device)
) STRICT, WITHOUT ROWID;

-- `key` opens the sealed bytes that lie in the folder of files under the name `shelf`.
CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    done INTEGER NOT NULL,
    ephemeral INTEGER NOT NULL,
    open_within_s INTEGER NOT NULL,
    shown_for_s INTEGER NOT NULL,
    opened_ms INTEGER NOT NULL,
    opened_by BLOB NOT NULL,
    key BLOB NOT NULL,
    manifest BLOB NOT NULL,
    shelf TEXT NOT NULL,
    source TEXT NOT NULL
) STRICT;

CREATE INDEX file_by_message ON file (message);

CREATE INDEX file_by_shelf ON file (shelf) WHERE shelf <> '';

CREATE INDEX file_under_way ON file (state) WHERE state IN ('coming', 'going');

-- The padded blobs at the relay that a file is cut into, in order; `done` bytes are there, or here.
CREATE TABLE blob (
    file INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    blob BLOB NOT NULL,
    size_class INTEGER NOT NULL,
    done INTEGER NOT NULL,
    delete_key BLOB NOT NULL,
    PRIMARY KEY (file, number)
) STRICT, WITHOUT ROWID;

-- A signed header and its box, the same for all devices. `message` 0: not one that is shown.
CREATE TABLE letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    msg_id BLOB NOT NULL UNIQUE,
    type INTEGER NOT NULL,
    conv BLOB NOT NULL,
    message INTEGER NOT NULL,
    header BLOB NOT NULL,
    box BLOB NOT NULL,
    blob BLOB NOT NULL,
    wants_receipt INTEGER NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX letter_by_message ON letter (message) WHERE message > 0;

-- The outbox: one row for each device that a letter still has to reach.
CREATE TABLE parcel (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    letter INTEGER NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
    user BLOB NOT NULL,
    device BLOB NOT NULL,
    own INTEGER NOT NULL,
    state INTEGER NOT NULL,
    held TEXT NOT NULL,
    block BLOB NOT NULL,
    queue BLOB NOT NULL,
    card INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    UNIQUE (letter, user, device)
) STRICT;

CREATE INDEX parcel_by_state ON parcel (state, next_ms);

CREATE INDEX parcel_by_device ON parcel (device, state, id);

-- Devices written to or heard of: the newest card seen, and the queue where they listen for this desk.
CREATE TABLE peer (
    device BLOB PRIMARY KEY,
    user BLOB NOT NULL,
    relay TEXT NOT NULL,
    queue BLOB NOT NULL,
    writer_seed BLOB NOT NULL,
    card_number INTEGER NOT NULL,
    card BLOB NOT NULL,
    card_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX peer_by_user ON peer (user);

-- Queues where this desk listens; `device` is the one peer that writes there, empty for the contact queue.
CREATE TABLE queue (
    queue BLOB PRIMARY KEY,
    relay TEXT NOT NULL,
    device BLOB NOT NULL,
    owner_seed BLOB NOT NULL,
    writer_seed BLOB NOT NULL,
    made INTEGER NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX queue_by_device ON queue (device);

CREATE TABLE prekey (
    number INTEGER PRIMARY KEY,
    seed BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    superseded_ms INTEGER NOT NULL
) STRICT;

-- The own chain of each conversation: `seq` is the next one to use.
CREATE TABLE own_chain (
    conv BLOB PRIMARY KEY,
    chain BLOB NOT NULL,
    seq INTEGER NOT NULL,
    prev_hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Chains of others: `seq` is the next one expected, `hash` that of the header before it.
CREATE TABLE chain (
    device BLOB NOT NULL,
    chain BLOB NOT NULL,
    conv BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    forked INTEGER NOT NULL,
    PRIMARY KEY (device, chain)
) STRICT, WITHOUT ROWID;

-- Missing numbers of a chain, both ends included; `hash` is what the header behind them says of the last one.
CREATE TABLE gap (
    device BLOB NOT NULL,
    chain BLOB NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    hash BLOB NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (device, chain, first),
    FOREIGN KEY (device, chain) REFERENCES chain (device, chain) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
    device BLOB NOT NULL,
    msg_id BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (device, msg_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_by_time ON seen (at_ms);

-- Receipts that others are to get: `read_ms` 0 says that it came, and no more.
CREATE TABLE owed (
    msg_id BLOB NOT NULL,
    device BLOB NOT NULL,
    user BLOB NOT NULL,
    conv BLOB NOT NULL,
    delivered_ms INTEGER NOT NULL,
    read_ms INTEGER NOT NULL,
    PRIMARY KEY (msg_id, device)
) STRICT, WITHOUT ROWID;

-- Text and thread as they are searched: ligatures apart, the thread as a word of its own column.
CREATE VIEW spoken (id, text, thread) AS SELECT
    id,
    replace(replace(replace(replace(text, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
    't' || thread
FROM message;

CREATE VIRTUAL TABLE message_words USING fts5 (
    text, thread, content = 'spoken', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
