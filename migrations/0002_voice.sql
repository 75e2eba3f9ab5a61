-- Voice: calls that the centre makes, who has a call now, and whose number owes a call-back.

ALTER TABLE call ADD COLUMN is_out BIGINT NOT NULL DEFAULT 0;    -- the centre called: no caller waited
ALTER TABLE call ADD COLUMN call_taker TEXT;                     -- who has it now; answered_by is who answered first
-- Asked once for every batch in which a call is answered or ends.
CREATE INDEX call_owed ON call (number_hash) WHERE call_back = 'open' AND number_hash IS NOT NULL;
