//! Session timers (RFC 4028): how a trunk notices that a call is dead although nobody said BYE.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::guard::message::Message;

/// The smallest interval (RFC 4028 section 5 allows no lower one).
pub(crate) const INTERVAL_MIN: Duration = Duration::from_secs(90);
/// A day; more is no timer.
const INTERVAL_MAX: Duration = Duration::from_secs(86_400);

/// Who refreshes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Refresher {
    /// The caller's side; we wait.
    Caller,
    /// We.
    Us,
}

/// The timer of one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SessionTimer {
    pub(crate) interval: Duration,
    pub(crate) refresher: Refresher,
}

impl SessionTimer {
    /// The timer that a request of the caller's side asks for, at least `min`.
    ///
    /// An INVITE below `min` is not refused: its interval is raised, and the 2xx says so.
    pub(crate) fn read(request: &Message, min: Duration) -> Option<Self> {
        let (seconds, refresher) = session_expires(request)?;
        // RFC 4028 section 9: without `timer` in Supported the caller cannot refresh, and we must.
        let ours = refresher.as_deref() == Some("uas") || !speaks_timer(request);
        let refresher = if ours { Refresher::Us } else { Refresher::Caller };
        // RFC 4028 section 9: never below the Min-SE that a proxy on the way has set.
        let floor = min.max(min_se(request).unwrap_or_default()).min(INTERVAL_MAX);
        Some(Self { interval: Duration::from_secs(seconds).clamp(floor, INTERVAL_MAX), refresher })
    }

    /// The timer that a 2xx to a refresh of ours sets; there `uac` is we. `None`: the other side wants none.
    pub(crate) fn agreed(response: &Message, min: Duration) -> Option<Self> {
        let (seconds, refresher) = session_expires(response)?;
        let refresher = if refresher.as_deref() == Some("uas") { Refresher::Caller } else { Refresher::Us };
        Some(Self { interval: Duration::from_secs(seconds).clamp(min, INTERVAL_MAX), refresher })
    }

    /// Whether a change inside a call asks for an interval below `min` and can be told so by 422
    /// (RFC 4028 section 9). The call itself goes on with the timer it has.
    pub(crate) fn is_too_small(request: &Message, min: Duration) -> bool {
        speaks_timer(request)
            && session_expires(request).is_some_and(|(seconds, _)| Duration::from_secs(seconds) < min)
    }

    /// For our 2xx.
    pub(crate) fn header(&self) -> String {
        let refresher = match self.refresher {
            Refresher::Caller => "uac",
            Refresher::Us => "uas",
        };
        format!("{};refresher={refresher}", self.interval.as_secs())
    }

    /// For a refresh of ours, in which we are the `uac`.
    pub(crate) fn request_header(&self) -> String {
        format!("{};refresher=uac", self.interval.as_secs())
    }

    /// The same with an interval of at least what a 422 demanded.
    pub(crate) fn raised(self, refusal: &Message) -> Option<Self> {
        let interval = min_se(refusal).filter(|min| *min > self.interval && *min <= INTERVAL_MAX)?;
        Some(Self { interval, ..self })
    }

    /// After this long without a refresh: refresh, or give the call up shortly before the end
    /// (RFC 4028 section 10: the smaller of 32 s and a third).
    pub(crate) fn act_after(&self) -> Duration {
        match self.refresher {
            Refresher::Us => self.interval / 2,
            Refresher::Caller => self.interval - (self.interval / 3).min(Duration::from_secs(32)),
        }
    }
}

fn session_expires(message: &Message) -> Option<(u64, Option<String>)> {
    let value = message.value("Session-Expires")?;
    let mut parts = value.split(';').map(str::trim);
    let seconds = parts.next()?.parse().ok()?;
    let refresher = parts.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("refresher").then(|| value.trim().to_ascii_lowercase())
    });
    Some((seconds, refresher))
}

fn min_se(message: &Message) -> Option<Duration> {
    message.value("Min-SE")?.split(';').next()?.trim().parse().ok().map(Duration::from_secs)
}

fn speaks_timer(request: &Message) -> bool {
    ["Supported", "Require"]
        .iter()
        .flat_map(|name| request.values(name))
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().eq_ignore_ascii_case("timer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(headers: &str) -> Message {
        Message::read(format!("INVITE sip:x SIP/2.0\r\n{headers}\r\n\r\n").as_bytes())
    }

    fn read(headers: &str) -> Option<SessionTimer> {
        SessionTimer::read(&message(headers), INTERVAL_MIN)
    }

    #[test]
    fn the_callers_side_refreshes_when_it_can_and_the_interval_is_sane() {
        let timer = read("Session-Expires: 1800;refresher=uac\r\nk: timer, 100rel").unwrap();
        assert_eq!((timer.header().as_str(), timer.act_after().as_secs()), ("1800;refresher=uac", 1_768));
        let ours = read("x: 600;refresher=uas\r\nSupported: timer").unwrap();
        assert_eq!((ours.header().as_str(), ours.act_after().as_secs()), ("600;refresher=uas", 300));
        assert_eq!(ours.request_header(), "600;refresher=uac");
        assert_eq!(read("Session-Expires: 1800").unwrap().refresher, Refresher::Us);
        assert_eq!(read("Session-Expires: 1\r\nSupported: timer").unwrap().interval, INTERVAL_MIN);
        assert_eq!(read("Session-Expires: 18446744073709551615").unwrap().interval, INTERVAL_MAX);
        assert_eq!(read("Session-Expires: x"), None);
        assert_eq!(read("Subject: x"), None);
    }

    #[test]
    fn the_smallest_interval_of_the_way_is_kept_and_a_small_one_is_told() {
        let timer = read("Session-Expires: 100\r\nMin-SE: 300;x=1\r\nSupported: timer").unwrap();
        assert_eq!(timer.interval.as_secs(), 300);
        assert!(SessionTimer::is_too_small(&message("x: 89\r\nk: timer"), INTERVAL_MIN));
        assert!(!SessionTimer::is_too_small(&message("x: 90\r\nk: timer"), INTERVAL_MIN));
        assert!(!SessionTimer::is_too_small(&message("x: 89"), INTERVAL_MIN), "it knows no 422");
    }

    #[test]
    fn an_answer_to_our_refresh_may_hand_the_duty_over_and_a_422_raises_it() {
        let agreed = |headers| SessionTimer::agreed(&message(headers), INTERVAL_MIN);
        assert_eq!(agreed("x: 600;refresher=uas").unwrap().refresher, Refresher::Caller);
        assert_eq!(agreed("x: 600;refresher=uac").unwrap().refresher, Refresher::Us);
        assert_eq!(agreed("Subject: x"), None);
        let timer = read("x: 90;refresher=uas").unwrap();
        assert_eq!(timer.raised(&message("Min-SE: 400")).unwrap().interval.as_secs(), 400);
        assert_eq!(timer.raised(&message("Min-SE: 60")), None, "it cannot mean that");
        assert_eq!(timer.raised(&message("Subject: x")), None);
    }
}
