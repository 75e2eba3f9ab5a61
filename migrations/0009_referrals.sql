-- What is no emergency and was handed on to another service.

CREATE TABLE referral (
    id TEXT PRIMARY KEY,
    at_us BIGINT NOT NULL,
    is_open BIGINT NOT NULL,            -- it has not reached its service
    referral TEXT NOT NULL              -- dispatch_core::referral::Referral
);
CREATE INDEX referral_listed ON referral (is_open, at_us);
