-- Documents that this user left for people without Consilium. What opens one (`link_key`, `code`) and what asks after it
-- (`owner_seed`) are emptied once nothing is left to open. Times are Unix milliseconds, 0 for never.
CREATE TABLE deposit (
    id INTEGER PRIMARY KEY,
    deposit BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    single INTEGER NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    owner_seed BLOB NOT NULL,
    link_key BLOB NOT NULL,
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0,
    opened_ms INTEGER NOT NULL DEFAULT 0,
    collected_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
