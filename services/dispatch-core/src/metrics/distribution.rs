//! How values lie: mean, and percentiles of the nearest rank.

/// Some measured intervals, in microseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Distribution {
    sorted: Vec<i64>,
}

impl Distribution {
    /// Of these, in any order.
    pub fn of(mut values: Vec<i64>) -> Self {
        values.sort_unstable();
        Self { sorted: values }
    }

    /// How many there are.
    pub fn n(&self) -> u64 {
        self.sorted.len() as u64
    }

    /// The arithmetic mean, rounded half up to a microsecond.
    pub fn mean(&self) -> Option<i64> {
        let n = i128::try_from(self.sorted.len()).ok().filter(|n| *n > 0)?;
        let sum: i128 = self.sorted.iter().map(|value| i128::from(*value)).sum();
        i64::try_from((2 * sum + n).div_euclid(2 * n)).ok()
    }

    /// The smallest value that at least `percent` per cent of all do not exceed: item `ceil(percent / 100 × n)`.
    pub fn percentile(&self, percent: u8) -> Option<i64> {
        let rank = (self.sorted.len() * usize::from(percent)).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied()
    }

    /// The largest.
    pub fn max(&self) -> Option<i64> {
        self.sorted.last().copied()
    }

    /// How many are at most `limit`.
    pub fn within(&self, limit: i64) -> u64 {
        self.sorted.partition_point(|value| *value <= limit) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let five = Distribution::of(vec![50, 15, 40, 20, 35]);
        let at = |percent| five.percentile(percent);
        assert_eq!([at(5), at(30), at(40), at(50), at(90), at(100)], [15, 20, 20, 35, 50, 50].map(Some));
        assert_eq!((five.n(), five.mean(), five.max()), (5, Some(32), Some(50)));
        assert_eq!([five.within(14), five.within(15), five.within(39), five.within(50)], [0, 1, 3, 5]);
    }

    #[test]
    fn of_nothing_there_is_no_mean_and_no_percentile() {
        let none = Distribution::of(vec![]);
        assert_eq!(
            (none.n(), none.mean(), none.percentile(90), none.max(), none.within(9)),
            (0, None, None, None, 0)
        );
    }

    #[test]
    fn a_mean_is_rounded_half_up() {
        assert_eq!(Distribution::of(vec![1, 2]).mean(), Some(2));
        assert_eq!(Distribution::of(vec![1, 1, 2]).mean(), Some(1));
    }
}
