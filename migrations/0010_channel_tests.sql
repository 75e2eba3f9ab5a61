-- Tests of agencies' second channels: one row for each channel of each test, with its latest word.

CREATE TABLE channel_test (
    id TEXT PRIMARY KEY,
    asked_us BIGINT NOT NULL,
    test TEXT NOT NULL                  -- dispatch_core::site::ChannelTest
);
CREATE INDEX channel_test_asked ON channel_test (asked_us);
