//! Against a mail server on a real socket, in clear and encrypted.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::talk::Wire;
use super::*;
use crate::text::tests::notification;

/// What the server does.
#[derive(Clone, Copy)]
struct Manners {
    starttls: bool,
    implicit: bool,
    auth: &'static str,
    rcpt: &'static str,
}

const PLAIN: Manners = Manners { starttls: false, implicit: false, auth: "", rcpt: "250 ok" };

/// A server for one conversation, its port, and what it was told in the end.
async fn server(manners: Manners, acceptor: Option<TlsAcceptor>) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        match acceptor {
            Some(acceptor) if manners.implicit => {
                if let Ok(socket) = acceptor.accept(socket).await {
                    serve(socket, manners, true, &mut heard).await;
                }
            }
            acceptor => {
                let socket = serve(socket, manners, true, &mut heard).await;
                if let (Some(acceptor), Some("STARTTLS")) = (acceptor, heard.last().map(String::as_str)) {
                    let socket = acceptor.accept(socket).await.unwrap();
                    serve(socket, manners, false, &mut heard).await;
                }
            }
        }
        heard
    });
    (port, task)
}

async fn serve<S: Wire>(socket: S, manners: Manners, greets: bool, heard: &mut Vec<String>) -> S {
    let mut socket = BufReader::new(socket);
    if greets {
        socket.write_all(b"220 uji\r\n").await.unwrap();
    }
    let mut data = false;
    loop {
        let mut line = String::new();
        if (&mut socket).take(4_096).read_line(&mut line).await.unwrap_or(0) == 0 {
            return socket.into_inner();
        }
        let line = line.trim_end().to_owned();
        heard.push(line.clone());
        let reply = match line.split(' ').next().unwrap_or_default() {
            "." if data => {
                data = false;
                "250 queued".to_owned()
            }
            _ if data => continue,
            "EHLO" => {
                let starttls = if manners.starttls && greets { "250-STARTTLS\r\n" } else { "" };
                let auth = if manners.auth.is_empty() {
                    String::new()
                } else {
                    format!("250-AUTH {}\r\n", manners.auth)
                };
                format!("250-uji\r\n{starttls}{auth}250 8BITMIME")
            }
            "STARTTLS" => "220 go".to_owned(),
            "AUTH" if line.starts_with("AUTH PLAIN") => "235 in".to_owned(),
            "AUTH" => "334 VXNlcm5hbWU6".to_owned(),
            "cGlrZXQ=" => "334 UGFzc3dvcmQ6".to_owned(),
            "cmFoYXNpYQ==" => "235 in".to_owned(),
            "RCPT" => manners.rcpt.to_owned(),
            "DATA" => {
                data = true;
                "354 go".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _mail => "250 ok".to_owned(),
        };
        socket.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
        if line == "STARTTLS" {
            return socket.into_inner();
        }
    }
}

fn mail(port: u16, tls: SmtpTls, with_login: bool) -> Smtp {
    let login = (Private::new("piket".to_owned()), Private::new("rahasia".to_owned()));
    let login = with_login.then_some(login);
    Smtp { host: "localhost".into(), port, tls, login, from: "112@surel.example".into() }
}

async fn post(server: &Smtp) -> Outcome {
    let networks = Networks::and(["127.0.0.0/8".parse().unwrap()]);
    let to = Private::new("piket@damkar.example".to_owned());
    deliver(&networks, server, &to, &notification(), "2026-11-22T03:00:15Z".parse().unwrap()).await
}

/// A certificate for `localhost`, and who trusts it.
fn certificate() -> (TlsAcceptor, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let trust = SmtpTls::trust(Some(made.cert.pem().as_bytes())).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), trust)
}

#[tokio::test]
async fn a_letter_is_taken_and_a_refusal_is_told_from_a_fault() {
    let (port, task) = server(PLAIN, None).await;
    let outcome = post(&mail(port, SmtpTls::Plain, false)).await;
    assert_eq!(outcome, Outcome::Accepted { result: "250".into(), reference: String::new() });
    let heard = task.await.unwrap();
    assert_eq!(heard[1..4], ["MAIL FROM:<112@surel.example>", "RCPT TO:<piket@damkar.example>", "DATA"]);
    assert_eq!(heard.iter().filter(|line| *line == ".").count(), 1);
    let (port, _task) = server(Manners { rcpt: "450 later", ..PLAIN }, None).await;
    assert_eq!(post(&mail(port, SmtpTls::Plain, false)).await, Outcome::TryAgain { result: "450".into() });
    let (port, _task) = server(Manners { rcpt: "550 nobody", ..PLAIN }, None).await;
    assert_eq!(post(&mail(port, SmtpTls::Plain, false)).await, Outcome::Refused { result: "550".into() });
    let away = mail(9, SmtpTls::Plain, false);
    assert_eq!(post(&away).await, Outcome::TryAgain { result: "no connection".into() });
    let (to, now) = (Private::new("a@b".to_owned()), "2026-11-22T03:00:15Z".parse().unwrap());
    let (server, told) = (mail(port, SmtpTls::Plain, false), notification());
    let outside = deliver(&Networks::default(), &server, &to, &told, now).await;
    assert_eq!(outside, Outcome::Refused { result: "internal address".into() });
}

#[tokio::test]
async fn the_password_goes_only_over_an_encrypted_line() {
    for (starttls, auth) in [(true, "PLAIN LOGIN"), (true, "LOGIN"), (false, "PLAIN")] {
        let (acceptor, trust) = certificate();
        let manners = Manners { starttls, implicit: !starttls, auth, ..PLAIN };
        let (port, task) = server(manners, Some(acceptor)).await;
        let tls = if starttls { SmtpTls::Starttls(trust) } else { SmtpTls::Implicit(trust) };
        let outcome = post(&mail(port, tls, true)).await;
        assert_eq!(outcome, Outcome::Accepted { result: "250".into(), reference: String::new() }, "{auth}");
        let heard = task.await.unwrap();
        let place = |word: &str| heard.iter().position(|line| line.starts_with(word));
        assert!(!starttls || place("STARTTLS") < place("AUTH"), "{heard:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_or_is_somebody_else_gets_no_letter() {
    let (_, trust) = certificate();
    let (port, task) = server(PLAIN, None).await;
    let outcome = post(&mail(port, SmtpTls::Starttls(trust.clone()), true)).await;
    assert_eq!(outcome, Outcome::Refused { result: "no STARTTLS".into() });
    assert_eq!(task.await.unwrap(), ["EHLO sigap"]);
    let (other, _) = certificate();
    let (port, task) = server(Manners { implicit: true, ..PLAIN }, Some(other)).await;
    let outcome = post(&mail(port, SmtpTls::Implicit(trust), true)).await;
    assert_eq!(outcome, Outcome::TryAgain { result: "no TLS".into() });
    assert_eq!(task.await.unwrap(), Vec::<String>::new());
}
