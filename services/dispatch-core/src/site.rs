//! The site itself: people, agencies, areas, policy, sessions. Every change of them is an event in the log.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::alarm::AlarmWindow;
use crate::card::CardCode;
use crate::disaster::DisasterStep;
use crate::draft::DraftState;
use crate::ids::{
    AgencyCode, AgencyId, AreaCode, BroadcastId, CallId, CardDraftId, DisasterId, FormBatchId, IncidentId,
    ReferralId, RosterPersonId, RulesDraftId, ShiftHandoverId, TransferId, UserId,
};
use crate::incident::ChannelState;
use crate::paper::{FormNumber, FormStep};
use crate::private::Private;
use crate::roster::RosterEvent;
use crate::screening::NumberRuleKind;
use crate::time::Timestamp;
use crate::trunk::TrunkSetup;

/// What a person may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Petugas penerima panggilan.
    CallTaker,
    /// Petugas instansi: dispatcher of one agency.
    Dispatcher,
    /// Pengawas.
    Supervisor,
    /// Admin sistem.
    Admin,
    /// Auditor: reads, changes nothing.
    Auditor,
    /// Layar dinding: a screen on a wall, not a person. Sees figures and nothing of anybody.
    Wall,
}

impl UserRole {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::CallTaker, Self::Dispatcher, Self::Supervisor, Self::Admin, Self::Auditor, Self::Wall];

    /// The code as stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CallTaker => "call_taker",
            Self::Dispatcher => "dispatcher",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::Wall => "wall",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A test of one channel of an agency, as far as it has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChannelTest {
    /// Its id: the test and the channel within it.
    pub id: String,
    /// Whose channel.
    pub agency: AgencyCode,
    /// The channel's place among the agency's, from 0.
    pub place: u32,
    /// What kind it is: `sms`, `webhook` …
    pub channel: String,
    /// The gateway that it goes over.
    pub gateway: String,
    /// How the gateway calls the message; empty when it has no name of its own for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Whom it went to, when it went to whoever was on duty. Tests from before this was kept have nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<RosterPersonId>,
    /// How far it is.
    pub state: ChannelState,
    /// A person answered it.
    #[serde(default)]
    pub confirmed: bool,
    /// The result in one word or status code.
    pub result: String,
    /// Who asked for it; nobody for the one of the week.
    pub asked_by: Option<UserId>,
    /// When it began.
    pub asked_at: Timestamp,
    /// When it came so far.
    pub at: Timestamp,
}

/// Of what a recap is (Permenkominfo 10/2016 Pasal 15(2)).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecapKind {
    /// Of calls: number, location, time received (letter d).
    Calls,
    /// Of information that was sent, with the time sent (letter e).
    Sent,
}

/// Something that happened to the site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SiteEvent {
    /// The store was made.
    Founded {
        /// Whether it is a demo store.
        demo: bool,
    },
    /// A person may log in from now on.
    UserAdded {
        /// Who.
        user: UserId,
        /// The name to log in with.
        username: Private<String>,
        /// The name to show.
        name: Private<String>,
        /// As what.
        role: UserRole,
        /// For which agency, when a dispatcher.
        agency: Option<AgencyId>,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// A person's name, role, agency or state changed.
    UserChanged {
        /// Who.
        user: UserId,
        /// A new name.
        name: Option<Private<String>>,
        /// A new role.
        role: Option<UserRole>,
        /// A new agency.
        agency: Option<AgencyId>,
        /// Whether the account may be used.
        active: Option<bool>,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// A password was set. It is not here.
    PasswordSet {
        /// Whose.
        user: UserId,
        /// Whether its person has to choose another one first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        temporary: bool,
    },
    /// A person logged in.
    SessionOpened {
        /// Who.
        user: UserId,
    },
    /// A person logged out, or was logged out.
    SessionClosed {
        /// Who.
        user: UserId,
    },
    /// A log-in failed.
    LogInFailed {
        /// Whose account, if there is such a one.
        user: Option<UserId>,
    },
    /// An agency was added.
    AgencyAdded {
        /// Which.
        agency: AgencyId,
        /// Its code.
        code: AgencyCode,
        /// Its name.
        name: String,
        /// The functions it fills.
        functions: Vec<AgencyCode>,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// An agency's name, functions or state changed: it is so from now on.
    AgencyChanged {
        /// Which.
        agency: AgencyId,
        /// Its name.
        name: String,
        /// The functions it fills.
        functions: Vec<AgencyCode>,
        /// Whether it gets anything new.
        active: bool,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// Areas were imported.
    AreasImported {
        /// How many.
        count: u32,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// Places were imported.
    PlacesImported {
        /// The list that they come from.
        source: String,
        /// How many.
        count: u32,
        /// What was known of this list before was dropped.
        replaced: bool,
        /// SHA-256 of the file, hex.
        sha256: String,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// The trunks were found configured otherwise than before.
    TrunksConfigured {
        /// All of them, as they are now.
        trunks: Vec<TrunkSetup>,
    },
    /// A rule for one number of telephones began, or ended before its time.
    NumberRuled {
        /// The number.
        number: Private<String>,
        /// What holds from now on; nothing when the rule that held is ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<NumberRuleKind>,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: Private<String>,
        /// By which decree or letter, where one was named (Pasal 26(4)d).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decree: Option<String>,
    },
    /// Somebody wrote at a change of a question card. The text itself is in the store.
    CardDraftSaved {
        /// Which draft.
        draft: CardDraftId,
        /// How often it was written.
        revision: u32,
        /// The version of the cards that it began from.
        base: u32,
        /// Which card it changes.
        card: CardCode,
        /// SHA-256 of its canonical JSON, hex.
        sha256: String,
    },
    /// A change of a question card was handed in, rejected or given up.
    CardDraftMoved {
        /// Which draft.
        draft: CardDraftId,
        /// Which writing of it.
        revision: u32,
        /// What became of it.
        to: DraftState,
        /// Why it was rejected.
        reason: Option<Private<String>>,
    },
    /// A change of a question card was approved: the cards of this version hold.
    CardSetAdopted {
        /// Which draft.
        draft: CardDraftId,
        /// Which writing of it.
        revision: u32,
        /// The version of the cards.
        version: u32,
        /// The decree.
        decree: String,
        /// SHA-256 of the canonical JSON of all cards, hex.
        sha256: String,
    },
    /// A duty roster changed.
    RosterChanged(RosterEvent),
    /// A person left and said what is open.
    ShiftHandedOver {
        /// Which hand-over.
        handover: ShiftHandoverId,
        /// Of which agency; none for the centre.
        office: Option<AgencyId>,
        /// What was open.
        incidents: Vec<IncidentId>,
        /// Who was owed a call-back.
        call_backs: Vec<CallId>,
        /// What the next one has to know.
        note: Private<String>,
    },
    /// Another person took the shift over.
    ShiftTakenOver {
        /// Which hand-over.
        handover: ShiftHandoverId,
        /// What they say to it.
        note: Private<String>,
    },
    /// What is no emergency was handed on to another service.
    Referred {
        /// Which referral.
        referral: ReferralId,
        /// The number that was read to the caller.
        number: String,
        /// The call it comes from.
        call: CallId,
        /// Code of the service.
        to: String,
        /// What it is about.
        about: Private<String>,
    },
    /// A referral was passed on to its service.
    ReferralForwarded {
        /// Which.
        referral: ReferralId,
        /// Under which number the service keeps it.
        reference: Private<String>,
    },
    /// A neighbouring centre took back an offer that never reached us. Should it still come, it is turned away.
    UnseenOfferTakenBack {
        /// Who.
        from: AreaCode,
        /// Which offer.
        transfer: TransferId,
    },
    /// An offer came after it was taken back, and was turned away.
    LateOfferTurnedAway {
        /// Whose.
        from: AreaCode,
        /// Which offer.
        transfer: TransferId,
        /// Their number of the incident.
        reference: String,
    },
    /// Paper forms were given out under these numbers, for ever.
    PaperFormsGivenOut {
        /// What was printed together.
        batch: FormBatchId,
        /// The first.
        first: FormNumber,
        /// The last; every number between belongs to it.
        last: FormNumber,
    },
    /// An incident was typed in from a paper form.
    PaperFormUsed {
        /// Which form.
        form: FormNumber,
        /// Which incident.
        incident: IncidentId,
    },
    /// Somebody said what became of a paper form that is not used.
    PaperFormSettled {
        /// Which form.
        form: FormNumber,
        /// What.
        step: FormStep,
        /// Why.
        reason: Private<String>,
    },
    /// A channel of an agency was tested, or a test came further.
    ChannelTested {
        /// How far it is.
        test: Box<ChannelTest>,
    },
    /// A person tried at the start of a shift whether the alarms are heard.
    SoundTested {
        /// Whether they were.
        heard: bool,
    },
    /// A recap of calls or of what was sent was given out: personal data left the centre (Permenkominfo 10/2016
    /// Pasal 15(2)).
    RecapGiven {
        /// Of what.
        what: RecapKind,
        /// From this time.
        from: Timestamp,
        /// Until before this one.
        to: Timestamp,
        /// How many lines it has.
        lines: u32,
    },
    /// The switch of the disaster mode was touched.
    DisasterStepped {
        /// Which one.
        disaster: DisasterId,
        /// What was done.
        #[serde(flatten)]
        step: DisasterStep,
    },
    /// A word went to agencies.
    BroadcastSent {
        /// Which.
        broadcast: BroadcastId,
        /// What was said.
        text: Private<String>,
        /// Whether it sounds.
        urgent: bool,
        /// To whom.
        agencies: BTreeSet<AgencyId>,
    },
    /// A person of an agency read a word.
    BroadcastRead {
        /// Which.
        broadcast: BroadcastId,
        /// For which agency.
        agency: AgencyId,
    },
    /// A console told how often its alarms began to sound.
    AlarmsCounted {
        /// In which ten minutes, and how often.
        window: AlarmWindow,
    },
    /// Somebody wrote at a change of the rules. The text itself is in the store.
    RulesDraftSaved {
        /// Which draft.
        draft: RulesDraftId,
        /// How often it was written.
        revision: u32,
        /// The version of the rules that it began from.
        base: u64,
        /// SHA-256 of its canonical JSON, hex.
        sha256: String,
    },
    /// A change of the rules was handed in, rejected or given up.
    RulesDraftMoved {
        /// Which draft.
        draft: RulesDraftId,
        /// Which writing of it.
        revision: u32,
        /// What became of it.
        to: DraftState,
        /// Why it was rejected.
        reason: Option<Private<String>>,
    },
    /// A change of the rules was approved: the rules of this version hold. Every later event names it.
    PolicyAdopted {
        /// Which draft.
        draft: RulesDraftId,
        /// Which writing of it.
        revision: u32,
        /// Their version.
        version: u64,
        /// The decree.
        decree: String,
        /// SHA-256 of their canonical JSON, hex.
        sha256: String,
    },
}
