//! Who sees which change, and as which message. Pure.

use dispatch_core::call::CallEvent;
use dispatch_core::call::fact::CallFact;
use dispatch_core::ids::{AgencyId, AssignmentId, UserId};
use dispatch_core::incident::{Incident, IncidentEvent};
use dispatch_core::site::{SiteEvent, UserRole};
use incident_store::{Change, DeskEvent, Record, StreamId};

use crate::authority::{agency_of, sees};
use crate::floor::FloorNow;
use incident_store::UserRecord;

/// Who looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Viewer {
    /// Whose console it is.
    pub user: UserId,
    /// As what they look.
    pub role: UserRole,
    /// The agency that bounds what they see.
    pub agency: Option<AgencyId>,
}

impl Viewer {
    /// The viewer that a person is.
    pub fn of(user: &UserRecord) -> Self {
        Self { user: user.id, role: user.role, agency: agency_of(user) }
    }
}

/// As which message a change is shown. The same for everybody who sees it in this form, so that it is
/// rendered once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Form {
    /// `call.updated`.
    Call,
    /// `call.updated` with the supervisors who are on it.
    SupervisedCall,
    /// `incident.updated`.
    Incident,
    /// `assignment.updated`.
    Assignment(AssignmentId),
    /// `escalation.raised`.
    Escalation,
    /// `duty.updated`.
    Duty,
    /// `cards.updated`.
    Cards,
    /// `policy.updated`.
    Rules,
    /// `reference.updated`.
    Reference,
    /// `roster.updated`.
    Roster,
    /// `alerts.updated`.
    Alerts,
    /// `unit.updated`.
    Unit,
}

/// The form in which the viewer sees the change; `None` when it is not theirs to see.
pub fn visible(change: &Change, viewer: Viewer) -> Option<Form> {
    match &change.event {
        DeskEvent::Call(event) => sees_calls(viewer.role).then(|| call_form(event, viewer.role)),
        DeskEvent::Incident(event) => {
            let Some(Record::Incident(incident)) = &change.record else { return None };
            incident_form(event, incident, viewer)
        }
        DeskEvent::Duty(_) => sees_duty(change.stream, viewer).then_some(Form::Duty),
        DeskEvent::Unit(_) => {
            let Some(Record::Unit(unit)) = &change.record else { return None };
            viewer.agency.is_none_or(|agency| agency == unit.agency).then_some(Form::Unit)
        }
        DeskEvent::Site(event) => site_form(event, viewer.role),
    }
}

/// Question cards are for everybody who asks, rules for everybody, and changes of them for those who decide. Who logs in is in the supervision
/// log, not on the desks.
const fn site_form(event: &SiteEvent, role: UserRole) -> Option<Form> {
    let sees = match event {
        // Says only that there is something to read; what that is for whom, the reading decides.
        SiteEvent::RosterChanged(_)
        | SiteEvent::ShiftHandedOver { .. }
        | SiteEvent::ShiftTakenOver { .. }
        | SiteEvent::Referred { .. }
        | SiteEvent::ReferralForwarded { .. } => {
            return Some(Form::Roster);
        }
        SiteEvent::PaperFormsGivenOut { .. }
        | SiteEvent::PaperFormUsed { .. }
        | SiteEvent::PaperFormSettled { .. } => {
            return if sees_calls(role) { Some(Form::Roster) } else { None };
        }
        // What everybody has to know of, whoever may read how much of it.
        SiteEvent::DisasterStepped { .. }
        | SiteEvent::BroadcastSent { .. }
        | SiteEvent::BroadcastRead { .. } => return Some(Form::Alerts),
        SiteEvent::AgencyAdded { .. }
        | SiteEvent::AgencyChanged { .. }
        | SiteEvent::AreasImported { .. }
        | SiteEvent::PlacesImported { .. } => return Some(Form::Reference),
        // Every console has labels and ladders of the rules.
        SiteEvent::PolicyAdopted { .. } => return Some(Form::Rules),
        SiteEvent::RulesDraftSaved { .. } | SiteEvent::RulesDraftMoved { .. } => {
            return if decides(role) { Some(Form::Rules) } else { None };
        }
        SiteEvent::CardSetAdopted { .. } => sees_calls(role),
        SiteEvent::CardDraftSaved { .. } | SiteEvent::CardDraftMoved { .. } => decides(role),
        SiteEvent::Founded { .. }
        | SiteEvent::UserAdded { .. }
        | SiteEvent::UserChanged { .. }
        | SiteEvent::PasswordSet { .. }
        | SiteEvent::SessionOpened { .. }
        | SiteEvent::SessionClosed { .. }
        | SiteEvent::LogInFailed { .. }
        | SiteEvent::NumberRuled { .. }
        | SiteEvent::TrunksConfigured { .. }
        | SiteEvent::UnseenOfferTakenBack { .. }
        | SiteEvent::LateOfferTurnedAway { .. }
        | SiteEvent::ChannelTested { .. }
        | SiteEvent::SoundTested { .. }
        | SiteEvent::RecapGiven { .. }
        | SiteEvent::AlarmsCounted { .. } => false,
    };
    if sees { Some(Form::Cards) } else { None }
}

/// Whether a role sees changes of cards and rules that are under way.
const fn decides(role: UserRole) -> bool {
    match role {
        UserRole::Supervisor | UserRole::Admin | UserRole::Auditor => true,
        UserRole::CallTaker | UserRole::Dispatcher | UserRole::Wall => false,
    }
}

/// Whether a role sees calls.
pub const fn sees_calls(role: UserRole) -> bool {
    match role {
        UserRole::CallTaker | UserRole::Supervisor | UserRole::Admin | UserRole::Auditor => true,
        UserRole::Dispatcher | UserRole::Wall => false,
    }
}

/// Whether the telephone part answers, for those who see calls. The others are not told when that changes, and what they
/// cannot do anything about is not theirs to read.
pub fn trunk_answers(floor: &FloorNow, role: UserRole) -> bool {
    floor.answers() || !sees_calls(role)
}

/// Whether a role sees the duty of others.
pub const fn sees_duties(role: UserRole) -> bool {
    match role {
        UserRole::Supervisor | UserRole::Admin => true,
        UserRole::CallTaker | UserRole::Dispatcher | UserRole::Auditor | UserRole::Wall => false,
    }
}

/// Whether a role may know which supervisor is on a call: whoever is listened to is not told.
pub const fn sees_supervisors(role: UserRole) -> bool {
    match role {
        UserRole::Supervisor | UserRole::Admin => true,
        UserRole::CallTaker | UserRole::Dispatcher | UserRole::Auditor | UserRole::Wall => false,
    }
}

/// Whether a timeline may tell this role of the event: that a supervisor listens is for supervisors, and for the
/// log.
pub fn may_be_told(event: &DeskEvent, role: UserRole) -> bool {
    if let DeskEvent::Incident(IncidentEvent::ReportIssued { .. }) = event {
        return role != UserRole::Dispatcher;
    }
    let DeskEvent::Call(CallEvent::Fact { fact, .. }) = event else { return true };
    let of_supervisors = matches!(fact, CallFact::SupervisorJoined { .. } | CallFact::SupervisorLeft { .. });
    !of_supervisors || sees_supervisors(role)
}

fn sees_duty(stream: StreamId, viewer: Viewer) -> bool {
    sees_duties(viewer.role) || stream == StreamId::Duty(viewer.user)
}

const fn call_form(event: &CallEvent, role: UserRole) -> Form {
    match event {
        CallEvent::DispositionOverdue { .. } | CallEvent::CallBackOverdue { .. } => Form::Escalation,
        CallEvent::Fact { .. }
        | CallEvent::Disposed { .. }
        | CallEvent::DispositionWithdrawn
        | CallEvent::DispositionDue { .. }
        | CallEvent::CallBackDue { .. }
        | CallEvent::CallBackTied { .. }
        | CallEvent::CallBackTaken { .. }
        | CallEvent::CallBackSettled { .. }
        | CallEvent::CallBackAttempted { .. }
        | CallEvent::RecordingPlayed => {
            if sees_supervisors(role) {
                Form::SupervisedCall
            } else {
                Form::Call
            }
        }
    }
}

fn incident_form(event: &IncidentEvent, incident: &Incident, viewer: Viewer) -> Option<Form> {
    if !sees(viewer.agency, incident) {
        return None;
    }
    let own = |id: AssignmentId| {
        let assignment = incident.assignment(id);
        viewer.agency.is_none() || assignment.is_some_and(|a| Some(a.agency) == viewer.agency)
    };
    let (form, about) = match event {
        IncidentEvent::Opened { .. }
        | IncidentEvent::PaperEntered { .. }
        | IncidentEvent::Edited { .. }
        | IncidentEvent::Noted { .. }
        | IncidentEvent::ReportIssued { .. }
        | IncidentEvent::CardAnswered { .. }
        | IncidentEvent::PriorityRaised { .. }
        | IncidentEvent::CallAttached { .. }
        | IncidentEvent::CallDetached { .. }
        | IncidentEvent::Absorbed { .. }
        | IncidentEvent::Released { .. }
        | IncidentEvent::Unmerged { .. }
        | IncidentEvent::MassEventDeclared
        | IncidentEvent::MassEventEnded
        | IncidentEvent::AlarmRaised { .. }
        | IncidentEvent::TransferOffered { .. }
        | IncidentEvent::TransferAccepted { .. }
        | IncidentEvent::TransferReturned { .. }
        | IncidentEvent::TransferHastened { .. }
        | IncidentEvent::Received { .. }
        | IncidentEvent::OriginAnswered { .. }
        | IncidentEvent::OriginTakenBack { .. }
        | IncidentEvent::OriginHastened { .. }
        | IncidentEvent::NeighbourTold { .. }
        | IncidentEvent::Closed { .. }
        | IncidentEvent::Reopened { .. }
        | IncidentEvent::Cancelled { .. }
        | IncidentEvent::Merged { .. } => (Form::Incident, None),
        IncidentEvent::Assigned { assignment } | IncidentEvent::TakenOver { assignment, .. } => {
            (Form::Assignment(assignment.id), Some(assignment.id))
        }
        IncidentEvent::Delivered { assignment }
        | IncidentEvent::Seen { assignment }
        | IncidentEvent::Acknowledged { assignment, .. }
        | IncidentEvent::Declined { assignment, .. }
        | IncidentEvent::Progressed { assignment, .. }
        | IncidentEvent::ConsoleOff { assignment }
        | IncidentEvent::StepTakenBack { assignment, .. }
        | IncidentEvent::UnitJoined { assignment, .. }
        | IncidentEvent::UnitLeft { assignment, .. }
        | IncidentEvent::AssignmentCancelled { assignment, .. }
        | IncidentEvent::ChannelTried { assignment, .. } => {
            (Form::Assignment(*assignment), Some(*assignment))
        }
        IncidentEvent::Escalated { cause, .. } => (Form::Escalation, cause.assignment()),
        IncidentEvent::PlanExhausted { assignment } | IncidentEvent::HelpAsked { assignment, .. } => {
            (Form::Escalation, Some(*assignment))
        }
    };
    // What happens to another agency's assignment, and what only the centre can act on, reaches an agency as
    // the new state of the incident.
    let theirs = about.map_or(viewer.agency.is_none() || form == Form::Incident, own);
    Some(if theirs { form } else { Form::Incident })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use dispatch_core::actor::Actor;
    use dispatch_core::duty::{Audio, DutyEvent, DutyState};
    use dispatch_core::escalation::Step;
    use dispatch_core::ids::{AgencyCode, IncidentId};
    use dispatch_core::incident::{EscalationCause, IncidentEvent, Location, Report};
    use dispatch_core::private::Private;
    use dispatch_core::time::Timestamp;
    use uuid::Uuid;

    const DAMKAR: u128 = 1;
    const BPBD: u128 = 2;
    const POLRES: u128 = 3;

    fn viewer(role: UserRole, agency: Option<u128>) -> Viewer {
        Viewer {
            user: UserId(Uuid::from_u128(99)),
            role,
            agency: agency.map(|a| AgencyId(Uuid::from_u128(a))),
        }
    }

    /// An incident with damkar and bpbd on it.
    fn incident() -> Incident {
        let (id, now) = (IncidentId(Uuid::from_u128(7)), Timestamp::from_micros(1));
        let by = UserId(Uuid::from_u128(98));
        let report = Report {
            number: "2026-000001".into(),
            category: dispatch_core::category::Category::A,
            kind: None,
            priority: dispatch_core::category::Priority::P1,
            narrative: Private::new("rumah terbakar".into()),
            location: Location::default(),
            casualties: None,
            reporter: None,
            call: None,
        };
        let opened = IncidentEvent::Opened { report: Box::new(report), by: Some(by), dispatch_due_at: now };
        let mut incident = dispatch_core::incident::apply(None, id, &opened, Actor::User(by), now).unwrap();
        for (ordinal, agency) in (0u32..).zip([DAMKAR, BPBD]) {
            incident = dispatch_core::incident::apply(
                Some(incident),
                id,
                &assigned(ordinal, agency),
                Actor::System,
                now,
            )
            .unwrap();
        }
        incident
    }

    fn assignment(ordinal: u32) -> AssignmentId {
        AssignmentId::nth(IncidentId(Uuid::from_u128(7)), ordinal, Timestamp::from_micros(1))
    }

    fn assigned(ordinal: u32, agency: u128) -> IncidentEvent {
        use dispatch_core::incident::{Assignment, Because, Progress};
        IncidentEvent::Assigned {
            assignment: Box::new(Assignment {
                id: assignment(ordinal),
                agency: AgencyId(Uuid::from_u128(agency)),
                code: AgencyCode::new("x"),
                role: dispatch_core::routing::Role::Lead,
                because: Because::Dispatch,
                sent_at: Timestamp::from_micros(1),
                progress: Progress::Sent,
                delivered_at: None,
                seen_at: None,
                acknowledged: None,
                en_route_at: None,
                on_scene_at: None,
                working_at: None,
                under_control_at: None,
                completed_at: None,
                unit: None,
                units: Vec::new(),
                note: None,
                raised: Vec::new(),
                turnout_raised: false,
                welfare_asked_at: None,
                console_off_at: None,
                relayed: Vec::new(),
                stepped: None,
                taken_back: 0,
                tries: Vec::new(),
            }),
        }
    }

    fn change(stream: StreamId, event: DeskEvent, record: Option<Record>) -> Change {
        let at = Timestamp::from_micros(1);
        Change { index: 1, at, actor: Actor::System, stream, version: 1, policy: 1, event, record }
    }

    fn of_incident(event: IncidentEvent) -> Change {
        let record = Record::Incident(Arc::new(incident()));
        change(StreamId::Incident(IncidentId(Uuid::from_u128(7))), DeskEvent::Incident(event), Some(record))
    }

    #[test]
    fn an_agency_sees_its_own_assignments_and_the_state_of_its_incidents_only() {
        let damkar = viewer(UserRole::Dispatcher, Some(DAMKAR));
        let bpbd = viewer(UserRole::Dispatcher, Some(BPBD));
        let polres = viewer(UserRole::Dispatcher, Some(POLRES));
        let sent = of_incident(assigned(0, DAMKAR));
        assert_eq!(visible(&sent, damkar), Some(Form::Assignment(assignment(0))));
        assert_eq!(visible(&sent, bpbd), Some(Form::Incident));
        assert_eq!(visible(&sent, polres), None);
        let cause = EscalationCause::NotAcknowledged { assignment: assignment(0), rung: 0 };
        let due_at = Timestamp::from_micros(1);
        let raised = of_incident(IncidentEvent::Escalated { cause, step: Step::RenotifyAndCallDuty, due_at });
        assert_eq!(visible(&raised, damkar), Some(Form::Escalation));
        assert_eq!(visible(&raised, bpbd), Some(Form::Incident));
        assert_eq!(visible(&raised, polres), None);
        let cause = EscalationCause::NotClosed;
        let late = of_incident(IncidentEvent::Escalated { cause, step: Step::Supervisor, due_at });
        assert_eq!(visible(&late, damkar), Some(Form::Incident), "only the centre can close it");
        assert_eq!(visible(&late, viewer(UserRole::CallTaker, None)), Some(Form::Escalation));
    }

    #[test]
    fn the_centre_sees_every_incident_and_nobody_sees_the_site() {
        let sent = of_incident(assigned(0, DAMKAR));
        for role in [UserRole::CallTaker, UserRole::Supervisor, UserRole::Admin, UserRole::Auditor] {
            assert_eq!(visible(&sent, viewer(role, None)), Some(Form::Assignment(assignment(0))));
        }
        let log_in = SiteEvent::SessionOpened { user: UserId(Uuid::from_u128(99)) };
        let log_in = change(StreamId::Site, DeskEvent::Site(log_in), None);
        for role in UserRole::ALL {
            assert_eq!(visible(&log_in, viewer(role, None)), None);
        }
    }

    #[test]
    fn who_asks_hears_of_new_cards_and_who_decides_of_drafts() {
        let draft = dispatch_core::ids::CardDraftId(Uuid::from_u128(6));
        let site = |event| change(StreamId::Site, DeskEvent::Site(event), None);
        let decree = "SK 1".to_owned();
        let adopted = SiteEvent::CardSetAdopted { draft, revision: 1, version: 2, decree, sha256: "".into() };
        let to = dispatch_core::draft::DraftState::Submitted;
        let moved = SiteEvent::CardDraftMoved { draft, revision: 1, to, reason: None };
        let (adopted, moved) = (site(adopted), site(moved));
        let seen = |of: &Change| UserRole::ALL.map(|role| visible(of, viewer(role, None)).is_some());
        assert_eq!(seen(&adopted), [true, false, true, true, true, false]);
        assert_eq!(seen(&moved), [false, false, true, true, true, false]);
    }

    #[test]
    fn duty_is_seen_by_supervisors_and_by_oneself_and_calls_not_by_agencies() {
        let event = || {
            DeskEvent::Duty(DutyEvent::DutyChanged {
                state: DutyState::Ready,
                audio: Audio::Browser,
                skills: Default::default(),
            })
        };
        let own = change(StreamId::Duty(UserId(Uuid::from_u128(99))), event(), None);
        let other = change(StreamId::Duty(UserId(Uuid::from_u128(98))), event(), None);
        let seen = |role| {
            (visible(&own, viewer(role, None)).is_some(), visible(&other, viewer(role, None)).is_some())
        };
        assert_eq!(seen(UserRole::CallTaker), (true, false));
        assert_eq!(seen(UserRole::Supervisor), (true, true));
        assert_eq!(seen(UserRole::Auditor), (true, false));
        let ring = DeskEvent::Call(CallEvent::DispositionDue { due_at: Timestamp::from_micros(1) });
        let ring = change(StreamId::Call(dispatch_core::ids::CallId(Uuid::from_u128(5))), ring, None);
        let seen = UserRole::ALL.map(|role| visible(&ring, viewer(role, Some(DAMKAR))).is_some());
        assert_eq!(seen, [true, false, true, true, true, false]);
    }
}
