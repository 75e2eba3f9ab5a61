-- What people decided of single numbers of telephones: a rule has an end, and refuses nobody. The log keeps all of them;
-- here is what holds.
CREATE TABLE number_rule (
    number_hash BLOB PRIMARY KEY,       -- as in call
    until_us BIGINT NOT NULL,
    rule TEXT NOT NULL                  -- JSON
);

-- How the trunks were configured, each time that it was found otherwise than before. The last row holds.
CREATE TABLE trunk_setup (
    at_us BIGINT PRIMARY KEY,
    trunks TEXT NOT NULL                -- JSON
);
