-- Disaster modes: proposed, on, ended. The newest is the one that counts.
CREATE TABLE disaster (
    id TEXT PRIMARY KEY,
    at_us BIGINT NOT NULL,              -- of the proposal
    disaster TEXT NOT NULL              -- dispatch_core::disaster::Disaster
);
CREATE INDEX disaster_at ON disaster (at_us);
-- Word from the centre to agencies, with who read it.
CREATE TABLE broadcast (
    id TEXT PRIMARY KEY,
    at_us BIGINT NOT NULL,
    broadcast TEXT NOT NULL             -- dispatch_core::broadcast::Broadcast
);
CREATE INDEX broadcast_at ON broadcast (at_us);
