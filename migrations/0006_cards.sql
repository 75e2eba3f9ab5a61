-- Question cards: every version that held, and the changes that people work at. Without a version the cards of the
-- program hold.

CREATE TABLE card_set (version BIGINT PRIMARY KEY, cards TEXT NOT NULL, adopted_us BIGINT NOT NULL);

CREATE TABLE card_draft (
    id TEXT PRIMARY KEY,
    changed_us BIGINT NOT NULL,
    draft TEXT NOT NULL                 -- dispatch_core::card::draft::CardDraft
);
CREATE INDEX card_draft_changed ON card_draft (changed_us);
