//! Screening on a labelled synthetic day: who means it passes, who floods is noticed at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;

use dispatch_core::call::fact::{CallerClass, ScreenReason};
use dispatch_core::screening::{LIFTED_FOR, PASTS_MAX, Past, Repeats, Screener, Signs};
use dispatch_core::time::{Seconds, Timestamp};

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Label {
    /// Needs help, or believes so.
    Genuine,
    /// Plays, several times a day.
    Prank,
    /// A telephone in a pocket.
    Pocket,
    /// Dials every half minute, all day.
    Bot,
    /// One number, several calls a second.
    Flood,
}

struct Ring {
    at_ms: u64,
    label: Label,
    number: Option<u64>,
}

const HOUR_MS: u64 = 3_600_000;
const FLOOD_FROM_MS: u64 = 5 * HOUR_MS;

/// Six hours of a city, in the shares that Jakarta and Purworejo report: half of the calls break off and are
/// dialled again, many are silent, many are pranks; a flood from one number at the fifth hour.
fn city(seed: u64) -> Vec<Ring> {
    let mut chance = Chance(seed);
    let mut rings = Vec::new();
    for caller in 0..6_000u64 {
        let mut at_ms = chance.below(6 * HOUR_MS);
        // 3 % call without a SIM card.
        let number = (!chance.percent(3)).then_some(1_000_000 + caller);
        rings.push(Ring { at_ms, label: Label::Genuine, number });
        // Half break off and redial after some 15 seconds, up to five times.
        for _ in 0..5 {
            if !chance.percent(50) {
                break;
            }
            at_ms += 8_000 + chance.below(14_000);
            rings.push(Ring { at_ms, label: Label::Genuine, number });
        }
    }
    for child in 0..60u64 {
        for _ in 0..10 + chance.below(30) {
            let at_ms = chance.below(6 * HOUR_MS);
            rings.push(Ring { at_ms, label: Label::Prank, number: Some(2_000_000 + child) });
        }
    }
    for pocket in 0..800u64 {
        for _ in 0..1 + chance.below(3) {
            let at_ms = chance.below(6 * HOUR_MS);
            rings.push(Ring { at_ms, label: Label::Pocket, number: Some(3_000_000 + pocket) });
        }
    }
    for bot in 0..30u64 {
        let from = chance.below(30_000);
        for nth in 0..600 {
            rings.push(Ring { at_ms: HOUR_MS + from + nth * 30_000, label: Label::Bot, number: Some(bot) });
        }
    }
    for nth in 0..600 {
        rings.push(Ring { at_ms: FLOOD_FROM_MS + nth * 500, label: Label::Flood, number: Some(99) });
    }
    rings.sort_by_key(|ring| (ring.at_ms, ring.label));
    rings
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_micros(1_795_316_400_000_000 + ms as i64 * 1_000)
}

#[test]
fn who_means_it_passes_and_who_floods_is_noticed_within_ten_seconds() {
    for seed in 1..=5 {
        let mut screener = Screener::new();
        let mut seen: BTreeMap<Label, [u32; 3]> = BTreeMap::new();
        let mut pasts: BTreeMap<u64, Past> = BTreeMap::new();
        let mut noticed_ms = None;
        for ring in city(seed) {
            let screening = screener.arrived(ring.number, "telkom", at(ring.at_ms)).screening();
            seen.entry(ring.label).or_default()[screening.class as usize] += 1;
            if ring.label == Label::Flood && screening.class == CallerClass::Suspect {
                noticed_ms = noticed_ms.or(Some(ring.at_ms - FLOOD_FROM_MS));
            }
            let Some(number) = ring.number else { continue };
            let past = pasts.entry(number).or_default();
            match ring.label {
                Label::Genuine => {}
                Label::Prank => past.pranks += 1,
                Label::Pocket | Label::Bot | Label::Flood => past.ghosts += 1,
            }
            screener.knows(number, *past);
        }
        let share = |label: Label| {
            let counts = seen[&label];
            f64::from(counts[CallerClass::Suspect as usize]) / f64::from(counts.iter().sum::<u32>())
        };
        eprintln!(
            "seed {seed}: suspect of genuine {:.4}, pocket {:.4}, prank {:.3}, bots {:.3}, flood {:.3}, noticed after {:?} ms",
            share(Label::Genuine),
            share(Label::Pocket),
            share(Label::Prank),
            share(Label::Bot),
            share(Label::Flood),
            noticed_ms
        );
        assert!(share(Label::Genuine) <= 0.01, "at least 99 % of those who mean it pass");
        let challenged = seen[&Label::Genuine][2] + seen[&Label::Pocket][2];
        let harmless: u32 = seen[&Label::Genuine].iter().chain(&seen[&Label::Pocket]).sum();
        assert!(f64::from(challenged) <= 0.02 * f64::from(harmless), "false challenges");
        assert!(noticed_ms.unwrap() <= 10_000, "a flood of one number");
        assert!(share(Label::Flood) > 0.95 && share(Label::Bot) > 0.9 && share(Label::Prank) > 0.7);
    }
}

#[test]
fn a_storm_is_no_attack_once_its_incident_is_open() {
    let mut screener = Screener::new();
    for second in 0..3_600 {
        screener.arrived(Some(second), "telkom", at(second * 20_000));
    }
    let storm = 3_600 * 20_000;
    let mut suspects = 0;
    for nth in 0..2_000u64 {
        // Four a second, of whom everybody redials every 15 s until somebody answers.
        let number = (nth % 20 != 0).then_some(10_000 + nth % 60);
        let mut signs = screener.arrived(number, "telkom", at(storm + nth * 250));
        assert!(nth < 40 || signs.trunk_burst || nth > 400, "{nth}: a burst is noticed");
        signs.incident_nearby = true;
        suspects += u32::from(signs.screening().class == CallerClass::Suspect);
    }
    assert_eq!(suspects, 0);
}

#[test]
fn each_sign_is_named_and_none_alone_but_a_flood_or_three_pranks_makes_a_suspect() {
    let numbered = Signs { has_number: true, ..Signs::default() };
    let of = |signs: Signs| {
        let screening = signs.screening();
        (screening.class, screening.because)
    };
    assert_eq!(of(numbered), (CallerClass::Unknown, vec![]));
    let alone = [
        (Signs { has_number: false, ..numbered }, ScreenReason::NoNumber),
        (Signs { trunk_burst: true, ..numbered }, ScreenReason::TrunkBurst),
        (Signs { silent: true, ..numbered }, ScreenReason::Silence),
        (Signs { ghosts: 100, ..numbered }, ScreenReason::EarlierGhost),
        (Signs { pranks: 2, ..numbered }, ScreenReason::EarlierPrank),
        (Signs { challenge_passed: Some(false), ..numbered }, ScreenReason::ChallengeFailed),
    ];
    for (signs, reason) in alone {
        assert_eq!(of(signs), (CallerClass::Unknown, vec![reason]));
    }
    let flood = |minute, hour, day| Signs { repeats: Repeats { minute, hour, day }, ..numbered };
    assert_eq!(of(flood(8, 8, 8)), (CallerClass::Suspect, vec![ScreenReason::RepeatMinute]));
    assert_eq!(of(flood(1, 30, 30)), (CallerClass::Suspect, vec![ScreenReason::RepeatHour]));
    assert_eq!(of(flood(1, 1, 100)), (CallerClass::Suspect, vec![ScreenReason::RepeatDay]));
    let pranks = Signs { pranks: 3, ..numbered };
    assert_eq!(of(pranks).0, CallerClass::Suspect);
    // Who reported incidents before is believed, pranks or not.
    assert_eq!(of(Signs { incidents: 1, ..pranks }).0, CallerClass::Unknown);
    assert_eq!(of(Signs { incidents: 1, ..numbered }).0, CallerClass::Likely);
    let nearby = (CallerClass::Likely, vec![ScreenReason::IncidentNearby]);
    assert_eq!(of(Signs { incident_nearby: true, ..numbered }), nearby);
    // Who speaks up when asked is believed whatever the number did.
    let passed = Signs { challenge_passed: Some(true), ..flood(16, 30, 30) };
    assert_eq!(of(passed).0, CallerClass::Unknown);
}

#[test]
fn what_was_counted_runs_out() {
    let mut screener = Screener::new();
    let minute = 60_000;
    for nth in 0..40 {
        screener.arrived(Some(1), "telkom", at(nth * 1_000));
    }
    let soon = screener.arrived(Some(1), "telkom", at(40_000)).repeats;
    assert_eq!(soon, Repeats { minute: 16, hour: 41, day: 41 });
    let later = screener.arrived(Some(1), "telkom", at(2 * minute)).repeats;
    assert_eq!(later, Repeats { minute: 1, hour: 42, day: 42 });
    let next_hour = screener.arrived(Some(1), "telkom", at(70 * minute)).repeats;
    assert_eq!(next_hour, Repeats { minute: 1, hour: 1, day: 43 });
    let next_day = screener.arrived(Some(1), "telkom", at(27 * 60 * minute)).repeats;
    assert_eq!(next_day, Repeats { minute: 1, hour: 1, day: 1 });
}

#[test]
fn a_million_spoofed_numbers_cost_no_more_memory_and_do_not_hide_who_floods() {
    let mut screener = Screener::new();
    let mut chance = Chance(3);
    let mut last = CallerClass::Unknown;
    for nth in 0..200_000u64 {
        screener.arrived(Some(chance.next()), "telkom", at(nth * 5));
        if nth % 200 == 0 {
            last = screener.arrived(Some(7), "telkom", at(nth * 5)).screening().class;
        }
    }
    assert_eq!(screener.numbers(), 16_384);
    assert_eq!(last, CallerClass::Suspect);
}

#[test]
fn three_pranks_make_a_suspect_and_one_incident_never_lets_a_number_be_one() {
    let mut screener = Screener::new();
    let past = |pranks, incidents| Past { pranks, incidents, ..Past::default() };
    screener.knows(1, past(3, 0));
    let screening = screener.arrived(Some(1), "telkom", at(0)).screening();
    assert_eq!(
        (screening.class, screening.because),
        (CallerClass::Suspect, vec![ScreenReason::EarlierPrank])
    );
    screener.knows(1, past(9, 1));
    for nth in 0..40 {
        let screening = screener.arrived(Some(1), "telkom", at(nth * 500)).screening();
        assert_ne!(screening.class, CallerClass::Suspect, "{screening:?}");
        assert!(screening.because.contains(&ScreenReason::EarlierIncident));
    }
    screener.knows(1, Past::default());
    assert_eq!(
        screener.arrived(Some(1), "telkom", at(HOUR_MS)).pranks,
        0,
        "what was corrected counts no more"
    );
}

#[test]
fn the_record_of_numbers_is_bounded_and_told_anew() {
    let mut screener = Screener::new();
    for number in 0..=PASTS_MAX as u64 {
        screener.knows(number, Past { pranks: 3, ..Past::default() });
    }
    assert_eq!(screener.pasts(), PASTS_MAX);
    assert_eq!(screener.arrived(Some(0), "telkom", at(0)).pranks, 0, "told first, forgotten first");
    screener.forget_pasts();
    assert_eq!((screener.pasts(), screener.arrived(Some(7), "telkom", at(0)).pranks), (0, 0));
}

#[test]
fn a_lifted_restriction_holds_for_its_time_and_no_longer() {
    let mut screener = Screener::new();
    let class = |screener: &mut Screener, now| screener.arrived(Some(7), "telco", now).screening().class;
    let now = Timestamp::from_micros(1_790_000_000_000_000);
    screener.knows(7, Past { pranks: 5, ..Past::default() });
    assert_eq!(class(&mut screener, now), CallerClass::Suspect);
    screener.lifted(7, now.after(LIFTED_FOR));
    let later = |seconds| now.after(Seconds(seconds));
    assert_eq!(class(&mut screener, later(60)), CallerClass::Unknown);
    assert_eq!(class(&mut screener, later(LIFTED_FOR.0 - 1)), CallerClass::Unknown);
    assert_eq!(class(&mut screener, later(LIFTED_FOR.0)), CallerClass::Suspect);
}

#[test]
fn a_number_that_people_hold_is_suspect_until_its_time_is_over_and_never_in_a_mass_event() {
    let (number, until) = (7, at(1_000));
    let mut screener = Screener::new();
    screener.knows(number, Past { restricted_until: Some(until), ..Past::default() });
    let held = screener.arrived(Some(number), "telco", at(0));
    assert_eq!(held.screening().class, CallerClass::Suspect);
    assert_eq!(held.screening().because, [ScreenReason::Restricted]);
    let passed = Signs { challenge_passed: Some(true), ..held };
    assert_eq!(passed.screening().class, CallerClass::Likely);
    assert_eq!(Signs { incident_nearby: true, ..held }.screening().class, CallerClass::Unknown);
    assert_eq!(Signs { restriction_lifted: true, ..held }.screening().class, CallerClass::Unknown);
    assert_eq!(screener.arrived(Some(number), "telco", until).screening().class, CallerClass::Unknown);
}
