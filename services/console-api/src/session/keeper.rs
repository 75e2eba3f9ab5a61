//! Follows the log for what changes people: ends, role changes, new names, new areas and places, new question cards.

use dispatch_core::site::SiteEvent;
use incident_store::{After, Change, Desk, DeskEvent};
use tokio_util::sync::CancellationToken;

use super::Sessions;
use crate::names::NameBook;

/// Changes looked at in one go.
const CHANGES_AT_ONCE: usize = 512;

/// What a change of the site means for what is kept in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Stale {
    people: bool,
    areas: bool,
    cards: bool,
}

/// Follows the feed until the end.
pub async fn run(desk: Desk, sessions: Sessions, names: NameBook, from: u64, stop: CancellationToken) {
    let feed = desk.feed();
    let mut seen = from;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = feed.changed(seen) => {}
        }
        let stale = match feed.after(seen, CHANGES_AT_ONCE) {
            After::Changes(changes) => {
                seen = changes.last().map_or(seen, |change| change.index);
                let mut stale = Stale::default();
                for change in &changes {
                    note(change, &sessions, &mut stale);
                }
                stale
            }
            After::TooFarBehind => {
                seen = feed.head();
                sessions.forget_all();
                Stale { people: true, areas: true, cards: true }
            }
        };
        reload(&names, stale).await;
    }
}

fn note(change: &Change, sessions: &Sessions, stale: &mut Stale) {
    let DeskEvent::Site(event) = &change.event else { return };
    match event {
        SiteEvent::UserAdded { .. } => stale.people = true,
        SiteEvent::UserChanged { user, .. } | SiteEvent::PasswordSet { user, .. } => {
            stale.people = true;
            sessions.forget(*user);
        }
        SiteEvent::SessionClosed { user } => sessions.forget(*user),
        SiteEvent::AreasImported { .. } | SiteEvent::PlacesImported { .. } => stale.areas = true,
        SiteEvent::CardSetAdopted { .. } => stale.cards = true,
        SiteEvent::Founded { .. }
        | SiteEvent::CardDraftSaved { .. }
        | SiteEvent::RosterChanged(_)
        | SiteEvent::Referred { .. }
        | SiteEvent::ReferralForwarded { .. }
        | SiteEvent::PaperFormsGivenOut { .. }
        | SiteEvent::PaperFormUsed { .. }
        | SiteEvent::PaperFormSettled { .. }
        | SiteEvent::ShiftHandedOver { .. }
        | SiteEvent::ShiftTakenOver { .. }
        | SiteEvent::ChannelTested { .. }
        | SiteEvent::UnseenOfferTakenBack { .. }
        | SiteEvent::LateOfferTurnedAway { .. }
        | SiteEvent::SoundTested { .. }
        | SiteEvent::RecapGiven { .. }
        | SiteEvent::DisasterStepped { .. }
        | SiteEvent::BroadcastSent { .. }
        | SiteEvent::BroadcastRead { .. }
        | SiteEvent::AlarmsCounted { .. }
        | SiteEvent::CardDraftMoved { .. }
        | SiteEvent::SessionOpened { .. }
        | SiteEvent::LogInFailed { .. }
        | SiteEvent::AgencyAdded { .. }
        | SiteEvent::AgencyChanged { .. }
        | SiteEvent::NumberRuled { .. }
        | SiteEvent::TrunksConfigured { .. }
        | SiteEvent::RulesDraftSaved { .. }
        | SiteEvent::RulesDraftMoved { .. }
        | SiteEvent::PolicyAdopted { .. } => {}
    }
}

async fn reload(names: &NameBook, stale: Stale) {
    let people = if stale.people { names.reload_users().await } else { Ok(()) };
    let areas = if stale.areas { names.reload_areas().await } else { Ok(()) };
    let cards = if stale.cards { names.reload_cards().await } else { Ok(()) };
    for failed in [people, areas, cards].into_iter().filter_map(Result::err) {
        // Old names stay; the next change of them tries again.
        tracing::warn!(error = &failed as &dyn std::error::Error, "Names could not be read again");
    }
}
