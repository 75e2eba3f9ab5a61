//! The call and the queue.

use dispatch_core::call::fact::{CallFact, EndReason};

use super::Call;
use crate::queue::{QueueInput, QueueWord};

impl Call {
    /// From now on the call waits for a person.
    pub(super) async fn wait_in_queue(&self) {
        self.enqueue(false).await;
    }

    /// The call waits again, before all that nobody has had yet.
    pub(super) async fn wait_at_head(&self) {
        self.enqueue(true).await;
    }

    async fn enqueue(&self, head: bool) {
        let trunk = self.core.config.trunks.iter().find(|profile| profile.name == self.arrival.trunk);
        let input = QueueInput::Waiting {
            call: self.id,
            class: self.class,
            since: self.entry.since,
            number: self.entry.caller.clone(),
            called: self.arrival.dialled.clone(),
            language: trunk.and_then(|profile| profile.language.clone()),
            head,
            had_turn: self.centre.had_turn,
        };
        self.core.queue.tell(input).await;
    }

    pub(super) async fn on_queue(&mut self, word: QueueWord) -> Option<EndReason> {
        match word {
            QueueWord::Offer { to } => {
                if self.centre.waits() && self.centre.offers.insert(to) {
                    self.centre.had_turn = true;
                    self.publish();
                    self.record(CallFact::Offered { to }).await;
                }
                None
            }
            QueueWord::Withdraw { to, why } => {
                if self.centre.offers.remove(&to) {
                    self.publish();
                    self.record(CallFact::OfferEnded { to, why }).await;
                }
                None
            }
            QueueWord::Overflow { target } => self.overflow(target).await,
        }
    }
}
