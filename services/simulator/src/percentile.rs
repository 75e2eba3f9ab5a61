//! Percentiles by nearest rank: every figure that is printed was really measured once.

/// The smallest sample that at least `percent` of all samples do not exceed; `None` without samples.
pub fn nearest_rank(samples: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank.min(sorted.len()).wrapping_sub(1)).copied()
}

/// How many, and the figures that every report gives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    /// Number of samples.
    pub n: usize,
    /// Median.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

impl Spread {
    /// The spread of the samples; `None` without samples.
    pub fn of(samples: &[f64]) -> Option<Self> {
        Some(Self {
            n: samples.len(),
            p50: nearest_rank(samples, 50.0)?,
            p99: nearest_rank(samples, 99.0)?,
            max: nearest_rank(samples, 100.0)?,
        })
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms (n={})", self.p50, self.p99, self.max, self.n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank_takes_a_measured_sample() {
        let samples = [15.0, 20.0, 35.0, 40.0, 50.0];
        assert_eq!(nearest_rank(&samples, 5.0), Some(15.0));
        assert_eq!(nearest_rank(&samples, 30.0), Some(20.0));
        assert_eq!(nearest_rank(&samples, 40.0), Some(20.0));
        assert_eq!(nearest_rank(&samples, 50.0), Some(35.0));
        assert_eq!(nearest_rank(&samples, 100.0), Some(50.0));
        assert_eq!(nearest_rank(&[], 50.0), None);
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(nearest_rank(&hundred, 99.0), Some(99.0));
        assert_eq!(nearest_rank(&hundred[..1], 99.0), Some(100.0));
    }

    #[test]
    fn a_spread_needs_samples() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[2.0, 1.0]), Some(Spread { n: 2, p50: 1.0, p99: 2.0, max: 2.0 }));
    }
}
