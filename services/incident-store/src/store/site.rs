//! Questions about the site: people, sessions, agencies, areas, policy, duties.

use std::sync::Arc;

use dispatch_core::alarm::AlarmWindow;
use dispatch_core::area::{Area, Level, Point};
use dispatch_core::duty::Duty;
use dispatch_core::ids::{AgencyCode, AreaCode, UserId};
use dispatch_core::place::{Kilometre, Place, PlaceKind};
use dispatch_core::policy::{AgencyEntry, Directory, Policy, Rules};
use dispatch_core::private::Private;
use dispatch_core::site::{ChannelTest, UserRole};
use dispatch_core::time::Timestamp;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::{Value as Json, json};

use super::{Store, incidents::folded};
use crate::engine::{Row, Value};
use crate::error::StoreError;
use crate::records::{SessionRecord, UserRecord};

/// The columns that [`read_user`] reads.
pub(crate) const USER_COLUMNS: &str =
    "users.id, users.username, users.name, users.role, users.agency, users.active, users.temporary";
/// The columns that [`read_agency`] reads.
pub(crate) const AGENCIES: &str = "SELECT id, code, name, functions, active FROM agency ORDER BY code";
/// The rules in force.
pub(crate) const RULES: &str = "SELECT rules FROM policy ORDER BY version DESC LIMIT 1";
/// People of one site; far above any centre.
const USERS_MAX: u32 = 10_000;

impl Store {
    /// Everybody's duty, as last set.
    pub async fn duties(&self) -> Result<Vec<Duty>, StoreError> {
        let rows = self
            .readers()
            .rows("SELECT state FROM duty ORDER BY id LIMIT $1", vec![USERS_MAX.into()])
            .await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// Tests of agencies' channels, the newest first.
    pub async fn channel_tests(&self, limit: u32) -> Result<Vec<ChannelTest>, StoreError> {
        let sql = "SELECT test FROM channel_test ORDER BY asked_us DESC, id LIMIT $1";
        let rows = self.readers().rows(sql, vec![limit.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// What sounded at the consoles since then, the newest first.
    pub async fn alarm_windows(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(UserId, AlarmWindow)>, StoreError> {
        let sql =
            "SELECT user_id, alarms FROM alarm_window WHERE from_us >= $1 ORDER BY from_us DESC LIMIT $2";
        let rows = self.readers().rows(sql, vec![since.into(), limit.into()]).await?;
        rows.iter().map(|row| Ok((row.parse(0)?, row.json(1)?))).collect()
    }

    /// A person's duty, if they ever had one.
    pub async fn duty(&self, user: UserId) -> Result<Option<Duty>, StoreError> {
        let row = self.readers().row("SELECT state FROM duty WHERE id = $1", vec![Value::of(user)]).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// Everybody who has an account.
    pub async fn users(&self) -> Result<Vec<UserRecord>, StoreError> {
        let sql = format!("SELECT {USER_COLUMNS} FROM users ORDER BY username_folded LIMIT $1");
        self.readers().rows(&sql, vec![USERS_MAX.into()]).await?.iter().map(|row| read_user(row, 0)).collect()
    }

    /// One person.
    pub async fn user(&self, id: UserId) -> Result<Option<UserRecord>, StoreError> {
        let sql = format!("SELECT {USER_COLUMNS} FROM users WHERE id = $1");
        self.readers().row(&sql, vec![Value::of(id)]).await?.map(|row| read_user(&row, 0)).transpose()
    }

    /// The person with this user name, without regard to case, and the hash of their password.
    pub async fn user_by_name(&self, username: &str) -> Result<Option<(UserRecord, String)>, StoreError> {
        let sql = format!("SELECT {USER_COLUMNS}, password_hash FROM users WHERE username_folded = $1");
        let row = self.readers().row(&sql, vec![folded(username).into()]).await?;
        row.map(|row| Ok((read_user(&row, 0)?, row.text(7)?.to_owned()))).transpose()
    }

    /// The open session of a token; none when it has expired or its person is not active.
    pub async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRecord>, StoreError> {
        let sql = format!(
            "SELECT {USER_COLUMNS}, opened_us, expires_us FROM session JOIN users ON users.id = session.user_id \
             WHERE token_hash = $1 AND expires_us > $2 AND active = 1"
        );
        let row = self.readers().row(&sql, vec![(*token_hash).into(), self.clock().now().into()]).await?;
        let read = |row: Row| -> Result<SessionRecord, StoreError> {
            Ok(SessionRecord { user: read_user(&row, 0)?, opened_at: row.time(7)?, expires_at: row.time(8)? })
        };
        row.map(read).transpose()
    }

    /// Every agency, by code.
    pub async fn agencies(&self) -> Result<Vec<AgencyEntry>, StoreError> {
        self.readers().rows(AGENCIES, vec![]).await?.iter().map(read_agency).collect()
    }

    /// Every area, with its outline.
    pub async fn areas(&self) -> Result<Vec<Area>, StoreError> {
        let sql =
            "SELECT code, name, level, parent, lat, lon, polygon, aliases, neighbour FROM area ORDER BY code";
        self.readers().rows(sql, vec![]).await?.iter().map(read_area).collect()
    }

    /// Every place of the kabupaten's own lists.
    pub async fn places(&self) -> Result<Vec<Place>, StoreError> {
        let sql = "SELECT source, id, name, kind, lat, lon, accuracy_m, aliases, road_m FROM place \
                   ORDER BY source, id";
        self.readers().rows(sql, vec![]).await?.iter().map(read_place).collect()
    }

    /// How many places of each list there are.
    pub async fn places_by_source(&self) -> Result<Vec<(String, usize)>, StoreError> {
        let sql = "SELECT source, COUNT(*) FROM place GROUP BY source ORDER BY source";
        let rows = self.readers().rows(sql, vec![]).await?;
        let count = |row: &Row| Ok((row.text(0)?.to_owned(), usize::try_from(row.int(1)?).unwrap_or(0)));
        rows.iter().map(count).collect()
    }

    /// The policy in force: the rules last adopted (else the default ones) and the agencies.
    pub async fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        let rules = self.readers().row(RULES, vec![]).await?;
        read_policy(rules, &self.readers().rows(AGENCIES, vec![]).await?)
    }
}

pub(crate) fn read_policy(rules: Option<Row>, agencies: &[Row]) -> Result<Arc<Policy>, StoreError> {
    let rules = match rules {
        Some(row) => row.json(0)?,
        None => Rules::default_rules().map_err(|_| StoreError::Unreadable { what: "the default rules" })?,
    };
    let agencies = agencies.iter().map(read_agency).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Policy { rules, directory: Directory::new(agencies) }))
}

pub(crate) fn read_user(row: &Row, first: usize) -> Result<UserRecord, StoreError> {
    let role = UserRole::from_code(row.text(first + 3)?).ok_or(StoreError::Unreadable { what: "a role" })?;
    Ok(UserRecord {
        id: row.parse(first)?,
        username: Private::new(row.text(first + 1)?.to_owned()),
        name: Private::new(row.text(first + 2)?.to_owned()),
        role,
        agency: row.maybe_parse(first + 4)?,
        active: row.int(first + 5)? == 1,
        temporary: row.int(first + 6)? == 1,
    })
}

pub(crate) fn read_agency(row: &Row) -> Result<AgencyEntry, StoreError> {
    Ok(AgencyEntry {
        id: row.parse(0)?,
        code: AgencyCode::new(row.text(1)?),
        name: row.text(2)?.to_owned(),
        functions: row.json(3)?,
        active: row.int(4)? == 1,
    })
}

/// Positions of a ring, rings of a polygon, polygons: as RFC 7946 nests them.
type Coordinates = Vec<Vec<Vec<[f64; 2]>>>;

fn read_area(row: &Row) -> Result<Area, StoreError> {
    let code = AreaCode(row.text(0)?.to_owned());
    let outline = row.maybe_text(6)?.map(serde_json::from_str::<Coordinates>).transpose();
    let outline = outline.map_err(|_| StoreError::Unreadable { what: "an outline" })?;
    Ok(Area {
        name: row.text(1)?.to_owned(),
        level: level_from(row.text(2)?)?,
        parent: row.maybe_text(3)?.map(|code| AreaCode(code.to_owned())),
        centre: Point { lat: row.real(4)?, lon: row.real(5)? },
        polygon: outline.map(multi_polygon),
        aliases: row.json(7)?,
        neighbour: row.int(8)? == 1,
        code,
    })
}

fn read_place(row: &Row) -> Result<Place, StoreError> {
    let unreadable = StoreError::Unreadable { what: "a place" };
    let road_m = row.maybe_int(8)?.map(|metres| u32::try_from(metres).unwrap_or(u32::MAX));
    Ok(Place {
        source: row.text(0)?.to_owned(),
        id: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        kind: PlaceKind::named(row.text(3)?).ok_or(unreadable)?,
        point: Point { lat: row.real(4)?, lon: row.real(5)? },
        accuracy_m: row.maybe_real(6)?,
        aliases: row.json(7)?,
        kilometre: road_m.and_then(Kilometre::of_metres),
    })
}

pub(crate) const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Kabupaten => "kabupaten",
        Level::Kecamatan => "kecamatan",
        Level::Desa => "desa",
    }
}

fn level_from(name: &str) -> Result<Level, StoreError> {
    [Level::Kabupaten, Level::Kecamatan, Level::Desa]
        .into_iter()
        .find(|level| level_name(*level) == name)
        .ok_or(StoreError::Unreadable { what: "the level of an area" })
}

/// The outline of an area as a GeoJSON geometry (RFC 7946), for a map.
pub fn polygon_geojson(area: &Area) -> Option<Json> {
    let outline = area.polygon.as_ref()?;
    Some(json!({ "type": "MultiPolygon", "coordinates": coordinates(outline) }))
}

pub(crate) fn coordinates(outline: &MultiPolygon<f64>) -> Coordinates {
    let ring = |line: &LineString<f64>| line.0.iter().map(|c| [c.x, c.y]).collect::<Vec<_>>();
    let rings = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<_>>()
    };
    outline.0.iter().map(rings).collect()
}

fn multi_polygon(coordinates: Coordinates) -> MultiPolygon<f64> {
    let line = |ring: Vec<[f64; 2]>| LineString(ring.into_iter().map(|[x, y]| Coord { x, y }).collect());
    let polygon = |rings: Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.into_iter().map(line);
        let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    MultiPolygon(coordinates.into_iter().map(polygon).collect())
}
