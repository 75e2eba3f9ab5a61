//! What consoles see: the core's records with names instead of bare ids.
//!
//! A view always has all its fields; what is unknown is `null`.

mod alarm;
mod alerts;
mod assignment;
mod call;
mod call_words;
mod caller;
mod card;
mod channel;
mod crew;
mod duplicate;
mod escalation;
mod figures;
mod form_draft;
mod import;
mod incident;
mod live_call;
mod log;
mod map;
mod number;
mod paper;
mod person;
mod place;
mod reference;
mod referral;
mod report;
mod roster;
mod rules;
mod talk;
mod timeline;
mod transfer;
mod trunk;
mod unit;

pub use alarm::{AlarmReport, ConsoleAlarms, SoundCount};
pub use alerts::{Alerts, Broadcast, Disaster};
pub use assignment::{Assignment, AssignmentPage, AssignmentWithIncident};
pub use call::{Beside, Call, CallPage, NumberHistory};
pub use card::{Card, CardDraft, CardDraftPage, CardInstruction, CardSet, GivenAnswer};
pub use channel::{ChannelNow, ChannelTest, Channels};
pub use crew::{CrewPage, CrewTask};
pub use duplicate::{Duplicates, PossibleDuplicate, Resemblance, Suspected};
pub use escalation::{Escalation, escalation};
pub use figures::{SystemMode, VoiceFigures, Wallboard};
pub use form_draft::{FormDraft, FormDraftKept, FormDraftPage, FormName};
pub use import::{ImportReport, PlaceList};
pub use incident::{
    AbsorbedIncident, Dispatched, Incident, IncidentDetail, IncidentPage, Location, Note, asked_already,
};
pub use live_call::live_call;
pub use log::{Checkpoint, CheckpointPage, LogLine, LogPage, PublicKey};
pub use map::{BaseMap, BaseMapFault, HeatMap, MapOffer, MapPlace};
pub use number::NumberRecord;
pub use paper::{PaperEntry, PaperForm, PaperFormBatch, PaperFormCounts, PaperFormPage};
pub use person::{Audio, Duty, Named, PersonOnDuty, Session, SessionOpened, User};
pub use place::{PlaceHit, Places, Reading, Whereabouts};
pub use reference::{Agency, Area, Classification, Policy};
pub use referral::{Referral, ReferralPage, ReferralTarget};
pub use report::{
    IntervalView, ReportFigures, ReportFrame, ReportGroup, ResponseReport, ServiceLevelView, TargetView,
};
pub use roster::{
    HandedIncident, HandoverPage, Roster, RosterGap, RosterPerson, RosterPost, RosterShift, RosterSwap,
    ShiftHandover,
};
pub use rules::{RulesChange, RulesDraft, RulesDraftPage, RulesParts};
pub use talk::{PhoneBook, QueuePlace};
pub use timeline::{Actor, TimelineEntry, timeline_entry};
pub use trunk::TrunkList;
pub use unit::{AgencyUnits, Gap, Unit, UnitAdvice, UnitList};
