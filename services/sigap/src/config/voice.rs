//! Where call-takers' browsers send their audio, and where recordings lie.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use console_api::phone_book::{PhoneBook, is_callable};
use dispatch_core::acd::{AcdOrder, AcdPolicy, is_skill};
use dispatch_core::time::Seconds;

use super::neighbour_table::NeighbourCentre;
use super::read::Sources;

/// The settings of voice.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The UDP socket of all browsers' audio. Port 0 picks a free one.
    pub seats: SocketAddr,
    /// The address that browsers are told to send to.
    pub seat_address: IpAddr,
    /// Where recordings lie.
    pub recordings_dir: PathBuf,
    /// Free space below which an alarm goes out, in MiB. A minute of a call takes 0.96 MB.
    pub recordings_free_mib: u64,
    /// Whom the centre may call, besides those who called it.
    pub phone_book: PhoneBook,
    /// By which rules waiting calls ring.
    pub ring_rules: AcdPolicy,
}

/// Reads them; `None` after a mistake, which is noted.
pub(super) fn read(
    s: &mut Sources<'_>,
    data_dir: Option<&Path>,
    http: Option<SocketAddr>,
    rtp_ports: Option<&RangeInclusive<u16>>,
    demo: bool,
) -> Option<Voice> {
    let phone_book = phone_book(s, demo);
    let ring_rules = ring_rules(s);
    let address = s.optional("media_address", |t| match t.parse::<IpAddr>() {
        Ok(address) if !address.is_unspecified() => Ok(address),
        Ok(_) => Err(format!("\"{t}\" is no address that a browser can send to")),
        Err(error) => Err(format!("\"{t}\": {error}")),
    });
    // The same number as the console's port: one number for the firewall, and free for UDP whenever it is ours
    // for TCP. A port that was asked for by name must not be one that calls take.
    let default = http.map_or(0, |http| http.port()).to_string();
    let port = s.with("seat_port", &default, |t| match t.parse::<u16>() {
        Ok(port) if t != default && rtp_ports.is_some_and(|ports| ports.contains(&port)) => {
            Err(format!("\"{t}\" is one of rtp_ports"))
        }
        Ok(port) => Ok(port),
        Err(error) => Err(format!("\"{t}\": {error}")),
    });
    let recordings_dir = match data_dir {
        Some(data_dir) => {
            let default = data_dir.join("recordings");
            Some(s.optional("recordings_dir", |t| Ok(PathBuf::from(t))).unwrap_or(default))
        }
        None => None,
    };
    let recordings_free_mib = s.parse::<u64>("recordings_free_mib", "2048");
    let (bind, address) = seat_address(s, http?.ip(), address)?;
    Some(Voice {
        seats: SocketAddr::new(bind, port?),
        seat_address: address,
        recordings_dir: recordings_dir?,
        recordings_free_mib: recordings_free_mib?,
        phone_book,
        ring_rules: ring_rules?,
    })
}

/// A demo may call whatever it likes; it has no trunk to call through but those that are configured for it.
fn phone_book(s: &mut Sources<'_>, demo: bool) -> PhoneBook {
    let default = if demo { "sip:,sips:,tel:,+,0,1" } else { "" };
    let allowed = s.with("dial_allow", default, |t| {
        Ok(t.split(',').map(str::trim).filter(|prefix| !prefix.is_empty()).map(str::to_owned).collect())
    });
    let mut contacts = std::mem::take(&mut s.file.contacts);
    contacts.extend(s.file.neighbours.iter().map(NeighbourCentre::contact));
    PhoneBook::new(contacts, allowed.unwrap_or_default())
}

fn ring_rules(s: &mut Sources<'_>) -> Option<AcdPolicy> {
    let standard = AcdPolicy::default();
    let order = s.with("ring_order", "longest_idle", |t| match t {
        "longest_idle" => Ok(AcdOrder::LongestIdle),
        "ring_all" => Ok(AcdOrder::RingAll),
        "skill" => Ok(AcdOrder::Skill),
        _ => Err(format!("\"{t}\" is neither longest_idle, ring_all nor skill")),
    });
    let ring_s = s.with("ring_s", "15", |t| seconds(t, 3..=120));
    let redial_keep_s = s.with("redial_keep_s", "60", |t| seconds(t, 0..=600));
    let overflow_after_s = s.optional("overflow_after_s", |t| seconds(t, 5..=3_600));
    let overflow_target = s.optional("overflow_target", |t| {
        let callable = is_callable(t);
        callable
            .then(|| t.to_owned())
            .ok_or(format!("\"{t}\" is neither a number nor a sip: or tel: address"))
    });
    let service_skills = s.optional("service_skills", service_skills);
    if overflow_after_s.is_some() && overflow_target.is_none() {
        s.mistakes.push("overflow_target: needed with overflow_after_s".into());
    }
    Some(AcdPolicy {
        order: order?,
        ring_s: ring_s?,
        redial_keep_s: redial_keep_s?,
        overflow_after_s,
        overflow_target,
        service_skills: service_skills.unwrap_or(standard.service_skills),
        ..standard
    })
}

/// `sos.police=polisi,sos.fire=damkar`; replaces the built-in list.
fn service_skills(text: &str) -> Result<BTreeMap<String, String>, String> {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((service, skill)) if service.starts_with("sos") && is_skill(skill.trim()) => {
            Ok((service.trim().to_ascii_lowercase(), skill.trim().to_owned()))
        }
        Some(_) | None => Err(format!("\"{pair}\" is not service=skill, as in sos.police=polisi")),
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(pair).collect()
}

fn seconds(text: &str, allowed: RangeInclusive<u32>) -> Result<Seconds, String> {
    let (low, high) = (*allowed.start(), *allowed.end());
    match text.parse::<u32>() {
        Ok(seconds) if allowed.contains(&seconds) => Ok(Seconds(seconds)),
        Ok(_) | Err(_) => Err(format!("\"{text}\" is not a number of seconds from {low} to {high}")),
    }
}

/// Where to bind and what to tell: an address of its own is one of another machine's as well (a proxy in front of
/// the console), so every interface listens for it.
fn seat_address(s: &mut Sources<'_>, http: IpAddr, given: Option<IpAddr>) -> Option<(IpAddr, IpAddr)> {
    match given {
        Some(address @ IpAddr::V4(_)) => Some((Ipv4Addr::UNSPECIFIED.into(), address)),
        Some(address @ IpAddr::V6(_)) => Some((Ipv6Addr::UNSPECIFIED.into(), address)),
        None if http.is_unspecified() => {
            s.mistakes.push(
                "media_address: needed when --http is on every address; the address that browsers reach"
                    .into(),
            );
            None
        }
        None => Some((http, http)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::config::{Config, Flags, Mistakes, Role, read};

    fn with(flags: Flags) -> Result<Config, Mistakes> {
        let data_dir = Some("/tidak-ada/data".to_owned());
        read(&Flags { data_dir, demo: Some("true".into()), ..flags }, &BTreeMap::new(), Role::Serve)
    }

    #[test]
    fn seats_share_the_number_of_the_console_unless_told_otherwise() {
        let voice = with(Flags { http: Some("10.0.0.5:8200".into()), ..Flags::default() }).unwrap().voice;
        assert_eq!(voice.seats, "10.0.0.5:8200".parse().unwrap());
        assert_eq!(voice.seat_address, voice.seats.ip());
        assert!(voice.recordings_dir.ends_with("data/recordings"));
        let told = Flags {
            media_address: Some("192.0.2.9".into()),
            seat_port: Some("0".into()),
            recordings_dir: Some("/rekaman".into()),
            ..Flags::default()
        };
        let voice = with(told).unwrap().voice;
        assert_eq!(voice.seats, "0.0.0.0:0".parse().unwrap());
        assert_eq!(voice.seat_address.to_string(), "192.0.2.9");
        assert_eq!(voice.recordings_dir.display().to_string(), "/rekaman");
    }

    #[test]
    fn what_no_browser_could_reach_is_named() {
        let Mistakes(mistakes) =
            with(Flags { http: Some("0.0.0.0:8112".into()), ..Flags::default() }).unwrap_err();
        assert!(mistakes.len() == 1 && mistakes[0].starts_with("media_address: needed"), "{mistakes:?}");
        let told = Flags {
            media_address: Some("0.0.0.0".into()),
            seat_port: Some("20010".into()),
            recordings_free_mib: Some("banyak".into()),
            ring_order: Some("acak".into()),
            overflow_after_s: Some("60".into()),
            ..Flags::default()
        };
        let Mistakes(mistakes) = with(told).unwrap_err();
        let all = mistakes.join("\n");
        let named =
            ["--media-address", "--seat-port", "--recordings-free-mib", "--ring-order", "overflow_target:"];
        for named in named {
            assert!(all.contains(named), "{named} is missing in\n{all}");
        }
    }
}
