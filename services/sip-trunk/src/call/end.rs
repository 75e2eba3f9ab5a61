//! The end of a call: on record, and everything given back.

use call_link::order::OrderError;
use dispatch_core::call::fact::{CallFact, Defect, EndReason, OfferEnd};
use tracing::info;

use super::Call;
use crate::orders::refuse;
use crate::queue::QueueInput;

impl Call {
    pub(super) async fn end(mut self: Box<Self>, reason: EndReason) {
        self.signals.close();
        if reason == EndReason::AckLost {
            self.record(CallFact::DefectFound { defect: Defect::AckLost }).await;
        }
        for to in std::mem::take(&mut self.centre.offers) {
            self.record(CallFact::OfferEnded { to, why: OfferEnd::CallerGone }).await;
        }
        self.record(CallFact::Ended { reason }).await;
        self.core.queue.tell(QueueInput::Gone { call: self.id }).await;
        if let Some(user) = self.centre.talker() {
            self.free(user).await;
        }
        for user in self.centre.supervisors.keys().chain(&self.centre.may_come_back) {
            self.core.seats.forget_call(*user, self.id);
        }
        self.entry.leg().close();
        // The sound ends here, and with it the recording.
        self.room = None;
        self.core.forget(self.dialog.as_ref().map(|dialog| dialog.id()).as_ref(), self.id);
        self.outside.end(&self.core).await;
        while let Ok(signal) = self.signals.try_recv() {
            refuse(signal, OrderError::Ended);
        }
        info!(?reason, "Call ended");
    }
}
