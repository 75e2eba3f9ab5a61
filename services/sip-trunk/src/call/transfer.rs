//! Giving a call away: by the caller's own network where it can (RFC 3515), else by ringing somebody into the call
//! and leaving it.

use call_link::order::{OrderError, OrderReply};
use call_media::room::LegId;
use dispatch_core::call::fact::{CallFact, EndReason, PartyEnd};
use dispatch_core::ids::{PartyId, UserId};
use dispatch_core::private::Private;
use rsipstack::sip::{Header, StatusCodeKind};
use tracing::info;

use super::Call;
use super::party::{Party, PartyState};
use crate::registry::Signal;

impl Call {
    pub(super) async fn transfer(
        &mut self,
        by: UserId,
        target: Private<String>,
        label: String,
    ) -> (Result<OrderReply, OrderError>, Option<EndReason>) {
        let outcome = if self.trunk_refers() {
            self.refer(by, target, label).await
        } else {
            self.begin_party(by, target, label, Some(by)).await.map(|_| ())
        };
        (outcome.map(|()| OrderReply::Done), None)
    }

    fn trunk_refers(&self) -> bool {
        let profile = self.core.config.trunks.iter().find(|profile| profile.name == self.arrival.trunk);
        profile.is_some_and(|profile| profile.refer) && self.arrival.direction.is_in()
    }

    /// Asks the caller's network to connect the caller with somebody else. Its refusal rings them ourselves.
    async fn refer(&mut self, by: UserId, target: Private<String>, label: String) -> Result<(), OrderError> {
        self.only(by)?;
        let invitation = self.invitation_for(&target)?;
        let confirmed = self.dialog.clone().filter(|_| self.entry.view().confirmed);
        let (Some(dialog), Some(route)) = (confirmed, invitation.routes.first()) else {
            return Err(OrderError::NotPossible);
        };
        let refer_to = format!("<{}>", route.uri());
        let contact = dialog.snapshot().local_contact;
        let referred_by = contact.map(|uri| Header::ReferredBy(format!("<{uri}>").into()));
        let party = self.new_party_id();
        self.record(CallFact::PartyAdded { party, by, label, target: target.clone() }).await;
        let state = PartyState::Referred;
        self.parties.insert(party, Party { state, takes_over_from: Some(by), target });
        let signals = self.entry.signals.clone();
        self.core.tasks.spawn(async move {
            let answer = dialog.refer(refer_to, referred_by.map(|header| vec![header]), None).await;
            let taken = matches!(answer, Ok(Some(response))
                if response.status_code.kind() == StatusCodeKind::Successful);
            signals.send(Signal::Referred { party, taken }).await.ok();
        });
        Ok(())
    }

    /// The caller's network took the REFER, or did not.
    pub(super) async fn on_referred(&mut self, id: PartyId, taken: bool) -> Option<EndReason> {
        if taken {
            return None;
        }
        let party = self.parties.remove(&id)?;
        info!("The caller's network does not transfer; we ring");
        match self.invitation_for(&party.target) {
            Ok(invitation) => self.ring_party(id, party.target, party.takes_over_from, invitation).await,
            Err(_) => self.record(CallFact::PartyLeft { party: id, why: PartyEnd::Failed }).await,
        }
        None
    }

    /// A NOTIFY about a REFER of ours: `progress` is the status code of its sipfrag (RFC 3515 section 2.4.5).
    pub(super) async fn on_refer_progress(&mut self, side: LegId, progress: u16) -> Option<EndReason> {
        let referred = self.parties.iter().find(|(_, party)| party.state == PartyState::Referred);
        let (LegId::Caller, Some((id, by))) =
            (side, referred.map(|(id, party)| (*id, party.takes_over_from)))
        else {
            return None;
        };
        match progress {
            200..=299 => {
                self.record(CallFact::PartyAnswered { party: id }).await;
                if let Some(user) = by {
                    self.call_taker_goes(user).await;
                }
                Some(self.send_bye(EndReason::Diverted))
            }
            300.. => {
                self.parties.remove(&id);
                let why =
                    if matches!(progress, 486 | 600 | 603) { PartyEnd::Refused } else { PartyEnd::Failed };
                self.record(CallFact::PartyLeft { party: id, why }).await;
                None
            }
            _ => None,
        }
    }

    /// Whether the caller's network is connecting the caller with somebody else: its BYE is then no hanging up.
    pub(super) fn is_being_diverted(&self) -> bool {
        self.parties.values().any(|party| party.state == PartyState::Referred)
    }
}
