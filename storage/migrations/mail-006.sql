-- Which messages the retention was said to take (those that came before `before_ms`), and when it was said: nothing goes that
-- was not said a week before. Times are Unix milliseconds.
CREATE TABLE announced (
    at_ms INTEGER PRIMARY KEY,
    before_ms INTEGER NOT NULL
) STRICT;
