-- What figures need of calls and incidents: their time stamps and what they are grouped by, in narrow rows by time, so
-- that a report of a year does not read the records. Each row is written with its record; the program fills them in for
-- records that are older than this table.
CREATE TABLE call_times (
    at_us BIGINT NOT NULL,              -- when it arrived
    id TEXT NOT NULL,
    times TEXT NOT NULL,                -- JSON of dispatch_core::metrics::CallTimes
    PRIMARY KEY (at_us, id)
);
CREATE TABLE incident_times (
    at_us BIGINT NOT NULL,              -- when the centre heard of it
    id TEXT NOT NULL,
    times TEXT NOT NULL,                -- JSON of dispatch_core::metrics::IncidentTimes
    PRIMARY KEY (at_us, id)
);
