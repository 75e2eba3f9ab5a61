//! All named places of a site in memory: areas and the kabupaten's own places, found while somebody types.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::folding::{self, FoldedWord, WORD_BYTES_MAX};
use super::import::Place;
use super::kilometre::Kilometre;
use super::kind::PlaceKind;
use super::rank::{self, Ranked};
use super::token;
use super::vocabulary::Vocabulary;
use crate::area::{AreaIndex, Level, Point, distance_m};
use crate::ids::AreaCode;

/// Words of a name that are indexed; longer names are found by their beginning.
const NAME_WORDS_MAX: usize = 12;
/// Metres of uncertainty of a place between two road posts, at least: posts stand at the road, crashes beside it.
const BETWEEN_POSTS_M: f64 = 50.0;

/// What a place of the index is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HitKind {
    /// An administrative area.
    Area(Level),
    /// A place of the kabupaten's own list.
    Place(PlaceKind),
}

impl HitKind {
    /// Its word: of an area its level, of a place what a file calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Area(Level::Kabupaten) => "kabupaten",
            Self::Area(Level::Kecamatan) => "kecamatan",
            Self::Area(Level::Desa) => "desa",
            Self::Place(kind) => kind.word(),
        }
    }
}

/// Why a place was found, from the surest to the least sure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// Every word as it is written.
    Exact,
    /// The last word is the beginning of one.
    Prefix,
    /// A word in another spelling: s for h, another ending, an older way of writing.
    Spelling,
    /// A word with one or two slips.
    Typo,
    /// Only some of the words.
    SomeWords,
}

/// What somebody looks for.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// The text as typed.
    pub text: &'q str,
    /// Parts of it that are no names ([`super::Reading::spans`]), in bytes.
    pub skip: &'q [Range<usize>],
    /// The road post that it names.
    pub kilometre: Option<Kilometre>,
    /// Where the caller is thought to be.
    pub near: Option<Point>,
    /// At most so many.
    pub limit: usize,
}

/// One place that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    /// `area:` and its code, or its source and its id there.
    pub id: String,
    /// Its name; of a road with the kilometre that was asked for.
    pub name: String,
    /// What it is.
    pub kind: HitKind,
    /// Where it is.
    pub point: Point,
    /// Metres of uncertainty, as far as the list says.
    pub accuracy_m: Option<f64>,
    /// The most specific area that it lies in, or that it is.
    pub area: Option<AreaCode>,
    /// Why it was found.
    pub matched_by: MatchedBy,
    /// The other name of it that was found, if it was one.
    pub alias: Option<String>,
    /// Metres from the point the question names.
    pub distance_m: Option<f64>,
    /// What was typed besides its name.
    pub rest: String,
}

/// What was found, best first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// The places.
    pub hits: Vec<Hit>,
    /// Words and names that were looked at: the work, whatever the machine.
    pub looked_at: usize,
}

/// One place of the index.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    id: Box<str>,
    pub(super) name: Box<str>,
    aliases: Box<[Box<str>]>,
    pub(super) kind: HitKind,
    pub(super) point: Point,
    accuracy_m: Option<f64>,
    area: Option<AreaCode>,
    /// The posts of a road: metres from its beginning, and where.
    posts: Box<[(u32, Point)]>,
}

/// A name of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    pub(super) entry: u32,
    /// Which of its names: 0 is the name, the others are aliases.
    alias: u16,
    /// How many words it has.
    pub(super) words: u8,
}

/// What a posting says beside the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Belongs {
    /// The word is in the name.
    Own,
    /// The word is what the place is, or where: its kind, its desa, its kecamatan.
    Context,
    /// The word is the whole name in one.
    Joined,
}

impl Belongs {
    const ALL: [Self; 3] = [Self::Own, Self::Context, Self::Joined];

    fn posting(self, name: u32) -> u32 {
        let flag = Self::ALL.iter().position(|one| *one == self).unwrap_or(0);
        name << 2 | u32::try_from(flag).unwrap_or(0)
    }

    pub(super) fn read(posting: u32) -> (u32, Self) {
        let flag = Self::ALL.get((posting & 3) as usize).copied().unwrap_or(Self::Context);
        (posting >> 2, flag)
    }
}

/// All named places of a site.
#[derive(Clone, Debug, Default)]
pub struct PlaceIndex {
    pub(super) entries: Vec<Entry>,
    pub(super) names: Vec<Name>,
    pub(super) vocabulary: Vocabulary,
}

impl PlaceIndex {
    /// An index over the areas and these places. Rows of one road with a kilometre each become one place.
    pub fn new(areas: &AreaIndex, places: Vec<Place>) -> Self {
        let mut making = Making::default();
        for area in areas.iter() {
            let parent = area.parent.as_ref().and_then(|code| areas.get(code));
            let level = match area.level {
                Level::Kabupaten => "kabupaten kota",
                Level::Kecamatan => "kecamatan",
                Level::Desa => "desa kelurahan",
            };
            let context = format!("{level} {}", parent.map_or("", |parent| &parent.name));
            let entry = Entry {
                id: format!("area:{}", area.code).into(),
                name: area.name.as_str().into(),
                aliases: area.aliases.iter().map(|alias| alias.as_str().into()).collect(),
                kind: HitKind::Area(area.level),
                point: area.centre,
                accuracy_m: None,
                area: Some(area.code.clone()),
                posts: Box::default(),
            };
            making.add(entry, &context);
        }
        let mut roads: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for place in places {
            if place.kilometre.is_some() {
                let words = folding::words(&place.name).into_iter().map(|word| word.key);
                let road: Vec<String> = std::iter::once(place.source.clone()).chain(words).collect();
                roads.entry(road.join(" ")).or_default().push(place);
            } else {
                making.place(place, Box::default(), areas);
            }
        }
        for mut posts in roads.into_values() {
            posts.sort_by_key(|post| post.kilometre);
            let along: Box<[(u32, Point)]> =
                posts.iter().filter_map(|post| Some((post.kilometre?.in_metres(), post.point))).collect();
            let middle = posts.len() / 2;
            making.place(posts.swap_remove(middle), along, areas);
        }
        Self { entries: making.entries, names: making.names, vocabulary: Vocabulary::new(making.words) }
    }

    /// How many places there are, areas included; a road counts once.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of memory that it holds, without what the allocator adds.
    pub fn bytes(&self) -> usize {
        let entry = |entry: &Entry| {
            let aliases: usize = entry.aliases.iter().map(|alias| alias.len() + size_of::<Box<str>>()).sum();
            let area = entry.area.as_ref().map_or(0, |code| code.0.len());
            size_of::<Entry>()
                + entry.id.len()
                + entry.name.len()
                + aliases
                + area
                + size_of_val(&*entry.posts)
        };
        let entries: usize = self.entries.iter().map(entry).sum();
        entries + size_of_val(self.names.as_slice()) + self.vocabulary.bytes()
    }

    /// The places that a text may mean, best first: by how well the words fit, then by nearness when the
    /// question says to what, then by what is named most often.
    pub fn search(&self, question: &Question<'_>) -> Found {
        let text = token::bounded(question.text);
        let asked = asked_words(text, question.skip);
        let mut looked_at = 0;
        let ranked = if asked.is_empty() {
            self.roads_with(question)
        } else {
            rank::rank(self, &asked, question, &mut looked_at)
        };
        let hits =
            ranked.into_iter().take(question.limit).map(|ranked| self.hit(&ranked, text, &asked, question));
        Found { hits: hits.collect(), looked_at }
    }

    /// Where a road's kilometre is, when the road has posts on both sides of it.
    pub(super) fn along(&self, entry: &Entry, kilometre: Option<Kilometre>) -> Option<(Point, f64)> {
        let at = kilometre?.in_metres();
        let after = entry.posts.partition_point(|(metres, _)| *metres < at);
        let (to_m, to) = *entry.posts.get(after)?;
        if to_m == at {
            return Some((to, BETWEEN_POSTS_M));
        }
        let (from_m, from) = *entry.posts.get(after.checked_sub(1)?)?;
        let share = f64::from(at - from_m) / f64::from(to_m - from_m);
        let between = |from: f64, to: f64| from + (to - from) * share;
        let point = Point { lat: between(from.lat, to.lat), lon: between(from.lon, to.lon) };
        // The road bends between its posts: at worst a quarter of their distance away.
        Some((point, (distance_m(from, to) / 4.0).max(BETWEEN_POSTS_M).round()))
    }

    /// The text is nothing but a kilometre: every road that has it, nearest first.
    fn roads_with(&self, question: &Question<'_>) -> Vec<Ranked> {
        let has = |entry: &Entry| self.along(entry, question.kilometre);
        let mut roads: Vec<(f64, Ranked)> = (0u32..)
            .zip(&self.names)
            .filter(|(_, name)| name.alias == 0)
            .filter_map(|(number, name)| {
                let (point, _) = has(self.entries.get(name.entry as usize)?)?;
                let away = question.near.map_or(0.0, |near| distance_m(near, point));
                Some((away, Ranked { name: number, matched_by: MatchedBy::Exact, words: 0 }))
            })
            .collect();
        roads.sort_by(|a, b| a.0.total_cmp(&b.0));
        roads.into_iter().map(|(_, ranked)| ranked).collect()
    }

    fn hit(&self, ranked: &Ranked, text: &str, asked: &[FoldedWord], question: &Question<'_>) -> Hit {
        let name = &self.names[ranked.name as usize];
        let entry = &self.entries[name.entry as usize];
        let along = self.along(entry, question.kilometre);
        let spans: Vec<Range<usize>> = asked
            .iter()
            .enumerate()
            .filter(|(place, _)| ranked.words & (1 << place) != 0)
            .map(|(_, word)| word.span.clone())
            // The kilometre stands in the name of the answer.
            .chain(question.skip.iter().filter(|_| along.is_some()).cloned())
            .collect();
        let (point, accuracy_m) = match along {
            Some((point, accuracy_m)) => (point, Some(accuracy_m)),
            None => (entry.point, entry.accuracy_m),
        };
        let name_shown = match (along, question.kilometre) {
            (Some(_), Some(kilometre)) => format!("{} {kilometre}", entry.name),
            (_, _) => entry.name.to_string(),
        };
        let alias = usize::from(name.alias).checked_sub(1).and_then(|place| entry.aliases.get(place));
        Hit {
            id: entry.id.to_string(),
            name: name_shown,
            kind: entry.kind,
            point,
            accuracy_m,
            area: entry.area.clone(),
            matched_by: ranked.matched_by,
            alias: alias.map(|alias| alias.to_string()),
            distance_m: question.near.map(|near| distance_m(near, point).round()),
            rest: token::without(text, &spans),
        }
    }

    /// The words of a name.
    pub(super) fn words_of(&self, name: &Name) -> Vec<FoldedWord> {
        let entry = &self.entries[name.entry as usize];
        let alias = usize::from(name.alias).checked_sub(1).and_then(|place| entry.aliases.get(place));
        folding::words(alias.unwrap_or(&entry.name))
    }
}

/// The words of a question that may be names.
fn asked_words(text: &str, skip: &[Range<usize>]) -> Vec<FoldedWord> {
    let all: Vec<FoldedWord> = folding::words(text)
        .into_iter()
        .filter(|word| !skip.iter().any(|span| span.contains(&word.span.start)))
        .collect();
    let named: Vec<FoldedWord> =
        all.iter().filter(|word| !folding::is_between(&word.plain)).cloned().collect();
    let mut asked = if named.is_empty() { all } else { named };
    asked.truncate(rank::QUESTION_WORDS_MAX);
    asked
}

#[derive(Default)]
struct Making {
    entries: Vec<Entry>,
    names: Vec<Name>,
    words: BTreeMap<Box<str>, Vec<u32>>,
    /// The words of kinds and areas: few, and every place has some.
    contexts: BTreeMap<String, Rc<[FoldedWord]>>,
}

impl Making {
    fn place(&mut self, place: Place, posts: Box<[(u32, Point)]>, areas: &AreaIndex) {
        let area = areas.locate(place.point.lat, place.point.lon).area;
        let mut context = place.kind.word().replace('_', " ");
        let mut above = area.as_ref();
        while let Some(area) = above.and_then(|code| areas.get(code)) {
            if area.level == Level::Kabupaten {
                break;
            }
            context.push(' ');
            context.push_str(&area.name);
            above = area.parent.as_ref();
        }
        let entry = Entry {
            id: format!("{}:{}", place.source, place.id).into(),
            name: place.name.into(),
            aliases: place.aliases.into_iter().map(Into::into).collect(),
            kind: HitKind::Place(place.kind),
            point: place.point,
            accuracy_m: place.accuracy_m,
            area,
            posts,
        };
        self.add(entry, &context);
    }

    fn add(&mut self, entry: Entry, context: &str) {
        let Ok(number) = u32::try_from(self.entries.len()) else { return };
        let context = self.context(context);
        for (alias, text) in (0u16..).zip(std::iter::once(&entry.name).chain(&entry.aliases)) {
            let mut words = folding::words(text);
            words.truncate(NAME_WORDS_MAX);
            let Ok(name) = u32::try_from(self.names.len()) else { return };
            let joined: String = words.iter().map(|word| word.plain.as_str()).collect();
            if (2..=3).contains(&words.len()) && joined.len() <= WORD_BYTES_MAX {
                self.note(&folding::key(&joined), Belongs::Joined.posting(name));
            }
            for form in words.iter().flat_map(FoldedWord::forms) {
                self.note(form, Belongs::Own.posting(name));
            }
            let beside = context.iter().filter(|word| !words.iter().any(|own| own.key == word.key));
            for form in beside.flat_map(FoldedWord::forms) {
                self.note(form, Belongs::Context.posting(name));
            }
            self.names.push(Name {
                entry: number,
                alias,
                words: u8::try_from(words.len()).unwrap_or(u8::MAX),
            });
        }
        self.entries.push(entry);
    }

    fn note(&mut self, form: &str, posting: u32) {
        match self.words.get_mut(form) {
            // A name that says a word twice has it once.
            Some(postings) if postings.last() == Some(&posting) => {}
            Some(postings) => postings.push(posting),
            None => drop(self.words.insert(form.into(), vec![posting])),
        }
    }

    fn context(&mut self, text: &str) -> Rc<[FoldedWord]> {
        if let Some(known) = self.contexts.get(text) {
            return Rc::clone(known);
        }
        let words: Rc<[FoldedWord]> = folding::words(text).into();
        self.contexts.insert(text.to_owned(), Rc::clone(&words));
        words
    }
}
