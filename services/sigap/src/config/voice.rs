//! Where call-takers' browsers send their audio, and where recordings lie.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::read::Sources;

/// The settings of voice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Voice {
    /// The UDP socket of all browsers' audio. Port 0 picks a free one.
    pub seats: SocketAddr,
    /// The address that browsers are told to send to.
    pub seat_address: IpAddr,
    /// Where recordings lie.
    pub recordings_dir: PathBuf,
    /// Free space below which an alarm goes out, in MiB. A minute of a call takes 0.96 MB.
    pub recordings_free_mib: u64,
}

/// Reads them; `None` after a mistake, which is noted.
pub(super) fn read(
    s: &mut Sources<'_>,
    data_dir: Option<&Path>,
    http: Option<SocketAddr>,
    rtp_ports: Option<&RangeInclusive<u16>>,
) -> Option<Voice> {
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
    })
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
            ..Flags::default()
        };
        let Mistakes(mistakes) = with(told).unwrap_err();
        let all = mistakes.join("\n");
        for named in ["--media-address", "--seat-port", "--recordings-free-mib"] {
            assert!(all.contains(named), "{named} is missing in\n{all}");
        }
    }
}
