-- Who owes the call-back, so that the next one goes to whoever owes the fewest.

ALTER TABLE call ADD COLUMN call_back_owner TEXT;
CREATE INDEX call_owned ON call (call_back_owner) WHERE call_back = 'open' AND call_back_owner IS NOT NULL;
CREATE INDEX call_with ON call (call_taker) WHERE call_taker IS NOT NULL;
