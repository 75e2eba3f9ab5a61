//! Ladders: what happens, and when, as long as an assignment stays unacknowledged.
//!
//! A ladder is data of the policy. Who climbs it, and what has been climbed, is the incident's state.

use serde::{Deserialize, Serialize};

use crate::time::Seconds;

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

impl Ladder {
    /// Whether every rung falls due strictly after the one before it.
    pub fn is_ascending(&self) -> bool {
        self.rungs.windows(2).all(|pair| pair[0].after < pair[1].after)
    }
}
