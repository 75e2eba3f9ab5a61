//! People talking: telephones as seats, parties, transfer, the queue, calls of ours.

mod admission;
mod answerer;
mod conference;
mod dialled;
mod keys;
mod notices;
mod restart;
mod ringing;
mod screened;
mod sound;
mod srtp;
mod timed;
mod transfer;

use call_link::order::{Answered, Order, OrderReply};
use dispatch_core::call::fact::CallFact;
use dispatch_core::duty::{Audio, DutyState};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::private::Private;

use crate::client::{Centre, Phone, Received};
use answerer::Answerer;
use sound::Sound;

impl Centre {
    /// A person is on duty.
    async fn on_duty(&self, user: UserId, audio: Audio) {
        self.duty(user, DutyState::Ready, audio).await;
    }

    /// And no longer.
    async fn off_duty(&self, user: UserId) {
        self.duty(user, DutyState::Off, Audio::Browser).await;
    }

    async fn duty(&self, user: UserId, state: DutyState, audio: Audio) {
        let (skills, supervisor, console) = (Vec::new(), false, None);
        let order = Order::SetSeat { user, state, audio, skills, supervisor, console };
        self.orders().carry_out(order).await.unwrap();
    }

    /// The first fact of a call that is asked for.
    async fn fact<T>(&self, call: CallId, mut wanted: impl FnMut(&CallFact) -> Option<T>) -> T {
        self.wait_for(|facts| facts.iter().filter(|e| e.call == call).find_map(|entry| wanted(&entry.fact)))
            .await
    }

    /// Waits until the call has this fact.
    async fn has(&self, call: CallId, fact: CallFact) {
        self.fact(call, |known| (*known == fact).then_some(())).await;
    }
}

/// A caller with sound whose call rings.
struct Caller {
    phone: Phone,
    sound: Sound,
    /// Where the centre listens.
    port: u16,
}

impl Caller {
    async fn ringing(centre: &Centre) -> Self {
        Self::ringing_with(centre, Sound::new().await).await
    }

    async fn ringing_with(centre: &Centre, sound: Sound) -> Self {
        let mut phone = Phone::new(centre).await;
        phone.send(phone.invite_with("", "application/sdp", &sound.sdp())).await;
        phone.expect("SIP/2.0 180").await;
        Self { phone, sound, port: 0 }
    }

    /// The 200 and what follows.
    async fn connected(&mut self, hz: f64) -> Received {
        let ok = self.phone.expect("SIP/2.0 200").await;
        self.phone.ack().await;
        self.port = ok.audio_port();
        if ok.body.contains("a=crypto:") {
            self.sound.decrypts(&ok.body);
        }
        self.sound.speak(self.port, hz);
        ok
    }
}

/// A call with a caller (440 Hz) and a call-taker at a desk phone (620 Hz), who hear each other.
struct Talk {
    caller: Caller,
    call: CallId,
    taker: UserId,
    desk: Answerer,
    desk_sound: Sound,
}

const CALLER: f64 = 440.0;
const TAKER: f64 = 620.0;
const AGENCY: f64 = 880.0;

impl Talk {
    async fn begun(centre: &Centre, taker: UserId) -> Self {
        Self::begun_with(centre, taker, Sound::new().await).await
    }

    async fn begun_with(centre: &Centre, taker: UserId, sound: Sound) -> Self {
        let mut desk = Answerer::new().await;
        centre.on_duty(taker, Audio::Phone { uri: desk.uri() }).await;
        let mut caller = Caller::ringing_with(centre, sound).await;
        let (call, _) = centre.arrival(0).await;
        // It rings before it is answered: a later offer of the same call is its second one.
        assert_eq!(offered_to(centre, call, 0).await, taker);
        answer(centre, call, taker).await;
        caller.connected(CALLER).await;
        desk.is_rung().await;
        let mut desk_sound = Sound::new().await;
        let port = desk.answer(&desk_sound.sdp()).await;
        desk_sound.speak(port, TAKER);
        caller.sound.hears(&[TAKER], &[CALLER]).await;
        desk_sound.hears(&[CALLER], &[TAKER]).await;
        Self { caller, call, taker, desk, desk_sound }
    }
}

async fn answer(centre: &Centre, call: CallId, by: UserId) -> Answered {
    centre.orders().answer(call, by).await.unwrap()
}

async fn done(centre: &Centre, order: Order) {
    assert_eq!(centre.orders().send(order).await, Ok(OrderReply::Done));
}

fn target(answerer: &Answerer) -> Private<String> {
    Private::new(answerer.uri())
}

/// The seat at which a call rang as the `n`-th.
async fn offered_to(centre: &Centre, call: CallId, n: usize) -> UserId {
    centre
        .wait_for(|facts| {
            let offers = facts
                .iter()
                .filter(|entry| entry.call == call)
                .filter_map(|entry| if let CallFact::Offered { to } = entry.fact { Some(to) } else { None });
            offers.skip(n).collect::<Vec<_>>().first().copied()
        })
        .await
}
