//! `[[gateway]]`, `[[channel]]` and the older `[[webhook]]`: over what an agency hears of a task when its console does
//! not. Secrets are read here, from files, so that every mistake is named before anything begins.

use std::collections::BTreeSet;
use std::time::Duration;

use agency_channels::{Channel, Reports, Webhook, WebhookForm, international};
use dispatch_core::escalation::Step;
use dispatch_core::ids::AgencyCode;
use dispatch_core::private::Private;

use super::gateway_table::{AT_ONCE, CONFIRM_S, secret, url};
use super::toml_file::{only_known, text, texts};
use super::trunk_table::optional_text;

/// Something that notifications go over.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// Its name, as channels and reports name it.
    pub name: String,
    /// How it is reached.
    pub carrier: Carrier,
    /// Tries under way at once; a gateway that hangs holds no other one.
    pub at_once: usize,
    /// How long the next channel waits for the proof of this one.
    pub confirm: Duration,
    /// How it reports back, if it does.
    pub reports: Option<Reports>,
}

/// How a gateway is reached.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// Over HTTP or SMTP.
    Net(Channel),
    /// By a call over our own trunks.
    Voice,
}

impl Carrier {
    /// The channel's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Net(channel) => channel.name(),
            Self::Voice => "voice",
        }
    }

    /// What stands in `to`: nothing where the gateway itself is the address.
    const fn address(&self) -> AddressKind {
        match self {
            Self::Net(Channel::Webhook(_)) => AddressKind::None,
            Self::Net(Channel::Smtp(_)) => AddressKind::Mail,
            Self::Net(Channel::Http(_)) | Self::Voice => AddressKind::Number,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AddressKind {
    None,
    Mail,
    Number,
}

/// To whom a channel goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// The gateway is the address itself.
    Itself,
    /// A number, or an address for mail.
    Fixed(Private<String>),
    /// Whoever the agency's roster has on duty: the officer, and on the higher rungs the heads.
    DutyOfficer,
}

/// How the roster is named in `to`.
const DUTY_OFFICER: &str = "duty_officer";

/// One channel of an agency, in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct AgencyChannel {
    /// Whose.
    pub agency: AgencyCode,
    /// Over which gateway, by its name.
    pub gateway: String,
    /// To whom.
    pub to: Address,
    /// For which rungs; for all when empty.
    pub steps: Vec<Step>,
    /// Whether tests use it; when it does not say, they do unless it is a siren.
    pub tested: Option<bool>,
}

/// Reads a channel. What it says of its gateway is checked when all are known: [`check`].
pub(super) fn channel(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<AgencyChannel> {
    only_known(table, &["agency", "gateway", "to", "steps", "test"], mistakes);
    let agency = text(table, "agency", mistakes);
    let gateway = text(table, "gateway", mistakes);
    let to = match optional_text(table, "to", mistakes) {
        None => Address::Itself,
        Some(to) if to == DUTY_OFFICER => Address::DutyOfficer,
        Some(to) => Address::Fixed(Private::new(to)),
    };
    let mut steps = Vec::new();
    for name in texts(table, "steps", mistakes) {
        let step = serde_json::from_value::<Step>(name.clone().into());
        match step {
            Ok(
                step @ (Step::SecondChannel
                | Step::RenotifyAndCallDuty
                | Step::AgencyHead
                | Step::HeadAndSekda),
            ) => steps.push(step),
            Ok(
                Step::SupervisorAndNextAgency | Step::NextDayList | Step::Supervisor | Step::WelfareCheck,
            )
            | Err(_) => mistakes.push(format!(
                "steps: \"{name}\" is none of second_channel, renotify_and_call_duty, agency_head, head_and_sekda"
            )),
        }
    }
    let tested = match table.get("test") {
        None => None,
        Some(toml::Value::Boolean(test)) => Some(*test),
        Some(_) => {
            mistakes.push("test: true or false is needed".into());
            None
        }
    };
    Some(AgencyChannel { agency: AgencyCode::new(&agency?), gateway: gateway?, to, steps, tested })
}

/// The older table: a webhook of one agency, gateway and channel in one.
pub(super) fn old_webhook(
    table: &toml::Table,
    mistakes: &mut Vec<String>,
) -> Option<(Gateway, AgencyChannel)> {
    only_known(table, &["agency", "url", "secret_file"], mistakes);
    let agency = text(table, "agency", mistakes);
    let url = url(table, mistakes);
    let secret = Private::new(secret(table, "secret_file", mistakes)?);
    let (agency, url) = (agency?, url?);
    let webhook = Webhook { url, secret, form: WebhookForm::Task };
    let gateway = Gateway {
        name: format!("webhook-{agency}"),
        carrier: Carrier::Net(Channel::Webhook(webhook)),
        at_once: usize::try_from(AT_ONCE).unwrap_or(1),
        confirm: Duration::from_secs(CONFIRM_S),
        reports: None,
    };
    let channel = AgencyChannel {
        agency: AgencyCode::new(&agency),
        gateway: gateway.name.clone(),
        to: Address::Itself,
        steps: Vec::new(),
        tested: None,
    };
    Some((gateway, channel))
}

/// Checks the channels against the gateways.
pub(super) fn check(gateways: &[Gateway], channels: &[AgencyChannel], mistakes: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    for gateway in gateways {
        if !names.insert(&gateway.name) {
            mistakes.push(format!("[[gateway]] {}: the name stands twice", gateway.name));
        }
    }
    for (place, channel) in channels.iter().enumerate() {
        let mut say = |what: String| mistakes.push(format!("[[channel]] {}: {what}", place + 1));
        let Some(gateway) = gateways.iter().find(|gateway| gateway.name == channel.gateway) else {
            say(format!("gateway: there is no \"{}\"", channel.gateway));
            continue;
        };
        let kind = gateway.carrier.address();
        let right = match &channel.to {
            Address::Itself => kind == AddressKind::None,
            Address::DutyOfficer => kind != AddressKind::None,
            Address::Fixed(to) => match kind {
                AddressKind::None => false,
                AddressKind::Mail => to.reveal().contains('@'),
                AddressKind::Number => {
                    to.reveal().contains('@') || international(to.reveal()).starts_with('+')
                }
            },
        };
        if !right && kind == AddressKind::None {
            say("to: this gateway is the address itself".into());
        } else if !right {
            say("to: a number, an address for smtp, or duty_officer is needed".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use agency_channels::SmtpTls;

    use super::super::gateway_table::read as gateway;
    use super::*;

    fn table(text: &str) -> toml::Table {
        text.parse().unwrap()
    }

    #[test]
    fn gateways_of_every_kind_are_read() {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "rahasia\n").unwrap();
        let file = secret.path().display();
        let mut mistakes = Vec::new();
        let mut read = |text: String| gateway(&table(&text), &mut mistakes);
        let sms = read(format!(
            "name = \"sms\"\nkind = \"sms\"\nurl = \"https://gerbang.example/v1\"\nform = \"form\"\n\
             body = \"key={{secret}}&to={{to}}&text={{text}}\"\nsecret_file = \"{file}\"\nnumbers = \"0\"\n\
             accepted = [200]\naccepted_if = {{ at = \"/status\", is = \"1\" }}\nmessage_id = \"/id\"\nat_once = 2\n\
             [reports]\nsecret_file = \"{file}\"\nid = \"/ref\"\nstatus = \"/status\"\ndelivered = [\"DELIVRD\"]\n"
        ))
        .unwrap();
        let Carrier::Net(Channel::Http(http)) = &sms.carrier else { panic!() };
        assert_eq!((http.secret.reveal().as_str(), http.accepted.as_slice()), ("rahasia", &[200][..]));
        assert_eq!((sms.at_once, sms.confirm, sms.reports.is_some()), (2, Duration::from_secs(30), true));
        let mail = read(format!(
            "name = \"surel\"\nkind = \"smtp\"\nhost = \"surel.example\"\nuser = \"112\"\npassword_file = \"{file}\"\n\
             from = \"112@surel.example\"\n"
        ))
        .unwrap();
        let Carrier::Net(Channel::Smtp(server)) = &mail.carrier else { panic!() };
        assert!(server.port == 587 && matches!(server.tls, SmtpTls::Starttls(_)));
        let voice = read("name = \"telepon\"\nkind = \"voice\"\n".to_owned()).unwrap();
        assert_eq!((voice.carrier.name(), voice.confirm.as_secs()), ("voice", 120));
        let siren = read(format!(
            "name = \"sirene\"\nkind = \"siren\"\nurl = \"http://10.0.0.7/\"\nsecret_file = \"{file}\"\nseconds = 20\n"
        ))
        .unwrap();
        assert_eq!(siren.carrier.name(), "siren");
        assert_eq!(mistakes, Vec::<String>::new());
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let mut mistakes = Vec::new();
        let bad = "name = \"a b\"\nkind = \"sms\"\nurl = \"ftp://x\"\nbody = '{\"to\":{to}}'\naccepted = [\"ya\"]\n\
                   message_id = \"id\"\nnumbers = \"7\"\nsecret_file = \"/tidak/ada\"\nwarna = 1\nreports = 1\n";
        gateway(&table(bad), &mut mistakes);
        gateway(
            &table(
                "name = \"m\"\nkind = \"smtp\"\nhost = \"h\"\nfrom = \"a@b\"\ntls = \"none\"\nuser = \"u\"\n",
            ),
            &mut mistakes,
        );
        gateway(&table("name = \"x\"\nkind = \"merpati\"\n"), &mut mistakes);
        let channels = [
            "agency = \"damkar\"\ngateway = \"tidak-ada\"\n",
            "agency = \"damkar\"\ngateway = \"telepon\"\nto = \"bukan nomor\"\nsteps = [\"teriak\"]\n",
        ];
        let channels: Vec<_> =
            channels.iter().filter_map(|text| channel(&table(text), &mut mistakes)).collect();
        let voice = gateway(&table("name = \"telepon\"\nkind = \"voice\"\n"), &mut mistakes).unwrap();
        check(&[voice.clone(), voice], &channels, &mut mistakes);
        let all = mistakes.join("\n");
        let named = [
            "name:",
            "url:",
            "body: is no JSON",
            "url, body: {text}",
            "accepted:",
            "message_id:",
            "numbers:",
            "secret_file /tidak/ada",
            "warna:",
            "reports:",
            "user, password_file:",
            "tls: a password",
            "kind:",
            "[[channel]] 1: gateway:",
            "[[channel]] 2: to:",
            "steps:",
            "stands twice",
        ];
        for name in named {
            assert!(all.contains(name), "{name} is missing in\n{all}");
        }
        assert_eq!(mistakes.len(), named.len(), "{all}");
    }
}
