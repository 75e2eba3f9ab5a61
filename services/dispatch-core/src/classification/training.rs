//! Trains the model from statements: logistic regression by stochastic gradient descent with AdaGrad steps.
//!
//! No chance is in it: the statements are gone through in a fixed order, sums run in a fixed order, and only
//! operations are used that IEEE 754 defines to the last bit. So the same statements and lexicon give the same
//! bytes on every machine, and a test holds the committed file to that.

use crate::category::{Category, Priority};
use crate::classification::features::Features;
use crate::classification::lexicon::{Lexicon, LexiconError};
use crate::classification::model::{
    ANSWERS, DANGER, EMERGENCY, Model, ROWS, SEEN, logistic, share, softmax, start,
};
use crate::classification::reader::Reader;
use crate::classification::statements::Statement;
use crate::policy::Rules;

/// Passes over all statements; after this many cross-validation gains nothing.
const PASSES: usize = 24;
/// The first step of a weight.
const STEP: f32 = 0.3;
/// Pull of each weight towards zero, each time its row is met.
const PULL: f32 = 2e-4;
/// A row that fewer statements have says more about the statement than about the language.
const STATEMENTS_PER_ROW_MIN: u32 = 2;
/// What a danger to life called no emergency counts, against a complaint called one.
const DANGER_WORTH: f32 = 1.5;
/// The share of the best category where others are right, too.
const FIRST_SHARE: f32 = 0.75;
/// A step through the statements that meets each once: a prime larger than half of what a file will hold.
const STRIDE: usize = 7919;

/// One statement as numbers.
struct Example {
    features: Features,
    /// The shares of the categories, together 1; nothing when the text names none.
    categories: Option<[f32; EMERGENCY]>,
    emergency: f32,
    /// Whether life is in danger now; nothing where either would be right.
    danger: Option<f32>,
    worth: f32,
}

/// The weights while they are learned.
struct Weights {
    rows: Vec<[f32; ANSWERS]>,
    biases: [f32; ANSWERS],
    /// Sums of squared gradients: what was moved often moves less.
    moved: Vec<[f32; ANSWERS]>,
    biases_moved: [f32; ANSWERS],
    /// Sums over the later passes: their mean depends less on which statement came last.
    kept: Vec<[f32; ANSWERS]>,
    biases_kept: [f32; ANSWERS],
    times_kept: f32,
}

/// Learns from all statements that are given, whatever their split.
pub fn train(lexicon: Lexicon, rules: &Rules, statements: &[Statement]) -> Result<Model, LexiconError> {
    let reader = Reader::new(lexicon)?;
    let mut examples: Vec<Example> = statements.iter().map(|one| example(&reader, rules, one)).collect();
    forget_rare_rows(&mut examples);
    let mut weights = Weights {
        rows: vec![[0.0; ANSWERS]; ROWS],
        biases: [0.0; ANSWERS],
        moved: vec![[1e-2; ANSWERS]; ROWS],
        biases_moved: [1.0; ANSWERS],
        kept: vec![[0.0; ANSWERS]; ROWS],
        biases_kept: [0.0; ANSWERS],
        times_kept: 0.0,
    };
    for pass in 0..PASSES {
        let mut place = 0;
        for _ in 0..examples.len() {
            place = (place + STRIDE) % examples.len();
            weights.learn(&examples[place]);
        }
        if pass >= PASSES / 2 {
            weights.keep();
        }
    }
    Ok(weights.rounded())
}

fn example(reader: &Reader, rules: &Rules, statement: &Statement) -> Example {
    let mut categories = [0.0; EMERGENCY];
    if let Some((first, others)) = statement.categories.split_first() {
        let first_share = if others.is_empty() { 1.0 } else { FIRST_SHARE };
        categories[place(*first)] = first_share;
        for category in others {
            categories[place(*category)] = (1.0 - first_share) / others.len() as f32;
        }
    }
    let only_danger = statement.priorities == [Priority::P1];
    let perhaps = statement.priorities.contains(&Priority::P1);
    Example {
        features: reader.read(&statement.text).features(reader, rules),
        categories: (statement.emergency && !statement.categories.is_empty()).then_some(categories),
        emergency: f32::from(u8::from(statement.emergency)),
        danger: (only_danger || !perhaps).then_some(f32::from(u8::from(only_danger))),
        worth: if only_danger { DANGER_WORTH } else { 1.0 },
    }
}

/// The place of a category among the answers.
pub(super) fn place(category: Category) -> usize {
    Category::ALL.iter().position(|one| *one == category).unwrap_or(0)
}

fn forget_rare_rows(examples: &mut [Example]) {
    let mut met = vec![0_u32; ROWS];
    for feature in examples.iter().flat_map(|one| &one.features.spelled) {
        met[feature.row as usize] += 1;
    }
    for one in examples {
        one.features.spelled.retain(|feature| met[feature.row as usize] >= STATEMENTS_PER_ROW_MIN);
    }
}

impl Weights {
    fn learn(&mut self, one: &Example) {
        let worth_spelled = share(&one.features);
        let spelled = one.features.spelled.iter().map(|f| (f.row as usize, worth_spelled));
        let rows: Vec<(usize, f32)> =
            spelled.chain(one.features.seen.iter().map(|f| (f.row as usize, SEEN))).collect();
        let mut scores: [f32; ANSWERS] =
            std::array::from_fn(|answer| start(&self.biases, &one.features, answer));
        for (row, worth) in &rows {
            for (score, weight) in scores.iter_mut().zip(&self.rows[*row]) {
                *score += weight * worth;
            }
        }
        let wrong = errors(one, &scores);
        for (answer, wrong) in wrong.into_iter().enumerate() {
            self.biases_moved[answer] += wrong * wrong;
            self.biases[answer] -= STEP * wrong / self.biases_moved[answer].sqrt();
        }
        for (row, worth) in rows {
            let (weights, moved) = (&mut self.rows[row], &mut self.moved[row]);
            for ((weight, moved), wrong) in weights.iter_mut().zip(moved).zip(&wrong) {
                let slope = wrong * worth + PULL * *weight;
                *moved += slope * slope;
                *weight -= STEP * slope / moved.sqrt();
            }
        }
    }

    fn keep(&mut self) {
        self.times_kept += 1.0;
        for (kept, now) in self.kept.iter_mut().flatten().zip(self.rows.iter().flatten()) {
            *kept += now;
        }
        for (kept, now) in self.biases_kept.iter_mut().zip(self.biases) {
            *kept += now;
        }
    }

    /// The means as whole numbers of -127 to 127 units.
    fn rounded(&self) -> Model {
        let units: [f32; ANSWERS] = std::array::from_fn(|answer| {
            let largest = self.kept.iter().map(|row| row[answer].abs()).fold(0.0, f32::max);
            largest.max(f32::MIN_POSITIVE) / 127.0
        });
        let rounded =
            |row: &[f32; ANSWERS]| std::array::from_fn(|answer| (row[answer] / units[answer]).round() as i8);
        Model {
            units: units.map(|unit| unit / self.times_kept),
            biases: self.biases_kept.map(|kept| kept / self.times_kept),
            weights: self.kept.iter().map(rounded).collect(),
        }
    }
}

/// How far each answer is off: chance minus truth.
fn errors(one: &Example, scores: &[f32; ANSWERS]) -> [f32; ANSWERS] {
    let mut wrong = [0.0; ANSWERS];
    if let Some(right) = one.categories {
        let chances = softmax(std::array::from_fn::<f32, EMERGENCY, _>(|category| scores[category]));
        for category in 0..EMERGENCY {
            wrong[category] = chances[category] - right[category];
        }
    }
    wrong[EMERGENCY] = one.worth * (logistic(scores[EMERGENCY]) - one.emergency);
    if let Some(danger) = one.danger {
        wrong[DANGER] = logistic(scores[DANGER]) - danger;
    }
    wrong
}
