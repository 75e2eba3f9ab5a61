//! Bytes that nobody meant, for `SIGAP_FUZZ_SECONDS` (2 without it): no reader panics, and none takes long over any
//! input. The seed is printed; `SIGAP_FUZZ_SEED` repeats a run's inputs in their order.

mod bodies;
mod readers;

use std::time::Duration;

use simulator::seeded::Seeded;

/// The longest that one input may take; a busy machine is slow, but an input that is worse than linear is not done.
const INPUT_WITHIN: Duration = Duration::from_secs(2);
/// The longest input: what fits into one datagram.
const INPUT_BYTES_MAX: usize = 65_507;
/// Pieces that break readers more often than chance does.
const HARD: [&[u8]; 24] = [
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"\xFF\xFE",
    b"\"",
    b"<",
    b">",
    b";;",
    b"--",
    b"%00",
    b"=",
    b":",
    b"-1",
    b"4294967296",
    b"18446744073709551616",
    b"99999999999999999999999999999999999999",
    b"1e309",
    b"NaN",
    b"\xF0\x9F\x94\xA5",
    b"]]>",
    b"<!DOCTYPE x [<!ENTITY e \"e\">]>",
    b"&e;",
    b"{\"a\":[",
    b"\\ud800",
];

fn budget() -> Duration {
    let seconds = std::env::var("SIGAP_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(2))
}

/// The seed of this run, also on record when the test fails.
fn seed(of: &str) -> u64 {
    let given = std::env::var("SIGAP_FUZZ_SEED").ok().and_then(|text| text.parse().ok());
    let by_clock = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(1, |since| since.as_nanos() as u64)
    };
    let seed = given.unwrap_or_else(by_clock);
    println!("{of}: SIGAP_FUZZ_SEED={seed}");
    seed
}

/// A changed copy of one of the inputs.
fn mutated(chance: &mut Seeded, inputs: &[Vec<u8>]) -> Vec<u8> {
    let pick = |chance: &mut Seeded| inputs[chance.below(inputs.len())].clone();
    let mut bytes = pick(chance);
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        let span = chance.below(40).min(bytes.len() - at);
        match chance.below(8) {
            0 if at < bytes.len() => bytes[at] = chance.word() as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            2 => drop(bytes.drain(at..at + span)),
            3 => bytes.insert(at, chance.word() as u8),
            4 => {
                let hard = HARD[chance.below(HARD.len())];
                bytes.splice(at..at, hard.iter().copied());
            }
            5 => {
                // The same again, sometimes very often: what is not bounded shows itself.
                let piece = bytes[at..at + span].to_vec();
                let times = 1 << chance.below(10);
                bytes.splice(at..at, piece.repeat(times));
            }
            6 => {
                // The head of one and the tail of another.
                let other = pick(chance);
                let from = chance.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => bytes.truncate(at),
        }
        bytes.truncate(INPUT_BYTES_MAX);
    }
    bytes
}
