//! How many callers wait, and how long: the formulas of A. K. Erlang (1917) for calls that arrive by chance
//! (Poisson) and are handled by several equal call-takers.

/// More call-takers than this no centre of a kabupaten or kota has.
pub const CALL_TAKERS_MAX: u32 = 1_000;

/// The share of calls that would find every one of `servers` busy if nobody waited (Erlang B).
///
/// `offered` is the load in erlang: calls a second times seconds a call. Computed by the recursion
/// B(0) = 1, B(n) = a·B(n−1) / (n + a·B(n−1)), which is exact and does not overflow.
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    let offered = offered.max(0.0);
    (1..=servers).fold(1.0, |blocked, n| offered * blocked / (f64::from(n) + offered * blocked))
}

/// The share of calls that have to wait for one of `servers` (Erlang C): 1 when the load is not below them.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let offered = offered.max(0.0);
    let servers_f = f64::from(servers);
    if offered >= servers_f {
        return 1.0;
    }
    let blocked = erlang_b(servers, offered);
    servers_f * blocked / (servers_f - offered * (1.0 - blocked))
}

/// The mean wait in seconds of all calls, those that do not wait included. `None` when more calls come than can
/// be handled: the queue then grows for ever.
pub fn mean_wait_s(servers: u32, calls_per_s: f64, handling_s: f64) -> Option<f64> {
    let offered = calls_per_s * handling_s;
    let spare = f64::from(servers) - offered;
    (spare > 0.0).then(|| erlang_c(servers, offered) * handling_s / spare)
}

/// The mean wait in seconds of the call at `position` (1 is the next) while all `servers` are busy: as many calls
/// have to end, and one ends every `handling_s / servers` seconds. Summed over the queue lengths of Erlang's model
/// it is [`mean_wait_s`]. `None` without servers.
pub fn wait_at_position_s(position: u32, servers: u32, handling_s: f64) -> Option<f64> {
    (servers > 0).then(|| f64::from(position) * handling_s / f64::from(servers))
}

/// The share of calls that are answered within `within_s` seconds by `servers` call-takers, in the order of arrival.
pub fn answered_within(servers: u32, calls_per_s: f64, handling_s: f64, within_s: f64) -> f64 {
    let offered = calls_per_s * handling_s;
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 {
        return 0.0;
    }
    if handling_s <= 0.0 {
        return 1.0;
    }
    1.0 - erlang_c(servers, offered) * (-spare * within_s / handling_s).exp()
}

/// How many call-takers are needed so that at least `share` of the calls are answered within `within_s` seconds. `None`
/// above [`CALL_TAKERS_MAX`].
pub fn call_takers_needed(calls_per_s: f64, handling_s: f64, within_s: f64, share: f64) -> Option<u32> {
    (1..=CALL_TAKERS_MAX)
        .find(|servers| answered_within(*servers, calls_per_s, handling_s, within_s) >= share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_printed_tables() {
        // ITU-D Teletraffic Engineering Handbook, table of Erlang's B-formula: A = 2.88, n = 7: 2 % … ; and the
        // textbook case of 10 servers and 8 erlang: C = 0.4092.
        assert!((erlang_b(10, 4.461) - 0.01).abs() < 1e-5, "{}", erlang_b(10, 4.461));
        assert!((erlang_b(5, 1.361) - 0.01).abs() < 1e-4);
        assert!((erlang_c(10, 8.0) - 0.409_180).abs() < 1e-6, "{}", erlang_c(10, 8.0));
        assert!((erlang_c(1, 0.5) - 0.5).abs() < 1e-12, "one server waits with its load");
        assert_eq!((erlang_b(0, 3.0), erlang_c(3, 3.0), erlang_c(0, 0.0)), (1.0, 1.0, 1.0));
    }

    #[test]
    fn as_many_are_needed_as_answer_nine_of_ten_in_time() {
        // 100 calls in half an hour of 180 s each are 10 erlang; 14 agents answer 89 % within 20 s (the textbook case
        // of call-centre staffing tables: 10 erlang, 180 s, 80/20 → 14).
        let (calls_per_s, handling_s) = (100.0 / 1_800.0, 180.0);
        assert_eq!(call_takers_needed(calls_per_s, handling_s, 20.0, 0.8), Some(14));
        let reached = answered_within(14, calls_per_s, handling_s, 20.0);
        assert!((0.88..0.90).contains(&reached), "{reached}");
        assert!(answered_within(13, calls_per_s, handling_s, 20.0) < 0.8);
        assert!(
            answered_within(10, calls_per_s, handling_s, 20.0) < f64::EPSILON,
            "the queue grows for ever"
        );
        assert_eq!(call_takers_needed(0.0, 0.0, 15.0, 0.9), Some(1), "somebody is always there");
        assert_eq!(call_takers_needed(1e6, 180.0, 15.0, 0.9), None);
    }

    #[test]
    fn the_mean_over_the_queue_is_the_mean_wait() {
        let (servers, calls_per_s, handling_s) = (4, 0.04, 80.0);
        let load = calls_per_s * handling_s / f64::from(servers);
        let waits = erlang_c(servers, calls_per_s * handling_s);
        // A call that waits finds n others with probability (1 − ρ)·ρⁿ.
        let summed: f64 = (0..2_000)
            .map(|n| {
                let place = wait_at_position_s(n + 1, servers, handling_s).unwrap();
                waits * (1.0 - load) * load.powi(i32::try_from(n).unwrap()) * place
            })
            .sum();
        let mean = mean_wait_s(servers, calls_per_s, handling_s).unwrap();
        assert!((summed - mean).abs() < 1e-6, "{summed} {mean}");
        assert_eq!(mean_wait_s(4, 0.05, 80.0), None);
    }
}
