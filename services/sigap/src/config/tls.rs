//! SIP over TLS: four keys that come together.

use std::net::SocketAddr;
use std::path::PathBuf;

use sip_trunk::{TlsPort, TrunkProfile, TrunkTransport};

use super::read::Sources;

/// Reads them. A trunk that wants TLS needs them: it is named when they are missing.
pub(super) fn read(s: &mut Sources<'_>, trunks: &[TrunkProfile]) -> Option<TlsPort> {
    let bind = s.optional("tls", |t| t.parse::<SocketAddr>().map_err(|error| format!("\"{t}\": {error}")));
    let readable = |t: &str| match std::fs::File::open(t) {
        Ok(_) => Ok(PathBuf::from(t)),
        Err(error) => Err(format!("{t}: {error}")),
    };
    let certificate = s.optional("tls_certificate", readable);
    let key = s.optional("tls_key", readable);
    let client_ca = s.optional("tls_client_ca", readable);
    match (bind, certificate, key, client_ca) {
        (Some(bind), Some(certificate), Some(key), Some(client_ca)) => {
            Some(TlsPort { bind, certificate, key, client_ca })
        }
        (None, None, None, None) => {
            let wants =
                |trunk: &&TrunkProfile| trunk.transport == TrunkTransport::Tls || trunk.certificate.is_some();
            for trunk in trunks.iter().filter(wants) {
                s.mistakes.push(format!(
                    "tls: trunk {} wants it; set tls, tls_certificate, tls_key, tls_client_ca",
                    trunk.name
                ));
            }
            None
        }
        (..) => {
            s.mistakes.push("tls, tls_certificate, tls_key, tls_client_ca: all four or none".into());
            None
        }
    }
}
