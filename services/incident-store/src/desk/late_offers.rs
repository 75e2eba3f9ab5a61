//! Offers of neighbouring centres that come after they were taken back. A try that the network held up may arrive when
//! the sender has long decided otherwise; without a memory of that it would open an incident that nobody hands over.

use dispatch_core::actor::Actor;
use dispatch_core::ids::{AreaCode, TransferId};
use dispatch_core::incident::{IncidentCommand, Origin, TransferCommand};
use dispatch_core::site::SiteEvent;
use dispatch_core::time::Timestamp;

use super::book::{Book, SiteWrite};
use crate::change::{DeskEvent, StreamId};
use crate::engine::{Connection, Value, in_list};
use crate::error::{StoreError, SubmitError};
use crate::submission::{DeskCommand, Outcome};

/// How long it is remembered that an offer which never came was taken back: 24 h. A signature proves nothing after five
/// minutes, and a sender tries for an hour; the rest is for a sender that stood still in between.
const REMEMBERED_US: i64 = 24 * 3_600 * 1_000_000;

/// An offer that only its sender can name: the code of the centre and the id together.
pub(super) type OfferName = (AreaCode, TransferId);

/// That an offer was taken back before it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TakenBack {
    pub(super) at: Timestamp,
    /// Whether it came after all. Told in the log once, however often it comes.
    pub(super) came: bool,
}

/// The oldest that is still remembered.
pub(super) fn remembered_since(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.as_micros().saturating_sub(REMEMBERED_US))
}

/// The offer that a command brings or takes back.
pub(super) fn spoken_of(command: &DeskCommand) -> Option<OfferName> {
    match command {
        DeskCommand::ReceiveIncident(_, _, origin) => Some((origin.from.code.clone(), origin.transfer)),
        DeskCommand::Incident(_, IncidentCommand::Transfer(TransferCommand::TakenBack { from, id })) => {
            Some((from.clone(), *id))
        }
        DeskCommand::Incident(..)
        | DeskCommand::OpenIncident(..)
        | DeskCommand::Call(..)
        | DeskCommand::Merge { .. }
        | DeskCommand::Unmerge { .. }
        | DeskCommand::Duty(..)
        | DeskCommand::Unit(..)
        | DeskCommand::Site(_) => None,
    }
}

/// Reads what is remembered of these offers.
pub(super) async fn load(
    connection: &mut Connection,
    book: &mut Book,
    offers: impl ExactSizeIterator<Item = &OfferName>,
) -> Result<(), StoreError> {
    if offers.len() == 0 {
        return Ok(());
    }
    let (list, transfers) = in_list(2, offers.map(|(_, transfer)| Value::of(transfer)));
    let values = [remembered_since(book.now).into()].into_iter().chain(transfers).collect();
    let sql = format!(
        "SELECT sender, transfer, at_us, came FROM taken_back WHERE at_us > $1 AND transfer IN {list}"
    );
    for row in connection.rows(&sql, values).await? {
        let name = (AreaCode(row.text(0)?.to_owned()), row.parse(1)?);
        book.site.taken_back.insert(name, TakenBack { at: row.time(2)?, came: row.int(3)? != 0 });
    }
    Ok(())
}

/// A centre took back what never came here. Said twice it is one.
pub(super) fn taken_back(
    book: &mut Book,
    (from, transfer): OfferName,
    actor: Actor,
    key: &str,
) -> Result<Outcome, SubmitError> {
    if !book.site.taken_back.contains_key(&(from.clone(), transfer)) {
        let what = TakenBack { at: book.now, came: false };
        let event = SiteEvent::UnseenOfferTakenBack { from: from.clone(), transfer };
        remember(book, (from, transfer), what, event, actor, key)?;
    }
    Ok(Outcome::Site)
}

/// Turns an offer away that was taken back before it came; nothing when it was not.
pub(super) fn turned_away(
    book: &mut Book,
    origin: &Origin,
    actor: Actor,
    key: &str,
) -> Result<Option<Outcome>, SubmitError> {
    let name = (origin.from.code.clone(), origin.transfer);
    let Some(known) = book.site.taken_back.get(&name).copied() else { return Ok(None) };
    if !known.came {
        let (from, transfer) = name.clone();
        let event = SiteEvent::LateOfferTurnedAway { from, transfer, reference: origin.reference.clone() };
        remember(book, name, TakenBack { came: true, ..known }, event, actor, key)?;
    }
    Ok(Some(Outcome::Site))
}

fn remember(
    book: &mut Book,
    name: OfferName,
    what: TakenBack,
    event: SiteEvent,
    actor: Actor,
    key: &str,
) -> Result<(), SubmitError> {
    book.append(StreamId::Site, vec![DeskEvent::Site(event)], None, actor, key)?;
    book.site.taken_back.insert(name.clone(), what);
    book.site_writes.push(SiteWrite::TakenBack { name, what });
    Ok(())
}
