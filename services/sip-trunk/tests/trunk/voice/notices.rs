//! Calls of the program itself: they speak, wait for a key, and take nothing from callers.

use std::path::Path;
use std::time::Duration;

use call_link::order::{VoiceNotice, VoiceState};
use dispatch_core::category::{Category, Priority};
use dispatch_core::private::Private;
use sip_trunk::{SpeechProgram, TrunkConfig};
use tokio::time::{Instant, sleep};

use super::answerer::Answerer;
use super::sound::Sound;
use crate::client::*;

const WORDS: &str = "Tugas baru.";

fn task() -> VoiceNotice {
    VoiceNotice::Task {
        category: Category::A,
        priority: Priority::P1,
        number: "7".to_owned(),
        text: Some(WORDS.to_owned()),
    }
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

    // With our ACK in hand they hang up at once: the stack may not know the dialog yet.
    for n in 0..5 {
        let id = format!("n-3-{n}");
        let mut gone = Answerer::new().await;
        ask(&centre, &id, &gone).await;
        gone.is_rung().await;
        let sound = Sound::new().await;
        gone.answer(&sound.sdp()).await;
        gone.hang_up().await;
        assert_eq!(outcome(&centre, &id, &gone).await, VoiceState::NoKey);
    }
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

/// A program that says a tone of 1000 Hz for 4 s, at 16000 Hz, and writes down what it was told.
fn tone_program(dir: &Path) -> SpeechProgram {
    let mut file = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3E\0\0".to_vec();
    file.extend_from_slice(b"\0\x7D\0\0\x02\0\x10\0data\0\xF0\xFF\x7F");
    let sample = |n: u32| (6_000.0 * (std::f64::consts::TAU * f64::from(n) / 16.0).sin()) as i16;
    file.extend((0..64_000).flat_map(|n| sample(n).to_le_bytes()));
    std::fs::write(dir.join("suara.wav"), file).unwrap();
    let dir = dir.display();
    script(&format!("cat >>'{dir}/kata'; sleep 0.3; cat '{dir}/suara.wav'"))
}

fn script(text: &str) -> SpeechProgram {
    let arguments = vec!["-c".to_owned(), text.to_owned()];
    SpeechProgram { program: "/bin/sh".to_owned(), arguments, within: Duration::from_secs(1) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_speech_program_says_the_task_and_is_run_once_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let centre = centre_with(TrunkConfig { speech: Some(tone_program(dir.path())), ..config() }).await;
    for id in ["n-1", "n-2"] {
        let mut phone = Answerer::at("127.0.0.1:0").await;
        assert_eq!(ask(&centre, id, &phone).await, VoiceState::Calling);
        phone.is_rung().await;
        let sound = Sound::new().await;
        let port = phone.answer(&sound.sdp()).await;
        sound.hears(&[1_000.0], &[440.0, 1_500.0]).await;
        sound.press(port, 1, 40_000).await;
        phone.is_hung_up().await;
        assert_eq!(outcome(&centre, id, &phone).await, VoiceState::Accepted);
    }
    assert_eq!(std::fs::read_to_string(dir.path().join("kata")).unwrap(), WORDS, "the second one was kept");
    let stats = centre.trunk.stats.snapshot();
    assert_eq!((stats.speech_made, stats.speech_failed), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_program_s_words_the_recorded_pieces_are_said() {
    for broken in ["exec sleep 30", "exit 1"] {
        let centre = centre_with(TrunkConfig { speech: Some(script(broken)), ..config() }).await;
        let mut phone = Answerer::at("127.0.0.1:0").await;
        assert_eq!(ask(&centre, "n-1", &phone).await, VoiceState::Calling);
        phone.is_rung().await;
        let sound = Sound::new().await;
        let port = phone.answer(&sound.sdp()).await;
        sound.hears_something().await;
        sound.press(port, 1, 40_000).await;
        phone.is_hung_up().await;
        assert_eq!(outcome(&centre, "n-1", &phone).await, VoiceState::Accepted, "{broken}");
        let stats = centre.trunk.stats.snapshot();
        assert_eq!((stats.speech_made, stats.speech_failed), (0, 1), "{broken}");
    }
}
