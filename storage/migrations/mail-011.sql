-- Why a file that is coming or going does not move: the relay's code, or "disk"; empty where it does.
ALTER TABLE file ADD COLUMN halted TEXT NOT NULL DEFAULT '';
