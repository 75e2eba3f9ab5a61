-- A crew that asks for help is listed beside the escalations.
DROP INDEX event_escalation;
CREATE INDEX event_escalation ON event (idx)
    WHERE kind IN ('incident.escalated', 'incident.plan_exhausted', 'incident.help_asked', 'call.disposition_overdue',
        'call.call_back_overdue');

-- Units that are gone for ever stay readable, and no list or count goes through them.
ALTER TABLE unit ADD COLUMN is_retired BIGINT NOT NULL DEFAULT 0;
UPDATE unit SET is_retired = 1 WHERE state LIKE '%"readiness":{"readiness":"retired"}%';
DROP INDEX unit_agency;
CREATE INDEX unit_agency ON unit (is_retired, agency, id);
