-- What sounded at each console, in windows of ten minutes. Silent windows have no row.
CREATE TABLE alarm_window (
    user_id TEXT NOT NULL,
    from_us BIGINT NOT NULL,
    alarms TEXT NOT NULL                -- dispatch_core::alarm::AlarmWindow
);
CREATE INDEX alarm_window_from ON alarm_window (from_us);
