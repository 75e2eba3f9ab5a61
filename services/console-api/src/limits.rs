//! Bounds of the HTTP side, with unit and reason. Those of the domain are in `dispatch_core::limits`.

use std::time::Duration;

use dispatch_core::limits::UNITS_MAX;
use dispatch_core::time::Seconds;

/// Bytes of a body that is read and thrown away so that its sender hears 413 instead of a reset connection.
pub const REFUSED_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Characters of an `Idempotency-Key`; a UUID has 36.
pub const IDEMPOTENCY_KEY_CHARACTERS_MAX: usize = 200;
/// Bytes of a user name.
pub const USERNAME_BYTES_MAX: usize = 64;
/// Bytes of a password: more only makes hashing slow.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Characters of a new password (NIST SP 800-63B section 5.1.1.2: at least 8).
pub const PASSWORD_CHARACTERS_MIN: usize = 8;
/// Passwords that are hashed at the same time: each takes 19 MiB and a core.
pub const HASHES_AT_ONCE_MAX: usize = 2;
/// Log-ins that wait for a hash; above it the answer is "busy", not a queue of minutes.
pub const HASHES_WAITING_MAX: usize = 64;
/// Failed log-ins in a minute, for one user name.
pub const FAILURES_PER_USER_MAX: u32 = 5;
/// Failed log-ins in a minute, for one address: a whole room may sit behind one.
pub const FAILURES_PER_ADDRESS_MAX: u32 = 30;
/// How long the screen on a wall stays logged in: its maker comes by once a year.
pub const WALL_SESSION: Seconds = Seconds(366 * 86_400);
/// How long failures count.
pub const FAILURES_COUNT_FOR: Seconds = Seconds(60);
/// User names and addresses whose failures are remembered.
pub const FAILURES_REMEMBERED_MAX: usize = 10_000;
/// Sessions kept in memory, so that people can work when the store is away.
pub const SESSIONS_CACHED_MAX: usize = 4_096;
/// What the crew of one unit may say in a minute: a position every ten seconds, and a press every two.
pub const CREW_REPORTS_PER_MINUTE_MAX: u32 = 36;
/// Units whose crews' reports are counted: all that a site can have.
pub const CREWS_COUNTED_MAX: usize = UNITS_MAX as usize;
/// How often a step is taken along to the incident that its own was merged into.
pub const MERGES_FOLLOWED_MAX: usize = 16;
/// Consoles connected at once.
pub const CONSOLES_MAX: usize = 2_000;
/// Bytes of a message from a console.
pub const CONSOLE_MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// How often a console hears that the feed lives.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(5);
/// A console that takes longer for one message while it falls behind is too slow.
pub const SLOW_AFTER: Duration = Duration::from_secs(2);
/// A console that takes nothing for this long is gone.
pub const GONE_AFTER: Duration = Duration::from_secs(30);
/// Rendered messages kept for the next console that needs them: four full console queues of each of 16 scopes.
pub const RENDERED_KEPT_MAX: usize = 16_384;
/// Calls whose number's history is remembered.
pub const HISTORIES_KEPT_MAX: usize = 8_192;
/// How long the feed waits for a number's history; without it the call is shown all the same.
pub const HISTORY_WAIT: Duration = Duration::from_millis(300);
/// How long an order's answer waits for the fact to come back as a record.
pub const FACT_WAIT: Duration = Duration::from_secs(1);
/// How long a read may take before the answer says that the store is away.
pub const READ_WAIT: Duration = Duration::from_secs(5);
/// Items of one page.
pub const PAGE_ITEMS_MAX: u32 = 500;
/// Items of one page when nobody says how many.
pub const PAGE_ITEMS: u32 = 100;
/// Entries of the log in one answer.
pub const LOG_ENTRIES_MAX: u32 = 1_000;
/// Events in an incident's timeline.
pub const TIMELINE_EVENTS_MAX: u32 = 1_000;
/// Merged incidents that are shown with the one that goes on: a storm's flood of reports, one screen after the other.
pub const ABSORBED_SHOWN_MAX: usize = 100;
/// How often the waiting calls are compared with what is known, while anything changes.
pub const RESEMBLANCE_EVERY: Duration = Duration::from_millis(200);
/// How often they are compared when nothing changes: what is known grows old.
pub const RESEMBLANCE_AGES: Seconds = Seconds(10);
/// Ended incidents that are read at the start; those that ended within the window are kept.
pub const ENDED_READ_MAX: u32 = 500;
/// Ended incidents are looked for among those that were opened so long ago at most.
pub const ENDED_OPENED_WITHIN: Seconds = Seconds(86_400);
/// Calls of one incident whose numbers are read at the start, the newest.
pub const CALLERS_READ_MAX: usize = 64;
/// Calls and incidents in a snapshot, the newest of what is open.
pub const SNAPSHOT_ITEMS_MAX: u32 = 2_000;
/// Agencies named in one dispatch.
pub const AGENCIES_PER_DISPATCH_MAX: usize = 40;
/// How often the live calls are asked for while the store is away.
pub const LIVE_CALLS_EVERY: Duration = Duration::from_secs(1);
/// How long one leaf in the log covers what its person asks of one recording: longer than a call is listened to.
pub const PLAYBACK_COVERS: Seconds = Seconds(3_600);
/// Playbacks that are remembered, so that their further parts make no leaf.
pub const PLAYBACKS_REMEMBERED_MAX: usize = 1_024;
/// Bytes of a file that are read at once: four seconds of sound.
pub const FILE_PIECE_BYTES: usize = 64 * 1024;
/// Base maps in the folder that are looked at, in the order of their names: each is one more layer to draw.
pub const BASE_MAPS_MAX: usize = 8;
/// How long the answer to an order is remembered for a repeat: longer than any client goes on trying.
pub const ANSWERS_REMEMBERED_FOR: Seconds = Seconds(600);
/// Answers to orders that are remembered.
pub const ANSWERS_REMEMBERED_MAX: usize = 4_096;
/// Bytes of a browser's session description; Chromium's offer of one audio track has under 4 KiB.
pub const SDP_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a telephone number or a SIP address.
pub const TARGET_BYTES_MAX: usize = 200;
/// Digits of one order: more than any menu asks for.
pub const DIGITS_MAX: usize = 32;
/// Tests of channels in one answer, the newest: some weeks of all agencies.
pub const CHANNEL_TESTS_LISTED_MAX: u32 = 500;
/// Hours of alarms that are reported when none are asked for: a shift.
pub const ALARM_HOURS: u32 = 12;
/// Hours of alarms in one answer: a week.
pub const ALARM_HOURS_MAX: u32 = 168;
/// Windows of alarms that are read for one answer, the newest: a week of twenty consoles without a quiet moment.
pub const ALARM_WINDOWS_MAX: u32 = 20_160;
/// Bytes of what is kept of a form that is being typed: the longest story, its answers and a paper form with its tasks.
pub const FORM_DRAFT_BYTES_MAX: usize = 64 * 1024;
/// Skills of one person.
pub const SKILLS_MAX: usize = 16;
/// Changes of the line that a console may be behind before the oldest are lost to it.
pub const LIVE_MESSAGES_KEPT_MAX: usize = 256;
/// How often the trunk is asked who sits and who waits, so that a lost change of the line is made good.
pub const FLOOR_EVERY: Duration = Duration::from_secs(3);
/// Hours of incidents in one heat map: a week.
pub const HEAT_HOURS_MAX: u32 = 168;
/// Days of one recap, and lines: a month of a large centre.
pub const RECAP_DAYS_MAX: u32 = 31;
/// See [`RECAP_DAYS_MAX`].
pub const RECAP_LINES_MAX: usize = 50_000;
/// Days of one report: a year, and what a leap year and a late request need.
pub const REPORT_DAYS_MAX: u32 = 400;
/// Incidents that are counted for one heat map, the newest: a week of a kabupaten has some hundreds.
pub const HEAT_INCIDENTS_MAX: usize = 20_000;
