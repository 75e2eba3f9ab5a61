//! Every bound of the product, with its unit and its reason (STYLE 9). Nothing grows without one.

use crate::time::Seconds;

/// Bytes of a narrative. A page of typed text is 3 kB; a pasted megabyte is a mistake, answered with 422.
pub const NARRATIVE_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a note on an incident or a reason for declining.
pub const NOTE_BYTES_MAX: usize = 4 * 1024;
/// Bytes of a landmark, address or name.
pub const SHORT_TEXT_BYTES_MAX: usize = 512;
/// Notes kept in the state of one incident; older ones stay in the event log.
pub const NOTES_PER_INCIDENT_MAX: usize = 200;
/// Calls attached to one incident: a storm gives some hundred callers for one event.
pub const CALLS_PER_INCIDENT_MAX: usize = 2_000;
/// Assignments of one incident, declined and cancelled ones included: 40 agencies, each asked some times.
pub const ASSIGNMENTS_PER_INCIDENT_MAX: usize = 200;
/// Units on one assignment: more than any agency of one kabupaten has on one fire.
pub const UNITS_PER_ASSIGNMENT_MAX: usize = 32;
/// Units of one agency; a brigade of a province has some 100.
pub const UNITS_PER_AGENCY_MAX: usize = 200;
/// Units of one site: those of ten large agencies.
pub const UNITS_MAX: u32 = 2_000;
/// Notifications over second channels that an assignment remembers: four rungs over six channels.
pub const CHANNEL_TRIES_KEPT_MAX: usize = 24;
/// Answers to question cards that stand on one incident: a dozen cards of eight questions, each tried for a type.
pub const CARD_ANSWERS_PER_INCIDENT_MAX: usize = 100;
/// Answers in one request: two whole cards.
pub const CARD_ANSWERS_PER_REQUEST_MAX: usize = 16;
/// Drafts of cards or of rules that are listed, newest first; older ones stay in the store.
pub const DRAFTS_LISTED_MAX: u32 = 200;
/// Rungs of one ladder: the default has five.
pub const LADDER_RUNGS_MAX: usize = 12;
/// Ladders for single agencies or hours.
pub const LADDER_EXCEPTIONS_MAX: usize = 32;
/// Response plans of a site.
pub const PLANS_MAX: usize = 200;
/// The longest time that a rule may give. Rules that were replaced are kept as long, for the clocks that run by them.
pub const RULE_TIME_MAX: Seconds = Seconds::minutes(7 * 24 * 60);
/// People of all duty rosters of a site: 40 bodies with 50 each.
pub const ROSTER_PEOPLE_MAX: usize = 2_000;
/// Shifts planned by one request: three a day for a month and some.
pub const SHIFTS_PER_REQUEST_MAX: usize = 124;
/// Shifts that have not ended, of all rosters: 40 bodies, three a day, for half a year.
pub const SHIFTS_PLANNED_MAX: usize = 21_600;
/// Swaps that wait for somebody.
pub const SWAPS_OPEN_MAX: usize = 500;
/// Open incidents, and calls to call back, that one hand-over of a shift names; more are on the list anyway.
pub const HANDOVER_ITEMS_MAX: usize = 500;
/// Offers of one incident to neighbouring centres: a kabupaten has some five of them, each asked some times.
pub const TRANSFERS_PER_INCIDENT_MAX: usize = 16;
/// Referrals that are listed: those not passed on yet, then the newest; older ones stay in the store.
pub const REFERRALS_LISTED_MAX: u32 = 200;
/// Hand-overs that are listed, the newest first; older ones stay in the store.
pub const HANDOVERS_LISTED_MAX: u32 = 50;
/// Paper forms that are given out at once: a ream of paper is 500, a month of outages some 50.
pub const PAPER_FORMS_PER_BATCH_MAX: u32 = 100;
/// Paper forms that are listed: those not accounted for, then the newest; others stay in the store.
pub const PAPER_FORMS_LISTED_MAX: u32 = 1_000;
/// How old what a paper form tells may be: what lies longer in a tray is found by an audit, not by a call-taker.
pub const PAPER_AGE_MAX: Seconds = Seconds::minutes(30 * 24 * 60);
/// How far a clock on the wall may be off: written minutes are rounded, and nobody sets it to the second.
pub const PAPER_CLOCK_OFF_MAX: Seconds = Seconds::minutes(2);
/// Defects listed on one call; a message with more is a attack, the count is enough.
pub const DEFECTS_PER_CALL_MAX: usize = 32;
/// Location fixes kept on one call.
pub const FIXES_PER_CALL_MAX: usize = 16;
/// Parties kept on one call; a conference of more is a meeting. One that has left makes room.
pub const PARTIES_PER_CALL_MAX: usize = 8;
/// Keys kept of each side of a call: a card number twice over. A key that is leant on gives ten a second.
pub const DIGITS_PER_CALL_MAX: usize = 64;
/// Seats at which one call rings at once (ring-all): more than any centre of one kabupaten has.
pub const OFFERS_PER_CALL_MAX: usize = 64;
/// Skills of one person: languages and category desks.
pub const SKILLS_PER_DUTY_MAX: usize = 16;
/// Supervisors on one call.
pub const SUPERVISORS_PER_CALL_MAX: usize = 8;
/// A console that is 256 changes behind is not being read; make it resync.
pub const CONSOLE_QUEUE_MESSAGES_MAX: usize = 256;
/// Submissions that wait for the writer. At 256 a batch this is 16 batches, far below one second of work.
pub const SUBMISSIONS_WAITING_MAX: usize = 4_096;
/// Submissions committed as one transaction.
pub const SUBMISSIONS_PER_BATCH_MAX: usize = 256;
/// Call facts that wait between the journal and the desk in memory; more are read from the journal file.
pub const CALL_FACTS_IN_FLIGHT_MAX: usize = 1_024;
/// Calls that the trunk role holds at once; above it a new INVITE gets 503 (RELIABILITY: the hard cap).
pub const LIVE_CALLS_MAX: usize = 8_192;
/// A SIP message in bytes; UDP cannot carry more.
pub const SIP_MESSAGE_BYTES_MAX: usize = 65_535;
/// A JSON body in bytes.
pub const HTTP_BODY_BYTES_MAX: usize = 256 * 1024;
/// A call that ended with a call-taker on it must be disposed of within this time, else the supervisor hears of it.
pub const DISPOSITION_WITHIN: Seconds = Seconds::minutes(5);
/// Areas read from one file: Indonesia has about 84,000 villages and sub-districts (Kepmendagri 2025).
pub const AREAS_MAX: usize = 100_000;
/// Positions of one area's outline: the most detailed coast of a kabupaten has some 50,000.
pub const POSITIONS_PER_AREA_MAX: usize = 500_000;
/// Places of the kabupaten's own list that are kept in memory: a whole province of OpenStreetMap has some 100,000.
pub const PLACES_MAX: usize = 150_000;
/// Other names of one place.
pub const ALIASES_PER_PLACE_MAX: usize = 16;
/// Bytes of a location text that are read: a landmark with a pasted link.
pub const PLACE_TEXT_BYTES_MAX: usize = 2_048;
/// Words of a text that the classification reads; a narrative of 16 kB has some 2,500, its start says what it is.
pub const CLASSIFIED_WORDS_MAX: usize = 1_000;

/// For so long a step can be taken back by whoever took it: a slip of the finger is noticed at once. Consoles offer ten
/// seconds of it; the rest is the way.
pub const STEP_BACK_WITHIN: Seconds = Seconds(15);
/// Words to agencies in one answer, the newest: a long night has a dozen.
pub const BROADCASTS_LISTED_MAX: u32 = 200;
