-- The first schema of Sigap 112. One text for SQLite and PostgreSQL: BLOB is a domain over bytea on PostgreSQL,
-- times are microseconds since 1970 UTC, ids and JSON are text, truth values are 0 and 1.
-- The triggers that keep `event` and `checkpoint` append-only differ by engine; the program adds them.

-- The one row that every writer locks. It makes the log index gap-free and equal to commit order.
CREATE TABLE log_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL,              -- raised by every desk that becomes writer
    idx BIGINT NOT NULL,
    hash BLOB NOT NULL,
    log_id BLOB NOT NULL,
    number_key BLOB NOT NULL,           -- keys the HMAC under which callers' numbers are found again
    directory_version BIGINT NOT NULL   -- counts changes of rules and agencies, so that other desks read them again
);

CREATE TABLE event (
    idx BIGINT PRIMARY KEY,
    stream TEXT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    leaf BLOB NOT NULL,                 -- the exact bytes that were hashed; all else is read from them
    hash BLOB NOT NULL,
    UNIQUE (stream, version)
);
CREATE INDEX event_escalation ON event (idx)
    WHERE kind IN ('incident.escalated', 'incident.plan_exhausted', 'call.disposition_overdue', 'call.call_back_overdue');

-- Personal values of events. A leaf holds their commitments only; a row can go, the leaf stays.
CREATE TABLE personal (
    idx BIGINT NOT NULL,                -- the event
    n BIGINT NOT NULL,                  -- the place in the event
    stream TEXT NOT NULL,
    salt BLOB NOT NULL,
    value TEXT NOT NULL,                -- canonical JSON
    PRIMARY KEY (idx, n)
);
CREATE INDEX personal_stream ON personal (stream);
CREATE TABLE record_key (stream TEXT PRIMARY KEY, wrapped BLOB NOT NULL);

CREATE TABLE checkpoint (idx BIGINT PRIMARY KEY, text TEXT NOT NULL, at_us BIGINT NOT NULL);

CREATE TABLE receipt (
    idem TEXT PRIMARY KEY,
    fingerprint BLOB,
    first_idx BIGINT NOT NULL,
    last_idx BIGINT NOT NULL,
    answer TEXT,                        -- cleared after a day
    at_us BIGINT NOT NULL
);
CREATE INDEX receipt_answer ON receipt (at_us) WHERE answer IS NOT NULL;
CREATE TABLE journal_cursor (journal TEXT PRIMARY KEY, next_index BIGINT NOT NULL);
CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL);

-- What is to be done outside after the commit, and by when something is late.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    incident TEXT NOT NULL,
    effect TEXT NOT NULL,
    due_us BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until_us BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_us, id);
CREATE TABLE deadline (stream TEXT PRIMARY KEY, due_us BIGINT NOT NULL);
CREATE INDEX deadline_due ON deadline (due_us, stream);

-- Records: the state of each stream as JSON, and the columns by which it is found. Replaying the events gives the same.
CREATE TABLE call (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    arrived_us BIGINT NOT NULL,
    answered_us BIGINT,
    answered_by TEXT,
    phase TEXT NOT NULL,
    is_open BIGINT NOT NULL,
    is_test BIGINT NOT NULL,
    disposition TEXT,
    incident TEXT,
    number_hash BLOB,
    call_back TEXT,
    call_back_overdue BIGINT NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX call_arrived ON call (arrived_us, id);
CREATE INDEX call_open ON call (arrived_us, id) WHERE is_open = 1;
CREATE INDEX call_call_back ON call (arrived_us, id) WHERE call_back = 'open';
CREATE INDEX call_number ON call (number_hash, arrived_us) WHERE number_hash IS NOT NULL;
CREATE INDEX call_incident ON call (incident) WHERE incident IS NOT NULL;

CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    opened_us BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    status TEXT NOT NULL,
    category TEXT NOT NULL,
    priority TEXT NOT NULL,
    area_code TEXT,
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    search TEXT NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX incident_opened ON incident (opened_us, id);
CREATE INDEX incident_open ON incident (opened_us, id) WHERE is_open = 1;
CREATE INDEX incident_area ON incident (area_code, opened_us);
CREATE INDEX incident_lat ON incident (lat) WHERE lat IS NOT NULL;
-- Which calls an incident has: those attached by hand have no disposition that names it.
CREATE TABLE incident_call (incident TEXT NOT NULL, call TEXT NOT NULL, PRIMARY KEY (incident, call));

CREATE TABLE assignment (
    id TEXT PRIMARY KEY,
    incident TEXT NOT NULL,
    agency TEXT NOT NULL,
    is_open BIGINT NOT NULL,            -- engaged, not completed, on an open incident
    is_waiting BIGINT NOT NULL,         -- open, not a mere copy, and no person has acknowledged it
    priority TEXT NOT NULL,
    sent_us BIGINT NOT NULL
);
CREATE INDEX assignment_incident ON assignment (incident);
CREATE INDEX assignment_agency ON assignment (agency, sent_us);
CREATE INDEX assignment_open ON assignment (agency, sent_us) WHERE is_open = 1;

CREATE TABLE duty (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    duty_state TEXT NOT NULL,
    state TEXT NOT NULL
);

-- The site.
CREATE TABLE site (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL, demo BIGINT, founded_us BIGINT);
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    username_folded TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    agency TEXT,
    active BIGINT NOT NULL,
    password_hash TEXT NOT NULL
);
CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    user_id TEXT NOT NULL,
    opened_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_expires ON session (expires_us);
CREATE TABLE agency (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    functions TEXT NOT NULL,
    active BIGINT NOT NULL
);
CREATE TABLE area (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent TEXT,
    lat DOUBLE PRECISION NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    polygon TEXT,                       -- GeoJSON coordinates of a MultiPolygon
    aliases TEXT NOT NULL,
    neighbour BIGINT NOT NULL
);
CREATE TABLE policy (version BIGINT PRIMARY KEY, rules TEXT NOT NULL, adopted_us BIGINT NOT NULL);
