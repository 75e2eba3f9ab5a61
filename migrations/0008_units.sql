-- Units of agencies: the state of each as dispatch_core::unit::Unit. Replaying the events gives the same.

CREATE TABLE unit (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    agency TEXT NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX unit_agency ON unit (agency, id);
