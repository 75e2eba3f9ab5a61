//! The rule layer: reads a text by the lexicon and says what it found. It knows nothing of the model.

use std::collections::{BTreeMap, BTreeSet};

use crate::category::{Category, Priority, TypeCode};
use crate::classification::Suggestion;
use crate::classification::evidence::Evidence;
use crate::classification::features::Features;
use crate::classification::lexicon::{Lexicon, LexiconError, Topic};
use crate::classification::phrases::Phrases;
use crate::classification::spelling::Spelling;
use crate::classification::words::{self, Word};
use crate::limits;
use crate::policy::Rules;

/// A lexicon, ready to be used.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub lexicon: Lexicon,
    /// The owners of the phrases: concept names in order, then the sayings, then the compounds.
    pub concepts: Vec<String>,
    pub phrases: Phrases,
    pub spelling: Spelling,
}

/// What the rules found in one text.
pub(super) struct Reading {
    pub words: Vec<Word>,
    pub evidence: Evidence,
    /// The rules that hold, by their place, with the words that prove them.
    rules: Vec<(usize, String)>,
    /// The topics that hold.
    topics: Vec<(usize, String)>,
    /// A question mark is in it.
    asks: bool,
    /// The first laughter.
    laughter: Option<Word>,
}

impl Reader {
    /// Checks and indexes a lexicon.
    pub fn new(lexicon: Lexicon) -> Result<Self, LexiconError> {
        lexicon.check()?;
        let concepts: Vec<String> = lexicon.concepts.keys().cloned().collect();
        let mut phrases = Phrases::default();
        let mut add = |of: &str, phrase: &str, owner: usize| {
            let bad = || LexiconError::BadPhrase { of: of.to_owned(), phrase: phrase.to_owned() };
            phrases.add(phrase, owner).then_some(()).ok_or_else(bad)
        };
        for (owner, (concept, lines)) in lexicon.concepts.iter().enumerate() {
            for phrase in lines.iter().flat_map(|line| line.split('|')) {
                add(concept, phrase, owner)?;
            }
        }
        for saying in &lexicon.sayings {
            add("sayings", saying, concepts.len())?;
        }
        for compound in &lexicon.compounds {
            add("compounds", compound, concepts.len() + 1)?;
        }
        let meant = lexicon.spelling.values().flat_map(|meant| meant.split(' '));
        let of_concepts = lexicon.concepts.values().flatten().map(String::as_str);
        let named = of_concepts.chain(lexicon.sayings.iter().chain(&lexicon.compounds).map(String::as_str));
        let named = named.flat_map(|line| line.split(['|', ' ', '~'])).filter(|word| !word.contains('*'));
        let frequent = lexicon.words.iter().flat_map(|line| line.split(' '));
        let spelling = Spelling::new(&lexicon.spelling, frequent.chain(named).chain(meant));
        Ok(Self { lexicon, concepts, phrases, spelling })
    }

    /// Reads a text.
    pub fn read(&self, text: &str) -> Reading {
        let words = words::words(text, &self.spelling, limits::CLASSIFIED_WORDS_MAX);
        // Laughter is remarked on and changes nothing: what is said beside it is read as if nobody laughed.
        let (laughter, words): (Vec<Word>, Vec<Word>) =
            words.into_iter().partition(|word| words::is_laughter(&word.surface));
        let evidence = Evidence::collect(self, &words);
        let prove = |all, none, near| evidence.proves(&words, all, none, near);
        let rules = self.lexicon.rules.iter().enumerate();
        let rules = rules.filter_map(|(place, r)| Some((place, prove(&r.all, &r.none, r.near)?))).collect();
        let topics = self.lexicon.topics.iter().enumerate();
        let topics = topics.filter_map(|(place, t)| Some((place, prove(&t.all, &t.none, None)?))).collect();
        Reading {
            words,
            evidence,
            rules,
            topics,
            asks: text.contains('?'),
            laughter: laughter.into_iter().next(),
        }
    }
}

impl Reading {
    /// What the model sees of it.
    pub fn features(&self, reader: &Reader, rules: &Rules) -> Features {
        let concepts = self.evidence.signs();
        let kinds =
            self.rules.iter().map(|(place, _)| ('k', reader.lexicon.rules[*place].kind.0.as_str(), 0));
        let topics =
            self.topics.iter().map(|(place, _)| ('t', reader.lexicon.topics[*place].remark.as_str(), 0));
        let asks = self.asks.then_some(('q', "", 0));
        Features::of(
            &self.words,
            concepts.chain(kinds).chain(topics).chain(asks),
            self.leanings(reader, rules),
        )
    }

    /// How strongly the rules speak for each category: independent signs add up like chances.
    fn leanings(&self, reader: &Reader, rules: &Rules) -> [f32; Category::ALL.len()] {
        let mut leanings = [0.0; Category::ALL.len()];
        for (place, _) in &self.rules {
            let rule = &reader.lexicon.rules[*place];
            let category = rules.kind(&rule.kind).map(|kind| kind.category);
            if let Some(place) = Category::ALL.iter().position(|one| Some(*one) == category) {
                leanings[place] = 1.0 - (1.0 - leanings[place]) * (1.0 - rule.weight);
            }
        }
        leanings
    }

    /// Whether a concept is there.
    pub fn has(&self, concept: &str) -> bool {
        self.evidence.has(concept)
    }

    /// The quoted words when all concepts are there and none of the others.
    pub fn proves(&self, all: &[String], none: &[String]) -> Option<String> {
        self.evidence.proves(&self.words, all, none, None)
    }

    /// Every type that the rules speak for.
    pub fn kinds(&self, reader: &Reader, rules: &Rules) -> Vec<Suggestion> {
        let mut found: BTreeMap<&TypeCode, Suggestion> = BTreeMap::new();
        for (place, quoted) in &self.rules {
            let rule = &reader.lexicon.rules[*place];
            let Some(kind) = rules.kind(&rule.kind) else { continue };
            let suggestion = found.entry(&rule.kind).or_insert_with(|| Suggestion {
                category: kind.category,
                kind: Some(kind.code.clone()),
                priority: kind.priority,
                score: 0.0,
                because: Vec::new(),
            });
            // Independent signs add up like chances: two of one half make three quarters.
            suggestion.score = 1.0 - (1.0 - suggestion.score) * (1.0 - rule.weight);
            suggestion.priority = suggestion.priority.min(rule.priority.unwrap_or(Priority::P0));
            suggestion.because.push(format!("{}: {quoted}", kind.label_id));
            suggestion.because.extend(rule.remark.clone());
        }
        let mut suggestions: Vec<_> = found.into_values().collect();
        for suggestion in &mut suggestions {
            self.weigh_urgency(reader, suggestion);
        }
        suggestions
    }

    /// Raises or lowers the priority by what else is in the text. Returns whether something raises it.
    pub fn weigh_urgency(&self, reader: &Reader, suggestion: &mut Suggestion) {
        let holds = |categories: &BTreeSet<Category>| {
            categories.is_empty() || categories.contains(&suggestion.category)
        };
        let mut raised = false;
        let mut because = Vec::new();
        let mut priority = suggestion.priority;
        for raiser in reader.lexicon.raisers.iter().filter(|raiser| holds(&raiser.categories)) {
            let Some(quoted) = self.proves(&raiser.all, &[]) else { continue };
            raised = true;
            if raiser.to < priority {
                priority = raiser.to;
                because.push(format!("Dinaikkan ke {priority}: {quoted}"));
            }
        }
        let lowerers = reader.lexicon.lowerers.iter().filter(|lowerer| !raised && holds(&lowerer.categories));
        for lowerer in lowerers {
            let Some(quoted) = self.proves(&lowerer.all, &lowerer.none) else { continue };
            priority = lowered(priority);
            because.push(format!("Diturunkan ke {priority}: {quoted}"));
            break;
        }
        suggestion.priority = priority;
        suggestion.because.extend(because);
    }

    /// The strongest subject that is no emergency, with the words that prove it.
    pub fn topic<'a>(&'a self, reader: &'a Reader) -> Option<(&'a Topic, &'a str)> {
        let topics =
            self.topics.iter().map(|(place, quoted)| (&reader.lexicon.topics[*place], quoted.as_str()));
        topics.max_by(|a, b| a.0.weight.total_cmp(&b.0.weight))
    }

    /// A hint at a prank, quoted: words of one, a saying, or laughter.
    pub fn jest(&self, reader: &Reader) -> Option<String> {
        let laughter = self.laughter.as_ref().map(|word| format!("“{}”", word.surface));
        self.prank(reader).or(laughter)
    }

    /// Whether it speaks for a prank and not for an emergency. Laughter alone does so only beside next to nothing.
    pub fn is_jest(&self, reader: &Reader) -> bool {
        /// "halo om wkwk"
        const NOTHING_WORDS_MAX: usize = 3;
        self.prank(reader).is_some() || (self.laughter.is_some() && self.words.len() <= NOTHING_WORDS_MAX)
    }

    fn prank(&self, reader: &Reader) -> Option<String> {
        let quoted = self.proves(std::slice::from_ref(&reader.lexicon.prank), &[]);
        quoted.or_else(|| self.evidence.saying(&self.words))
    }
}

fn lowered(priority: Priority) -> Priority {
    match priority {
        Priority::P1 => Priority::P2,
        Priority::P2 | Priority::P3 => Priority::P3,
        Priority::P0 => Priority::P0,
    }
}
