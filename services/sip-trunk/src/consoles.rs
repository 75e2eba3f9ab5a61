//! Who has a console open, as the desks say: without one nobody would notice that a call rings.
//!
//! A browser whose audio is connected counts as well; a telephone alone does not, because it rings only when the call
//! has been answered at a console.

use std::collections::BTreeMap;

use call_link::order::ConsoleWord;
use dispatch_core::ids::UserId;
use dispatch_core::time::{Seconds, Timestamp};

/// People of whom anything is known at once, as many as have seats.
const PEOPLE_MAX: usize = 1_024;
/// Desks of one trunk; the link takes no more.
const DESKS_MAX: usize = 8;
/// A desk says everything every three seconds. What one said that has been silent for longer counts no more once
/// another one speaks: it was restarted. While none speaks the last word holds, and phones ring on.
const HOLDS_FOR: Seconds = Seconds(10);

/// What desks said last, by person and desk.
#[derive(Debug, Default)]
pub(crate) struct Consoles {
    people: BTreeMap<UserId, BTreeMap<u64, Word>>,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    open: bool,
    at: Timestamp,
}

impl Consoles {
    /// Takes in what a desk says and tells whether the person has a console open anywhere.
    pub(crate) fn told(&mut self, user: UserId, word: ConsoleWord, now: Timestamp) -> bool {
        if self.people.len() >= PEOPLE_MAX && !self.people.contains_key(&user) {
            // Rather ring in vain than never.
            return true;
        }
        let desks = self.people.entry(user).or_default();
        desks.insert(word.desk, Word { open: word.open, at: now });
        desks.retain(|_, word| word.at.after(HOLDS_FOR) > now);
        if desks.len() > DESKS_MAX
            && let Some(oldest) = desks.iter().min_by_key(|(_, word)| word.at).map(|(desk, _)| *desk)
        {
            desks.remove(&oldest);
        }
        desks.values().any(|word| word.open)
    }

    /// The person is off duty.
    pub(crate) fn forget(&mut self, user: UserId) {
        self.people.remove(&user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    fn at(seconds: u32) -> Timestamp {
        Timestamp::from_micros(1_790_000_000_000_000).after(Seconds(seconds))
    }

    #[test]
    fn one_open_console_at_any_desk_is_enough() {
        let mut consoles = Consoles::default();
        let word = |desk, open| ConsoleWord { desk, open };
        assert!(!consoles.told(user(1), word(1, false), at(0)));
        assert!(consoles.told(user(1), word(2, true), at(0)));
        assert!(consoles.told(user(1), word(1, false), at(1)), "the other desk sees it");
        assert!(!consoles.told(user(2), word(1, false), at(1)));
        assert!(!consoles.told(user(1), word(2, false), at(2)));
    }

    #[test]
    fn the_word_of_a_desk_that_was_restarted_holds_until_consoles_are_back() {
        let mut consoles = Consoles::default();
        let word = |desk, open| ConsoleWord { desk, open };
        assert!(consoles.told(user(1), word(1, true), at(0)));
        assert!(consoles.told(user(1), word(2, false), at(4)), "the next desk has no console yet");
        assert!(!consoles.told(user(1), word(2, false), at(10)));
        consoles.forget(user(1));
        assert!(consoles.people.is_empty());
    }

    #[test]
    fn the_book_is_bounded() {
        let mut consoles = Consoles::default();
        for n in 0..PEOPLE_MAX as u128 {
            consoles.told(user(n), ConsoleWord { desk: 1, open: false }, at(0));
        }
        assert!(consoles.told(user(9_999), ConsoleWord { desk: 1, open: false }, at(0)));
        for desk in 0..100 {
            consoles.told(user(1), ConsoleWord { desk, open: false }, at(0));
        }
        assert_eq!((consoles.people.len(), consoles.people[&user(1)].len()), (PEOPLE_MAX, DESKS_MAX));
    }
}
