//! Reading what a batch needs, in one question per kind, under the head lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dispatch_core::call::CallCommand;
use dispatch_core::card::draft::CardDraft;
use dispatch_core::ids::{BroadcastId, CardDraftId, ReferralId, RulesDraftId, ShiftHandoverId, UserId};
use dispatch_core::paper::{FormNumber, PaperForm};
use dispatch_core::policy::draft::RulesDraft;
use dispatch_core::referral::Referral;
use dispatch_core::roster::handover::ShiftHandover;

use super::book::{Answered, Book, Slot};
use super::late_offers::{self, OfferName};
use super::{alerts, call_back_owner, merging, redial, units};
use crate::change::{Record, StreamId};
use crate::engine::{Connection, Row, Value, in_list};
use crate::error::StoreError;
use crate::store::{
    CARDS, ROSTER_KEPT, ROSTER_PEOPLE, ROSTER_SHIFTS, ROSTER_SWAPS, TRUNKS, USER_COLUMNS, folded, read_cards,
    read_roster, read_user,
};
use crate::submission::{DeskCommand, SiteCommand, Submission};

/// Everything that the submissions speak of.
#[derive(Default)]
struct Needs {
    streams: BTreeSet<StreamId>,
    users: BTreeSet<UserId>,
    usernames: BTreeSet<String>,
    sessions: BTreeSet<[u8; 32]>,
    drafts: BTreeSet<CardDraftId>,
    rules_drafts: BTreeSet<RulesDraftId>,
    handovers: BTreeSet<ShiftHandoverId>,
    changes_roster: bool,
    referrals: BTreeSet<ReferralId>,
    refers: bool,
    forms: BTreeSet<FormNumber>,
    gives_forms_out: bool,
    disaster: bool,
    trunks: bool,
    broadcasts: BTreeSet<BroadcastId>,
    journals: BTreeSet<[u8; 16]>,
    opens_incidents: bool,
    offers: BTreeSet<OfferName>,
}

pub(super) async fn load(
    connection: &mut Connection,
    book: &mut Book,
    batch: &[&Submission],
) -> Result<(), StoreError> {
    let needs = needs(batch);
    load_receipts(connection, book, batch).await?;
    load_streams(connection, book, &needs.streams).await?;
    redial::load_owing(connection, book, batch).await?;
    merging::load_left(connection, book, batch).await?;
    units::load(connection, book, batch).await?;
    call_back_owner::load_free(connection, book, batch).await?;
    if needs.streams.contains(&StreamId::Site) {
        load_site(connection, book, &needs).await?;
        if needs.trunks {
            let row = connection.row(TRUNKS, vec![]).await?;
            book.site.trunks = row.map(|row| row.json(0)).transpose()?;
        }
        late_offers::load(connection, book, needs.offers.iter()).await?;
    }
    if needs.opens_incidents {
        let name = incident_counter(book);
        let row = connection.row("SELECT value FROM counter WHERE name = $1", vec![name.into()]).await?;
        book.incidents_of_year = row.map_or(Ok(0), |row| row.count(0))?;
    }
    if !needs.journals.is_empty() {
        let (list, values) = in_list(1, needs.journals.iter().map(|journal| hex::encode(journal).into()));
        let sql = format!("SELECT journal, next_index FROM journal_cursor WHERE journal IN {list}");
        for row in connection.rows(&sql, values).await? {
            let mut journal = [0; 16];
            hex::decode_to_slice(row.text(0)?, &mut journal)
                .map_err(|_| StoreError::Unreadable { what: "a journal cursor" })?;
            book.journals.insert(journal, row.count(1)?);
        }
    }
    Ok(())
}

/// The counter of the incidents of a year (where the centre is).
pub(super) fn incident_counter(book: &Book) -> String {
    format!("incident:{}", book.now.year_here())
}

/// The counter of the referrals of a day (where the centre is).
pub(super) fn referral_counter(book: &Book) -> String {
    format!("referral:{}", book.now.date_here())
}

/// The counter of the paper forms of a year (where the centre is).
pub(super) fn form_counter(book: &Book) -> String {
    format!("paper_form:{}", book.now.year_here())
}

fn needs(batch: &[&Submission]) -> Needs {
    let mut needs = Needs::default();
    for submission in batch {
        needs.journals.extend(submission.journal.map(|place| place.journal));
        for command in &submission.commands {
            if let Some(offer) = late_offers::spoken_of(command) {
                needs.offers.insert(offer);
                needs.streams.insert(StreamId::Site);
            }
            match command {
                DeskCommand::Call(id, command) => {
                    needs.streams.insert(StreamId::Call(*id));
                    if let CallCommand::Dispose { incident: Some(incident), .. } = command {
                        needs.streams.insert(StreamId::Incident(*incident));
                    }
                }
                DeskCommand::OpenIncident(id, _) | DeskCommand::ReceiveIncident(id, ..) => {
                    needs.streams.insert(StreamId::Incident(*id));
                    needs.opens_incidents = true;
                }
                DeskCommand::Incident(id, _) => {
                    needs.streams.insert(StreamId::Incident(*id));
                }
                DeskCommand::Merge { from, into: other } | DeskCommand::Unmerge { incident: other, from } => {
                    needs.streams.extend([StreamId::Incident(*from), StreamId::Incident(*other)]);
                }
                DeskCommand::Duty(user, _) => {
                    needs.streams.insert(StreamId::Duty(*user));
                }
                DeskCommand::Unit(id, _) => {
                    needs.streams.insert(StreamId::Unit(*id));
                }
                DeskCommand::Site(command) => {
                    needs.streams.insert(StreamId::Site);
                    site_needs(&mut needs, command);
                }
            }
        }
    }
    needs
}

fn site_needs(needs: &mut Needs, command: &SiteCommand) {
    match command {
        SiteCommand::AddUser { user, username, .. } => {
            needs.users.insert(*user);
            needs.usernames.insert(folded(username.reveal()));
        }
        SiteCommand::ChangeUser { user, .. }
        | SiteCommand::SetPassword { user, .. }
        | SiteCommand::OpenSession { user, .. }
        | SiteCommand::CountAlarms { user, .. }
        | SiteCommand::CloseSessionsOf { user } => {
            needs.users.insert(*user);
        }
        SiteCommand::CloseSession { token_hash } => {
            needs.sessions.insert(*token_hash);
        }
        SiteCommand::SaveCardDraft { draft, .. } | SiteCommand::StepCardDraft { draft, .. } => {
            needs.drafts.insert(*draft);
        }
        SiteCommand::SaveRulesDraft { draft, .. } | SiteCommand::StepRulesDraft { draft, .. } => {
            needs.rules_drafts.insert(*draft);
        }
        SiteCommand::ChangeRoster { .. } => needs.changes_roster = true,
        SiteCommand::Refer { referral } => {
            needs.refers = true;
            needs.referrals.insert(referral.id);
        }
        SiteCommand::ForwardReferral { referral, .. } => {
            needs.referrals.insert(*referral);
        }
        SiteCommand::GiveOutForms { .. } => needs.gives_forms_out = true,
        SiteCommand::UseForm { form, .. } | SiteCommand::SettleForm { form, .. } => {
            needs.forms.insert(*form);
        }
        SiteCommand::StepDisaster { .. } => needs.disaster = true,
        SiteCommand::ReadBroadcast { broadcast, .. } => {
            needs.broadcasts.insert(*broadcast);
        }
        SiteCommand::NoteTrunks { .. } => needs.trunks = true,
        SiteCommand::TakeShiftOver { handover, .. } => {
            needs.handovers.insert(*handover);
        }
        SiteCommand::HandShiftOver { handover } => {
            needs.handovers.insert(handover.id);
        }
        SiteCommand::Found { .. }
        | SiteCommand::LogInFailed { .. }
        | SiteCommand::AddAgency { .. }
        | SiteCommand::ChangeAgency { .. }
        | SiteCommand::RuleNumber { .. }
        | SiteCommand::Broadcast { .. }
        | SiteCommand::NoteChannelTest { .. }
        | SiteCommand::NoteSoundTest { .. }
        | SiteCommand::NoteRecap { .. }
        | SiteCommand::ImportAreas { .. }
        | SiteCommand::ImportPlaces { .. } => {}
    }
}

async fn load_receipts(
    connection: &mut Connection,
    book: &mut Book,
    batch: &[&Submission],
) -> Result<(), StoreError> {
    let (list, values) = in_list(1, batch.iter().map(|submission| submission.key.as_str().into()));
    let sql =
        format!("SELECT idem, fingerprint, first_idx, last_idx, answer FROM receipt WHERE idem IN {list}");
    for row in connection.rows(&sql, values).await? {
        let fingerprint = row.maybe_blob(1)?.map(|_| row.bytes(1)).transpose()?;
        let answered = Answered {
            fingerprint,
            first_index: row.count(2)?,
            last_index: row.count(3)?,
            answer: row.maybe_text(4)?.map(str::to_owned),
        };
        book.known.insert(row.text(0)?.to_owned(), answered);
    }
    Ok(())
}

pub(super) async fn load_streams(
    connection: &mut Connection,
    book: &mut Book,
    streams: &BTreeSet<StreamId>,
) -> Result<(), StoreError> {
    let mut ids: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for stream in streams {
        match stream {
            StreamId::Call(id) => ids.entry("call").or_default().push(Value::of(id)),
            StreamId::Incident(id) => ids.entry("incident").or_default().push(Value::of(id)),
            StreamId::Duty(id) => ids.entry("duty").or_default().push(Value::of(id)),
            StreamId::Unit(id) => ids.entry("unit").or_default().push(Value::of(id)),
            StreamId::Site => {}
        }
    }
    for (table, ids) in ids {
        let (list, values) = in_list(1, ids);
        let sql = format!("SELECT id, version, state FROM {table} WHERE id IN {list}");
        for row in connection.rows(&sql, values).await? {
            let (stream, record) = match table {
                "call" => (StreamId::Call(row.parse(0)?), Record::Call(Arc::new(row.json(2)?))),
                "incident" => (StreamId::Incident(row.parse(0)?), Record::Incident(Arc::new(row.json(2)?))),
                "unit" => (StreamId::Unit(row.parse(0)?), Record::Unit(Arc::new(row.json(2)?))),
                _duty => (StreamId::Duty(row.parse(0)?), Record::Duty(Arc::new(row.json(2)?))),
            };
            put(book, stream, row.count(1)?, Some(record));
        }
    }
    Ok(())
}

pub(super) fn put(book: &mut Book, stream: StreamId, version: u64, record: Option<Record>) {
    let slot =
        Slot { version, version_before: version, before: record.clone(), now: record, is_touched: false };
    book.streams.insert(stream, slot);
}

async fn load_site(connection: &mut Connection, book: &mut Book, needs: &Needs) -> Result<(), StoreError> {
    let row = connection.row("SELECT version, founded_us FROM site WHERE id = 1", vec![]).await?;
    let row = row.ok_or(StoreError::NotAStore)?;
    put(book, StreamId::Site, row.count(0)?, None);
    book.site.is_founded = row.maybe_int(1)?.is_some();
    if !needs.users.is_empty() {
        let (list, values) = in_list(1, needs.users.iter().map(Value::of));
        let sql = format!("SELECT {USER_COLUMNS} FROM users WHERE id IN {list}");
        for row in connection.rows(&sql, values).await? {
            let user = read_user(&row, 0)?;
            book.site.users.insert(user.id, user);
        }
    }
    if !needs.usernames.is_empty() {
        let (list, values) = in_list(1, needs.usernames.iter().map(|name| name.as_str().into()));
        let sql = format!("SELECT username_folded FROM users WHERE username_folded IN {list}");
        for row in connection.rows(&sql, values).await? {
            book.site.usernames.insert(row.text(0)?.to_owned());
        }
    }
    if !needs.sessions.is_empty() {
        let (list, values) = in_list(1, needs.sessions.iter().map(|hash| Value::from(*hash)));
        let sql = format!("SELECT token_hash, user_id FROM session WHERE token_hash IN {list}");
        for row in connection.rows(&sql, values).await? {
            book.site.sessions.insert(row.bytes(0)?, row.parse(1)?);
        }
    }
    if !needs.drafts.is_empty() {
        book.site.cards = Some(Arc::new(read_cards(connection.row(CARDS, vec![]).await?)?));
        let (list, values) = in_list(1, needs.drafts.iter().map(Value::of));
        for row in
            connection.rows(&format!("SELECT draft FROM card_draft WHERE id IN {list}"), values).await?
        {
            let draft: CardDraft = row.json(0)?;
            book.site.drafts.insert(draft.id, draft);
        }
    }
    if !needs.rules_drafts.is_empty() {
        let (list, values) = in_list(1, needs.rules_drafts.iter().map(Value::of));
        let sql = format!("SELECT draft FROM rules_draft WHERE id IN {list}");
        for row in connection.rows(&sql, values).await? {
            let draft: RulesDraft = row.json(0)?;
            book.site.rules_drafts.insert(draft.id, draft);
        }
    }
    if needs.changes_roster {
        let since = book.now.before(ROSTER_KEPT);
        let people = connection.rows(ROSTER_PEOPLE, vec![]).await?;
        let shifts = connection.rows(ROSTER_SHIFTS, vec![since.into()]).await?;
        let swaps = connection.rows(ROSTER_SWAPS, vec![since.into()]).await?;
        book.site.roster = read_roster(&people, &shifts, &swaps)?;
    }
    if needs.refers {
        let name = referral_counter(book);
        let row = connection.row("SELECT value FROM counter WHERE name = $1", vec![name.into()]).await?;
        book.site.referrals_of_day = row.map_or(Ok(0), |row| row.count(0))?;
    }
    if !needs.referrals.is_empty() {
        let (list, values) = in_list(1, needs.referrals.iter().map(Value::of));
        let sql = format!("SELECT referral FROM referral WHERE id IN {list}");
        for row in connection.rows(&sql, values).await? {
            let referral: Referral = row.json(0)?;
            book.site.referrals.insert(referral.id, referral);
        }
    }
    load_forms(connection, book, needs).await?;
    alerts::load(connection, book, needs.disaster, &needs.broadcasts).await?;
    if !needs.handovers.is_empty() {
        let (list, values) = in_list(1, needs.handovers.iter().map(Value::of));
        let sql = format!("SELECT handover FROM shift_handover WHERE id IN {list}");
        for row in connection.rows(&sql, values).await? {
            let handover: ShiftHandover = row.json(0)?;
            book.site.handovers.insert(handover.id, handover);
        }
    }
    Ok(())
}

async fn load_forms(connection: &mut Connection, book: &mut Book, needs: &Needs) -> Result<(), StoreError> {
    if needs.gives_forms_out {
        let name = form_counter(book);
        let row = connection.row("SELECT value FROM counter WHERE name = $1", vec![name.into()]).await?;
        book.site.forms_of_year = row.map_or(Ok(0), |row| row.count(0))?;
    }
    if !needs.forms.is_empty() {
        let (list, values) = in_list(1, needs.forms.iter().map(Value::of));
        let sql = format!("SELECT form FROM paper_form WHERE number IN {list}");
        for row in connection.rows(&sql, values).await? {
            let form: PaperForm = row.json(0)?;
            book.site.forms.insert(form.number, form);
        }
    }
    Ok(())
}

/// The keys of the streams that got events; new streams get new keys, which are to be written.
pub(super) async fn record_keys(
    connection: &mut Connection,
    streams: &BTreeSet<StreamId>,
) -> Result<(BTreeMap<StreamId, [u8; 32]>, Vec<StreamId>), StoreError> {
    let (list, values) = in_list(1, streams.iter().map(Value::of));
    let sql = format!("SELECT stream, wrapped FROM record_key WHERE stream IN {list}");
    let read = |row: &Row| Ok::<_, StoreError>((row.parse(0)?, row.bytes(1)?));
    let mut keys: BTreeMap<StreamId, [u8; 32]> =
        connection.rows(&sql, values).await?.iter().map(read).collect::<Result<_, _>>()?;
    let new: Vec<StreamId> = streams.iter().filter(|stream| !keys.contains_key(stream)).copied().collect();
    for stream in &new {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| StoreError::Random)?;
        keys.insert(*stream, key);
    }
    Ok((keys, new))
}
