//! What people heard.

use dispatch_core::alarm::{AlarmLoad, STEADY_MAX, UPSET_MAX};
use dispatch_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Named;
use crate::names::Names;
use crate::wire::{AlarmSound, Time};

/// How many alarms sounded, and what a person can live with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmReport {
    /// Of the last so many hours.
    pub hours: u32,
    /// Until when.
    pub at: Time,
    /// Alarms in ten minutes that a person can live with all day (EEMUA 191).
    pub steady_max: u32,
    /// Alarms in ten minutes that a person can still answer after an upset (EEMUA 191).
    pub upset_max: u32,
    /// The consoles, the loudest first.
    pub items: Vec<ConsoleAlarms>,
}

/// The alarms of one person's console.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsoleAlarms {
    /// Whose.
    pub person: Named,
    /// Alarms in all; ringing calls are none.
    pub alarms: u32,
    /// Alarms in ten minutes, on average over the whole time.
    pub mean: f64,
    /// Alarms in the worst ten minutes.
    pub peak: u32,
    /// How many times ten minutes had more than `steady_max`.
    pub above_steady: u32,
    /// How many times ten minutes had more than `upset_max`.
    pub floods: u32,
    /// Seconds in which the console was muted.
    pub muted_s: u32,
    /// By pattern.
    pub by_sound: Vec<SoundCount>,
}

/// How often one pattern began to sound.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct SoundCount {
    /// Which.
    pub sound: AlarmSound,
    /// How often.
    pub count: u32,
}

impl AlarmReport {
    /// As it is shown.
    pub fn of(hours: u32, now: Timestamp, loads: Vec<AlarmLoad>, names: &Names) -> Self {
        let count_of = |(sound, count)| SoundCount { sound: AlarmSound(sound), count };
        let item = |load: AlarmLoad| ConsoleAlarms {
            person: Named::of(load.user, names),
            alarms: load.alarms,
            mean: f64::from(load.alarms) / f64::from(hours * 6),
            peak: load.peak,
            above_steady: load.above_steady,
            floods: load.floods,
            muted_s: load.muted_s,
            by_sound: load.by_sound.into_iter().map(count_of).collect(),
        };
        let items = loads.into_iter().map(item).collect();
        Self { hours, at: now.into(), steady_max: STEADY_MAX, upset_max: UPSET_MAX, items }
    }
}
