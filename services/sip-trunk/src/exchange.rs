//! What the requests inside one dialog have to know of each other: order, offers, the reliable ringing.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::reliable::Reliable;

/// The state of one dialog beside what the stack keeps.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// The 180 that wants a PRACK.
    pub(crate) ringing: OnceLock<Reliable>,
    ours_out: AtomicBool,
    newest: AtomicU32,
}

impl Exchange {
    /// An offer of ours is on its way, in a 2xx or in a request.
    pub(crate) fn offer_sent(&self) {
        self.ours_out.store(true, Ordering::Release);
    }

    /// It was answered or refused.
    pub(crate) fn offer_settled(&self) {
        self.ours_out.store(false, Ordering::Release);
    }

    /// Whether an offer of the other side would cross ours: 491 (RFC 3261 section 14.2, RFC 3311 section 5.2).
    pub(crate) fn glares(&self) -> bool {
        self.ours_out.load(Ordering::Acquire)
    }

    /// Whether a change with this CSeq is newer than every change before it. An old one that the network held back
    /// would undo what came after it (RFC 3261 section 12.2.2).
    pub(crate) fn is_news(&self, cseq: u32) -> bool {
        self.newest.fetch_max(cseq, Ordering::AcqRel) < cseq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_count_in_order_and_offers_glare_until_settled() {
        let exchange = Exchange::default();
        assert!(exchange.is_news(7) && !exchange.is_news(7) && !exchange.is_news(6) && exchange.is_news(8));
        exchange.offer_sent();
        assert!(exchange.glares());
        exchange.offer_settled();
        assert!(!exchange.glares());
    }
}
