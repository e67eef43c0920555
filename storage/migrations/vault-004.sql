-- How often this vault was unlocked, which its mirror in the keyring may know better, and the newest time that it has seen.

CREATE TABLE standing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    unlocks INTEGER NOT NULL,
    clock_s INTEGER NOT NULL,
    contact_s INTEGER NOT NULL
) STRICT;

INSERT INTO standing VALUES (1, 0, 0, 0);
