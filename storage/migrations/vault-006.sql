-- How often the messages were opened, as they say themselves: an older copy of their file alone is seen.

ALTER TABLE standing ADD COLUMN mail INTEGER NOT NULL DEFAULT 0;
