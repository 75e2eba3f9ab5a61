//! Commands on the site itself.

use dispatch_core::actor::Actor;
use dispatch_core::ids::{AgencyId, UserId};
use dispatch_core::limits::SHORT_TEXT_BYTES_MAX;
use dispatch_core::private::Private;
use dispatch_core::site::{SiteEvent, UserRole};

use super::book::{Book, SiteWrite};
use super::reference::AgencyChange;
use super::{alerts, cards, numbers, paper, reference, referrals, rosters, rules};
use crate::change::{DeskEvent, StreamId};
use crate::error::{SiteRefusal, SubmitError};
use crate::records::UserRecord;
use crate::store::folded;
use crate::submission::SiteCommand;

/// Characters of a user name: it is typed at every log-in.
pub(super) const USERNAME_BYTES_MAX: usize = 64;

pub(super) fn change(
    book: &mut Book,
    command: SiteCommand,
    actor: Actor,
    key: &str,
) -> Result<(), SubmitError> {
    let Some((event, writes)) = decide(book, command, actor)? else { return Ok(()) };
    book.append(StreamId::Site, vec![DeskEvent::Site(event)], None, actor, key)?;
    book.site_writes.extend(writes);
    Ok(())
}

type Happens = Option<(SiteEvent, Vec<SiteWrite>)>;

fn decide(book: &mut Book, command: SiteCommand, actor: Actor) -> Result<Happens, SiteRefusal> {
    let (event, write) = match command {
        SiteCommand::Found { demo } => found(book, demo)?,
        SiteCommand::AddUser { user, username, name, role, agency, password_hash, temporary, decree } => {
            let record = UserRecord { id: user, username, name, role, agency, active: true, temporary };
            add_user(book, record, password_hash, decree)?
        }
        SiteCommand::ChangeUser { user, name, role, agency, active, decree } => {
            let change = UserChange { name, role, agency, active, decree };
            change_user(book, user, change)?
        }
        SiteCommand::SetPassword { user, hash, temporary } => {
            known(book, user)?;
            (SiteEvent::PasswordSet { user, temporary }, SiteWrite::Password { user, hash, temporary })
        }
        SiteCommand::OpenSession { user, token_hash, expires_at } => {
            if !known(book, user)?.active {
                return Err(SiteRefusal::Inactive);
            }
            book.site.sessions.insert(token_hash, user);
            (SiteEvent::SessionOpened { user }, SiteWrite::SessionOpened { user, token_hash, expires_at })
        }
        SiteCommand::CloseSession { token_hash } => match book.site.sessions.remove(&token_hash) {
            Some(user) => (SiteEvent::SessionClosed { user }, SiteWrite::SessionClosed { token_hash }),
            None => return Ok(None),
        },
        SiteCommand::CloseSessionsOf { user } => {
            known(book, user)?;
            book.site.sessions.retain(|_, of| *of != user);
            (SiteEvent::SessionClosed { user }, SiteWrite::SessionsClosed { user })
        }
        SiteCommand::LogInFailed { user } => return Ok(Some((SiteEvent::LogInFailed { user }, vec![]))),
        SiteCommand::AddAgency { agency, code, name, functions, decree } => {
            reference::add_agency(book, agency, (code, name), functions, decree)?
        }
        SiteCommand::ChangeAgency { agency, name, functions, active, decree } => {
            let change = AgencyChange { name, functions, active, decree };
            reference::change_agency(book, agency, change)?
        }
        SiteCommand::ImportAreas { areas, sha256, decree } => reference::import_areas(areas, sha256, decree)?,
        SiteCommand::ImportPlaces { source, places, replace, sha256, decree } => {
            reference::import_places((source, places, replace), sha256, decree)?
        }
        SiteCommand::NoteTrunks { trunks } => {
            if book.site.trunks.as_ref() == Some(&trunks) {
                return Ok(None);
            }
            book.site.trunks = Some(trunks.clone());
            (SiteEvent::TrunksConfigured { trunks: trunks.clone() }, SiteWrite::Trunks { trunks })
        }
        SiteCommand::RuleNumber { number, rule, until, reason, decree } => {
            numbers::rule(book, (number, rule, until), reason, decree, actor)?
        }
        SiteCommand::SaveCardDraft { draft, revision, change, began } => {
            return cards::save(book, draft, revision, (*change, began.as_deref()), actor).map(Some);
        }
        SiteCommand::StepCardDraft { draft, revision, step } => {
            return cards::step(book, draft, revision, step, actor).map(Some);
        }
        SiteCommand::ChangeRoster { reach, command } => return rosters::change(book, reach, command, actor),
        SiteCommand::Refer { referral } => referrals::refer(book, *referral)?,
        SiteCommand::ForwardReferral { referral, reference } => {
            referrals::forward(book, referral, reference, actor)?
        }
        SiteCommand::GiveOutForms { batch, count } => paper::give_out(book, batch, count, actor)?,
        SiteCommand::UseForm { form, incident } => paper::used(book, form, incident, actor)?,
        SiteCommand::SettleForm { form, step, reason } => paper::settle(book, form, step, reason, actor)?,
        SiteCommand::StepDisaster { disaster, step } => alerts::step(book, disaster, step, actor)?,
        SiteCommand::Broadcast { broadcast, text, urgent, agencies } => {
            alerts::broadcast(book, (broadcast, text, urgent), agencies, actor)?
        }
        SiteCommand::ReadBroadcast { broadcast, agency } => {
            return Ok(
                alerts::read(book, broadcast, agency, actor)?.map(|(event, write)| (event, vec![write]))
            );
        }
        SiteCommand::HandShiftOver { handover } => rosters::hand_over(book, *handover)?,
        SiteCommand::TakeShiftOver { handover, office, note } => {
            rosters::take_over(book, handover, office, note, actor)?
        }
        SiteCommand::NoteChannelTest { test } => {
            (SiteEvent::ChannelTested { test: test.clone() }, SiteWrite::ChannelTest { test })
        }
        SiteCommand::NoteSoundTest { heard } => {
            return Ok(Some((SiteEvent::SoundTested { heard }, vec![])));
        }
        SiteCommand::NoteRecap { what, from, to, lines } => {
            return Ok(Some((SiteEvent::RecapGiven { what, from, to, lines }, vec![])));
        }
        SiteCommand::CountAlarms { user, window } => {
            known(book, user)?;
            if !window.is_sound() {
                return Err(SiteRefusal::AlarmWindow);
            }
            (SiteEvent::AlarmsCounted { window: window.clone() }, SiteWrite::Alarms { user, window })
        }
        SiteCommand::SaveRulesDraft { draft, revision, change, began } => {
            return rules::save(book, draft, revision, (*change, began.as_deref()), actor).map(Some);
        }
        SiteCommand::StepRulesDraft { draft, revision, step } => {
            return rules::step(book, draft, revision, step, actor).map(Some);
        }
    };
    Ok(Some((event, vec![write])))
}

fn found(book: &mut Book, demo: bool) -> Result<(SiteEvent, SiteWrite), SiteRefusal> {
    if book.site.is_founded {
        return Err(SiteRefusal::Founded);
    }
    book.site.is_founded = true;
    Ok((SiteEvent::Founded { demo }, SiteWrite::Founded { demo }))
}

fn known(book: &Book, user: UserId) -> Result<&UserRecord, SiteRefusal> {
    book.site.users.get(&user).ok_or(SiteRefusal::UnknownUser)
}

fn add_user(
    book: &mut Book,
    user: UserRecord,
    password_hash: String,
    decree: Option<String>,
) -> Result<(SiteEvent, SiteWrite), SiteRefusal> {
    check_text("username", user.username.reveal(), USERNAME_BYTES_MAX)?;
    check_text("name", user.name.reveal(), SHORT_TEXT_BYTES_MAX)?;
    check_agency(book, user.role, user.agency)?;
    check_decree(decree.as_deref())?;
    let is_new_id = !book.site.users.contains_key(&user.id);
    if !is_new_id || !book.site.usernames.insert(folded(user.username.reveal())) {
        return Err(SiteRefusal::UsernameTaken);
    }
    book.site.users.insert(user.id, user.clone());
    let event = SiteEvent::UserAdded {
        user: user.id,
        username: user.username.clone(),
        name: user.name.clone(),
        role: user.role,
        agency: user.agency,
        decree,
    };
    Ok((event, SiteWrite::UserAdded { user, password_hash }))
}

/// What changes about a person; absent means as it is.
struct UserChange {
    name: Option<Private<String>>,
    role: Option<UserRole>,
    agency: Option<AgencyId>,
    active: Option<bool>,
    decree: Option<String>,
}

fn change_user(
    book: &mut Book,
    id: UserId,
    change: UserChange,
) -> Result<(SiteEvent, SiteWrite), SiteRefusal> {
    let UserChange { name, role, agency, active, decree } = change;
    check_decree(decree.as_deref())?;
    let mut user = known(book, id)?.clone();
    if let Some(name) = &name {
        check_text("name", name.reveal(), SHORT_TEXT_BYTES_MAX)?;
        user.name = name.clone();
    }
    user.role = role.unwrap_or(user.role);
    user.agency = match user.role {
        UserRole::Dispatcher => agency.or(user.agency),
        UserRole::CallTaker | UserRole::Supervisor | UserRole::Admin | UserRole::Auditor | UserRole::Wall => {
            agency
        }
    };
    user.active = active.unwrap_or(user.active);
    check_agency(book, user.role, user.agency)?;
    book.site.users.insert(id, user.clone());
    let event = SiteEvent::UserChanged { user: id, name, role, agency, active, decree };
    Ok((event, SiteWrite::UserChanged { user }))
}

fn check_agency(book: &Book, role: UserRole, agency: Option<AgencyId>) -> Result<(), SiteRefusal> {
    match (role == UserRole::Dispatcher, agency) {
        (true, None) | (false, Some(_)) => Err(SiteRefusal::AgencyMismatch),
        (false, None) => Ok(()),
        (true, Some(agency)) if book.policy.directory.agencies.contains_key(&agency) => Ok(()),
        (true, Some(_)) => Err(SiteRefusal::UnknownAgency),
    }
}

pub(super) fn check_decree(decree: Option<&str>) -> Result<(), SiteRefusal> {
    decree.map_or(Ok(()), |text| check_text("decree", text, SHORT_TEXT_BYTES_MAX))
}

pub(super) fn check_text(field: &'static str, text: &str, bytes_max: usize) -> Result<(), SiteRefusal> {
    let fits = !text.trim().is_empty() && text.len() <= bytes_max;
    if fits { Ok(()) } else { Err(SiteRefusal::Text { field }) }
}
