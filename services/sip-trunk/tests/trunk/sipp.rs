//! The scenarios of `sip-config/sipp` with the real sipp, where it is installed.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use dispatch_core::call::fact::EndReason;

use crate::client::*;

fn scenario(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sip-config/sipp").join(name)
}

fn sipp_is_there() -> bool {
    let there = Command::new("sipp").arg("-v").output().is_ok();
    if !there {
        println!("skipped: sipp is not installed (Debian package sip-tester)");
    }
    there
}

async fn sipp(centre: &Centre, name: &str, more: &[&str]) -> Output {
    let mut command = Command::new("sipp");
    match name.ends_with(".xml") {
        true => command.arg("-sf").arg(scenario(name)),
        // One of sipp's own.
        false => command.args(["-sn", name]),
    };
    command
        .args(["-i", "127.0.0.1", "-nostdin", "-timeout", "40", "-timeout_error"])
        .args(["-key", "caller", "+6281717171"])
        .args(more)
        .arg(centre.trunk.sip_udp.to_string())
        .current_dir(centre.dir.path());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// A centre that answers by itself after a moment.
async fn quick() -> Centre {
    centre_with(sip_trunk::TrunkConfig {
        queue_answer_after: Duration::from_millis(300),
        t1: Duration::from_millis(250),
        rtp_ports: 33_000..=33_999,
        ..config()
    })
    .await
}

async fn passes(name: &str, more: &[&str]) -> Centre {
    let centre = quick().await;
    let output = sipp(&centre, name, more).await;
    assert!(
        output.status.success(),
        "{name}: {}\n{}\n{}\n{:?}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        centre.trunk.snapshot(),
    );
    centre
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_every_form() {
    if !sipp_is_there() {
        return;
    }
    for name in [
        "uac_answered.xml",
        "uac_tel_uri.xml",
        "uac_urn_sos.xml",
        "uac_no_sdp.xml",
        "uac_broken_sdp.xml",
        "uac_no_common_codec.xml",
        "uac_reinvite_hold.xml",
        "uac_dup_invite.xml",
        "uac_hangup_after.xml",
    ] {
        let centre = passes(name, &["-m", "1"]).await;
        let (call, _) = centre.arrival(0).await;
        assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp, "{name}");
        assert_eq!(arrivals(&centre.facts().await).count(), 1, "{name}");
        centre.assert_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_location_and_a_cancel() {
    if !sipp_is_there() {
        return;
    }
    let centre = passes("uac_pidf_lo.xml", &["-m", "1"]).await;
    let (_, arrival) = centre.arrival(0).await;
    let point = arrival.fixes[0].point.as_ref().unwrap().reveal();
    assert_eq!((point.lat, point.lon, point.radius_m), (-3.0047, 106.4551, 250.0));
    let centre = centre_with(config()).await;
    let output = sipp(&centre, "uac_cancel.xml", &["-m", "1"]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (call, _) = centre.arrival(0).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerCancelled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_a_second_with_ten_percent_loss_are_all_on_record() {
    if !sipp_is_there() {
        return;
    }
    let centre = passes(
        // sipp's own caller takes a lost 180 as a network does.
        "uac",
        &["-m", "200", "-r", "50", "-lost", "10", "-d", "200", "-max_retrans", "20"],
    )
    .await;
    let facts = centre.facts().await;
    assert_eq!(arrivals(&facts).count(), 200);
    // sipp may lose its last ACK and BYE and go: after 64*T1, 16 s, such a call has to be over here too.
    for _ in 0..200 {
        if centre.trunk.snapshot().ended == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    centre.assert_clean().await;
}
