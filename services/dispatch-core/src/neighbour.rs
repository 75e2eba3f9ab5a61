//! What two centres tell each other about an incident that one hands over to the other: the incident packet and the
//! answers to it. Field by field in `docs/neighbour-exchange.md`, beside the components of NENA's EIDO (NENA-STA-021).
//!
//! Values are bare here, because this is what goes over the wire; what is kept of a packet becomes [`Private`] again in
//! [`IncidentPacket::taken_in`]. For the same reason nothing here can be printed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::category::{Category, Priority, TypeCode};
use crate::ids::{IncidentId, TransferId};
use crate::incident::{
    Assignment, Incident, Location, Neighbour, Origin, OriginState, PacketState, Point, PointSource, Report,
    Reporter,
};
use crate::limits::{CARD_ANSWERS_PER_INCIDENT_MAX, NARRATIVE_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use crate::policy::Rules;
use crate::private::Private;
use crate::time::Timestamp;

/// One message of one centre to the other. The same message again changes nothing.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NeighbourMessage {
    /// Please take this incident.
    Offer(Box<IncidentPacket>),
    /// We have it again: we took the offer back, or waited long enough.
    TakenBack {
        /// Which offer.
        transfer: TransferId,
    },
    /// It became more urgent here while you have not answered: you have less time.
    Hastened {
        /// Which offer.
        transfer: TransferId,
        /// Until when we wait now.
        answer_by: Timestamp,
        /// How urgent it is here.
        #[serde(default, deserialize_with = "lenient")]
        priority: Option<Priority>,
    },
    /// It is ours.
    Accepted {
        /// Which offer.
        transfer: TransferId,
        /// The incident of the centre that offered it.
        incident: IncidentId,
        /// Who accepted.
        #[serde(default, deserialize_with = "lenient")]
        name: String,
        /// Our number of it.
        #[serde(default, deserialize_with = "lenient")]
        reference: Option<String>,
    },
    /// We cannot.
    Refused {
        /// Which offer.
        transfer: TransferId,
        /// The incident of the centre that offered it.
        incident: IncidentId,
        /// Who refused.
        #[serde(default, deserialize_with = "lenient")]
        name: String,
        /// Why.
        #[serde(default, deserialize_with = "lenient")]
        reason: String,
    },
}

/// All that a call-taker on the other side needs to go on where ours stopped.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentPacket {
    /// The offer; what an answer names.
    pub transfer: TransferId,
    /// Our incident; an answer names it too.
    pub incident: IncidentId,
    /// Its number here, which people say on the telephone.
    pub reference: String,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// Until when we wait for an answer.
    pub answer_by: Timestamp,
    /// When it was reported here.
    pub reported_at: Timestamp,
    /// One of the seven categories.
    #[serde(deserialize_with = "category_or_other")]
    pub category: Category,
    /// Its label, for a system that counts otherwise.
    #[serde(default, deserialize_with = "lenient")]
    pub category_label: String,
    /// Code of the type.
    #[serde(default, deserialize_with = "lenient", rename = "type")]
    pub kind: Option<String>,
    /// The type's label.
    #[serde(default, deserialize_with = "lenient")]
    pub type_label: Option<String>,
    /// How urgent.
    #[serde(deserialize_with = "priority_or_first")]
    pub priority: Priority,
    /// What the caller said.
    pub story: String,
    /// How many are hurt.
    #[serde(default, deserialize_with = "lenient")]
    pub casualties: Option<u32>,
    /// The caller's name.
    #[serde(default, deserialize_with = "lenient")]
    pub caller_name: Option<String>,
    /// The number to call back.
    #[serde(default, deserialize_with = "lenient")]
    pub caller_number: Option<String>,
    /// Where.
    #[serde(default, deserialize_with = "lenient")]
    pub location: PacketLocation,
    /// What was asked and answered.
    #[serde(default, deserialize_with = "readable")]
    pub answers: Vec<PacketAnswer>,
    /// Whom we have sent already.
    #[serde(default, deserialize_with = "readable")]
    pub agencies: Vec<PacketAgency>,
}

/// Where an incident is, with how sure and how old that is.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PacketLocation {
    /// Degrees north, WGS 84.
    #[serde(default, deserialize_with = "lenient")]
    pub lat: Option<f64>,
    /// Degrees east.
    #[serde(default, deserialize_with = "lenient")]
    pub lon: Option<f64>,
    /// Radius of uncertainty in metres.
    #[serde(default, deserialize_with = "lenient")]
    pub accuracy_m: Option<f64>,
    /// Where the point comes from.
    #[serde(default, deserialize_with = "lenient")]
    pub source: Option<PointSource>,
    /// When it was measured.
    #[serde(default, deserialize_with = "lenient")]
    pub fixed_at: Option<Timestamp>,
    /// Patokan.
    #[serde(default, deserialize_with = "lenient")]
    pub landmark: Option<String>,
    /// Street address.
    #[serde(default, deserialize_with = "lenient")]
    pub address: Option<String>,
    /// Kemendagri code of the area.
    #[serde(default, deserialize_with = "lenient")]
    pub area_code: Option<String>,
    /// Its name.
    #[serde(default, deserialize_with = "lenient")]
    pub area: Option<String>,
}

/// A question and what was answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketAnswer {
    /// The question.
    pub asked: String,
    /// The answer.
    pub answer: String,
}

/// An agency of the centre that hands over.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketAgency {
    /// Its name.
    pub name: String,
    /// How far it is: `sent`, `acknowledged`, `en_route`, `on_scene` …
    pub state: String,
}

/// What a packet told besides what an incident has a place for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketDetails {
    /// What was asked and answered there.
    pub answers: Vec<PacketAnswer>,
    /// Whom they had sent.
    pub agencies: Vec<PacketAgency>,
}

impl IncidentPacket {
    /// The packet about an offer of an incident; `None` when the incident has no such offer. `area` is the name of its
    /// area, `agency` that of an agency.
    pub fn about(
        incident: &Incident,
        transfer: TransferId,
        rules: &Rules,
        area: Option<String>,
        agency: impl Fn(&Assignment) -> String,
    ) -> Option<Self> {
        let offer = incident.transfer(transfer)?;
        let category = rules.categories.iter().find(|rule| rule.category == incident.category);
        let kind = incident.kind.as_ref().and_then(|code| rules.kind(code));
        let text = |text: &Private<String>| text.reveal().clone();
        let caller = incident.reporter.as_ref();
        Some(Self {
            transfer,
            incident: incident.id,
            reference: incident.number.clone(),
            offered_at: offer.at,
            answer_by: offer.due_at,
            reported_at: incident.opened_at,
            category: incident.category,
            category_label: category.map_or_else(String::new, |rule| rule.label_local.clone()),
            kind: incident.kind.as_ref().map(ToString::to_string),
            type_label: kind.map(|rule| rule.label_id.clone()),
            priority: incident.priority,
            story: text(&incident.narrative),
            casualties: incident.casualties,
            caller_name: caller.and_then(|caller| caller.name.as_ref()).map(text),
            caller_number: caller.and_then(|caller| caller.number.as_ref()).map(text),
            location: PacketLocation::of(&incident.location, area),
            answers: incident.answers.iter().filter_map(|given| answered(&given.answer)).collect(),
            agencies: incident
                .engaged()
                .map(|a| PacketAgency { name: agency(a), state: a.progress.state().name().to_owned() })
                .collect(),
        })
    }

    /// What it reports and where it comes from, cut to our own bounds: what a neighbour sends is never refused for being
    /// long. The location is as it was sent; its area is for whoever has the map.
    pub fn taken_in(self, from: Neighbour, rules: &Rules) -> (Report, Origin) {
        let kind = self
            .kind
            .map(TypeCode)
            .filter(|code| rules.kind(code).is_some_and(|rule| rule.category == self.category));
        let private = |text: Option<String>| {
            text.map(|text| Private::new(cut(text, SHORT_TEXT_BYTES_MAX))).filter(|t| !t.reveal().is_empty())
        };
        let (name, number) = (private(self.caller_name), private(self.caller_number));
        let report = Report {
            number: String::new(),
            category: self.category,
            kind,
            priority: self.priority,
            narrative: Private::new(cut(self.story, NARRATIVE_BYTES_MAX)),
            location: self.location.taken_in(),
            casualties: self.casualties,
            reporter: (name.is_some() || number.is_some()).then_some(Reporter { name, number }),
            call: None,
        };
        let short = |text: String| cut(text, SHORT_TEXT_BYTES_MAX);
        let answer = |one: PacketAnswer| PacketAnswer { asked: short(one.asked), answer: short(one.answer) };
        let agency = |one: PacketAgency| PacketAgency { name: short(one.name), state: short(one.state) };
        let bound = CARD_ANSWERS_PER_INCIDENT_MAX;
        let details = PacketDetails {
            answers: self.answers.into_iter().take(bound).map(answer).collect(),
            agencies: self.agencies.into_iter().take(bound).map(agency).collect(),
        };
        let origin = Origin {
            from,
            transfer: self.transfer,
            incident: self.incident,
            reference: short(self.reference),
            answer_by: self.answer_by,
            details: Some(Private::new(details)),
            told: PacketState::Pending,
            state: OriginState::Asked,
        };
        (report, origin)
    }
}

impl PacketLocation {
    fn of(location: &Location, area: Option<String>) -> Self {
        let point = location.point.as_ref().map(Private::reveal);
        let text = |text: &Option<Private<String>>| text.as_ref().map(|text| text.reveal().clone());
        Self {
            lat: point.map(|point| point.lat),
            lon: point.map(|point| point.lon),
            accuracy_m: location.accuracy_m,
            source: location.source,
            fixed_at: location.fixed_at,
            landmark: text(&location.landmark),
            address: text(&location.address),
            area_code: location.area_code.as_ref().map(ToString::to_string),
            area,
        }
    }

    /// A point that is none is left out: an unknown place is never refused.
    fn taken_in(self) -> Location {
        let on_earth = |lat: f64, lon: f64| (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        let point = self.lat.zip(self.lon).filter(|&(lat, lon)| on_earth(lat, lon));
        let text = |text: Option<String>| {
            text.map(|text| cut(text, SHORT_TEXT_BYTES_MAX)).filter(|text| !text.trim().is_empty())
        };
        let address = match (text(self.address), text(self.area)) {
            (Some(address), Some(area)) => Some(cut(format!("{address}, {area}"), SHORT_TEXT_BYTES_MAX)),
            (address, area) => address.or(area),
        };
        Location {
            point: point.map(|(lat, lon)| Private::new(Point { lat, lon })),
            accuracy_m: self.accuracy_m.filter(|m| point.is_some() && (0.0..=1_000_000.0).contains(m)),
            landmark: text(self.landmark).map(Private::new),
            address: address.map(Private::new),
            source: self.source.filter(|_| point.is_some()),
            fixed_at: self.fixed_at.filter(|_| point.is_some()),
            ..Location::default()
        }
    }
}

fn answered(given: &crate::card::CardAnswer) -> Option<PacketAnswer> {
    let chosen = given.answer.as_ref()?;
    Some(PacketAnswer { asked: given.asked.id.clone(), answer: chosen.label.id.clone() })
}

/// What may be left out is left out where it cannot be read: a word that is newer than this program costs that word.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(from: D) -> Result<T, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The same for each item of a list.
fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let items: Vec<serde_json::Value> = lenient(from)?;
    Ok(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

/// A letter that we do not know is something else that happened: people read the story.
fn category_or_other<'de, D: Deserializer<'de>>(from: D) -> Result<Category, D::Error> {
    Ok(lenient::<D, Option<Category>>(from)?.unwrap_or(Category::G))
}

/// What we cannot rank is most urgent until a person has read it.
fn priority_or_first<'de, D: Deserializer<'de>>(from: D) -> Result<Priority, D::Error> {
    Ok(lenient::<D, Option<Priority>>(from)?.unwrap_or(Priority::P1))
}

/// At most so many bytes, and whole characters.
pub(crate) fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        text.truncate((0..=bytes_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
    }
    text
}
