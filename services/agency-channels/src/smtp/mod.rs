//! E-mail by SMTP (RFC 5321) to the site's own mail server: as much of the protocol as one letter to one person takes.
//! A server that took the letter has not delivered it, so nothing counts as delivered here.

mod letter;
mod talk;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dispatch_core::private::Private;
use dispatch_core::time::Timestamp;
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::{Networks, Notification, Outcome};
use talk::{Fault, Talk};

/// The whole conversation; a server that takes longer is as good as away.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port: 465 for implicit TLS, 587 for STARTTLS.
    pub port: u16,
    /// How the line is encrypted.
    pub tls: SmtpTls,
    /// User and password, when it wants them; sent only over TLS.
    pub login: Option<(Private<String>, Private<String>)>,
    /// Whom the letter is from.
    pub from: String,
}

/// How the line to a mail server is encrypted.
#[derive(Clone, Debug)]
pub enum SmtpTls {
    /// Not at all: a server on the same machine or in the same room.
    Plain,
    /// From the first byte (RFC 8314).
    Implicit(Arc<ClientConfig>),
    /// After a command (RFC 3207); a server that cannot gets no letter.
    Starttls(Arc<ClientConfig>),
}

/// The certificates to trust cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// Not PEM.
    #[error("no certificate in PEM")]
    NotPem,
    /// rustls refuses them.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

impl SmtpTls {
    /// What checks the server's certificate: the authorities of this file (PEM), or the machine's.
    ///
    /// # Errors
    /// When there is none that can be used.
    pub fn trust(authorities: Option<&[u8]>) -> Result<Arc<ClientConfig>, TrustError> {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let builder = ClientConfig::builder();
        let config = match authorities {
            None => builder.with_platform_verifier()?.with_no_client_auth(),
            Some(pem) => {
                let mut roots = rustls::RootCertStore::empty();
                for certificate in CertificateDer::pem_slice_iter(pem) {
                    roots.add(certificate.map_err(|_| TrustError::NotPem)?)?;
                }
                if roots.is_empty() {
                    return Err(TrustError::NotPem);
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
        };
        Ok(Arc::new(config))
    }
}

pub(crate) async fn deliver(
    networks: &Networks,
    server: &Smtp,
    to: &Private<String>,
    notification: &Notification,
    now: Timestamp,
) -> Outcome {
    let sent = timeout(TIME_LIMIT, send(networks, server, to.reveal(), notification, now)).await;
    match sent {
        Err(_) => Outcome::TryAgain { result: "timeout".into() },
        Ok(Ok(result)) => Outcome::Accepted { result, reference: String::new() },
        Ok(Err(Fault::Later(result))) => Outcome::TryAgain { result },
        Ok(Err(Fault::Never(result))) => Outcome::Refused { result },
    }
}

async fn send(
    networks: &Networks,
    server: &Smtp,
    to: &str,
    notification: &Notification,
    now: Timestamp,
) -> Result<String, Fault> {
    if !letter::is_address(to) || !letter::is_address(&server.from) {
        return Err(Fault::Never("bad address".into()));
    }
    let mut talk = open(networks, server).await?;
    if let Some((user, password)) = &server.login {
        log_in(&mut talk, user.reveal(), password.reveal()).await?;
    }
    talk.ask(&format!("MAIL FROM:<{}>", server.from), 250).await?;
    // 251: it will be passed on (RFC 5321 section 4.2.3).
    talk.ask_any(&format!("RCPT TO:<{to}>"), &[250, 251]).await?;
    talk.ask("DATA", 354).await?;
    let letter = letter::write(&server.from, to, &server.host, notification, now);
    let taken = talk.ask(&format!("{letter}\r\n."), 250).await;
    if taken.is_ok() {
        // The letter is theirs; how the farewell goes changes nothing.
        talk.ask("QUIT", 221).await.ok();
    }
    taken.map(|_| "250".to_owned())
}

/// Connects, and encrypts as the server is configured.
async fn open(networks: &Networks, server: &Smtp) -> Result<Talk, Fault> {
    let away = |_| Fault::Later("no connection".into());
    let addresses = networks.resolve(&server.host, server.port).await.map_err(away)?;
    if addresses.is_empty() {
        return Err(Fault::Never("internal address".into()));
    }
    let socket = connect(&addresses).await.ok_or_else(|| Fault::Later("no connection".into()))?;
    let talk = match &server.tls {
        SmtpTls::Plain => {
            let mut talk = Talk::new(Box::new(socket));
            talk.greeted().await?;
            talk
        }
        SmtpTls::Implicit(trust) => {
            let mut talk = Talk::new(Box::new(encrypted(socket, server, trust).await?));
            talk.greeted().await?;
            talk
        }
        SmtpTls::Starttls(trust) => {
            let mut talk = Talk::new(Box::new(socket));
            talk.greeted().await?;
            if !talk.offers("STARTTLS") {
                return Err(Fault::Never("no STARTTLS".into()));
            }
            talk.ask("STARTTLS", 220).await?;
            // What was said in clear before must not count as said under encryption.
            let socket = talk.into_wire().ok_or_else(|| Fault::Never("words before TLS".into()))?;
            let mut talk = Talk::new(Box::new(encrypted(socket, server, trust).await?));
            talk.hello().await?;
            talk
        }
    };
    Ok(talk)
}

async fn connect(addresses: &[SocketAddr]) -> Option<TcpStream> {
    for address in addresses {
        if let Ok(socket) = TcpStream::connect(address).await {
            return Some(socket);
        }
    }
    None
}

async fn encrypted<S: talk::Wire>(
    socket: S,
    server: &Smtp,
    trust: &Arc<ClientConfig>,
) -> Result<tokio_rustls::client::TlsStream<S>, Fault> {
    let name = ServerName::try_from(server.host.clone()).map_err(|_| Fault::Never("bad name".into()))?;
    let connector = TlsConnector::from(Arc::clone(trust));
    // A wrong certificate today may be the right one after its renewal.
    connector.connect(name, socket).await.map_err(|_| Fault::Later("no TLS".into()))
}

async fn log_in(talk: &mut Talk, user: &str, password: &str) -> Result<(), Fault> {
    if talk.offers("AUTH") && talk.offers_in("AUTH", "PLAIN") {
        let token = STANDARD.encode(format!("\0{user}\0{password}"));
        return talk.ask(&format!("AUTH PLAIN {token}"), 235).await.map(drop);
    }
    talk.ask("AUTH LOGIN", 334).await?;
    talk.ask(&STANDARD.encode(user), 334).await?;
    talk.ask(&STANDARD.encode(password), 235).await.map(drop)
}

#[cfg(test)]
mod tests;
