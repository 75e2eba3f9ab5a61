//! From flags, environment and file to a checked [`Config`].

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use agency_channels::Networks;
use dispatch_core::time::Zone;
use sip_trunk::TrunkProfile;

use super::flags::Flags;
use super::size::{port_range, switch};
use super::toml_file::{self, TomlFile};
use super::{Config, LogFormat, Role, WeeklyTime, demo_pair, tls, voice};

/// The default log filter. rsipstack writes whole messages, numbers and places included, at `info`; it stays
/// at `warn` whatever else is asked for.
const LOG_DEFAULT: &str = "info,sqlx=warn";
const LOG_ALWAYS: &str = "rsipstack=warn";

/// Everything that is wrong with the configuration, one line each.
#[derive(Debug, thiserror::Error)]
#[error("{} mistake(s) in the configuration:\n  {}", .0.len(), .0.join("\n  "))]
pub struct Mistakes(pub Vec<String>);

/// The longest path of a Unix socket (`sun_path`, its final zero not counted).
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// Reads and checks everything; `environment` is what the process was given.
pub fn read(flags: &Flags, environment: &BTreeMap<String, String>, role: Role) -> Result<Config, Mistakes> {
    let mut mistakes = Vec::new();
    let path = flags.config.clone().or_else(|| environment.get("SIGAP_CONFIG").map(PathBuf::from));
    let data_dir = flags.data_dir.clone().or_else(|| environment.get("SIGAP_DATA_DIR").cloned());
    let in_data_dir = PathBuf::from(data_dir.unwrap_or_else(|| "data".into())).join("sigap.toml");
    let file = match path {
        Some(path) => toml_file::load(&path, &mut mistakes),
        None if in_data_dir.is_file() => toml_file::load(&in_data_dir, &mut mistakes),
        None => TomlFile::default(),
    };
    let mut sources =
        Sources { flags: flags.by_name(), environment, file, mistakes, unknown_variables: Vec::new() };
    sources.name_the_unknown();
    let config = build(&mut sources, role);
    match config {
        Some(config) if sources.mistakes.is_empty() => Ok(config),
        _ => Err(Mistakes(sources.mistakes)),
    }
}

/// The database address that `sigap serve` would use with this data folder: the environment, then the file.
/// Tools ask here, so that they never work on another store than the server.
pub fn database_url(
    data_dir: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Option<String>, Mistakes> {
    let mut mistakes = Vec::new();
    let in_data_dir = data_dir.join("sigap.toml");
    let path = environment
        .get("SIGAP_CONFIG")
        .map(PathBuf::from)
        .or_else(|| in_data_dir.is_file().then_some(in_data_dir));
    let file = path.map(|path| toml_file::load(&path, &mut mistakes)).unwrap_or_default();
    let url = environment.get("SIGAP_DATABASE_URL").or_else(|| file.scalars.get("database_url"));
    if mistakes.is_empty() { Ok(url.cloned()) } else { Err(Mistakes(mistakes)) }
}

fn build(s: &mut Sources<'_>, role: Role) -> Option<Config> {
    let demo = s.with("demo", "false", switch);
    let centre_name = s.with("centre_name", "Pusat Layanan Panggilan Darurat 112", centre_name);
    let centre_government = s.with("centre_government", "", head_line);
    let centre_address = s.with("centre_address", "", head_line);
    let zone = s.parse::<Zone>("zone", "Asia/Jakarta");
    let data_dir = s.with("data_dir", "data", |t| Ok(PathBuf::from(t)));
    let http = s.parse::<SocketAddr>("http", "127.0.0.1:8112");
    let sip = s.parse::<SocketAddr>("sip", "127.0.0.1:5060");
    let public_address = s.optional("public_address", |t| t.parse::<IpAddr>().map_err(|e| e.to_string()));
    let database_url = s.optional("database_url", |t| {
        let right = t.starts_with("postgres://") || t.starts_with("postgresql://");
        if right { Ok(t.to_owned()) } else { Err("must begin with postgres://".into()) }
    });
    let rtp_ports = s.with("rtp_ports", "20000-29999", port_range);
    let queue_answer_after = s.seconds("queue_answer_after_s", "6", 0..=60);
    let live_calls_max = s.parse::<usize>("live_calls_max", "8192");
    let drain_for = s.seconds("drain_for_s", "10", 0..=3600);
    let checkpoint_every = s.seconds("checkpoint_every_s", "60", 1..=86_400);
    let session_hours = s.with("session_hours", "12", |t| match t.parse() {
        Ok(hours @ 1..=168) => Ok(hours),
        _ => Err(format!("\"{t}\" is not a number of hours from 1 to 168")),
    });
    let origins = s.with("origins", "", |t| {
        Ok(t.split(',').map(str::trim).filter(|o| !o.is_empty()).map(str::to_owned).collect())
    });
    let log = s.with("log", LOG_DEFAULT, |t| {
        let filter = format!("{t},{LOG_ALWAYS}");
        tracing_subscriber::EnvFilter::from_str(&filter).map(|_| filter).map_err(|e| e.to_string())
    });
    let log_format = s.with("log_format", "text", |t| match t {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("\"{t}\" is neither text nor json")),
    });
    // The neighbours stand in the phone book, which comes with the voice.
    let demo_centre = demo_pair::read(s, demo.unwrap_or(false), http.zip(sip));
    let voice = voice::read(s, data_dir.as_deref(), http, rtp_ports.as_ref(), demo.unwrap_or(false));
    let link = link(s, data_dir.as_deref(), role);
    let trunks = trunks(s, demo.unwrap_or(false), role);
    let tls = tls::read(s, &trunks);
    let channel_networks = channel_networks(s, demo.unwrap_or(false));
    let channel_test = s.optional("channel_test", |t| t.parse::<WeeklyTime>().map_err(|e| e.to_string()));
    Some(Config {
        data_dir: data_dir?,
        http: http?,
        sip: sip?,
        database_url,
        demo: demo?.then_some(demo_centre?),
        centre_name: centre_name?,
        centre_government: centre_government?,
        centre_address: centre_address?,
        zone: zone?,
        public_address,
        rtp_ports: rtp_ports?,
        voice: voice?,
        link: link?,
        queue_answer_after: queue_answer_after?,
        live_calls_max: live_calls_max?,
        drain_for: drain_for?,
        checkpoint_every: checkpoint_every?,
        session_hours: session_hours?,
        origins: origins?,
        log: log?,
        log_format: log_format?,
        unknown_variables: std::mem::take(&mut s.unknown_variables),
        trunks,
        tls,
        gateways: std::mem::take(&mut s.file.gateways),
        channels: std::mem::take(&mut s.file.channels),
        neighbours: std::mem::take(&mut s.file.neighbours),
        channel_networks: channel_networks?,
        channel_test,
        speech: s.file.speech.take(),
    })
}

/// One line at the head of a printed page.
fn centre_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= 80 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("must have 1 to 80 characters".into()) }
}

/// One line over an official document, or none.
fn head_line(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = text.chars().count() <= 160 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("must have at most 160 characters in one line".into()) }
}

/// A demo's receivers are on this machine.
fn channel_networks(s: &mut Sources<'_>, demo: bool) -> Option<Networks> {
    let default = if demo { "127.0.0.0/8" } else { "" };
    s.with("channel_allow", default, |t| {
        let named = t.split(',').map(str::trim).filter(|network| !network.is_empty());
        let network = |text: &str| {
            let address = || text.parse::<IpAddr>().map(ipnet::IpNet::from);
            text.parse::<ipnet::IpNet>()
                .or_else(|_| address())
                .map_err(|_| format!("\"{text}\" is no network"))
        };
        named.map(network).collect::<Result<Vec<_>, _>>().map(Networks::and)
    })
}

/// Beside what both halves keep, unless it is named.
fn link(s: &mut Sources<'_>, data_dir: Option<&Path>, role: Role) -> Option<PathBuf> {
    let named = s.optional("link", |t| Ok(PathBuf::from(t)));
    let link = named.or_else(|| Some(data_dir?.join("trunk.sock")))?;
    let bytes = link.as_os_str().len();
    if role != Role::Serve && bytes > SOCKET_PATH_BYTES_MAX {
        s.mistakes.push(format!(
            "link: {} has {bytes} bytes; a socket's path may have {SOCKET_PATH_BYTES_MAX}",
            link.display()
        ));
    }
    Some(link)
}

/// With `--demo` the trusted trunk is this machine (CONTRACT, SIP); without it one must be named, but for the half
/// that takes no calls.
fn trunks(s: &mut Sources<'_>, demo: bool, role: Role) -> Vec<TrunkProfile> {
    let mut trunks = std::mem::take(&mut s.file.trunks);
    if demo {
        let loopback = ipnet::IpNet::V4(ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8));
        trunks.push(TrunkProfile::new("demo", vec![loopback]));
    } else if trunks.is_empty() && role != Role::Desk {
        s.mistakes.push(
            "[[trunk]]: no trunk is named, so every call would be refused; see sip-config/trunks".into(),
        );
    }
    trunks
}

pub(super) struct Sources<'a> {
    flags: BTreeMap<&'static str, String>,
    environment: &'a BTreeMap<String, String>,
    pub(super) file: TomlFile,
    pub(super) mistakes: Vec<String>,
    unknown_variables: Vec<String>,
}

impl Sources<'_> {
    /// The text of a value and where it comes from.
    fn find(&self, name: &str) -> Option<(String, String)> {
        let variable = format!("SIGAP_{}", name.to_ascii_uppercase());
        if let Some(text) = self.flags.get(name) {
            return Some((text.clone(), format!("--{}", name.replace('_', "-"))));
        }
        if let Some(text) = self.environment.get(&variable) {
            return Some((text.clone(), variable));
        }
        self.file.scalars.get(name).map(|text| (text.clone(), format!("{name} in the configuration file")))
    }

    pub(super) fn optional<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let (text, place) = self.find(name)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.mistakes.push(format!("{place}: {why}"));
                None
            }
        }
    }

    pub(super) fn with<T>(
        &mut self,
        name: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.find(name).is_some() { self.optional(name, read) } else { read(default).ok() }
    }

    pub(super) fn parse<T: FromStr<Err: Display>>(&mut self, name: &str, default: &str) -> Option<T> {
        self.with(name, default, |t| t.parse::<T>().map_err(|e| format!("\"{t}\": {e}")))
    }

    fn seconds(
        &mut self,
        name: &str,
        default: &str,
        allowed: std::ops::RangeInclusive<u64>,
    ) -> Option<Duration> {
        let (low, high) = (*allowed.start(), *allowed.end());
        self.with(name, default, |t| match t.parse::<u64>() {
            Ok(seconds) if allowed.contains(&seconds) => Ok(Duration::from_secs(seconds)),
            _ => Err(format!("\"{t}\" is not a number of seconds from {low} to {high}")),
        })
    }

    /// A misspelt key is a mistake. A variable may belong to another program, so it is only pointed out.
    fn name_the_unknown(&mut self) {
        for key in self.file.scalars.keys() {
            if !Flags::NAMES.contains(&key.as_str()) {
                self.mistakes.push(format!("{key} in the configuration file: unknown key"));
            }
        }
        for variable in self.environment.keys() {
            let Some(name) = variable.strip_prefix("SIGAP_") else { continue };
            let name = name.to_ascii_lowercase();
            if name != "config" && !Flags::NAMES.contains(&name.as_str()) {
                self.unknown_variables.push(variable.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("sigap.toml"), "http = \"127.0.0.1:1\"\nsip = \"127.0.0.1:3\"\n")
            .unwrap();
        let data_dir = Some(dir.path().display().to_string());
        let flags = Flags {
            data_dir,
            demo: Some("true".into()),
            http: Some("127.0.0.1:2".into()),
            ..Flags::default()
        };
        let variables = environment(&[("SIGAP_HTTP", "127.0.0.1:9"), ("SIGAP_SIP", "127.0.0.1:4")]);
        let config = read(&flags, &variables, Role::Serve).unwrap();
        assert_eq!((config.http.port(), config.sip.port()), (2, 4));
        assert!(config.log.ends_with("rsipstack=warn"));
        assert_eq!(config.trunks[0].sources[0].to_string(), "127.0.0.0/8");
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let flags = Flags {
            http: Some("somewhere".into()),
            rtp_ports: Some("1-2".into()),
            log_format: Some("xml".into()),
            ..Flags::default()
        };
        let variables = environment(&[("SIGAP_SESSION_HOURS", "0"), ("SIGAP_OTHER", "x")]);
        let Mistakes(mistakes) = read(&flags, &variables, Role::Serve).unwrap_err();
        let all = mistakes.join("\n");
        for named in ["--http", "--rtp-ports", "--log-format", "SIGAP_SESSION_HOURS", "[[trunk]]"] {
            assert!(all.contains(named), "{named} is missing in\n{all}");
        }
        assert_eq!(mistakes.len(), 5, "{all}");
    }

    #[test]
    fn the_two_centres_of_the_demo_know_each_other() {
        let flags = |centre: &str, there: &str| Flags {
            demo: Some("true".into()),
            demo_centre: Some(centre.into()),
            demo_neighbour: Some(there.into()),
            ..Flags::default()
        };
        let doors = [("19.03", "127.0.0.2"), ("19.04", "127.0.0.1")].map(|(centre, there)| {
            let config = read(&flags(centre, there), &environment(&[]), Role::Serve).unwrap();
            let [neighbour] = config.neighbours.as_slice() else { panic!("one neighbour") };
            assert_eq!(neighbour.telephone.reveal(), &format!("sip:112@{there}:5060"));
            assert!(config.voice.phone_book.contacts().iter().any(|contact| contact.neighbour));
            (config.demo.unwrap(), neighbour.who.code.0.clone(), neighbour.system.clone().unwrap())
        });
        let [(us, them, out), (_, back, there)] = doors;
        assert_eq!((us.code(), them.as_str(), back.as_str()), ("19.03", "19.04", "19.03"));
        assert_eq!(out.url, "http://127.0.0.2:8112/api/v1/neighbours/19.03/messages");
        assert_eq!(out.secret, there.secret);

        let alone = Flags { demo: Some("true".into()), ..Flags::default() };
        assert!(read(&alone, &environment(&[]), Role::Serve).unwrap().neighbours.is_empty());
        let real = Flags { demo: None, ..flags("19.05", "sana") };
        let Mistakes(mistakes) = read(&real, &environment(&[]), Role::Serve).unwrap_err();
        let all = mistakes.join("\n");
        assert!(all.contains("--demo-centre") && all.contains("--demo-neighbour"), "{all}");
        let unknown_ports = Flags { http: Some("127.0.0.1:0".into()), ..flags("19.03", "127.0.0.2") };
        let real = Flags { demo: None, ..flags("19.03", "127.0.0.2") };
        for (wrong, named) in [(unknown_ports, "same ports"), (real, "only with --demo")] {
            let Mistakes(mistakes) = read(&wrong, &environment(&[]), Role::Serve).unwrap_err();
            assert!(mistakes.join("\n").contains(named), "{mistakes:?}");
        }
    }

    #[test]
    fn the_desk_needs_no_trunk_of_its_own_and_a_socket_has_a_short_path() {
        let flags = |link: &str| Flags { link: Some(link.to_owned()), ..Flags::default() };
        let config = read(&flags("/run/sigap/trunk.sock"), &environment(&[]), Role::Desk).unwrap();
        assert_eq!(config.link, Path::new("/run/sigap/trunk.sock"));
        let Mistakes(mistakes) = read(&flags(&"x".repeat(108)), &environment(&[]), Role::Trunk).unwrap_err();
        let all = mistakes.join("\n");
        assert!(all.contains("link") && all.contains("[[trunk]]") && mistakes.len() == 2, "{all}");
    }
}
