-- What somebody has typed into a form and not handed in. No evidence: it is overwritten with every pause in the
-- typing, deleted when the form is handed in, and forgotten after two days.
CREATE TABLE form_draft (
    place TEXT PRIMARY KEY,             -- call:ID, free:USER, paper:USER, incident:ID:USER
    author TEXT NOT NULL,               -- whoever typed last
    revision BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    content TEXT NOT NULL               -- the console's own words, JSON
);
CREATE INDEX form_draft_author ON form_draft (author, at_us);
CREATE INDEX form_draft_at ON form_draft (at_us);
