//! A call to a duty phone: the trunk rings and speaks, and is asked every second how far it is. Asking again under the
//! same id never rings twice; a trunk that was started anew in between rings once more.

use std::time::Duration;

use agency_channels::Notification;
use call_link::order::{OrderError, VoiceNotice, VoiceState};
use dispatch_core::incident::{Change, ChannelState};
use dispatch_core::private::Private;
use dispatch_core::time::Seconds;
use incident_store::OutboxId;
use tokio::time::{Instant, sleep};

use super::{Shared, Work};

/// How often the trunk is asked.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// From the order to the end. The trunk needs at most 218 s: 60 s over ways that are down, ringing for 40 s with
/// encryption and for 40 s without, both sayings of the words (35 s each) and 8 s to press; a speech program that is not
/// through when somebody picks up, 10 s more.
const CALL_MAX: Duration = Duration::from_secs(240);
/// A trunk that has not answered for this long is away: the next channel need not wait for it.
const AWAY_MAX: Duration = Duration::from_secs(30);
/// How often the outbox is told that the call goes on, and for how long that holds.
const HOLD_EVERY: Duration = Duration::from_secs(10);
const HOLD_FOR: Seconds = Seconds(30);

/// What became of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Heard(VoiceState);

impl Heard {
    /// What the person wants, if they pressed a key.
    pub(super) fn change(self) -> Option<Change> {
        match self.0 {
            VoiceState::Accepted => Some(Change::Acknowledge { unit: None }),
            VoiceState::Declined => {
                Some(Change::Decline { reason: Private::new("tidak mampu (tombol 2)".to_owned()) })
            }
            VoiceState::Calling
            | VoiceState::Talking
            | VoiceState::NoKey
            | VoiceState::NoAnswer
            | VoiceState::Refused
            | VoiceState::Failed
            | VoiceState::NoRoom => None,
        }
    }

    /// Only a key proves a person: a voice mail listens to the end as well.
    pub(super) const fn state(self) -> ChannelState {
        match self.0 {
            VoiceState::Accepted | VoiceState::Declined => ChannelState::Delivered,
            VoiceState::Calling
            | VoiceState::Talking
            | VoiceState::NoKey
            | VoiceState::NoAnswer
            | VoiceState::Refused
            | VoiceState::Failed
            | VoiceState::NoRoom => ChannelState::Failed,
        }
    }

    /// Nothing rang, because no line was free or because we are calling that telephone already.
    pub(super) const fn has_no_line(self) -> bool {
        matches!(self.0, VoiceState::NoRoom)
    }

    /// In a word, for the log.
    pub(super) const fn result(self) -> &'static str {
        match self.0 {
            VoiceState::Accepted => "key 1",
            VoiceState::Declined => "key 2",
            VoiceState::NoKey => "no key",
            VoiceState::NoAnswer => "no answer",
            VoiceState::Refused => "busy or refused",
            VoiceState::NoRoom => "no free line",
            VoiceState::Calling | VoiceState::Talking | VoiceState::Failed => "failed",
        }
    }
}

/// Calls, and waits for the end; `item` is kept from other couriers meanwhile. A telephone that another notification
/// rings now is not rung: it would be busy with our own call.
pub(super) async fn call(
    shared: &Shared,
    work: &Work,
    to: &Private<String>,
    told: &Notification,
    item: Option<&OutboxId>,
) -> Heard {
    let notice = notice(told);
    let Some(_phone) = shared.phones.take(to) else { return Heard(VoiceState::NoRoom) };
    let (begun, mut held, mut answered) = (Instant::now(), Instant::now(), Instant::now());
    while begun.elapsed() < CALL_MAX {
        match work.orders.notify(told.id.clone(), to.clone(), notice.clone()).await {
            Ok(state) if state.is_over() => return Heard(state),
            Ok(_) => answered = Instant::now(),
            // A trunk that is away may be back in a moment.
            Err(OrderError::TrunkBusy) if answered.elapsed() < AWAY_MAX => {}
            Err(OrderError::TrunkBusy) => return Heard(VoiceState::Failed),
            Err(
                OrderError::UnknownCall
                | OrderError::AlreadyAnswered { .. }
                | OrderError::Ended
                | OrderError::Signalling
                | OrderError::NotYours
                | OrderError::NoSeat
                | OrderError::NoTrunk
                | OrderError::NotPossible
                | OrderError::UnusableOffer
                | OrderError::KeyReused,
            ) => return Heard(VoiceState::Failed),
        }
        if let Some(item) = item.filter(|_| held.elapsed() >= HOLD_EVERY) {
            held = Instant::now();
            // When this fails, the lease ends early and another courier asks under the same id: nobody is rung twice.
            work.desk.retry(item, work.clock.now().after(HOLD_FOR)).await.ok();
        }
        sleep(ASK_EVERY).await;
    }
    Heard(VoiceState::Failed)
}

/// What is said, as pieces and in words: which of them, the trunk knows.
fn notice(told: &Notification) -> VoiceNotice {
    let text = Some(told.spoken());
    match &told.task {
        None => VoiceNotice::Test { text },
        Some(task) => VoiceNotice::Task {
            category: task.category,
            priority: task.priority,
            number: task.short_number().to_owned(),
            text,
        },
    }
}

#[cfg(test)]
mod tests {
    use dispatch_core::ids::AgencyCode;
    use dispatch_core::time::Timestamp;

    use super::*;

    #[test]
    fn the_trunk_gets_the_words_of_a_test_as_well() {
        let told = Notification::test("uji".to_owned(), AgencyCode::new("pln"), Timestamp::from_micros(1));
        assert_eq!(notice(&told), VoiceNotice::Test { text: Some(told.spoken()) });
    }
}
