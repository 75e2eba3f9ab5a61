//! `sigap.toml`: scalar keys as text, so that they are read like flags, and the lists.

use std::collections::BTreeMap;
use std::path::Path;

use console_api::phone_book::{Contact, is_callable};
use dispatch_core::private::Private;

use sip_trunk::{SpeechProgram, TrunkProfile};

use super::channels_table::{self, AgencyChannel, Gateway};
use super::neighbour_table::{self, NeighbourCentre};
use super::{gateway_table, speech_table, trunk_table};

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct TomlFile {
    pub(super) scalars: BTreeMap<String, String>,
    pub(super) trunks: Vec<TrunkProfile>,
    pub(super) gateways: Vec<Gateway>,
    pub(super) channels: Vec<AgencyChannel>,
    pub(super) neighbours: Vec<NeighbourCentre>,
    pub(super) contacts: Vec<Contact>,
    pub(super) speech: Option<SpeechProgram>,
}

/// Reads the file; every mistake is added to `mistakes` and the rest is read on.
pub(super) fn load(path: &Path, mistakes: &mut Vec<String>) -> TomlFile {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            mistakes.push(format!("config {}: {error}", path.display()));
            return TomlFile::default();
        }
    };
    parse(&text, mistakes)
}

fn parse(text: &str, mistakes: &mut Vec<String>) -> TomlFile {
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            mistakes.push(format!("config: {}", error.to_string().trim_end().replace('\n', " ")));
            return TomlFile::default();
        }
    };
    let mut file = TomlFile::default();
    for (key, value) in &table {
        match (key.as_str(), value) {
            ("trunk", toml::Value::Array(items)) => {
                file.trunks = tables("trunk", items, mistakes, trunk_table::read);
            }
            ("webhook", toml::Value::Array(items)) => {
                let webhooks = tables("webhook", items, mistakes, channels_table::old_webhook);
                for (gateway, channel) in webhooks {
                    file.gateways.push(gateway);
                    file.channels.push(channel);
                }
            }
            ("gateway", toml::Value::Array(items)) => {
                file.gateways.extend(tables("gateway", items, mistakes, gateway_table::read));
            }
            ("channel", toml::Value::Array(items)) => {
                file.channels.extend(tables("channel", items, mistakes, channels_table::channel));
            }
            ("contact", toml::Value::Array(items)) => {
                file.contacts = tables("contact", items, mistakes, contact);
            }
            ("neighbour", toml::Value::Array(items)) => {
                file.neighbours = tables("neighbour", items, mistakes, neighbour_table::read);
            }
            ("speech", toml::Value::Table(table)) => file.speech = speech_table::read(table, mistakes),
            ("origins" | "dial_allow" | "channel_allow", toml::Value::Array(items)) => {
                let texts: Vec<&str> = items.iter().filter_map(toml::Value::as_str).collect();
                file.scalars.insert(key.clone(), texts.join(","));
            }
            (_, toml::Value::String(text)) => {
                file.scalars.insert(key.clone(), text.clone());
            }
            (_, toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_)) => {
                file.scalars.insert(key.clone(), value.to_string());
            }
            (_, toml::Value::Array(_) | toml::Value::Table(_) | toml::Value::Datetime(_)) => {
                mistakes.push(format!("{key}: a {} is not expected here", value.type_str()));
            }
        }
    }
    channels_table::check(&file.gateways, &file.channels, mistakes);
    neighbour_table::check(&file.neighbours, &file.contacts, mistakes);
    file
}

fn tables<T>(
    name: &str,
    items: &[toml::Value],
    mistakes: &mut Vec<String>,
    read: impl Fn(&toml::Table, &mut Vec<String>) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Some(table) = item.as_table() else {
            mistakes.push(format!("[[{name}]] {}: must be a table", place + 1));
            continue;
        };
        let mut own = Vec::new();
        found.extend(read(table, &mut own));
        mistakes.extend(own.into_iter().map(|m| format!("[[{name}]] {}: {m}", place + 1)));
    }
    found
}

fn contact(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<Contact> {
    only_known(table, &["code", "label", "target"], mistakes);
    let code = text(table, "code", mistakes);
    let label = text(table, "label", mistakes);
    let target = text(table, "target", mistakes);
    if let Some(target) = &target
        && !is_callable(target)
    {
        mistakes.push(format!("target: \"{target}\" is neither a number nor a sip: or tel: address"));
    }
    Some(Contact { code: code?, label: label?, target: Private::new(target?), neighbour: false })
}

pub(super) fn only_known(table: &toml::Table, known: &[&str], mistakes: &mut Vec<String>) {
    for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
        mistakes.push(format!("{key}: unknown key; known are {}", known.join(", ")));
    }
}

pub(super) fn text(table: &toml::Table, key: &str, mistakes: &mut Vec<String>) -> Option<String> {
    match table.get(key).and_then(toml::Value::as_str) {
        Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
        _ => {
            mistakes.push(format!("{key}: a text is needed"));
            None
        }
    }
}

pub(super) fn texts(table: &toml::Table, key: &str, mistakes: &mut Vec<String>) -> Vec<String> {
    let Some(value) = table.get(key) else { return Vec::new() };
    let texts = value.as_array().map(|items| items.iter().map(|i| i.as_str().map(str::to_owned)).collect());
    match texts {
        Some(Some(texts)) => texts,
        Some(None) | None => {
            mistakes.push(format!("{key}: a list of texts is needed"));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_trunks_and_names_every_mistake() {
        let mut mistakes = Vec::new();
        let good =
            "[[trunk]]\nname = \"a\"\nsources = [\"10.0.0.0/29\", \"192.0.2.7\"]\ntransport = \"udp\"\n";
        let file = parse(good, &mut mistakes);
        assert_eq!((mistakes.len(), file.trunks[0].sources.len()), (0, 2));

        let bad = "sip = [1]\n[[trunk]]\nname = \"b\"\nsources = [\"x\"]\ncolour = 1\n[[webhook]]\nurl = \"ftp://a\"\n";
        parse(bad, &mut mistakes);
        let all = mistakes.join("\n");
        for named in [
            "sip:",
            "[[trunk]] 1: sources: \"x\"",
            "colour",
            "[[webhook]] 1: agency",
            "ftp://a",
            "secret_file",
        ] {
            assert!(all.contains(named), "{named} is missing in\n{all}");
        }
    }

    #[test]
    fn the_shipped_profiles_are_right() {
        for profile in ["telco-udp.toml", "telco-tcp.toml", "telco-tls.toml"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sip-config/trunks").join(profile);
            let mut mistakes = Vec::new();
            let file = load(&path, &mut mistakes);
            assert_eq!(mistakes, Vec::<String>::new(), "{profile}");
            assert!(!file.trunks.is_empty(), "{profile}");
        }
    }
}
