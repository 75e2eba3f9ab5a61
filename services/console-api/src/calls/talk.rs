//! What people do with a call while they talk: hold it, ask others in, give it away, listen in, call back.

use call_link::order::{Order, OrderKey};
use dispatch_core::call::fact::{Prompt, ScreenReason, SuperviseMode};
use dispatch_core::call::{Call, CallState, Party, PartyState};
use dispatch_core::ids::{CallId, PartyId};
use dispatch_core::private::Private;

use super::{Following, Line};
use crate::feed::Viewer;
use crate::phone_book::Contact;
use crate::problem::{Code, Problem};
use crate::views;

impl Line {
    /// The caller hears music.
    ///
    /// # Errors
    /// As for every order on a call that one has: `not_your_call`, `call_ended`, `not_possible`, `trunk_busy`.
    pub async fn hold(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        self.carry_out(call, who, Order::Hold { call, by: who.user }, is_held).await
    }

    /// The caller is back.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn resume(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        self.carry_out(call, who, Order::Resume { call, by: who.user }, |call| !is_held(call)).await
    }

    /// The call no longer rings here; it goes to the next seat.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn refuse(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        let order = Order::Refuse { call, by: who.user };
        self.carry_out(call, who, order, |call| !call.offered_to.contains(&who.user)).await
    }

    /// Rings somebody into the call.
    ///
    /// # Errors
    /// As for [`Line::hold`], and `no_trunk`.
    pub async fn add_party(
        &self,
        call: CallId,
        who: Viewer,
        whom: Contact,
        key: OrderKey,
    ) -> Result<views::Call, Problem> {
        let following = self.follow();
        let added = self.orders.add_party(call, who.user, whom.target, whom.label, Some(key)).await;
        let party = match added {
            Ok(party) => party,
            Err(error) => return Err(self.refused(error, call).await),
        };
        let there = |call: &Call| call.parties.iter().any(|known| known.id == party);
        self.after(following, call, who, there).await
    }

    /// Takes somebody off the call.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn drop_party(
        &self,
        call: CallId,
        who: Viewer,
        party: PartyId,
    ) -> Result<views::Call, Problem> {
        let order = Order::DropParty { call, by: who.user, party };
        let gone = |call: &Call| !call.parties.iter().any(|known| known.id == party && is_there(known));
        self.carry_out(call, who, order, gone).await
    }

    /// Gives the call away: whoever is rung has it once they answer.
    ///
    /// # Errors
    /// As for [`Line::add_party`].
    pub async fn transfer(
        &self,
        call: CallId,
        who: Viewer,
        whom: Contact,
        key: OrderKey,
    ) -> Result<views::Call, Problem> {
        let Contact { target, label, .. } = whom;
        let order = Order::Transfer { call, by: who.user, target: target.clone(), label, key: Some(key) };
        let begun = |call: &Call| {
            let rung = call.parties.iter().any(|party| party.target == target && is_there(party));
            rung || call.call_taker_left || call.is_ended()
        };
        self.carry_out(call, who, order, begun).await
    }

    /// The call-taker goes, the others go on.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn leave(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        let order = Order::Leave { call, by: who.user };
        self.carry_out(call, who, order, |call| call.call_taker_left || call.is_ended()).await
    }

    /// A supervisor joins, or changes how they take part.
    ///
    /// # Errors
    /// As for [`Line::hold`], and `no_seat` when their audio is not connected.
    pub async fn supervise(
        &self,
        call: CallId,
        who: Viewer,
        mode: SuperviseMode,
    ) -> Result<views::Call, Problem> {
        let order = Order::Supervise { call, by: who.user, mode };
        let there = |call: &Call| call.supervisors.iter().any(|one| one.user == who.user && one.mode == mode);
        self.carry_out(call, who, order, there).await
    }

    /// The supervisor goes.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn stop_supervising(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        let order = Order::StopSupervising { call, by: who.user };
        self.carry_out(call, who, order, |call| call.supervisors.iter().all(|one| one.user != who.user)).await
    }

    /// Sends digits towards the caller.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn press(
        &self,
        call: CallId,
        who: Viewer,
        digits: Private<String>,
    ) -> Result<views::Call, Problem> {
        let order = Order::PressDigits { call, by: who.user, digits };
        // The digits follow one after the other, each with a fact of its own; nobody waits for the last.
        self.carry_out(call, who, order, |_| true).await
    }

    /// Asks the caller something in recorded words.
    ///
    /// # Errors
    /// As for [`Line::hold`].
    pub async fn prompt(&self, call: CallId, who: Viewer, prompt: Prompt) -> Result<views::Call, Problem> {
        let before = self.recorded(call).await.ok().and_then(|call| call.prompted.get(&prompt).copied());
        let order = Order::Prompt { call, by: who.user, prompt };
        self.carry_out(call, who, order, |call| call.prompted.get(&prompt).copied() != before).await
    }

    /// The caller is treated like anybody, in this call and for a day.
    ///
    /// # Errors
    /// As for [`Line::hold`]; `not_possible` when nothing is held against the call.
    pub async fn lift_restriction(&self, call: CallId, who: Viewer) -> Result<views::Call, Problem> {
        let order = Order::LiftRestriction { call, by: who.user };
        let lifted = |call: &Call| {
            call.restriction_lifted.is_some() && call.because.contains(&ScreenReason::RestrictionLifted)
        };
        self.carry_out(call, who, order, lifted).await
    }

    /// The number that a call came from.
    ///
    /// # Errors
    /// `not_found`, `no_number`.
    pub async fn number_of(&self, call: CallId) -> Result<Private<String>, Problem> {
        let record = self.recorded(call).await?;
        record.arrival.caller.map(|caller| caller.number).ok_or(Problem::new(Code::NoNumber))
    }

    /// Calls a number for somebody whose audio is connected, in answer to a call; the new call.
    ///
    /// # Errors
    /// `no_seat`, `no_trunk`, `trunk_busy`.
    pub async fn dial(
        &self,
        who: Viewer,
        number: Private<String>,
        in_answer_to: CallId,
        key: OrderKey,
    ) -> Result<views::Call, Problem> {
        let following = self.follow();
        let dialled = self.orders.dial(who.user, number, Some(in_answer_to), Some(key)).await;
        let call = dialled.map_err(|error| Problem::order(error, &self.show.names()))?;
        self.after(following, call, who, |_| true).await
    }

    async fn carry_out(
        &self,
        call: CallId,
        who: Viewer,
        order: Order,
        reached: impl Fn(&Call) -> bool,
    ) -> Result<views::Call, Problem> {
        let following = self.follow();
        if let Err(error) = self.orders.carry_out(order).await {
            return Err(self.refused(error, call).await);
        }
        self.after(following, call, who, reached).await
    }

    /// The call as the order left it; as the trunk knows it when the store is away.
    async fn after(
        &self,
        following: Following,
        call: CallId,
        who: Viewer,
        reached: impl Fn(&Call) -> bool,
    ) -> Result<views::Call, Problem> {
        if let Some(record) = following.until(&self.store, call, reached).await {
            return Ok(self.show.call(&record, who).await);
        }
        match self.call(call, who).await {
            // It rings already, and its first fact is late.
            Err(problem) if problem.code() == Code::NotFound => self.live(call).await,
            known => known,
        }
    }
}

fn is_held(call: &Call) -> bool {
    call.state == CallState::Held
}

fn is_there(party: &Party) -> bool {
    match party.state {
        PartyState::Calling | PartyState::Talking => true,
        PartyState::Left { .. } => false,
    }
}
