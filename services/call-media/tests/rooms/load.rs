//! What a bridged and recorded call costs. Not a test that passes or fails on a busy machine: run it by hand,
//!
//! ```text
//! CALLS=200 SECONDS=20 cargo test --release -p call-media --test rooms load -- --ignored --nocapture
//! ```

use std::time::Duration;

use call_media::plane::{MediaConfig, MediaPlane};
use call_media::recorder::RecordingStart;
use call_media::room::{LegId, LegOptions, MediaEvent, RoomOptions, SeatRole};
use call_media::rtp::Codec;

use crate::browser::Browser;
use crate::phone::*;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Nanoseconds that threads of this name were on a processor.
fn cpu(name: &str) -> u64 {
    let mut nanos = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        let read = |file| std::fs::read_to_string(task.join(file)).unwrap_or_default();
        if read("comm").trim() == name {
            nanos +=
                read("schedstat").split(' ').next().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    nanos
}

#[test]
#[ignore = "measures; run by hand in release"]
fn what_a_bridged_and_recorded_call_costs() {
    let (calls, seconds) = (number("CALLS", 20), number("SECONDS", 10));
    let folder = tempfile::tempdir().unwrap();
    let media = MediaConfig {
        ports: 30_000..=30_000 + 2 * calls as u16 + 100,
        recordings: Some(folder.path().to_owned()),
        ..config()
    };
    let (plane, mut events) = MediaPlane::start(&media).unwrap();
    let browsers: Vec<_> =
        (0..calls).map(|n| Browser::open(&plane, user(n.into()), Says::Tone(1_000.0))).collect();
    until("every seat is up", || (0..calls).all(|n| plane.seat_connected(user(n.into()))));
    let open: Vec<_> = (0..calls)
        .map(|n| {
            let record = Some(RecordingStart::New);
            let room = plane.open_room(call(n.into()), RoomOptions { record }).unwrap();
            let mut phone = Phone::new(Codec::Pcma);
            let leg = room.add_leg(LegId::Caller, phone.remote(), LegOptions::default()).unwrap();
            room.seat(user(n.into()), SeatRole::Talk);
            phone.speak(leg.local_port(), Says::Tone(440.0));
            (room, leg, phone)
        })
        .collect();
    std::thread::sleep(Duration::from_secs(2));
    const THREADS: [&str; 3] = ["media", "recorder", "recording-sync"];
    let before = THREADS.map(cpu);
    let heard = |n: usize| (open[n].2.heard().len(), browsers[n].ears.heard().len());
    let (first, counts) = (heard(0), open[0].1.counts());
    std::thread::sleep(Duration::from_secs(seconds));
    let after = THREADS.map(cpu);
    let mut sum = 0.0;
    for (n, thread) in THREADS.iter().enumerate() {
        let millis = (after[n] - before[n]) as f64 / 1e6;
        sum += millis;
        println!("{thread}: {:.3} ms CPU a call and second", millis / (calls * seconds) as f64);
    }
    println!("{calls} calls: {:.1} % of one core", sum / (seconds as f64 * 10.0));
    let (last, counted) = (heard(0), open[0].1.counts());
    println!(
        "first call in {seconds} s: the phone heard {}, the browser {}, sent {}, received {}",
        last.0 - first.0,
        last.1 - first.1,
        counted.packets_out - counts.packets_out,
        counted.packets_in - counts.packets_in
    );
    drop(open);
    for _ in 0..calls {
        event(&mut events, |event| matches!(event, MediaEvent::RecordingEnded { .. }).then_some(()));
    }
}
