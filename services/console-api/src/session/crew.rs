//! The crew of a unit, let in by the link that its agency gave it.
//!
//! The link is `/petugas#UNIT.SECRET`. The console of the agency made the secret; the unit's record holds its hash and until
//! when it holds ([`dispatch_core::unit::CrewLink`]), so that ending it, another link and retiring the unit shut it at once.
//! It opens two routes and the areas, and never a session: [`crate::authority::Authority`] does not know it.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use dispatch_core::actor::Actor;
use dispatch_core::ids::UnitId;
use dispatch_core::time::{Clock, Timestamp};
use dispatch_core::unit::Unit;
use incident_store::Store;
use sha2::{Digest as _, Sha256};

use super::Carrier;
use super::token::{bearer_of, cookie_of};
use crate::limits::READ_WAIT;
use crate::origin::Origins;
use crate::problem::{Code, Problem};

/// The cookie's name; another one than a session's, so that both can be in one browser.
const COOKIE: &str = "__Host-regu";

/// For which unit a page speaks. A browser has one cookie: the link of another unit, opened beside it, takes its place, and
/// what was pressed for the one must not be said for the other.
const SPEAKS_FOR: &str = "x-unit";

/// Whoever holds the link of a unit. Holding this value is the proof.
#[derive(Clone)]
pub struct Crew {
    unit: Unit,
    text: String,
    carrier: Carrier,
}

impl Crew {
    /// Their unit, as it was when they asked.
    pub const fn unit(&self) -> &Unit {
        &self.unit
    }

    /// As whom events are written.
    pub const fn actor(&self) -> Actor {
        Actor::Unit(self.unit.id)
    }

    /// The cookie that keeps the link out of reach of scripts from now on; none for one that has it.
    pub fn cookie(&self, now: Timestamp) -> Option<HeaderValue> {
        let link = self.unit.link.as_ref().filter(|_| self.carrier == Carrier::Bearer)?;
        let seconds = (link.until.millis_since(now) / 1000).max(0);
        let text = &self.text;
        let cookie = format!("{COOKIE}={text}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}");
        HeaderValue::try_from(cookie).ok()
    }
}

/// What a request shows, and how it came. A new link goes before the cookie of an old one.
fn shown(headers: &HeaderMap) -> Option<(String, Carrier)> {
    let bearer = bearer_of(headers).map(|text| (text, Carrier::Bearer));
    bearer.or_else(|| cookie_of(headers, COOKIE).map(|text| (text, Carrier::Cookie)))
}

/// The unit that the page names, if it names one; none within for what is no unit.
fn speaks_for(headers: &HeaderMap) -> Option<Option<UnitId>> {
    let named = headers.get(SPEAKS_FOR)?;
    Some(named.to_str().ok().and_then(|name| name.parse().ok()))
}

impl<S> FromRequestParts<S> for Crew
where
    S: Send + Sync,
    Store: FromRef<S>,
    Clock: FromRef<S>,
    Origins: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::NoSession);
        let (text, carrier) = shown(&parts.headers).ok_or_else(unknown)?;
        if !parts.method.is_safe() && carrier == Carrier::Cookie {
            Origins::from_ref(state).require_own_or_none(&parts.headers)?;
        }
        let (id, secret) = text.split_once('.').ok_or_else(unknown)?;
        let id: UnitId = id.parse().map_err(|_| unknown())?;
        if speaks_for(&parts.headers).is_some_and(|unit| unit != Some(id)) {
            return Err(unknown());
        }
        let asked = tokio::time::timeout(READ_WAIT, Store::from_ref(state).unit(id)).await;
        let unit = asked.map_err(|_| Problem::new(Code::StoreAway).retry_after(2))??;
        let hash = hex::encode(Sha256::digest(secret.as_bytes()));
        let now = Clock::from_ref(state).now();
        let unit = unit.filter(|unit| unit.lets_in(&hash, now)).ok_or_else(unknown)?;
        Ok(Self { unit, text, carrier })
    }
}

/// Prints no secret.
impl std::fmt::Debug for Crew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "crew of {}", self.unit.id)
    }
}
