//! Figures for Prometheus (text format 0.0.4). Counts and times only, never a person.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use incident_store::{HandOverFigures, Mode, WallboardFigures};

/// Upper bounds of the submit latency in milliseconds. The promise is 300 ms from click to the agency's screen.
const SUBMIT_BUCKETS_MS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000];

/// What this crate counts. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// One more than the buckets: the last holds what is slower than all.
    submit: [AtomicU64; SUBMIT_BUCKETS_MS.len() + 1],
    submit_micros: AtomicU64,
    submit_refused: AtomicU64,
    consoles: AtomicU64,
    resyncs: AtomicU64,
    messages: AtomicU64,
    log_ins: AtomicU64,
    log_in_failures: AtomicU64,
}

/// A console that is connected, as long as this lives.
#[derive(Debug)]
pub struct ConsoleCounted(Metrics);

impl Drop for ConsoleCounted {
    fn drop(&mut self) {
        self.0.0.consoles.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// A submission was answered after `took`.
    pub fn submitted(&self, took: Duration, accepted: bool) {
        let millis = took.as_millis();
        let bucket = SUBMIT_BUCKETS_MS.iter().position(|bound| millis <= u128::from(*bound));
        self.0.submit[bucket.unwrap_or(SUBMIT_BUCKETS_MS.len())].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.submit_micros.fetch_add(micros, Ordering::Relaxed);
        if !accepted {
            self.0.submit_refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A console connected, unless there are `max` already.
    pub fn console(&self, max: usize) -> Option<ConsoleCounted> {
        let before = self.0.consoles.fetch_add(1, Ordering::Relaxed);
        let counted = ConsoleCounted(self.clone());
        (usize::try_from(before).unwrap_or(usize::MAX) < max).then_some(counted)
    }

    /// A console was too slow and was told to start over.
    pub fn resynced(&self) {
        self.0.resyncs.fetch_add(1, Ordering::Relaxed);
    }

    /// Messages went out to a console.
    pub fn sent(&self, messages: u64) {
        self.0.messages.fetch_add(messages, Ordering::Relaxed);
    }

    /// Somebody logged in, or failed to.
    pub fn log_in(&self, succeeded: bool) {
        let counter = if succeeded { &self.0.log_ins } else { &self.0.log_in_failures };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// All of it as Prometheus text; `figures` and `hand_overs` when the store could say.
    pub fn text(
        &self,
        mode: Mode,
        head: u64,
        figures: Option<&WallboardFigures>,
        hand_overs: Option<&HandOverFigures>,
    ) -> String {
        let mut text = String::with_capacity(4096);
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let c = &self.0;
        let darurat = u64::from(mode != Mode::Normal);
        single(&mut text, "sigap_store_away", "gauge", "1 while the store does not take writes", darurat);
        single(&mut text, "sigap_log_head", "counter", "Entries of the supervision log", head);
        single(&mut text, "sigap_feed_consoles", "gauge", "Consoles connected to the feed", get(&c.consoles));
        single(
            &mut text,
            "sigap_feed_messages_total",
            "counter",
            "Messages sent to consoles",
            get(&c.messages),
        );
        single(
            &mut text,
            "sigap_feed_resyncs_total",
            "counter",
            "Consoles that were too slow",
            get(&c.resyncs),
        );
        single(&mut text, "sigap_log_ins_total", "counter", "Log-ins", get(&c.log_ins));
        let failed = get(&c.log_in_failures);
        single(&mut text, "sigap_log_in_failures_total", "counter", "Failed log-ins", failed);
        let refused = get(&c.submit_refused);
        single(&mut text, "sigap_submit_refused_total", "counter", "Submissions that were refused", refused);
        self.submit_histogram(&mut text);
        if let Some(figures) = figures {
            live(&mut text, figures);
        }
        if let Some(figures) = hand_overs {
            between_centres(&mut text, figures);
        }
        text
    }

    #[allow(clippy::cast_precision_loss)] // seconds with a fraction
    fn submit_histogram(&self, text: &mut String) {
        let name = "sigap_submit_seconds";
        head_of(text, name, "histogram", "From a console's request to the commit of what it asked for");
        let mut total = 0;
        let bounds = SUBMIT_BUCKETS_MS.iter().map(|ms| format!("{}", *ms as f64 / 1000.0));
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&self.0.submit) {
            total += count.load(Ordering::Relaxed);
            line(text, format_args!("{name}_bucket{{le=\"{bound}\"}} {total}"));
        }
        let seconds = self.0.submit_micros.load(Ordering::Relaxed) as f64 / 1e6;
        line(text, format_args!("{name}_sum {seconds}"));
        line(text, format_args!("{name}_count {total}"));
    }
}

fn live(text: &mut String, figures: &WallboardFigures) {
    let waiting = figures.calls_waiting;
    single(text, "sigap_calls_waiting", "gauge", "Callers who wait for a person", waiting);
    let open = figures.call_backs_open;
    single(text, "sigap_call_backs_open", "gauge", "Callers to be called back", open);
    let overdue = figures.call_backs_overdue;
    single(text, "sigap_call_backs_overdue", "gauge", "Callers who should have been called back", overdue);
    head_of(text, "sigap_incidents_open", "gauge", "Open incidents by status");
    for (status, count) in &figures.incidents_by_status {
        let status = serde_json::to_value(status).unwrap_or_default();
        let status = status.as_str().unwrap_or_default();
        line(text, format_args!("sigap_incidents_open{{status=\"{status}\"}} {count}"));
    }
    head_of(text, "sigap_assignments_unacknowledged", "gauge", "Assignments that nobody has acknowledged");
    for (priority, count) in &figures.unacknowledged {
        line(text, format_args!("sigap_assignments_unacknowledged{{priority=\"{priority}\"}} {count}"));
    }
    let takers = figures.call_takers;
    head_of(text, "sigap_call_takers", "gauge", "Call-takers by duty");
    for (state, count) in
        [("ready", takers.ready), ("paused", takers.paused), ("off", takers.off), ("talking", takers.talking)]
    {
        line(text, format_args!("sigap_call_takers{{state=\"{state}\"}} {count}"));
    }
}

fn between_centres(text: &mut String, figures: &HandOverFigures) {
    let help = "Hand-overs to (out) and from (in) neighbouring centres by state, of open incidents and of the last 24 h";
    head_of(text, "sigap_transfers", "gauge", help);
    for (direction, by_state) in [("out", &figures.offered), ("in", &figures.received)] {
        for (state, count) in by_state {
            line(
                text,
                format_args!("sigap_transfers{{direction=\"{direction}\",state=\"{state}\"}} {count}"),
            );
        }
    }
}

fn single(text: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head_of(text, name, kind, help);
    line(text, format_args!("{name} {value}"));
}

fn head_of(text: &mut String, name: &str, kind: &str, help: &str) {
    line(text, format_args!("# HELP {name} {help}"));
    line(text, format_args!("# TYPE {name} {kind}"));
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    writeln!(text, "{what}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_histogram_is_cumulative_and_consoles_are_bounded() {
        let metrics = Metrics::default();
        metrics.submitted(Duration::from_micros(800), true);
        metrics.submitted(Duration::from_millis(30), false);
        metrics.submitted(Duration::from_secs(9), true);
        let one = metrics.console(1);
        assert!(one.is_some() && metrics.console(1).is_none());
        let text = metrics.text(Mode::Normal, 7, None, None);
        for expected in [
            "sigap_submit_seconds_bucket{le=\"0.001\"} 1\n",
            "sigap_submit_seconds_bucket{le=\"0.05\"} 2\n",
            "sigap_submit_seconds_bucket{le=\"1\"} 2\n",
            "sigap_submit_seconds_bucket{le=\"+Inf\"} 3\n",
            "sigap_submit_seconds_count 3\n",
            "sigap_submit_refused_total 1\n",
            "sigap_feed_consoles 1\n",
            "sigap_log_head 7\n",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        drop(one);
        assert!(metrics.console(1).is_some());
    }
}
