//! Which addresses a courier may connect to.
//!
//! A URL in the configuration, or a name that somebody else's DNS answers for, must not make the server knock at its
//! own doors: loopback, the private networks, the cloud's metadata service. What lies inside on purpose (Jaringan
//! Intra is private) is named by network. The check is made on the resolved address, which is then the one that is
//! connected to: a name that answers differently the second time gains nothing.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;
use tokio::time::timeout;

/// A name that takes longer to resolve is not waited for.
const RESOLVE_WITHIN: Duration = Duration::from_secs(3);

/// The internal networks that may be connected to all the same.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Networks(Vec<IpNet>);

/// Every address of the name is internal.
#[derive(Debug, thiserror::Error)]
#[error("the address is internal and not allowed")]
struct Blocked;

impl Networks {
    /// The whole outside, and these internal networks.
    pub fn and(internal: impl IntoIterator<Item = IpNet>) -> Self {
        Self(internal.into_iter().collect())
    }

    /// Whether a courier may connect there.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = plain(address);
        !is_internal(address) || self.0.iter().any(|network| network.contains(&address))
    }

    /// The addresses of a host that may be connected to; `Ok` and none when all are internal.
    pub(crate) async fn resolve(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        let found = timeout(RESOLVE_WITHIN, lookup_host((host, port))).await;
        let found = found.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
        Ok(found.filter(|address| self.allow(address.ip())).collect())
    }
}

impl Resolve for Networks {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = Arc::new(self.clone());
        Box::pin(async move {
            let found = Self::resolve(&networks, name.as_str(), 0).await?;
            if found.is_empty() {
                return Err(Blocked.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The address that a URL names itself. The URL's reader has already turned `0x7f.1` and `2130706433` into one.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether a request failed because of [`Networks`].
pub(crate) fn is_blocked(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<Blocked>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The IPv4 address inside an IPv6 one: mapped (RFC 4291 section 2.5.5), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let of = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xFFFF, high, low] | [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => of(high, low),
        [0x2002, high, low, ..] => of(high, low),
        _ => address,
    }
}

fn is_internal(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_internal_v4(v4),
        IpAddr::V6(v6) => is_internal_v6(v6),
    }
}

/// RFC 6890 and RFC 1918: everything that is not a host of the public Internet.
fn is_internal_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 224
}

fn is_internal_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        // The old IPv4-compatible form (RFC 4291 section 2.5.5.1) and local NAT64 (RFC 8215).
        || address.segments()[..6] == [0; 6]
        || address.segments()[..3] == [0x64, 0xFF9B, 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_is_known_in_every_way_of_writing_it() {
        let networks = Networks::default();
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "64:ff9b:1::1",
        ];
        for address in inside {
            assert!(!networks.allow(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "103.23.20.1", "2001:4860::8888", "::ffff:8.8.8.8", "172.32.0.1"] {
            assert!(networks.allow(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_named_network_opens_itself_and_nothing_else() {
        let networks = Networks::and(["10.20.0.0/16".parse().unwrap()]);
        for (address, may) in
            [("10.20.3.4", true), ("::ffff:10.20.3.4", true), ("10.21.0.1", false), ("127.0.0.1", false)]
        {
            assert_eq!(networks.allow(address.parse().unwrap()), may, "{address}");
        }
    }

    #[test]
    fn an_address_in_a_url_is_seen_through_its_disguise() {
        for url in ["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/"] {
            let url: Url = url.parse().unwrap();
            assert_eq!(literal(&url), Some("127.0.0.1".parse().unwrap()), "{url}");
        }
        assert_eq!(literal(&"http://[::1]:80/".parse().unwrap()), Some("::1".parse().unwrap()));
        assert_eq!(literal(&"http://gateway.example/".parse().unwrap()), None);
    }
}
