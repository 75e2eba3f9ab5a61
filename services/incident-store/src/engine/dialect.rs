//! What differs between the engines: all of it.

/// The words of one engine.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Begins a transaction that will write.
    pub(crate) begin_write: &'static str,
    /// Begins a transaction that sees one moment.
    pub(crate) begin_read: &'static str,
    /// Goes behind the question for the head row, to lock it. `BEGIN IMMEDIATE` has done so already on SQLite.
    pub(crate) lock_row: &'static str,
    /// Wakes other desks when the transaction commits; `$1` is the new head.
    pub(crate) notify: Option<&'static str>,
    /// Comes before the first migration.
    pub(crate) prelude: &'static str,
    /// Keeps other processes from migrating at the same time. SQLite has the lock file for that.
    pub(crate) lock_migration: Option<&'static str>,
    /// Whether there is a table of this name (`$1`).
    pub(crate) has_table: &'static str,
    /// Comes after the first migration: the log can only grow.
    pub(crate) append_only: &'static str,
}

/// The channel of the wake-ups.
pub(crate) const CHANNEL: &str = "sigap_log";

pub(super) const SQLITE: Dialect = Dialect {
    begin_write: "BEGIN IMMEDIATE",
    begin_read: "BEGIN",
    lock_row: "",
    notify: None,
    prelude: "",
    lock_migration: None,
    has_table: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
    append_only: "
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
",
};

pub(super) const POSTGRES: Dialect = Dialect {
    begin_write: "BEGIN ISOLATION LEVEL READ COMMITTED",
    begin_read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    lock_row: " FOR UPDATE",
    notify: Some("SELECT pg_notify('sigap_log', $1)"),
    prelude: "CREATE DOMAIN blob AS bytea;",
    // Any number that nobody else uses: the ASCII of `sigap112`.
    lock_migration: Some("SELECT pg_advisory_xact_lock(8316291793424167218)"),
    has_table: "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1",
    append_only: "
CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only();
CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only();
",
};
