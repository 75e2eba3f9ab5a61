//! Ladders: what happens, and when, as long as an assignment stays unacknowledged.
//!
//! A ladder is data of the policy. Who climbs it, and what has been climbed, is the incident's state.

use serde::{Deserialize, Serialize};

use crate::category::Priority;
use crate::ids::AgencyCode;
use crate::time::{Seconds, Timestamp};

/// What a rung does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Send once more over another channel (webhook, SMS, voice), because no screen confirmed delivery.
    SecondChannel,
    /// Notify the agency again and call its duty phone.
    RenotifyAndCallDuty,
    /// Alarm the supervisor and ask the next agency of the routing.
    SupervisorAndNextAgency,
    /// Tell the agency's head (Kepala Bidang).
    AgencyHead,
    /// Tell the head of the service (Kadis, Kasat) and the Sekda on duty.
    HeadAndSekda,
    /// Put it on the list of the next working day.
    NextDayList,
    /// Alarm the supervisor: nobody was sent, nobody left, nobody closed.
    Supervisor,
    /// Ask the crew at a silent scene whether they are well.
    WelfareCheck,
}

impl Step {
    /// Every step, lowest first.
    pub const ALL: [Self; 8] = [
        Self::SecondChannel,
        Self::RenotifyAndCallDuty,
        Self::SupervisorAndNextAgency,
        Self::AgencyHead,
        Self::HeadAndSekda,
        Self::NextDayList,
        Self::Supervisor,
        Self::WelfareCheck,
    ];

    /// Whether it makes a person of the centre act. Every ladder comes to such a step.
    pub const fn is_alarm(self) -> bool {
        match self {
            Self::SupervisorAndNextAgency | Self::Supervisor => true,
            Self::SecondChannel
            | Self::RenotifyAndCallDuty
            | Self::AgencyHead
            | Self::HeadAndSekda
            | Self::NextDayList
            | Self::WelfareCheck => false,
        }
    }

    /// What the step does, for a console, in Indonesian.
    pub const fn label_id(self) -> &'static str {
        match self {
            Self::SecondChannel => "Kirim ulang lewat saluran kedua",
            Self::RenotifyAndCallDuty => "Beri tahu ulang; pengawas menelepon petugas piket instansi",
            Self::SupervisorAndNextAgency => "Alarm pengawas dan minta instansi berikutnya",
            Self::AgencyHead => "Pengawas memberi tahu kepala bidang instansi",
            Self::HeadAndSekda => "Pengawas memberi tahu kepala dinas dan piket Sekda",
            Self::NextDayList => "Masukkan ke daftar hari kerja berikutnya",
            Self::Supervisor => "Alarm pengawas",
            Self::WelfareCheck => "Tanyakan keselamatan regu di lokasi",
        }
    }

    /// What the step does, for a console, in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::SecondChannel => "Send again over the second channel",
            Self::RenotifyAndCallDuty => "Notify again and call the agency's duty phone",
            Self::SupervisorAndNextAgency => "Alarm the supervisor and ask the next agency",
            Self::AgencyHead => "Tell the agency's head",
            Self::HeadAndSekda => "Tell the head of the service and the Sekda on duty",
            Self::NextDayList => "Put on the list of the next working day",
            Self::Supervisor => "Alarm the supervisor",
            Self::WelfareCheck => "Ask whether the crew on scene is well",
        }
    }
}

/// One rung of a ladder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rung {
    /// How long after the assignment was sent.
    pub after: Seconds,
    /// Taken only when no screen or channel of the agency has confirmed delivery by then.
    #[serde(default)]
    pub only_if_undelivered: bool,
    /// What happens.
    pub step: Step,
}

/// The rungs of one priority, in the order in which they fall due.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ladder {
    /// Ascending in time; [`Ladder::is_ascending`] says whether it is so.
    pub rungs: Vec<Rung>,
}

/// A ladder that holds instead of the priority's own: for agencies that keep office hours, and for the hours in which
/// nobody is to be woken for what can wait.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderException {
    /// For assignments of this priority.
    pub priority: Priority,
    /// Only for these functions; for all when empty.
    #[serde(default)]
    pub functions: Vec<AgencyCode>,
    /// Only for what is sent at these hours; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Why, in Indonesian, for whoever reads the rules.
    pub because: String,
    /// What holds instead.
    pub ladder: Ladder,
}

/// Hours of the day where the centre is, in minutes after midnight; from 22.00 to 6.00 goes over midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "HoursText", into = "HoursText")]
pub struct Hours {
    from: u16,
    to: u16,
}

/// The hours as the rules write them, `"22:00"` to `"06:00"`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursText {
    from: String,
    to: String,
}

/// A text is no time of day.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a time of day HH:MM")]
pub struct HoursError(String);

impl TryFrom<HoursText> for Hours {
    type Error = HoursError;

    fn try_from(text: HoursText) -> Result<Self, HoursError> {
        let minutes = |text: String| {
            let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let parts = text.split_once(':').filter(|(h, m)| two_digits(h) && two_digits(m));
            let parsed = parts.and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)));
            parsed.filter(|(h, m)| *h < 24 && *m < 60).map(|(h, m)| h * 60 + m).ok_or(HoursError(text))
        };
        Ok(Self { from: minutes(text.from)?, to: minutes(text.to)? })
    }
}

impl From<Hours> for HoursText {
    fn from(hours: Hours) -> Self {
        let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        Self { from: text(hours.from), to: text(hours.to) }
    }
}

impl Hours {
    /// When they begin and end, `HH:MM`.
    pub fn in_words(self) -> (String, String) {
        let HoursText { from, to } = self.into();
        (from, to)
    }

    /// Whether a moment lies within; the end does not.
    pub fn hold_at(&self, at: Timestamp) -> bool {
        let minute = at.minute_of_day_here();
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl LadderException {
    /// Whether it holds for an assignment of this priority and function that was sent then.
    pub fn holds(&self, priority: Priority, function: &AgencyCode, sent_at: Timestamp) -> bool {
        self.priority == priority
            && (self.functions.is_empty() || self.functions.contains(function))
            && self.hours.is_none_or(|hours| hours.hold_at(sent_at))
    }
}

impl Ladder {
    /// Whether every rung falls due strictly after the one before it.
    pub fn is_ascending(&self) -> bool {
        self.rungs.windows(2).all(|pair| pair[0].after < pair[1].after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str) -> Result<Hours, HoursError> {
        Hours::try_from(HoursText { from: from.to_owned(), to: to.to_owned() })
    }

    #[test]
    fn hours_are_of_the_day_in_wib_and_may_go_over_midnight() {
        let at = |utc: &str| format!("2026-11-22T{utc}:00Z").parse::<Timestamp>().unwrap();
        let night = hours("22:00", "06:00").unwrap();
        // 15.00 UTC is 22.00 WIB.
        assert!(!night.hold_at(at("14:59")) && night.hold_at(at("15:00")) && night.hold_at(at("22:59")));
        assert!(!night.hold_at(at("23:00")));
        let office = hours("07:30", "16:00").unwrap();
        assert!(!office.hold_at(at("00:29")) && office.hold_at(at("00:30")) && !office.hold_at(at("09:00")));
        for wrong in ["7:30", "24:00", "12:60", "", "12", "ab:cd", "+1:00"] {
            assert_eq!(hours(wrong, "06:00"), Err(HoursError(wrong.to_owned())));
        }
        let text = serde_json::to_string(&night).unwrap();
        assert_eq!(text, r#"{"from":"22:00","to":"06:00"}"#);
        assert_eq!(serde_json::from_str::<Hours>(&text).unwrap(), night);
    }
}
