use std::time::Duration;

use crate::client::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_gets_403_and_leaves_no_call() {
    let centre = centre().await;
    let mut stranger = Phone::at("127.0.0.2:0", &centre).await;
    stranger.send(stranger.invite()).await;
    stranger.expect("SIP/2.0 403").await;
    stranger.ack().await;
    stranger.send(stranger.request("OPTIONS", "", "")).await;
    stranger.expect("SIP/2.0 403").await;
    stranger.send(stranger.request("OPTIONS", "User-Agent: friendly-scanner\r\n", "")).await;
    stranger.expect_silence(Duration::from_millis(300), "").await;
    assert_eq!(centre.facts().await, []);
    let counted = centre.trunk.snapshot();
    assert_eq!((counted.invites_refused, counted.untrusted_requests, counted.invites_trusted), (1, 2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_cannot_use_us_as_a_mirror() {
    let centre = centre().await;
    let stranger = Phone::at("127.0.0.2:0", &centre).await;
    for _ in 0..300 {
        stranger.send(stranger.request("OPTIONS", "", "")).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut answers = 0;
    while stranger.socket.try_recv_from(&mut [0; 4_096]).is_ok() {
        answers += 1;
    }
    assert!((1..=100).contains(&answers), "{answers} answers to 300 requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_dropped_and_a_genuine_call_comes_through() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    let mut seed = 0x2545_F491_4F6C_DD1Du64;
    let invite = phone.invite().into_bytes();
    for n in 0..2_000 {
        let mut bytes = match n % 3 {
            0 => vec![0; n % 700 + 1],
            1 => b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n".to_vec(),
            // Any cut of a start line: not an INVITE, and not SIP.
            _ => invite[7..7 + n % (invite.len() - 7)].to_vec(),
        };
        if n % 3 == 0 {
            for byte in &mut bytes {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                *byte = seed as u8;
            }
        }
        phone.send(&bytes).await;
        if n % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    phone.send("\r\n\r\n").await;
    let mut pong = [0; 16];
    let (bytes, _) =
        tokio::time::timeout(PATIENCE, phone.socket.recv_from(&mut pong)).await.unwrap().unwrap();
    assert_eq!(&pong[..bytes], b"\r\n", "a keep-alive is answered");
    phone.ring().await;
    assert_eq!(arrivals(&centre.facts().await).count(), 1);
    assert!(centre.trunk.snapshot().garbage > 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_invites_are_calls_or_refused_and_every_call_ends_once() {
    let centre = centre().await;
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    println!("seed {seed:#x}");
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..400 {
        let phone = Phone::new(&centre).await;
        let mut bytes = phone.invite().into_bytes();
        for _ in 0..=random(6) {
            // The method stays: this is about INVITEs.
            let at = 7 + random(bytes.len() - 7);
            match random(3) {
                0 => bytes[at] = random(256) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, random(256) as u8),
            }
        }
        phone.send(&bytes).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut phone = Phone::new(&centre).await;
    phone.ring().await;
    let all_on_record = |facts: &[_]| {
        let arrived = arrivals(facts).count() as u64;
        let counted = centre.trunk.snapshot();
        (arrived > 380 && arrived == counted.invites_trusted + counted.unreadable)
            .then_some((arrived, counted))
    };
    let (arrived, counted) = centre.wait_for(all_on_record).await;
    // Two bytes of luck can make another message of it; nearly all stay INVITEs and every one of those is a call.
    assert!(arrived > 380, "{arrived} of 401; {counted:?}");
    // A call is on record a moment before it can be hung up.
    while centre.trunk.snapshot().live_calls > 0 {
        for live in centre.live().await {
            centre.orders().hangup(live.call, petugas(1)).await.ok();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    centre.assert_clean().await;
}
