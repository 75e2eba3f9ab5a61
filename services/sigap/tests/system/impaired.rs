//! A network that loses a tenth, holds a fifth back and doubles a tenth: every call that a conformant phone completes
//! is completed, and three counts agree: the phones', the network's and ours.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use simulator::callers;
use simulator::city::{self, CityOptions, Mix, Patience};
use simulator::impairment::Impairment;
use simulator::impairment::udp::UdpProxy;
use simulator::sip_agent::{Ending, SipAgent, Transport};
use simulator::stopwatch::Stopwatch;
use tokio::time::{Instant, sleep};

use super::harness::{Call, Kind, Server, Setup, Sipp, loads_the_machine};

const CALLS: u64 = 200;
const BAD: Impairment =
    Impairment { loss: 0.1, reorder: 0.2, duplicate: 0.1, hold: Duration::from_millis(40), seed: 112 };
/// The longest chain of repeats that a call needs on such a network, and a busy machine.
const WITHIN: Duration = Duration::from_secs(120);

async fn centre() -> Server {
    Server::start(Setup::demo(Kind::Sqlite).flag("--queue-answer-after-s", "1")).await
}

/// What the trunk counts, by name.
async fn counted(server: &Server) -> BTreeMap<String, u64> {
    let metrics =
        Call::new("GET", "/metrics").send(server.http).await.unwrap_or_else(|error| panic!("{error}"));
    let value = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    metrics.text().lines().filter_map(value).collect()
}

/// Every call that came is recorded once and ends, also where the caller's last word was lost.
async fn agrees(server: &Server, proxy: &UdpProxy) {
    let until = Instant::now() + WITHIN;
    loop {
        let ours = counted(server).await;
        let of = |name: &str| ours.get(name).copied().unwrap_or_default();
        if of("sigap_trunk_calls_live") == 0 && of("sigap_trunk_calls_ended_total") == CALLS {
            assert_eq!(of("sigap_trunk_invites_trusted_total"), CALLS);
            assert_eq!(of("sigap_trunk_calls_recorded_total"), CALLS);
            break;
        }
        assert!(Instant::now() < until, "not over: {ours:?}");
        sleep(Duration::from_millis(200)).await;
    }
    let carried = proxy.carried();
    assert_eq!(carried.calls, CALLS, "{carried:?}");
    assert!(carried.lost > 0 && carried.reordered > 0 && carried.duplicated > 0, "{carried:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_completes_every_call_over_a_bad_network() {
    let _turn = loads_the_machine().await;
    let server = centre().await;
    let proxy = UdpProxy::open(server.sip, BAD).unwrap_or_else(|error| panic!("{error}"));
    let calls = CALLS.to_string();
    let sipp = Sipp::start(
        "uac_rough",
        proxy.local(),
        "+6281100000112",
        &[
            "-m",
            &calls,
            "-r",
            "20",
            "-d",
            "500",
            "-default_behaviors",
            "all,-abortunexp",
            "-max_retrans",
            "20",
        ],
    );
    // sipp ends with 0 when every one of its calls succeeded.
    sipp.done(WITHIN).await;
    agrees(&server, &proxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citys_phones_complete_every_call_over_a_bad_network() {
    let _turn = loads_the_machine().await;
    let server = centre().await;
    let proxy = UdpProxy::open(server.sip, BAD).unwrap_or_else(|error| panic!("{error}"));
    let patience =
        Patience { break_off_after_s: (50.0, 60.0), stays_s: (0.3, 1.0), unanswered_s: (50.0, 60.0) };
    let mix = Mix { break_off: 0.0, ..Mix::default() };
    let city = CityOptions { mix, patience, ..CityOptions::new(112, CALLS as usize, 20.0) };
    let agent =
        SipAgent::open(proxy.local(), Transport::Udp, 112).await.unwrap_or_else(|error| panic!("{error}"));
    let report = callers::place(Arc::new(agent), &city::calls(&city), &Arc::new(Stopwatch::default())).await;
    let mut endings: BTreeMap<Ending, u64> = BTreeMap::new();
    for record in &report.records {
        *endings.entry(record.ending).or_default() += 1;
    }
    let completed: u64 =
        endings.iter().filter(|(ending, _)| matches!(ending, Ending::HungUp(_))).map(|(_, n)| n).sum();
    assert_eq!(completed, CALLS, "{endings:?}");
    assert!(report.records.iter().map(|record| record.retransmissions).sum::<u32>() > 0);
    agrees(&server, &proxy).await;
}
