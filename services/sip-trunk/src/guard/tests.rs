use super::*;
use crate::config::TrunkProfile;

const INVITE: &str = "INVITE sip:112@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1@x>;tag=1\r\n\
                      To: <sip:112@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";

fn guard() -> Guard {
    let profile = TrunkProfile::new("telco", vec!["192.0.2.0/24".parse().unwrap()]);
    Guard::new(vec![profile], Arc::default(), Arc::default())
}

fn back() -> WayBack {
    WayBack::Tcp(mpsc::channel(1).0)
}

fn look(guard: &Guard, bytes: &str, source: &str, transactions: usize) -> Verdict {
    let sender = Sender { source: source.parse().unwrap(), wire: Wire::Udp, proven: None };
    guard.inspect(bytes.as_bytes(), sender, &back(), transactions)
}

#[test]
fn beyond_the_stacks_bound_an_invite_is_recorded_once_and_a_bye_still_passes() {
    let guard = guard();
    let full = TRANSACTIONS_MAX + 1;
    let Verdict::Refused(refused) = look(&guard, INVITE, "192.0.2.1:5060", full) else {
        panic!("not refused")
    };
    assert_eq!(refused.reason, EndReason::Overloaded);
    assert!(refused.reply.starts_with(b"SIP/2.0 503 "));
    assert!(matches!(look(&guard, INVITE, "192.0.2.1:5060", full), Verdict::Reply(_)));
    guard.forget_refused();
    assert!(
        matches!(look(&guard, INVITE, "192.0.2.1:5060", full), Verdict::Refused(_)),
        "it gets its second try"
    );
    let bye = INVITE.replace("INVITE", "BYE");
    assert!(matches!(look(&guard, &bye, "192.0.2.1:5060", full), Verdict::Pass(_)));
    assert!(matches!(look(&guard, INVITE, "192.0.2.1:5060", 0), Verdict::Pass(_)));
}

#[test]
fn an_ipv4_trunk_on_an_ipv6_socket_is_the_same_trunk() {
    let guard = guard();
    assert!(matches!(look(&guard, INVITE, "[::ffff:192.0.2.9]:5060", 0), Verdict::Pass(_)));
    assert!(matches!(look(&guard, INVITE, "198.51.100.9:5060", 0), Verdict::Reply(_)));
}

#[test]
fn the_refused_sources_that_are_remembered_are_bounded() {
    let guard = guard();
    for n in 0..5_000u32 {
        let source = format!("10.{}.{}.1:5060", n / 250, n % 250);
        look(&guard, INVITE, &source, 0);
    }
    assert_eq!(guard.lock().refused.len(), REFUSED_SOURCES_MAX);
    assert_eq!(guard.stats.snapshot().invites_refused, 5_000);
}
