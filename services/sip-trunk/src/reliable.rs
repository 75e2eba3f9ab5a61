//! Reliable ringing as the called side (RFC 3262): a caller that demands `100rel` gets its 180 again until a PRACK
//! says that it has come.
//!
//! The 180 carries no session description, so a 200 needs not wait for the PRACK (RFC 3262 section 3); after the
//! 200 the 180 is not repeated, but a PRACK for it is still right. A caller whose PRACK never comes is not refused
//! with 5xx, as section 3 proposes: it rings on and is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rsipstack::dialog::dialog::DialogState;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method};
use rsipstack::transaction::transaction::{TransactionEvent, TransactionEventSender};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tracing::info;

use crate::registry::LiveEntry;
use crate::shared::Core;

/// One provisional response that wants a PRACK. We send one for each call, so RSeq needs no order.
#[derive(Debug)]
pub(crate) struct Reliable {
    rseq: u32,
    invite_cseq: u32,
    acknowledged: AtomicBool,
    changed: Notify,
}

impl Reliable {
    fn new(random: u32, invite_cseq: u32) -> Self {
        // RFC 3262 section 3: from 1 to 2^31 - 1.
        let rseq = (random & 0x7FFF_FFFF).max(1);
        Self { rseq, invite_cseq, acknowledged: AtomicBool::new(false), changed: Notify::new() }
    }

    /// Takes the RAck of a PRACK. `false`: it acknowledges nothing that waits (481).
    pub(crate) fn acknowledge(&self, rack: Option<(u32, u32, Method)>) -> bool {
        if rack != Some((self.rseq, self.invite_cseq, Method::Invite)) {
            return false;
        }
        let first = !self.acknowledged.swap(true, Ordering::AcqRel);
        if first {
            self.changed.notify_one();
        }
        first
    }

    fn is_acknowledged(&self) -> bool {
        self.acknowledged.load(Ordering::Acquire)
    }
}

/// Sends the 180 of a call and repeats it after T1, 2*T1, 4*T1 … until its PRACK, another response, or 64*T1.
pub(crate) fn ring(
    core: &Arc<Core>,
    entry: &Arc<LiveEntry>,
    dialog: &InviteDialog,
    transaction: &TransactionEventSender,
) -> Result<(), ()> {
    let invite_cseq = dialog.initial_request().cseq_header().and_then(|cseq| cseq.seq()).map_err(|_| ())?;
    // Without chance the number is still right, only guessable.
    let reliable = Reliable::new(getrandom::u32().unwrap_or(invite_cseq), invite_cseq);
    let headers = vec![Header::Require("100rel".into()), Header::RSeq(reliable.rseq.to_string().into())];
    entry.exchange.ringing.set(reliable).map_err(|_| ())?;
    dialog.ringing(Some(headers), None).map_err(|_| ())?;
    let DialogState::Early(_, response) = dialog.state() else { return Ok(()) };
    let (entry, dialog, transaction) = (entry.clone(), dialog.clone(), transaction.clone());
    let mut wait = core.config.t1;
    let until = Instant::now() + core.config.t1 * 64;
    core.tasks.spawn(async move {
        let Some(reliable) = entry.exchange.ringing.get() else { return };
        loop {
            tokio::select! {
                () = reliable.changed.notified() => {}
                () = sleep(wait) => {}
            }
            let rings = matches!(dialog.state(), DialogState::Early(..));
            if reliable.is_acknowledged() || !rings || entry.signals.is_closed() {
                return;
            }
            if Instant::now() >= until {
                info!(call.id = %entry.call, "No PRACK came; the call rings on");
                return;
            }
            if transaction.send(TransactionEvent::Respond(response.clone())).is_err() {
                return;
            }
            wait *= 2;
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_rack_counts_and_only_once() {
        let reliable = Reliable::new(u32::MAX, 7);
        assert_eq!(reliable.rseq, 0x7FFF_FFFF);
        let rack = |rseq, cseq, method| reliable.acknowledge(Some((rseq, cseq, method)));
        assert!(!reliable.acknowledge(None));
        assert!(!rack(1, 7, Method::Invite) && !rack(0x7FFF_FFFF, 8, Method::Invite));
        assert!(!rack(0x7FFF_FFFF, 7, Method::Update));
        assert!(rack(0x7FFF_FFFF, 7, Method::Invite) && reliable.is_acknowledged());
        assert!(!rack(0x7FFF_FFFF, 7, Method::Invite));
        assert_eq!(Reliable::new(0, 1).rseq, 1);
    }
}
