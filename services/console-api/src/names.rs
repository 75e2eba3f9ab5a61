//! Names for ids: who, which agency, which area. Kept in memory so that a list of a hundred calls asks the store
//! nothing, and so that names are there when the store is away.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use dispatch_core::area::{AreaIndex, bangka_selatan};
use dispatch_core::card::CardSet;
use dispatch_core::ids::{AgencyId, AreaCode, UserId};
use dispatch_core::place::PlaceIndex;
use dispatch_core::policy::{AgencyEntry, Policy};
use incident_store::{Desk, Store, StoreError, UserRecord};

/// Everything that has a name, as of one moment.
#[derive(Clone)]
pub struct Names {
    users: Arc<BTreeMap<UserId, UserRecord>>,
    areas: Arc<AreaIndex>,
    places: Arc<PlaceIndex>,
    cards: Arc<CardSet>,
    policy: Arc<Policy>,
}

impl Names {
    /// What to call a person.
    pub fn person(&self, user: UserId) -> String {
        // A person who was added on another desk a moment ago; the id is still true.
        self.user(user).map_or_else(|| user.to_string(), |record| record.name.reveal().clone())
    }

    /// A person.
    pub fn user(&self, user: UserId) -> Option<&UserRecord> {
        self.users.get(&user)
    }

    /// An agency.
    pub fn agency(&self, agency: AgencyId) -> Option<&AgencyEntry> {
        self.policy.directory.agencies.get(&agency)
    }

    /// What to call an area.
    pub fn area(&self, code: &AreaCode) -> Option<&str> {
        self.areas.get(code).map(|area| area.name.as_str())
    }

    /// All areas.
    pub fn areas(&self) -> &AreaIndex {
        &self.areas
    }

    /// All named places, areas included.
    pub fn places(&self) -> &PlaceIndex {
        &self.places
    }

    /// What to call a government: our own or a neighbour.
    pub fn government(&self, code: &AreaCode) -> String {
        let known = self.area(code).or_else(|| bangka_selatan::neighbour_of(code).map(|(_, name)| name));
        known.unwrap_or(&code.0).to_owned()
    }

    /// The question cards that hold.
    pub const fn cards(&self) -> &Arc<CardSet> {
        &self.cards
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// The present [`Names`]. Cheap to clone.
#[derive(Clone)]
pub struct NameBook {
    desk: Desk,
    store: Store,
    kept: Arc<RwLock<Kept>>,
}

#[derive(Clone, Default)]
struct Kept {
    users: Arc<BTreeMap<UserId, UserRecord>>,
    areas: Arc<AreaIndex>,
    places: Arc<PlaceIndex>,
    cards: Arc<CardSet>,
}

impl NameBook {
    /// Reads all names once.
    pub async fn open(desk: Desk, store: Store) -> Result<Self, StoreError> {
        let book = Self { desk, store, kept: Arc::default() };
        book.reload_users().await?;
        book.reload_areas().await?;
        book.reload_cards().await?;
        Ok(book)
    }

    /// The names as of now.
    pub fn now(&self) -> Names {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).clone();
        let policy = self.desk.policy();
        Names { users: kept.users, areas: kept.areas, places: kept.places, cards: kept.cards, policy }
    }

    /// After somebody was added or changed.
    pub async fn reload_users(&self) -> Result<(), StoreError> {
        let users = self.store.users().await?.into_iter().map(|user| (user.id, user)).collect();
        self.kept.write().unwrap_or_else(PoisonError::into_inner).users = Arc::new(users);
        Ok(())
    }

    /// After question cards were adopted.
    pub async fn reload_cards(&self) -> Result<(), StoreError> {
        let cards = Arc::new(self.store.cards().await?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        // Two reloads may overtake each other; versions only grow.
        if cards.version >= kept.cards.version {
            kept.cards = cards;
        }
        Ok(())
    }

    /// After areas or places were imported: each place knows its desa, so both are made anew.
    pub async fn reload_areas(&self) -> Result<(), StoreError> {
        let (areas, places) = (self.store.areas().await?, self.store.places().await?);
        // A province of places is a second of work, and calls are answered meanwhile.
        let made = tokio::task::spawn_blocking(move || {
            let areas = AreaIndex::new(areas);
            let places = PlaceIndex::new(&areas, places);
            (Arc::new(areas), Arc::new(places))
        });
        let (areas, places) = made.await.map_err(|_| StoreError::Unreadable { what: "the places" })?;
        tracing::info!(
            areas = areas.iter().count(),
            places = places.len(),
            bytes = places.bytes(),
            "Places are ready"
        );
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        (kept.areas, kept.places) = (areas, places);
        Ok(())
    }
}
