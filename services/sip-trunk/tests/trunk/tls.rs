//! SIP over TLS with certificates made here: who may come in, and how we go out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dispatch_core::call::fact::EndReason;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use sip_trunk::{ClientCertificate, PeerState, TlsPort, TrunkConfig, TrunkProfile, TrunkTransport};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::client::*;
use crate::restored::held;
use crate::resumed::Doomed;
use crate::tcp::Line;

/// An authority and what it signs, as files.
struct Authority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    der: Vec<u8>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { dir, issuer }
    }

    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    fn identity(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        let file = |kind: &str, text: String| {
            let path = self.dir.path().join(format!("{name}-{kind}.pem"));
            std::fs::write(&path, text).unwrap();
            path
        };
        Identity {
            certificate: file("cert", signed.pem()),
            key: file("key", key.serialize_pem()),
            der: signed.der().to_vec(),
        }
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.ca()).unwrap()).unwrap();
        Arc::new(roots)
    }

    /// A telco's border, which takes nobody without a certificate.
    fn border(&self) -> TlsAcceptor {
        let (chain, key) = material(&self.identity("localhost"));
        let verifier = WebPkiClientVerifier::builder_with_provider(self.roots(), provider()).build().unwrap();
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .unwrap();
        TlsAcceptor::from(Arc::new(server))
    }

    fn port(&self) -> TlsPort {
        let ours = self.identity("centre.test");
        TlsPort {
            bind: "127.0.0.1:0".parse().unwrap(),
            certificate: ours.certificate,
            key: ours.key,
            client_ca: self.ca(),
        }
    }
}

/// A trunk whose peer is there.
fn towards(listener: &TcpListener, authority: &Authority) -> TrunkConfig {
    let profile = TrunkProfile {
        transport: TrunkTransport::Tls,
        peer: Some(format!("localhost:{}", listener.local_addr().unwrap().port())),
        ..TrunkProfile::new("telco", Vec::new())
    };
    TrunkConfig {
        tls: Some(authority.port()),
        trunks: vec![profile],
        options_every: Duration::from_millis(600),
        ..config()
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn material(identity: &Identity) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let certificate = CertificateDer::from_pem_file(&identity.certificate).unwrap();
    (vec![certificate], PrivateKeyDer::from_pem_file(&identity.key).unwrap())
}

/// A telco that comes to us, with a certificate or without one.
async fn come(
    centre: &Centre,
    authority: &Authority,
    as_whom: Option<&Identity>,
) -> std::io::Result<Line<TlsStream<TcpStream>>> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(authority.roots());
    let config = match as_whom {
        Some(identity) => {
            let (chain, key) = material(identity);
            builder.with_client_auth_cert(chain, key).unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    let stream = TcpStream::connect(centre.trunk.sip_tls.unwrap()).await?;
    let name = ServerName::try_from("centre.test").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    Ok(Line { stream, read: Vec::new() })
}

fn over_tls(message: String) -> String {
    message.replace("SIP/2.0/UDP", "SIP/2.0/TLS")
}

/// Trunks that prove themselves by name and by fingerprint, and by no address.
fn trunks(fingerprint: [u8; 32]) -> Vec<TrunkProfile> {
    let by = |name: &str, certificate| TrunkProfile {
        certificate: Some(certificate),
        ..TrunkProfile::new(name, Vec::new())
    };
    vec![
        by("named", ClientCertificate::Name("sbc.telco.test".to_owned())),
        by("pinned", ClientCertificate::Sha256(fingerprint)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trunk_is_known_by_its_certificate_and_calls_end_to_end() {
    let authority = Authority::new();
    let named = authority.identity("sbc.telco.test");
    let pinned = authority.identity("second.telco.test");
    let tls = Some(authority.port());
    let trunks = trunks(Sha256::digest(&pinned.der).into());
    let centre = centre_with(TrunkConfig { tls, trunks, ..config() }).await;
    for (n, (identity, trunk)) in [(&named, "named"), (&pinned, "pinned")].into_iter().enumerate() {
        let mut line = come(&centre, &authority, Some(identity)).await.unwrap();
        let mut phone = Phone::new(&centre).await;
        line.send(over_tls(phone.invite())).await;
        phone.to = line.expect("SIP/2.0 180").await.value("To");
        let (call, arrival) = centre.arrival(n).await;
        assert_eq!(arrival.trunk, trunk);
        assert_defects(&arrival, &[]);
        centre.orders().answer(call, petugas(1)).await.unwrap();
        let ok = line.expect("SIP/2.0 200").await;
        let contact = ok.value("Contact").to_lowercase();
        let port = centre.trunk.sip_tls.unwrap().port().to_string();
        assert!(contact.contains("transport=tls") && contact.contains(&port), "{contact}");
        line.send(over_tls(phone.request("ACK", "", ""))).await;
        centre
            .wait_for(|facts| {
                let ours: Vec<_> = facts.iter().filter(|fact| fact.call == call).cloned().collect();
                names(&ours).contains(&"confirmed".to_owned()).then_some(())
            })
            .await;
        // Our own BYE goes over the same connection.
        centre.orders().hangup(call, petugas(1)).await.unwrap();
        let bye = line.expect("BYE").await;
        assert!(bye.value("Via").starts_with("SIP/2.0/TLS"), "{}", bye.value("Via"));
        assert_eq!(centre.end_of(call).await.0, EndReason::CentreHungUp);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_without_the_right_certificate_says_a_word() {
    let authority = Authority::new();
    let stranger = authority.identity("stranger.test");
    let other = Authority::new();
    let forged = other.identity("sbc.telco.test");
    let centre =
        centre_with(TrunkConfig { tls: Some(authority.port()), trunks: trunks([0; 32]), ..config() }).await;
    let phone = Phone::new(&centre).await;
    for (identity, why) in
        [(None, "none"), (Some(&stranger), "no trunk's"), (Some(&forged), "another authority's")]
    {
        // With TLS 1.3 the refusal may come only when something is read.
        if let Ok(mut line) = come(&centre, &authority, identity).await {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            line.stream.write_all(over_tls(phone.invite()).as_bytes()).await.ok();
            let read = timeout(PATIENCE, line.stream.read(&mut [0; 100])).await.expect("it is closed");
            assert!(matches!(read, Ok(0) | Err(_)), "{why}");
        }
    }
    assert_eq!(centre.facts().await, []);
    assert_eq!(centre.trunk.snapshot().tls_refused, 3);
    // Bytes that are no TLS cost nothing either.
    let mut plain = TcpStream::connect(centre.trunk.sip_tls.unwrap()).await.unwrap();
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    plain.write_all(phone.invite().as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, plain.read_to_end(&mut rest)).await.expect("it is closed").ok();
    assert_eq!(centre.facts().await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_go_out_over_tls_with_our_certificate_and_stay_connected() {
    let authority = Authority::new();
    let acceptor = authority.border();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let centre = centre_with(towards(&listener, &authority)).await;
    // Twice: a border that restarts is connected to again.
    for _ in 0..2 {
        let (stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        let stream = timeout(PATIENCE, acceptor.accept(stream)).await.unwrap().unwrap();
        let shown = stream.get_ref().1.peer_certificates().unwrap();
        assert_eq!(
            shown[0],
            CertificateDer::from_pem_file(authority.dir.path().join("centre.test-cert.pem")).unwrap()
        );
        let mut line = Line { stream, read: Vec::new() };
        let asked = line.expect("OPTIONS").await;
        assert!(asked.value("Via").starts_with("SIP/2.0/TLS"), "{}", asked.value("Via"));
        line.send(crate::peers::answer(&asked, "200 OK")).await;
        until(|| centre.trunk.health()[0].state == PeerState::Up).await;
        // What the peer sends over our connection is the trunk's.
        let phone = Phone::new(&centre).await;
        line.send(over_tls(phone.invite())).await;
        line.expect("SIP/2.0 180").await;
    }
    assert_eq!(arrivals(&centre.facts().await).filter(|(_, arrival)| arrival.trunk == "telco").count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_over_tls_goes_on_after_a_restart_over_the_connection_that_is_back() {
    let authority = Authority::new();
    let acceptor = authority.border();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = towards(&listener, &authority);
    let doomed = Doomed::new(config.clone()).await;
    let (stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let stream = timeout(PATIENCE, acceptor.accept(stream)).await.unwrap().unwrap();
    let mut line = Line { stream, read: Vec::new() };
    let mut phone = Phone::new(&doomed.centre).await;
    let at = format!("Contact: <sip:budi@{};transport=tls>", listener.local_addr().unwrap());
    let plain = format!("Contact: <sip:budi@{}>", phone.address());
    let over = |message: String| over_tls(message).replace(&plain, &at);
    line.send(over(phone.invite())).await;
    phone.to = line.expect("SIP/2.0 180").await.value("To");
    let (call, _) = doomed.centre.arrival(0).await;
    doomed.centre.orders().answer(call, petugas(1)).await.unwrap();
    line.expect("SIP/2.0 200").await;
    line.send(over(phone.request("ACK", "", ""))).await;
    held(&doomed.centre, call, 1).await;
    let left = doomed.die();
    drop(line);
    let centre = left.start_with(TrunkConfig { t1: Duration::from_millis(200), ..config }).await;
    // Whatever else tries to reach the border shows no certificate.
    let mut line = loop {
        let (stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
        if let Ok(stream) = timeout(PATIENCE, acceptor.accept(stream)).await.unwrap() {
            break Line { stream, read: Vec::new() };
        }
    };
    loop {
        let asked = line.expect("OPTIONS").await;
        line.send(crate::peers::answer(&asked, "200 OK")).await;
        if asked.value("Call-ID") == phone.call_id {
            break;
        }
    }
    phone.cseq += 1;
    line.send(over(phone.request("BYE", "", ""))).await;
    line.expect("SIP/2.0 200").await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}

/// Waits for something that takes a moment.
pub async fn until(mut reached: impl FnMut() -> bool) {
    for _ in 0..400 {
        if reached() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not reached");
}
