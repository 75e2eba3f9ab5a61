-- Changes of the rules that people work at. The versions that held are in `policy`.

CREATE TABLE rules_draft (
    id TEXT PRIMARY KEY,
    changed_us BIGINT NOT NULL,
    draft TEXT NOT NULL                 -- dispatch_core::policy::draft::RulesDraft
);
CREATE INDEX rules_draft_changed ON rules_draft (changed_us);
