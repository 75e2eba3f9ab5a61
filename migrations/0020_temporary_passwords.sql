-- A password that somebody else made: its person chooses another one before they do anything else.
ALTER TABLE users ADD COLUMN temporary BIGINT NOT NULL DEFAULT 0;
