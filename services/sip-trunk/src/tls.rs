//! SIP over TLS: our own acceptor and connector, because the stack's asks no peer for its certificate.
//!
//! Who comes in is known by its certificate alone: signed by the configured authority, and belonging to one of the
//! trunks by name or by fingerprint. Its address plays no part.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::config::{ClientCertificate, TlsPort, TrunkProfile};

/// Why TLS does not start.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file with certificates or a key cannot be read.
    #[error("{path}: no PEM that can be used")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// The files do not belong together, or the authority is none.
    #[error("TLS certificate, key or authority")]
    Material(#[from] rustls::Error),
    /// The authority's certificates cannot verify anybody.
    #[error("authority for the trunks' certificates")]
    Authority(#[from] rustls::server::VerifierBuilderError),
}

/// Both directions, ready.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    connector: TlsConnector,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    pub(crate) fn load(port: &TlsPort) -> Result<Self, TlsError> {
        let chain = certificates(&port.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&port.key).map_err(|source| bad(&port.key, source))?;
        let mut roots = RootCertStore::empty();
        for authority in certificates(&port.client_ca)? {
            roots.add(authority)?;
        }
        let roots = Arc::new(roots);
        // Named, not the process' default: other parts of the program bring a provider of their own.
        let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone()).build()?;
        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain.clone(), key.clone_key())?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        Ok(Self { acceptor: Arc::new(server).into(), connector: Arc::new(client).into() })
    }

    /// Takes a connection and says which trunk it is; `None` when its certificate belongs to none of them.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        profiles: &[TrunkProfile],
    ) -> std::io::Result<(server::TlsStream<TcpStream>, Option<usize>)> {
        let stream = self.acceptor.accept(stream).await?;
        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let profile = shown.and_then(|certificate| profile_of(certificate, profiles));
        Ok((stream, profile))
    }

    /// Opens one to a peer whose certificate must carry `host`.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> std::io::Result<client::TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
        self.connector.connect(name, stream).await
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(chain) if chain.is_empty() => Err(bad(path, rustls::pki_types::pem::Error::NoItemsFound)),
        read => read.map_err(|source| bad(path, source)),
    }
}

fn bad(path: &Path, source: rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File { path: path.to_owned(), source }
}

fn profile_of(shown: &CertificateDer<'_>, profiles: &[TrunkProfile]) -> Option<usize> {
    let parsed = ParsedCertificate::try_from(shown).ok()?;
    let fingerprint: [u8; 32] = Sha256::digest(shown.as_ref()).into();
    profiles.iter().position(|profile| match &profile.certificate {
        Some(ClientCertificate::Sha256(wanted)) => *wanted == fingerprint,
        Some(ClientCertificate::Name(name)) => ServerName::try_from(name.as_str())
            .is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok()),
        None => false,
    })
}
