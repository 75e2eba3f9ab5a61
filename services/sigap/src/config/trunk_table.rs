//! `[[trunk]]`: a telco's trunk, and how we reach it.

use std::time::Duration;

use dispatch_core::acd::is_skill;
use sip_trunk::{ClientCertificate, Srtp, TrunkProfile, TrunkTransport};

use super::toml_file::{only_known, text, texts};

/// Every key of the table.
const KEYS: [&str; 13] = [
    "name",
    "sources",
    "transport",
    "peer",
    "certificate_name",
    "certificate_sha256",
    "srtp",
    "channels",
    "test_every_s",
    "test_uri",
    "refer",
    "language",
    "test_callers",
];

/// Reads it; every mistake is noted, and the rest is read on.
pub(super) fn read(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<TrunkProfile> {
    only_known(table, &KEYS, mistakes);
    let name = text(table, "name", mistakes)?;
    let transport = choice(
        table,
        "transport",
        mistakes,
        &[("udp", TrunkTransport::Udp), ("tcp", TrunkTransport::Tcp), ("tls", TrunkTransport::Tls)],
    );
    let srtp = choice(
        table,
        "srtp",
        mistakes,
        &[("off", Srtp::Off), ("optional", Srtp::Optional), ("required", Srtp::Required)],
    );
    let certificate = certificate(table, mistakes);
    let sources = sources(table, certificate.is_some(), mistakes);
    let test_uri = optional_text(table, "test_uri", mistakes);
    let test_every = number(table, "test_every_s", 10..=3_600, mistakes).map(Duration::from_secs);
    if test_every.is_some() && test_uri.is_none() {
        mistakes.push("test_uri: needed with test_every_s; what the test call dials".into());
    }
    let channels = number(table, "channels", 1..=8_192, mistakes).and_then(|n| usize::try_from(n).ok());
    Some(TrunkProfile {
        test_callers: texts(table, "test_callers", mistakes),
        transport: transport.unwrap_or(TrunkTransport::Udp),
        peer: peer(table, mistakes),
        certificate,
        srtp: srtp.unwrap_or(Srtp::Off),
        channels,
        // A test call without a beat of its own runs every minute.
        test_every: test_every.or_else(|| test_uri.as_ref().map(|_| Duration::from_secs(60))),
        test_uri,
        refer: switch(table, "refer", mistakes),
        language: language(table, mistakes),
        ..TrunkProfile::new(name, sources)
    })
}

fn language(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<String> {
    let language = optional_text(table, "language", mistakes)?;
    if !is_skill(&language) {
        mistakes.push(format!("language: \"{language}\" is no skill: up to 16 small letters and _"));
    }
    Some(language)
}

/// The networks that it calls from; a trunk that proves itself by a certificate needs none.
fn sources(table: &toml::Table, certified: bool, mistakes: &mut Vec<String>) -> Vec<ipnet::IpNet> {
    let mut sources = Vec::new();
    for source in texts(table, "sources", mistakes) {
        match source.parse() {
            Ok(net) => sources.push(net),
            Err(_) => match source.parse::<std::net::IpAddr>() {
                Ok(address) => sources.push(address.into()),
                Err(_) => mistakes.push(format!("sources: \"{source}\" is neither an address nor a network")),
            },
        }
    }
    if sources.is_empty() && !certified {
        mistakes.push("sources: at least one address of the telco is needed".into());
    }
    sources
}

fn peer(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<String> {
    let peer = optional_text(table, "peer", mistakes)?;
    let port = peer.rsplit_once(':').and_then(|(host, port)| (!host.is_empty()).then_some(port));
    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
        mistakes.push(format!("peer: \"{peer}\" is not host:port"));
    }
    Some(peer)
}

fn certificate(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<ClientCertificate> {
    let name = optional_text(table, "certificate_name", mistakes);
    let hash = optional_text(table, "certificate_sha256", mistakes);
    match (name, hash) {
        (Some(_), Some(_)) => {
            mistakes.push("certificate_name, certificate_sha256: one of them is enough".into());
            None
        }
        (Some(name), None) => Some(ClientCertificate::Name(name)),
        (None, Some(hash)) => {
            let mut bytes = [0; 32];
            // As openssl prints it, with colons, or without.
            let plain = hash.replace(':', "");
            if hex::decode_to_slice(plain, &mut bytes).is_err() {
                mistakes.push("certificate_sha256: 64 hexadecimal digits are needed".into());
            }
            Some(ClientCertificate::Sha256(bytes))
        }
        (None, None) => None,
    }
}

pub(super) fn optional_text(table: &toml::Table, key: &str, mistakes: &mut Vec<String>) -> Option<String> {
    table.get(key).and_then(|_| text(table, key, mistakes))
}

pub(super) fn choice<T: Copy>(
    table: &toml::Table,
    key: &str,
    mistakes: &mut Vec<String>,
    choices: &[(&str, T)],
) -> Option<T> {
    let wanted = optional_text(table, key, mistakes)?;
    let found = choices.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        mistakes.push(format!("{key}: \"{wanted}\" is none of {}", names.join(", ")));
    }
    found
}

pub(super) fn number(
    table: &toml::Table,
    key: &str,
    allowed: std::ops::RangeInclusive<u64>,
    mistakes: &mut Vec<String>,
) -> Option<u64> {
    let value = table.get(key)?;
    let number = value.as_integer().and_then(|n| u64::try_from(n).ok()).filter(|n| allowed.contains(n));
    if number.is_none() {
        mistakes.push(format!("{key}: a number from {} to {} is needed", allowed.start(), allowed.end()));
    }
    number
}

fn switch(table: &toml::Table, key: &str, mistakes: &mut Vec<String>) -> bool {
    match table.get(key) {
        None => false,
        Some(toml::Value::Boolean(on)) => *on,
        Some(_) => {
            mistakes.push(format!("{key}: true or false is needed"));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> (Option<TrunkProfile>, String) {
        let mut mistakes = Vec::new();
        let profile = read(&text.parse().unwrap(), &mut mistakes);
        (profile, mistakes.join("\n"))
    }

    #[test]
    fn everything_that_a_trunk_can_say_is_read() {
        let (profile, mistakes) = table(
            "name = \"telco\"\ntransport = \"tls\"\npeer = \"sbc.telco.example:5061\"\n\
             certificate_name = \"sbc.telco.example\"\nsrtp = \"optional\"\nchannels = 30\n\
             test_uri = \"sip:112@sbc.telco.example\"\nrefer = true\n",
        );
        assert_eq!(mistakes, "");
        let expected = TrunkProfile {
            transport: TrunkTransport::Tls,
            peer: Some("sbc.telco.example:5061".into()),
            certificate: Some(ClientCertificate::Name("sbc.telco.example".into())),
            srtp: Srtp::Optional,
            channels: Some(30),
            test_every: Some(Duration::from_secs(60)),
            test_uri: Some("sip:112@sbc.telco.example".into()),
            refer: true,
            ..TrunkProfile::new("telco", vec![])
        };
        assert_eq!(profile, Some(expected));
        let hash = "AB:".repeat(31) + "AB";
        let (profile, mistakes) = table(&format!("name = \"t\"\ncertificate_sha256 = \"{hash}\"\n"));
        assert_eq!(mistakes, "");
        assert_eq!(profile.unwrap().certificate, Some(ClientCertificate::Sha256([0xAB; 32])));
    }

    #[test]
    fn every_mistake_of_a_trunk_is_named() {
        let (_, mistakes) = table(
            "name = \"t\"\ntransport = \"pos\"\npeer = \"sbc\"\ncertificate_sha256 = \"xy\"\nsrtp = 1\n\
             channels = 0\ntest_every_s = 60\nrefer = \"ya\"\nwarna = 1\n",
        );
        let named = [
            "transport:",
            "peer:",
            "certificate_sha256:",
            "srtp:",
            "channels:",
            "test_uri:",
            "refer:",
            "warna:",
        ];
        for name in named {
            assert!(mistakes.contains(name), "{name} is missing in\n{mistakes}");
        }
        assert_eq!(mistakes.lines().count(), named.len(), "{mistakes}");
    }
}
