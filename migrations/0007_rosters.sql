-- Duty rosters: whom to ring, who is on shift when, which shifts change hands; and hand-overs of shifts.

CREATE TABLE roster_person (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL                -- dispatch_core::roster::Person
);
CREATE TABLE roster_shift (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    from_us BIGINT NOT NULL,
    to_us BIGINT NOT NULL
);
CREATE INDEX roster_shift_to ON roster_shift (to_us, from_us);
CREATE TABLE roster_swap (
    id TEXT PRIMARY KEY,
    asked_us BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    swap TEXT NOT NULL                  -- dispatch_core::roster::Swap
);
CREATE INDEX roster_swap_open ON roster_swap (asked_us) WHERE is_open = 1;
CREATE TABLE shift_handover (
    id TEXT PRIMARY KEY,
    office TEXT NOT NULL,               -- an agency's id; empty for the centre
    at_us BIGINT NOT NULL,
    is_open BIGINT NOT NULL,            -- nobody has taken it over
    handover TEXT NOT NULL              -- dispatch_core::roster::handover::ShiftHandover
);
CREATE INDEX shift_handover_office ON shift_handover (office, is_open, at_us);
