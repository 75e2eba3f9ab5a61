//! How many calls each trunk may bring, so that a flood on one of them leaves room on the others.
//!
//! Every trunk has places of its own: those that its profile names, or an equal share of half of what is left. The
//! other half belongs to whoever needs it. Below the hard cap no trunk is refused a place of its own.

use std::collections::BTreeMap;

use crate::config::TrunkProfile;

/// Whether the calls that are live fit, the newest of `trunk` included.
pub(crate) fn admits(
    max: usize,
    trunks: &[TrunkProfile],
    live: &BTreeMap<usize, usize>,
    trunk: usize,
) -> bool {
    let of = |place: usize| live.get(&place).copied().unwrap_or(0);
    let own = own_places(max, trunks);
    if own.get(trunk).is_some_and(|own| of(trunk) <= *own) {
        return true;
    }
    let kept: usize = own.iter().enumerate().map(|(place, own)| of(place).max(*own)).sum();
    // Calls of ours belong to no trunk and have no places of their own.
    let others: usize = live.iter().filter(|(place, _)| **place >= trunks.len()).map(|(_, live)| live).sum();
    kept + others <= max
}

/// The places of each trunk, together at most `max`.
fn own_places(max: usize, trunks: &[TrunkProfile]) -> Vec<usize> {
    let equal = max / trunks.len().max(1);
    let named: usize =
        trunks.iter().filter_map(|trunk| trunk.channels).map(|channels| channels.min(equal)).sum();
    let unnamed = trunks.iter().filter(|trunk| trunk.channels.is_none()).count();
    let share = max.saturating_sub(named) / 2 / unnamed.max(1);
    trunks.iter().map(|trunk| trunk.channels.map_or(share, |channels| channels.min(equal))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trunk(channels: Option<usize>) -> TrunkProfile {
        TrunkProfile { channels, ..TrunkProfile::new("t", Vec::new()) }
    }

    fn live(loads: &[usize]) -> BTreeMap<usize, usize> {
        loads.iter().copied().enumerate().collect()
    }

    #[test]
    fn one_trunk_alone_may_fill_everything() {
        let trunks = [trunk(None)];
        assert!(admits(10, &trunks, &live(&[10]), 0));
        assert!(!admits(10, &trunks, &live(&[11]), 0));
    }

    #[test]
    fn a_flood_leaves_the_other_trunk_its_places() {
        let trunks = [trunk(None), trunk(None)];
        // 100 places: 25 of its own for each, 50 for whoever needs them.
        assert!(admits(100, &trunks, &live(&[75, 0]), 0));
        assert!(!admits(100, &trunks, &live(&[76, 0]), 0));
        assert!(admits(100, &trunks, &live(&[75, 25]), 1));
        assert!(!admits(100, &trunks, &live(&[75, 26]), 1));
        let named = [trunk(Some(10)), trunk(None)];
        assert!(admits(100, &named, &live(&[55, 45]), 1) && !admits(100, &named, &live(&[10, 91]), 1));
        assert!(admits(100, &named, &live(&[10, 90]), 0));
    }

    #[test]
    fn greedy_profiles_get_no_more_than_there_is() {
        let trunks = [trunk(Some(1_000)), trunk(Some(1_000))];
        assert!(admits(10, &trunks, &live(&[5, 5]), 0) && !admits(10, &trunks, &live(&[6, 0]), 0));
    }

    #[test]
    fn calls_of_ours_take_from_what_is_shared() {
        let trunks = [trunk(None)];
        let ours = BTreeMap::from([(0, 9), (usize::MAX, 2)]);
        assert!(!admits(10, &trunks, &ours, 0));
        assert!(admits(10, &trunks, &BTreeMap::from([(0, 5), (usize::MAX, 9)]), 0));
    }
}
