//! Session timers (RFC 4028): how a trunk notices that a call is dead although nobody said BYE.

use std::time::Duration;

use crate::guard::message::Message;

/// The smallest interval that we believe (RFC 4028 section 5 demands at least 90 s).
const INTERVAL_MIN: Duration = Duration::from_secs(90);
/// A day; more is no timer.
const INTERVAL_MAX: Duration = Duration::from_secs(86_400);

/// Who refreshes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refresher {
    /// The caller's side; we wait.
    Caller,
    /// We.
    Us,
}

/// The timer of one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SessionTimer {
    pub(crate) interval: Duration,
    pub(crate) refresher: Refresher,
}

impl SessionTimer {
    /// The timer that a request asks for.
    pub(crate) fn read(request: &Message) -> Option<Self> {
        let value = request.value("Session-Expires")?;
        let mut parts = value.split(';').map(str::trim);
        let seconds: u64 = parts.next()?.parse().ok()?;
        let ours = parts.any(|parameter| parameter.eq_ignore_ascii_case("refresher=uas"));
        // RFC 4028 section 9: without `timer` in Supported the caller cannot refresh, and we must.
        let able = ["Supported", "Require"]
            .iter()
            .flat_map(|name| request.values(name))
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim().eq_ignore_ascii_case("timer"));
        let refresher = if ours || !able { Refresher::Us } else { Refresher::Caller };
        Some(Self { interval: Duration::from_secs(seconds).clamp(INTERVAL_MIN, INTERVAL_MAX), refresher })
    }

    /// For our 200.
    pub(crate) fn header(&self) -> String {
        let refresher = match self.refresher {
            Refresher::Caller => "uac",
            Refresher::Us => "uas",
        };
        format!("{};refresher={refresher}", self.interval.as_secs())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &str) -> Option<SessionTimer> {
        SessionTimer::read(&Message::read(format!("INVITE sip:x SIP/2.0\r\n{headers}\r\n\r\n").as_bytes()))
    }

    #[test]
    fn the_callers_side_refreshes_when_it_can_and_the_interval_is_sane() {
        let timer = read("Session-Expires: 1800;refresher=uac\r\nk: timer, 100rel").unwrap();
        assert_eq!((timer.header().as_str(), timer.act_after().as_secs()), ("1800;refresher=uac", 1_768));
        let ours = read("x: 600;refresher=uas\r\nSupported: timer").unwrap();
        assert_eq!((ours.header().as_str(), ours.act_after().as_secs()), ("600;refresher=uas", 300));
        assert_eq!(read("Session-Expires: 1800").unwrap().refresher, Refresher::Us);
        assert_eq!(read("Session-Expires: 1\r\nSupported: timer").unwrap().interval, INTERVAL_MIN);
        assert_eq!(read("Session-Expires: 18446744073709551615").unwrap().interval, INTERVAL_MAX);
        assert_eq!(read("Session-Expires: x"), None);
        assert_eq!(read("Subject: x"), None);
    }
}
