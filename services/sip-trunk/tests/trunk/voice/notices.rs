//! Calls of the program itself: they speak, wait for a key, and take nothing from callers.

use std::time::Duration;

use call_link::order::{VoiceNotice, VoiceState};
use dispatch_core::category::{Category, Priority};
use dispatch_core::private::Private;
use tokio::time::{Instant, sleep};

use super::answerer::Answerer;
use super::sound::Sound;
use crate::client::*;

fn task() -> VoiceNotice {
    VoiceNotice::Task { category: Category::A, priority: Priority::P1, number: "7".to_owned() }
}

async fn ask(centre: &Centre, id: &str, phone: &Answerer) -> VoiceState {
    centre.orders().notify(id.to_owned(), Private::new(phone.uri()), task()).await.unwrap()
}

/// Asks until the call is over.
async fn outcome(centre: &Centre, id: &str, phone: &Answerer) -> VoiceState {
    let until = Instant::now() + PATIENCE;
    loop {
        let state = ask(centre, id, phone).await;
        if state.is_over() {
            return state;
        }
        assert!(Instant::now() < until, "the call {id} does not end: {state:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duty_phone_is_rung_once_and_its_key_is_the_answer() {
    let centre = centre().await;
    // Each from an address that is no trunk's.
    let mut phone = Answerer::at("127.0.0.1:0").await;
    assert_eq!(ask(&centre, "n-1", &phone).await, VoiceState::Calling);
    phone.is_rung().await;
    assert_eq!(ask(&centre, "n-1", &phone).await, VoiceState::Calling, "asking again rings nobody again");
    let sound = Sound::new().await;
    let port = phone.answer(&sound.sdp()).await;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(ask(&centre, "n-1", &phone).await, VoiceState::Talking);
    sound.hears_something().await;
    // A slip of the finger is no answer; the key after it is.
    sound.press(port, 5, 40_000).await;
    sound.press(port, 2, 60_000).await;
    phone.is_hung_up().await;
    assert_eq!(outcome(&centre, "n-1", &phone).await, VoiceState::Declined);
    assert_eq!(centre.live().await.len(), 0, "it is no call of the centre");

    let mut busy = Answerer::new().await;
    ask(&centre, "n-2", &busy).await;
    busy.is_rung().await;
    busy.refuse(486).await;
    assert_eq!(outcome(&centre, "n-2", &busy).await, VoiceState::Refused);

    let mut gone = Answerer::new().await;
    ask(&centre, "n-3", &gone).await;
    gone.is_rung().await;
    let sound = Sound::new().await;
    gone.answer(&sound.sdp()).await;
    gone.hang_up().await;
    assert_eq!(outcome(&centre, "n-3", &gone).await, VoiceState::NoKey);
    let nowhere = centre.orders().notify("n-4".to_owned(), Private::new("bukan nomor".to_owned()), task());
    nowhere.await.unwrap();
    sleep(Duration::from_millis(200)).await;
    let nowhere = centre.orders().notify("n-4".to_owned(), Private::new(String::new()), task());
    assert_eq!(nowhere.await.unwrap(), VoiceState::Failed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_few_go_out_at_once() {
    let centre = centre().await;
    let mut phones = Vec::new();
    for n in 0..4 {
        let mut phone = Answerer::new().await;
        assert_eq!(ask(&centre, &format!("n-{n}"), &phone).await, VoiceState::Calling);
        phone.is_rung().await;
        phones.push(phone);
    }
    let fifth = Answerer::new().await;
    assert_eq!(ask(&centre, "n-5", &fifth).await, VoiceState::NoRoom);
    phones[0].refuse(603).await;
    assert_eq!(outcome(&centre, "n-0", &phones[0]).await, VoiceState::Refused);
    assert_eq!(ask(&centre, "n-5", &fifth).await, VoiceState::Calling, "there is room again");
}
