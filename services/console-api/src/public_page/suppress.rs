//! Small counts are not published: with what a neighbour knows, a cell of one is a person.

/// Cells from 1 to below this are hidden.
pub const SMALLEST: u64 = 5;

/// The cells of a table whose total is published. Those that are too small are hidden, and as many of the next smallest
/// as are needed so that no hidden one follows from the total.
pub fn suppressed(cells: &[u64]) -> Vec<Option<u64>> {
    let is_small = |count: u64| (1..SMALLEST).contains(&count);
    let mut shown: Vec<Option<u64>> =
        cells.iter().map(|count| Some(*count).filter(|count| !is_small(*count))).collect();
    loop {
        let hidden: Vec<u64> =
            cells.iter().zip(&shown).filter(|(_, shown)| shown.is_none()).map(|(count, _)| *count).collect();
        let is_safe = hidden.is_empty() || hidden.len() > 1 && hidden.iter().sum::<u64>() >= SMALLEST;
        if is_safe {
            return shown;
        }
        let next = (0..shown.len())
            .filter(|place| shown.get(*place).copied().flatten().is_some_and(|count| count > 0))
            .min_by_key(|place| cells.get(*place).copied());
        match next.and_then(|place| shown.get_mut(place)) {
            Some(cell) => *cell = None,
            None => return shown,
        }
    }
}

/// A count that stands alone, without a total.
pub fn alone(count: u64) -> Option<u64> {
    suppressed(&[count]).into_iter().next().flatten()
}

/// A share of 0 to 1 whose parts are both large enough.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    let tells = whole >= SMALLEST
        && !(1..SMALLEST).contains(&part)
        && !(1..SMALLEST).contains(&(whole - part.min(whole)));
    tells.then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hidden_cell_does_not_follow_from_the_total() {
        assert_eq!(suppressed(&[0, 12, 40]), [Some(0), Some(12), Some(40)]);
        assert_eq!(suppressed(&[3, 12, 40]), [None, None, Some(40)], "one alone would follow");
        assert_eq!(suppressed(&[1, 1, 40, 9]), [None, None, Some(40), None], "two of two would be one each");
        assert_eq!(suppressed(&[4, 4, 40]), [None, None, Some(40)]);
        assert_eq!(
            suppressed(&[3, 0]),
            [None, Some(0)],
            "there is nothing to hide it with; the total is hidden too"
        );
    }

    #[test]
    fn a_share_needs_enough_on_both_sides() {
        assert_eq!(share(9, 10), None, "one of ten was late");
        assert_eq!(share(10, 10), Some(1.0));
        assert_eq!(share(90, 100), Some(0.9));
        assert_eq!(share(0, 3), None);
    }

    proptest! {
        #[test]
        fn nothing_small_is_shown_and_what_is_hidden_is_more_than_one(cells in prop::collection::vec(0u64..60, 0..12)) {
            let shown = suppressed(&cells);
            prop_assert_eq!(shown.len(), cells.len());
            let mut hidden = Vec::new();
            for (count, shown) in cells.iter().zip(&shown) {
                match shown {
                    Some(shown) => prop_assert!(shown == count && (*count == 0 || *count >= SMALLEST)),
                    None => hidden.push(*count),
                }
            }
            let others = cells.iter().filter(|count| **count > 0).count();
            if !hidden.is_empty() && others > hidden.len() {
                prop_assert!(hidden.len() > 1 && hidden.iter().sum::<u64>() >= SMALLEST);
            }
        }
    }
}
