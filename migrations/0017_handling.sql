-- When a call-taker was done with a call, its outcome included: how long calls take decides how many people are needed.
ALTER TABLE call ADD COLUMN handled_us BIGINT;
