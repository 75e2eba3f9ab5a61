-- Paper forms for the time when the system is away: each number is given out once and accounted for.

CREATE TABLE paper_form (
    number TEXT PRIMARY KEY,            -- F-YYYY-NNNNNN
    batch TEXT NOT NULL,                -- what was printed together
    state TEXT NOT NULL,                -- out, used, spoiled, missing
    form TEXT NOT NULL                  -- dispatch_core::paper::PaperForm
);
CREATE INDEX paper_form_listed ON paper_form (state, number);
CREATE INDEX paper_form_batch ON paper_form (batch, number);
