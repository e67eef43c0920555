-- The history on its way to (or, `incoming`, from) another device of the same person. `after`: place of the last message that is
-- in a piece; `skipped`: the first one that was still on its way itself, 0 for none; `number`: the next piece.
CREATE TABLE transfer (
    device BLOB NOT NULL,
    incoming INTEGER NOT NULL,
    after INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    number INTEGER NOT NULL,
    total INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    PRIMARY KEY (device, incoming)
) STRICT, WITHOUT ROWID;

-- Pieces in the outbox, and how many messages are in each: the letter is gone once the other device has it.
CREATE TABLE transfer_piece (
    msg_id BLOB PRIMARY KEY,
    device BLOB NOT NULL,
    messages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
