//! The linear model: one weight for each row and each answer, as small whole numbers.
//!
//! Sums are integers and the rest is the four operations and the square root of IEEE 754 in a fixed order, so
//! the same text gives the same figures on every machine.

use crate::classification::features::{Feature, Features, ROW_BITS};

/// The answers: seven categories, then whether it is an emergency, then whether life is in danger now.
pub(super) const ANSWERS: usize = 9;
/// The place of the first answer that is no category.
pub(super) const EMERGENCY: usize = 7;
/// The place of the answer "life in danger now".
pub(super) const DANGER: usize = 8;
/// The number of rows.
pub(super) const ROWS: usize = 1 << ROW_BITS;
/// What the rules' word counts: a rule that is sure makes its category twice as likely before the words are weighed.
/// More, and rules that were widened with these very statements in sight weigh more than they do with strangers'.
const LEANING: f32 = 0.7;
/// What the rules saw counts beside all words together, for the same reason.
pub(super) const SEEN: f32 = 0.3;
/// The first bytes of a model file; the digit changes with the form of the file and of the features.
const MAGIC: &[u8; 8] = b"112MODL3";

/// The weights.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// What one unit of a weight is worth, for each answer.
    pub(super) units: [f32; ANSWERS],
    /// The score of a text without features.
    pub(super) biases: [f32; ANSWERS],
    /// Weights by row; rows never met in training are zero.
    pub(super) weights: Vec<[i8; ANSWERS]>,
}

/// Bytes that are no model of this version.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("these bytes are no model of this version")]
pub struct ModelError;

/// What the model makes of a text.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Opinion {
    /// How likely each category is, if it is an emergency; together 1.
    pub categories: [f32; EMERGENCY],
    /// How likely it is an emergency.
    pub emergency: f32,
    /// How likely life is in danger now.
    pub danger: f32,
    /// The share of the words' features that were met in training.
    pub known: f32,
}

impl Model {
    /// The model of this version.
    pub fn default_model() -> Result<Self, ModelError> {
        Self::from_bytes(include_bytes!("../../data/model.bin"))
    }

    /// The bytes of the file: magic, units and biases, a bit for each row that is used, the weights of those.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let figures = self.units.iter().chain(&self.biases);
        bytes.extend(figures.flat_map(|figure| figure.to_le_bytes()));
        let used: Vec<bool> = self.weights.iter().map(|row| *row != [0; ANSWERS]).collect();
        let bits = |eight: &[bool]| (0..8).fold(0_u8, |byte, bit| byte | u8::from(eight[bit]) << bit);
        bytes.extend(used.chunks_exact(8).map(bits));
        let rows = self.weights.iter().filter(|row| **row != [0; ANSWERS]);
        bytes.extend(rows.flatten().map(|weight| weight.to_le_bytes()[0]));
        bytes
    }

    /// Reads the bytes of a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError)?;
        let (figures, rest) = rest.split_at_checked(2 * ANSWERS * 4).ok_or(ModelError)?;
        let (used, rest) = rest.split_at_checked(ROWS / 8).ok_or(ModelError)?;
        let figure = |place: usize| {
            let at = place * 4;
            f32::from_le_bytes([figures[at], figures[at + 1], figures[at + 2], figures[at + 3]])
        };
        let mut rows = rest.chunks_exact(ANSWERS);
        let mut weights = vec![[0; ANSWERS]; ROWS];
        for (place, row) in weights.iter_mut().enumerate() {
            if used[place / 8] >> (place % 8) & 1 == 1 {
                let read = rows.next().ok_or(ModelError)?;
                *row = std::array::from_fn(|answer| i8::from_le_bytes([read[answer]]));
            }
        }
        if rows.next().is_some() || !rows.remainder().is_empty() {
            return Err(ModelError);
        }
        let units = std::array::from_fn(figure);
        let biases = std::array::from_fn(|answer| figure(ANSWERS + answer));
        Ok(Self { units, biases, weights })
    }

    /// A short name of exactly these weights.
    pub fn version(&self) -> String {
        let hash = self.to_bytes().iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
        });
        format!("{:08x}", (hash >> 32) ^ (hash & 0xFFFF_FFFF))
    }

    /// What it makes of these features.
    pub(super) fn opinion(&self, features: &Features) -> Opinion {
        let spelled = self.sum(&features.spelled);
        let seen = self.sum(&features.seen);
        let share = share(features);
        let scores: [f32; ANSWERS] = std::array::from_fn(|answer| {
            let weighed = spelled[answer] as f32 * share + seen[answer] as f32 * SEEN;
            start(&self.biases, features, answer) + self.units[answer] * weighed
        });
        let met = features.spelled.iter().filter(|f| self.weights[f.row as usize] != [0; ANSWERS]).count();
        Opinion {
            categories: softmax(std::array::from_fn(|category| scores[category])),
            emergency: logistic(scores[EMERGENCY]),
            danger: logistic(scores[DANGER]),
            known: met as f32 / features.spelled.len().max(1) as f32,
        }
    }

    fn sum(&self, features: &[Feature]) -> [i32; ANSWERS] {
        let mut sum = [0; ANSWERS];
        for feature in features {
            for (total, weight) in sum.iter_mut().zip(&self.weights[feature.row as usize]) {
                *total += i32::from(*weight);
            }
        }
        sum
    }

    /// The words that speak most for an answer (against it when `sign` is negative), the heaviest first.
    pub(super) fn heaviest(&self, features: &Features, answer: usize, sign: f32, words: usize) -> Vec<usize> {
        let mut by_word = vec![0.0; words];
        let share = share(features);
        for (group, worth) in [(&features.spelled, share), (&features.seen, SEEN)] {
            for feature in group {
                let weight = f32::from(self.weights[feature.row as usize][answer]);
                // Of a text without words only its question mark is left; that belongs to no word.
                if let Some(total) = by_word.get_mut(feature.word as usize) {
                    *total += sign * weight * worth;
                }
            }
        }
        let mut order: Vec<usize> = (0..words).filter(|word| by_word[*word] > 0.0).collect();
        order.sort_by(|a, b| by_word[*b].total_cmp(&by_word[*a]).then(a.cmp(b)));
        order
    }
}

/// A long text has many features and says no more: what the words weigh falls with the root of their number.
pub(super) fn share(features: &Features) -> f32 {
    1.0 / (features.spelled.len().max(1) as f32).sqrt()
}

/// The score of an answer before any word is weighed: what all texts have, and what the rules lean to.
pub(super) fn start(biases: &[f32; ANSWERS], features: &Features, answer: usize) -> f32 {
    biases[answer] + LEANING * features.leanings.get(answer).copied().unwrap_or_default()
}

/// Scores to chances.
pub(super) fn softmax<const N: usize>(scores: [f32; N]) -> [f32; N] {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let raised = scores.map(|score| exp(score - highest));
    let total: f32 = raised.iter().sum();
    raised.map(|one| one / total)
}

/// A score to a chance.
pub(super) fn logistic(score: f32) -> f32 {
    if score < 0.0 { exp(score) / (1.0 + exp(score)) } else { 1.0 / (1.0 + exp(-score)) }
}

/// e to the power of something that is not positive. Our own, because the one of the platform differs in the
/// last digits from platform to platform, and training has to give the same bytes everywhere.
fn exp(power: f32) -> f32 {
    let twos = (f64::from(power.max(-80.0)) * std::f64::consts::LOG2_E).max(-120.0);
    let whole = twos.floor();
    let rest = (twos - whole) * std::f64::consts::LN_2;
    // Taylor's series; below 0.7 ten terms leave an error of 10^-9.
    let series = (1..=10).rev().fold(1.0, |sum, term| 1.0 + sum * rest / f64::from(term));
    let scale = (0..-(whole as i32)).fold(1.0_f64, |scale, _| scale * 0.5);
    (series * scale) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_exponential_is_the_exponential() {
        for step in 0..400 {
            let power = -0.1 * step as f32;
            let (ours, theirs) = (exp(power), power.exp());
            assert!((ours - theirs).abs() <= 1e-6 * theirs + 1e-30, "{power}: {ours} {theirs}");
        }
        assert!((softmax([1.0, 1.0])[0] - 0.5).abs() < 1e-6 && logistic(0.0) > 0.499);
        assert!(logistic(50.0) > 0.99 && logistic(-50.0) < 0.01);
    }

    #[test]
    fn bytes_are_read_back_and_wrong_ones_refused() {
        let mut model =
            Model { units: [0.5; ANSWERS], biases: [0.1; ANSWERS], weights: vec![[0; ANSWERS]; ROWS] };
        model.weights[7] = [1, -2, 3, -4, 5, -6, 7, -8, 127];
        model.weights[ROWS - 1] = [-127; ANSWERS];
        let bytes = model.to_bytes();
        assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
        for wrong in [&bytes[..bytes.len() - 1], &bytes[1..], &[], &[bytes.as_slice(), &[0]].concat()] {
            assert_eq!(Model::from_bytes(wrong), Err(ModelError));
        }
        let other = Model { biases: [0.2; ANSWERS], ..model.clone() };
        assert_ne!(other.version(), model.version());
    }
}
