//! How times and codes look on the wire.
//!
//! A code here wraps the core's own enumeration, so that a value exists once; what is added is its place in
//! the OpenAPI document.

use dispatch_core::{
    alarm, area, call, category, duplicate, duty, incident, place, roster, routing, site, time, unit,
};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// A point in time, RFC 3339 in UTC with microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub time::Timestamp);

impl From<time::Timestamp> for Time {
    fn from(at: time::Timestamp) -> Self {
        Self(at)
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .description(Some("RFC 3339 in UTC with microseconds"))
            .examples([serde_json::json!("2026-11-22T03:14:15.926535Z")])
            .into()
    }
}

impl ToSchema for Time {}

/// A counter that could pass 2^53, as a string of digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Counter(pub u64);

impl Serialize for Counter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl PartialSchema for Counter {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9]+$"))
            .description(Some("A counter that could pass 2^53, as a string of digits"))
            .into()
    }
}

impl ToSchema for Counter {}

fn codes(values: &[impl Serialize], description: &str) -> Object {
    let values = values.iter().filter_map(|value| serde_json::to_value(value).ok());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(values))
        .description(Some(description))
        .build()
}

macro_rules! wire_codes {
    ($($(#[doc = $doc:literal])* $name:ident($core:ty) = $values:expr;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub $core);

            impl From<$core> for $name {
                fn from(value: $core) -> Self {
                    Self(value)
                }
            }

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    codes($values, concat!($($doc),*).trim()).into()
                }
            }

            impl ToSchema for $name {}
        )*
    };
}

use call::fact::{
    CallerClass as Class, Defect, EndReason as End, FixSource as Fix, IdentitySource as Identity,
    PartyEnd as Left, SuperviseMode as Mode,
};
use call::{CallBackOutcome as Outcome, CallBackState as Owed, DispositionKind as Kind};
use incident::{AreaBy as By, AssignmentState as Step, IncidentStatus as Status, PointSource as Source};

wire_codes! {
    /// A pattern that a console plays.
    AlarmSound(alarm::AlarmSound) = &alarm::AlarmSound::ALL;
    /// One of the regulation's seven categories.
    Category(category::Category) = &category::Category::ALL;
    /// How urgent: P1 merah, P2 kuning, P3 hijau, P0 putih.
    Priority(category::Priority) = &category::Priority::ALL;
    /// What a person may do.
    UserRole(site::UserRole) = &site::UserRole::ALL;
    /// What an agency does on an incident.
    AgencyRole(routing::Role) = &[routing::Role::Lead, routing::Role::Support, routing::Role::Notify];
    /// Whether calls are offered to a person.
    DutyState(duty::DutyState) = &[duty::DutyState::Ready, duty::DutyState::Paused, duty::DutyState::Off];
    /// What a call turned out to be.
    DispositionKind(call::DispositionKind) = &[
        Kind::Incident, Kind::Prank, Kind::Ghost, Kind::Accidental, Kind::Information, Kind::Complaint,
        Kind::Abandoned, Kind::WrongNumber, Kind::Duplicate, Kind::Test, Kind::CallBack, Kind::Diverted,
    ];
    /// The result of a try to call back.
    CallBackOutcome(call::CallBackOutcome) = &[Outcome::Reached, Outcome::NoAnswer, Outcome::NotNeeded];
    /// Whether a call-back is still owed.
    CallBackState(call::CallBackState) = &[Owed::Open, Owed::Done];
    /// Where the caller's identity comes from.
    IdentitySource(call::fact::IdentitySource) = &[Identity::Asserted, Identity::From];
    /// Where a location fix comes from.
    FixSource(call::fact::FixSource) = &[Fix::PidfLo, Fix::Reference];
    /// What was missing or wrong in a call's signalling.
    CallDefect(call::fact::Defect) = &[
        Defect::NoCallerNumber, Defect::Anonymous, Defect::NoCallId, Defect::RepairedHeader,
        Defect::WrongContentLength, Defect::Unreadable, Defect::NoSdp, Defect::BrokenSdp,
        Defect::NoCommonCodec, Defect::LocationMissing, Defect::LocationUnreadable, Defect::LocationRefused,
        Defect::BrokenMultipart, Defect::UnknownRequire, Defect::MaxForwards, Defect::TooMuch,
        Defect::AckLost, Defect::NoMedia,
    ];
    /// A recorded question to the caller.
    Prompt(call::fact::Prompt) = &[call::fact::Prompt::SilentCall, call::fact::Prompt::Challenge];
    /// How a supervisor takes part in a call: hears it, speaks to the call-taker only, speaks to everybody.
    SuperviseMode(call::fact::SuperviseMode) = &[Mode::Listen, Mode::Whisper, Mode::Barge];
    /// Which side of a call.
    Speaker(call::fact::Speaker) = &[call::fact::Speaker::Caller, call::fact::Speaker::Centre];
    /// Why a party is off a call.
    PartyEnd(call::fact::PartyEnd) =
        &[Left::HungUp, Left::Refused, Left::NoAnswer, Left::Dropped, Left::Failed];
    /// In which class a caller waits; none is ever refused.
    CallerClass(call::fact::CallerClass) = &[Class::Likely, Class::Unknown, Class::Suspect];
    /// What a rule says of a number: its calls wait among the suspects, or are treated like any other.
    NumberRule(dispatch_core::screening::NumberRuleKind) =
        &[dispatch_core::screening::NumberRuleKind::Restricted, dispatch_core::screening::NumberRuleKind::Lifted];
    /// What speaks for or against a call.
    ScreenReason(call::fact::ScreenReason) = &call::fact::ScreenReason::ALL;
    /// Why a call ended.
    EndReason(call::fact::EndReason) = &[
        End::CallerCancelled, End::CallerHungUp, End::CentreHungUp, End::AckLost, End::Lost, End::Restarted,
        End::Unreadable, End::Overloaded, End::Diverted, End::NoAnswer, End::Refused, End::Unreachable,
    ];
    /// The status of an incident: how far the least advanced lead agency is.
    IncidentStatus(incident::IncidentStatus) = &[
        Status::New, Status::Dispatched, Status::Acknowledged, Status::EnRoute, Status::OnScene,
        Status::Working, Status::UnderControl, Status::Completed, Status::Closed, Status::Cancelled,
        Status::Merged,
    ];
    /// How far an assignment is.
    AssignmentState(incident::AssignmentState) = &[
        Step::Sent, Step::Delivered, Step::Acknowledged, Step::EnRoute, Step::OnScene, Step::Working,
        Step::UnderControl, Step::Completed, Step::Declined, Step::Cancelled,
    ];
    /// Why an agency was asked.
    Because(incident::Because) =
        &[incident::Because::Dispatch, incident::Because::Declined, incident::Because::Escalated];
    /// How a report of an agency was heard, when not on its own screen.
    ReportSource(incident::ReportSource) = &[
        incident::ReportSource::Console, incident::ReportSource::Telephone, incident::ReportSource::Radio,
        incident::ReportSource::Sms, incident::ReportSource::Whatsapp, incident::ReportSource::Voice,
        incident::ReportSource::Responder, incident::ReportSource::Paper,
    ];
    /// What somebody says of a paper form that is not used: spoiled, missing, or to be used after all.
    FormStep(dispatch_core::paper::FormStep) = &dispatch_core::paper::FormStep::ALL;
    /// What somebody says who is called in.
    CallInAnswer(dispatch_core::disaster::CallInAnswer) = &dispatch_core::disaster::CallInAnswer::ALL;
    /// How far the disaster mode is.
    DisasterState(dispatch_core::disaster::DisasterState) = &dispatch_core::disaster::DisasterState::ALL;
    /// How far a notification over a channel has come.
    ChannelState(incident::ChannelState) = &[
        incident::ChannelState::Accepted, incident::ChannelState::Failed, incident::ChannelState::Delivered,
    ];
    /// Where the point of a location comes from.
    PointSource(incident::PointSource) =
        &[Source::CallerFix, Source::Map, Source::Typed, Source::Place];
    /// How a point was written.
    Notation(place::Notation) = &[
        place::Notation::Decimal, place::Notation::Sexagesimal, place::Notation::GeoUri, place::Notation::Link,
        place::Notation::PlusCode, place::Notation::ShortPlusCode,
    ];
    /// Why a place was found.
    MatchedBy(place::MatchedBy) = &[
        place::MatchedBy::Exact, place::MatchedBy::Prefix, place::MatchedBy::Spelling, place::MatchedBy::Typo,
        place::MatchedBy::SomeWords,
    ];
    /// How the area of a location was found.
    AreaBy(incident::AreaBy) = &[By::Polygon, By::Nearest, By::Given];
    /// What a rung of the ladder does.
    EscalationStep(dispatch_core::escalation::Step) = &dispatch_core::escalation::Step::ALL;
    /// Why an incident may be what a call tells of.
    DuplicateReason(duplicate::Because) = &duplicate::Because::ALL;
    /// What a person of a duty roster is on duty as.
    Post(roster::Post) = &roster::Post::ALL;
    /// How far a swap of shifts is.
    SwapState(roster::SwapState) = &[
        roster::SwapState::Asked, roster::SwapState::Agreed, roster::SwapState::Approved,
        roster::SwapState::Refused, roster::SwapState::Withdrawn,
    ];
    /// An interval between two time stamps.
    MetricInterval(dispatch_core::policy::Interval) = &dispatch_core::policy::Interval::ALL;
    /// What somebody does with a swap of shifts.
    SwapStep(roster::SwapStep) = &[
        roster::SwapStep::Agree, roster::SwapStep::Approve,
        roster::SwapStep::Refuse, roster::SwapStep::Withdraw,
    ];
    /// What holds of an incident, learned by asking.
    Flag(dispatch_core::card::Flag) = dispatch_core::card::Flag::ALL;
    /// How far a change of a question card or of the rules is.
    DraftState(dispatch_core::draft::DraftState) = &dispatch_core::draft::DraftState::ALL;
    /// What a unit is.
    UnitKind(unit::UnitKind) = &unit::UnitKind::ALL;
    /// What a unit's crew can do beyond what its kind says.
    UnitSkill(unit::Skill) = &unit::Skill::ALL;
    /// A unit's state.
    UnitState(unit::UnitState) =
        &[unit::UnitState::Ready, unit::UnitState::Booked, unit::UnitState::OutOfService, unit::UnitState::Retired];
    /// What told a unit's position.
    PositionSource(unit::PositionSource) =
        &[unit::PositionSource::Browser, unit::PositionSource::Device, unit::PositionSource::Person];
    /// Where the distance of a unit is measured from.
    DistanceBasis(unit::Basis) =
        &[unit::Basis::Live, unit::Basis::Base, unit::Basis::Old, unit::Basis::Unknown];
    /// The level of an area.
    AreaLevel(area::Level) = &[area::Level::Kabupaten, area::Level::Kecamatan, area::Level::Desa];
}
