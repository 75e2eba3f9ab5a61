//! Authority is a value that a handler holds, not a middleware that somebody hopes ran.
//!
//! Which role may do what stands in one table below. What an agency may see is decided on the incident itself:
//! what it is not on does not exist for it (404, not 403, so that nothing can be counted from outside).

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use dispatch_core::actor::Actor;
use dispatch_core::ids::{AgencyId, AssignmentId, UserId};
use dispatch_core::incident::{Assignment, Incident};
use dispatch_core::site::UserRole;
use incident_store::UserRecord;

use crate::origin::Origins;
use crate::problem::{Code, Problem};
use crate::session::{Carrier, Seat, Sessions, Token};

/// Something that a role may do.
pub trait Permission {
    /// Its name in the table.
    const NAME: &'static str;
    /// Who may.
    const ROLES: &'static [UserRole];
    /// Whether somebody may whose password is one that somebody else made.
    const WITH_TEMPORARY_PASSWORD: bool = false;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)*;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Permission for $name {
                const NAME: &'static str = stringify!($name);
                const ROLES: &'static [UserRole] = &[$(UserRole::$role,)*];
            }
        )*
    };
}

/// Be logged in, log out, choose a password.
#[derive(Clone, Copy, Debug)]
pub struct CanLogIn;

impl Permission for CanLogIn {
    const NAME: &'static str = "CanLogIn";
    const ROLES: &'static [UserRole] = &UserRole::ALL;
    const WITH_TEMPORARY_PASSWORD: bool = true;
}

permissions! {
    /// Know one's duty, the policy, areas and agencies, follow the feed.
    CanBeHere: CallTaker Dispatcher Supervisor Admin Auditor;
    /// Say that one is on duty.
    CanTakeDuty: CallTaker Dispatcher Supervisor;
    /// Have an audio seat; answer, hold, share, end and dispose of calls, call back.
    CanAnswer: CallTaker Supervisor;
    /// Listen in on a call, whisper to its call-taker, join it.
    CanListenIn: Supervisor;
    /// See how the trunks are, and how they are configured.
    CanReadTrunks: Supervisor Admin Auditor;
    /// See numbers against which something is on record.
    CanSeeNumbers: Supervisor Admin Auditor;
    /// Weigh a number differently for a time.
    CanRuleNumbers: Supervisor Admin;
    /// Lift what is held against a call.
    CanLiftRestrictions: Supervisor;
    /// Hear recordings; a call-taker only those of their own calls.
    CanHearRecordings: CallTaker Supervisor Auditor;
    /// Open, correct, merge, cancel, close and reopen incidents; look for places.
    CanReport: CallTaker Supervisor;
    /// Make an incident the master of a mass event.
    CanMarkMassEvents: Supervisor;
    /// Send agencies.
    CanDispatch: CallTaker Supervisor;
    /// Take a task from one agency and give it to another one.
    CanReassign: Supervisor;
    /// Write a note; a dispatcher only on the agency's own incidents.
    CanNote: CallTaker Dispatcher Supervisor;
    /// Say for one's own agency that a task is on the screen, or was opened.
    CanActFor: Dispatcher;
    /// Acknowledge and report for one's own agency; the centre for any, when it heard of it by telephone or radio.
    CanReportFor: CallTaker Dispatcher Supervisor;
    /// Register and change units; a dispatcher only those of the agency.
    CanManageUnits: Dispatcher Supervisor Admin;
    /// See calls.
    CanReadCalls: CallTaker Supervisor Admin Auditor;
    /// See incidents; a dispatcher only the agency's own.
    CanReadIncidents: CallTaker Dispatcher Supervisor Admin Auditor;
    /// See the live figures: numbers, and nothing of anybody.
    CanReadFigures: CallTaker Supervisor Admin Auditor Wall;
    /// See what was escalated.
    CanReadEscalations: CallTaker Supervisor Admin Auditor;
    /// See who is on duty, and close over unfinished agencies.
    CanSupervise: Supervisor Admin;
    /// Be the second person who switches the disaster mode on; at night there is one supervisor.
    CanConfirmDisaster: CallTaker Supervisor Admin;
    /// Plan duty rosters; a dispatcher the agency's own, a call-taker only ask for and agree to swaps.
    CanUseRosters: CallTaker Dispatcher Supervisor Admin;
    /// Hand a shift over and take one over.
    CanHandOver: CallTaker Dispatcher Supervisor;
    /// See what was handed on to other services.
    CanReadReferrals: Supervisor Admin Auditor;
    /// Say that it reached the service.
    CanForwardReferrals: Supervisor Admin;
    /// See which paper forms were given out, and what became of them.
    CanReadPaperForms: CallTaker Supervisor Admin Auditor;
    /// Print paper forms, and say what became of those that are not used.
    CanUsePaperForms: CallTaker Supervisor;
    /// Try the channels of agencies.
    CanTestChannels: Supervisor Admin;
    /// Add and change people.
    CanAdminister: Admin;
    /// Write at changes of question cards.
    CanEditCards: Supervisor;
    /// Hand changes of question cards in, and decide on those of others.
    CanDecideOnCards: Supervisor Admin;
    /// See changes of question cards.
    CanReadCardDrafts: Supervisor Admin Auditor;
    /// Write at changes of the rules.
    CanEditRules: Supervisor;
    /// Hand changes of the rules in, and decide on those of others.
    CanDecideOnRules: Supervisor Admin;
    /// See changes of the rules, and rules that held before.
    CanReadRulesDrafts: Supervisor Admin Auditor;
    /// See the figures of periods.
    CanReadReports: Supervisor Admin Auditor;
    /// Give out a sealed report of an incident, with everything in it.
    CanIssueReports: Supervisor Auditor;
    /// Give out recaps with the numbers and places of callers.
    CanGiveRecaps: Supervisor Auditor;
    /// Read the supervision log.
    CanReadLog: Supervisor Admin Auditor;
}

/// A person who may do `P`. Holding it is the proof.
#[derive(Clone, Debug)]
pub struct Authority<P> {
    seat: Seat,
    token: Token,
    permission: PhantomData<P>,
}

impl<P> Authority<P> {
    /// Who.
    pub const fn user(&self) -> &UserRecord {
        &self.seat.user
    }

    /// Whose id.
    pub const fn user_id(&self) -> UserId {
        self.seat.user.id
    }

    /// As whom events are written.
    pub const fn actor(&self) -> Actor {
        Actor::User(self.seat.user.id)
    }

    /// The session.
    pub const fn seat(&self) -> &Seat {
        &self.seat
    }

    /// The token of the session.
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// The agency, when it is a dispatcher's view.
    pub fn agency(&self) -> Option<AgencyId> {
        agency_of(&self.seat.user)
    }

    /// The incident, if this person may know of it.
    ///
    /// # Errors
    /// `not_found` for an incident that the person's agency is not on.
    pub fn may_see(&self, incident: Incident) -> Result<Incident, Problem> {
        if sees(self.agency(), &incident) { Ok(incident) } else { Err(Problem::new(Code::NotFound)) }
    }

    /// The assignment, if it is one of this person's agency; any for a person of the centre.
    ///
    /// # Errors
    /// `not_found` for another agency's.
    pub fn own_assignment<'a>(
        &self,
        incident: &'a Incident,
        id: AssignmentId,
    ) -> Result<&'a Assignment, Problem> {
        let is_own = |assignment: &&Assignment| self.agency().is_none_or(|own| own == assignment.agency);
        let own = incident.assignment(id).filter(is_own);
        own.ok_or(Problem::new(Code::NotFound))
    }
}

/// Whether somebody of this agency (of none: the centre) may know of the incident.
pub fn sees(agency: Option<AgencyId>, incident: &Incident) -> bool {
    agency.is_none_or(|agency| incident.assignments.iter().any(|assignment| assignment.agency == agency))
}

/// The agency that bounds what a person sees.
pub fn agency_of(user: &UserRecord) -> Option<AgencyId> {
    user.agency.filter(|_| user.role == UserRole::Dispatcher)
}

impl<S, P> FromRequestParts<S> for Authority<P>
where
    S: Send + Sync,
    P: Permission,
    Sessions: FromRef<S>,
    Origins: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = Token::of(&parts.headers).ok_or(Problem::new(Code::NoSession))?;
        let writes = !parts.method.is_safe();
        if writes && token.carrier == Carrier::Cookie {
            Origins::from_ref(state).require_own_or_none(&parts.headers)?;
        }
        let seat = Sessions::from_ref(state).seat(&token).await?;
        let role = seat.user.role;
        // A dispatcher without an agency would see everything; the store does not make one.
        let bounded = role != UserRole::Dispatcher || seat.user.agency.is_some();
        if seat.user.temporary && !P::WITH_TEMPORARY_PASSWORD {
            return Err(Problem::new(Code::PasswordIsTemporary));
        }
        if !P::ROLES.contains(&role) || !bounded {
            tracing::info!(user.id = %seat.user.id, permission = P::NAME, "Permission refused");
            return Err(Problem::new(Code::Forbidden));
        }
        Ok(Self { seat, token, permission: PhantomData })
    }
}
