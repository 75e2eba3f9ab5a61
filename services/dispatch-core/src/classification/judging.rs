//! Judges a classifier by statements whose answers are known.

use std::fmt;

use crate::category::{Category, Priority};
use crate::classification::statements::Statement;
use crate::classification::{Classification, Classifier};
use crate::policy::Rules;

/// Categories and "no emergency": the side of a confusion matrix.
const SIDE: usize = Category::ALL.len() + 1;

/// How many of how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    /// Right ones.
    pub right: usize,
    /// All.
    pub of: usize,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.right += usize::from(right);
        self.of += 1;
    }

    /// Right ones of a hundred.
    pub fn percent(self) -> f64 {
        100.0 * self.right as f64 / self.of.max(1) as f64
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:5.1} %  ({} of {})", self.percent(), self.right, self.of)
    }
}

/// What came of judging. Displays as the table of docs/classification.md.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verdict {
    /// Emergency or not.
    pub emergency: Share,
    /// Called an emergency, of those that are none: what safety costs.
    pub none_right: Share,
    /// The first suggestion has a right category, of the emergencies that name one.
    pub first: Share,
    /// One of the first two suggestions has.
    pub first_two: Share,
    /// The type is among the suggestions, where it is judged.
    pub kind: Share,
    /// The first suggestion's priority is a right one, of all emergencies.
    pub priority: Share,
    /// Flagged as covert, of those that are.
    pub covert: Share,
    /// To be asked about, of all.
    pub ask: Share,
    /// Danger to life called no emergency.
    pub dangers_missed: Vec<String>,
    /// Each miss: what was wrong, the text, what was found.
    pub misses: Vec<String>,
    /// Right category (or none) down, found across.
    matrix: [[usize; SIDE]; SIDE],
}

/// Judges by all statements that are given.
pub fn judge<'a>(
    classifier: &Classifier,
    rules: &Rules,
    statements: impl IntoIterator<Item = &'a Statement>,
) -> Verdict {
    let mut verdict = Verdict::default();
    for statement in statements {
        verdict.add(statement, &classifier.classify(&statement.text, rules));
    }
    verdict
}

impl Verdict {
    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        let shares =
            |v: &Self| [v.emergency, v.none_right, v.first, v.first_two, v.kind, v.priority, v.covert, v.ask];
        let sums = shares(self).into_iter().zip(shares(other));
        let mut sums = sums.map(|(a, b)| Share { right: a.right + b.right, of: a.of + b.of });
        let mine = [
            &mut self.emergency,
            &mut self.none_right,
            &mut self.first,
            &mut self.first_two,
            &mut self.kind,
            &mut self.priority,
            &mut self.covert,
            &mut self.ask,
        ];
        for share in mine {
            *share = sums.next().unwrap_or_default();
        }
        self.dangers_missed.extend(other.dangers_missed.clone());
        self.misses.extend(other.misses.clone());
        for (mine, others) in self.matrix.iter_mut().flatten().zip(other.matrix.iter().flatten()) {
            *mine += others;
        }
    }

    fn add(&mut self, statement: &Statement, found: &Classification) {
        let fits = |s: &crate::classification::Suggestion| statement.categories.contains(&s.category);
        let first = found.emergency && fits(&found.suggestions[0]);
        let first_two = found.emergency && found.suggestions.iter().take(2).any(fits);
        let mut wrong = Vec::new();
        self.emergency.count(found.emergency == statement.emergency);
        self.ask.count(found.ask);
        if found.emergency != statement.emergency {
            wrong.push("EMERGENCY");
        }
        if !statement.emergency {
            self.none_right.count(!found.emergency);
        } else {
            let right = statement.priorities.contains(&found.suggestions[0].priority);
            self.priority.count(right);
            if !right {
                wrong.push("priority");
            }
            if statement.priorities == [Priority::P1] && !found.emergency {
                self.dangers_missed.push(statement.text.clone());
            }
        }
        if statement.emergency && !statement.categories.is_empty() {
            self.first.count(first);
            self.first_two.count(first_two);
            if !first {
                wrong.push(if first_two { "first" } else { "FIRST TWO" });
            }
        }
        if let Some(kind) = &statement.kind {
            self.kind.count(found.suggestions.iter().any(|s| s.kind.as_ref() == Some(kind)));
        }
        if statement.covert {
            self.covert.count(found.covert.is_some());
            if found.covert.is_none() {
                wrong.push("covert");
            }
        }
        self.place(statement, found, first);
        if !wrong.is_empty() {
            self.misses.push(format!("{}: {}\n      {}", wrong.join(" "), statement.text, show(found)));
        }
    }

    fn place(&mut self, statement: &Statement, found: &Classification, first: bool) {
        let side = |category: Option<Category>| {
            category.and_then(|c| Category::ALL.iter().position(|one| *one == c)).unwrap_or(SIDE - 1)
        };
        if statement.emergency && statement.categories.is_empty() {
            return;
        }
        let got = found.emergency.then(|| found.suggestions[0].category);
        let wanted = if first { got } else { statement.categories.first().copied() };
        self.matrix[side(wanted.filter(|_| statement.emergency))][side(got)] += 1;
    }
}

fn show(found: &Classification) -> String {
    let kinds = found.suggestions.iter().take(3).map(|s| {
        let kind = s.kind.as_ref().map_or("-", |kind| kind.0.as_str());
        format!("{}/{kind}/{}/{:.2} {:?}", s.category, s.priority, s.score, s.because)
    });
    let kinds: Vec<_> = kinds.collect();
    format!("emergency={} ask={}\n      {}", found.emergency, found.ask, kinds.join("\n      "))
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "emergency or not             {}", self.emergency)?;
        writeln!(f, "  of what is none            {}", self.none_right)?;
        writeln!(f, "  danger to life missed      {}", self.dangers_missed.len())?;
        writeln!(f, "first category               {}", self.first)?;
        writeln!(f, "category in the first two    {}", self.first_two)?;
        writeln!(f, "type among the suggestions   {}", self.kind)?;
        writeln!(f, "priority of the first        {}", self.priority)?;
        writeln!(f, "covert calls flagged         {}", self.covert)?;
        writeln!(f, "to be asked about            {}", self.ask)?;
        let heads: Vec<_> = Category::ALL.iter().map(|c| c.letter()).chain(["-"]).collect();
        writeln!(f, "\nright \\ found{}", heads.iter().map(|head| format!("{head:>5}")).collect::<String>())?;
        for (head, row) in heads.iter().zip(&self.matrix) {
            writeln!(f, "{head:>13}{}", row.iter().map(|n| format!("{n:>5}")).collect::<String>())?;
        }
        Ok(())
    }
}
