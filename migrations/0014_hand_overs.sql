-- Offers of neighbouring centres that were taken back before they came; kept for a day.

CREATE TABLE taken_back (
    sender TEXT NOT NULL,               -- Kemendagri code of the centre
    transfer TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    came BIGINT NOT NULL,               -- 1 once the offer came after all and was turned away
    PRIMARY KEY (transfer, sender)
);
CREATE INDEX taken_back_at ON taken_back (at_us);

-- Incidents that were handed over, either way, are counted without a look at the others.
ALTER TABLE incident ADD COLUMN is_handed BIGINT NOT NULL DEFAULT 0;
UPDATE incident SET is_handed = 1 WHERE state LIKE '%"transfers":[{%' OR state LIKE '%"origin":{%';
CREATE INDEX incident_handed ON incident (opened_us) WHERE is_handed = 1;
