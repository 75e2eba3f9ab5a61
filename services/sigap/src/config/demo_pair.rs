//! The two centres of the demo, which know each other: what is handed over between them really goes over the wire.

use std::net::{IpAddr, SocketAddr};

use agency_channels::{Ends, SignedDoor};
use dispatch_core::ids::AreaCode;
use dispatch_core::incident::Neighbour;
use dispatch_core::private::Private;

use super::neighbour_table::NeighbourCentre;
use super::read::Sources;

/// What both know. As public as the passwords of the demo.
const SECRET: &[u8] = b"sigap-demo-neighbour";

/// Which of them this one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DemoCentre {
    /// Kabupaten Bangka Selatan.
    South,
    /// Kabupaten Bangka Tengah, across the land border.
    Middle,
}

impl DemoCentre {
    const BOTH: [Self; 2] = [Self::South, Self::Middle];

    /// Its Kemendagri code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::South => "19.03",
            Self::Middle => "19.04",
        }
    }

    /// The name of its kabupaten.
    pub const fn kabupaten(self) -> &'static str {
        match self {
            Self::South => "Bangka Selatan",
            Self::Middle => "Bangka Tengah",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::South => Self::Middle,
            Self::Middle => Self::South,
        }
    }
}

/// Reads which one this is; the other one goes to the neighbouring centres, when it is said where it listens.
pub(super) fn read(
    s: &mut Sources<'_>,
    demo: bool,
    ports: Option<(SocketAddr, SocketAddr)>,
) -> Option<DemoCentre> {
    let centre = s.with("demo_centre", DemoCentre::South.code(), |t| {
        let known = DemoCentre::BOTH.into_iter().find(|centre| centre.code() == t);
        known.ok_or(format!("\"{t}\" is neither 19.03 nor 19.04"))
    });
    let named = s.optional("demo_neighbour", |t| t.parse::<IpAddr>().map_err(|e| format!("\"{t}\": {e}")));
    let (Some(us), Some(address), Some((http, sip))) = (centre, named, ports) else { return centre };
    let them = neighbour(us, SocketAddr::new(address, http.port()), SocketAddr::new(address, sip.port()));
    if !demo {
        s.mistakes.push("demo_neighbour: only with --demo; a real centre stands in [[neighbour]]".into());
    } else if http.port() == 0 || sip.port() == 0 {
        s.mistakes.push("demo_neighbour: listens on the same ports as we do, so ours cannot be 0".into());
    } else if s.file.neighbours.iter().any(|centre| centre.who.code == them.who.code) {
        s.mistakes.push(format!("demo_neighbour: {} stands in [[neighbour]], too", them.who.code));
    } else {
        s.file.neighbours.push(them);
    }
    centre
}

/// The other centre, as it would stand in `[[neighbour]]`.
fn neighbour(us: DemoCentre, http: SocketAddr, sip: SocketAddr) -> NeighbourCentre {
    let (us, them) = (us.code().to_owned(), us.other());
    let who = Neighbour { code: AreaCode(them.code().into()), name: format!("112 {}", them.kabupaten()) };
    let system = SignedDoor {
        url: format!("http://{http}/api/v1/neighbours/{us}/messages"),
        secret: Private::new(SECRET.to_vec()),
        ends: Some(Ends { us, them: them.code().to_owned() }),
    };
    let telephone = Private::new(format!("sip:112@{sip}"));
    NeighbourCentre { who, telephone, system: Some(system) }
}
