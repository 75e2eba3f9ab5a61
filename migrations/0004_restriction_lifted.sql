-- When a supervisor wanted the caller treated like anybody, so that the number's next calls are, too.

ALTER TABLE call ADD COLUMN lifted_us BIGINT;
