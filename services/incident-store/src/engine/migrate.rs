//! The schema: migrations are only ever added, and run at start.

use super::connection::Connection;
use super::fill_times::fill_times;
use crate::error::StoreError;

/// The text of each schema step, oldest first.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/0001_init.sql"),
    include_str!("../../../../migrations/0002_voice.sql"),
    include_str!("../../../../migrations/0003_call_back_owner.sql"),
    include_str!("../../../../migrations/0004_restriction_lifted.sql"),
    include_str!("../../../../migrations/0005_places.sql"),
    include_str!("../../../../migrations/0006_cards.sql"),
    include_str!("../../../../migrations/0007_rosters.sql"),
    include_str!("../../../../migrations/0008_units.sql"),
    include_str!("../../../../migrations/0009_referrals.sql"),
    include_str!("../../../../migrations/0010_channel_tests.sql"),
    include_str!("../../../../migrations/0011_incident_area.sql"),
    include_str!("../../../../migrations/0012_rules.sql"),
    include_str!("../../../../migrations/0013_crews.sql"),
    include_str!("../../../../migrations/0014_hand_overs.sql"),
    include_str!("../../../../migrations/0015_alarms.sql"),
    include_str!("../../../../migrations/0016_paper_forms.sql"),
    include_str!("../../../../migrations/0017_handling.sql"),
    include_str!("../../../../migrations/0018_form_drafts.sql"),
    include_str!("../../../../migrations/0019_disaster.sql"),
    include_str!("../../../../migrations/0020_temporary_passwords.sql"),
    include_str!("../../../../migrations/0021_numbers_and_trunks.sql"),
    include_str!("../../../../migrations/0022_log_tree.sql"),
    include_str!("../../../../migrations/0023_times.sql"),
];

/// The schema that this program knows.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Brings the schema up to date, in one transaction.
pub(crate) async fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let dialect = connection.dialect();
    connection.script(dialect.begin_write).await?;
    if let Some(lock) = dialect.lock_migration {
        connection.script(lock).await?;
    }
    let found = schema_of(connection).await?.unwrap_or(0);
    if found > SCHEMA {
        return Err(StoreError::SchemaTooNew { found, known: SCHEMA });
    }
    if found == 0 {
        connection.script("CREATE TABLE schema_version (version BIGINT PRIMARY KEY)").await?;
        if !dialect.prelude.is_empty() {
            connection.script(dialect.prelude).await?;
        }
    }
    for (version, text) in (1i64..).zip(MIGRATIONS) {
        if version <= found {
            continue;
        }
        connection.script(text).await?;
        if version == 1 {
            connection.script(dialect.append_only).await?;
        }
        if version == 23 && found > 0 {
            fill_times(connection).await?;
        }
        connection.run("INSERT INTO schema_version (version) VALUES ($1)", vec![version.into()]).await?;
    }
    connection.script("COMMIT").await
}

/// The schema that is there; none when this is no store of ours.
pub(crate) async fn schema_of(connection: &mut Connection) -> Result<Option<i64>, StoreError> {
    let has_table = connection.dialect().has_table;
    let tables = connection.row(has_table, vec!["schema_version".into()]).await?;
    if tables.map_or(Ok(0), |row| row.int(0))? == 0 {
        return Ok(None);
    }
    let row = connection.row("SELECT MAX(version) FROM schema_version", vec![]).await?;
    row.map_or(Ok(None), |row| row.maybe_int(0))
}
