//! The same request with the same key is one request, however often it comes.

use serde_json::json;

use super::harness::{Kind, Server, Setup, fire, new_key};

#[tokio::test]
async fn a_repeated_write_gets_its_first_answer() {
    tokio::join!(repeats(Kind::Sqlite), repeats(Kind::Postgres));
}

async fn repeats(kind: Kind) {
    let mut server = Server::start(Setup::demo(kind).fixed_ports()).await;
    let petugas = server.log_in("petugas1").await;
    let key = new_key();
    let first = petugas.post_as("/incidents", &key, &fire()).await;
    let second = petugas.post_as("/incidents", &key, &fire()).await;
    assert_eq!(
        (second.status, second.text()),
        (first.status, first.text()),
        "the first answer, byte for byte"
    );
    let mut other = fire();
    other["narrative"] = json!("Lain sama sekali");
    let reused = petugas.post_as("/incidents", &key, &other).await;
    assert_eq!(reused.problem(422), "idempotency_key_reused");
    // A key belongs to a person.
    let colleague = server.log_in("petugas2").await;
    let theirs = colleague.post_as("/incidents", &key, &fire()).await.expect(201);
    assert_ne!(theirs["id"], first.body["id"]);

    let key = new_key();
    let (report, path) = (fire(), "/incidents");
    let (a, b, c) = tokio::join!(
        petugas.post_as(path, &key, &report),
        petugas.post_as(path, &key, &report),
        petugas.post_as(path, &key, &report),
    );
    let ids = [a.expect(201)["id"].clone(), b.expect(201)["id"].clone(), c.expect(201)["id"].clone()];
    assert!(ids[0] == ids[1] && ids[1] == ids[2], "{ids:?}");

    server.kill().await;
    server.start_again().await;
    let after = petugas.post_as("/incidents", &key, &report).await.expect(201);
    assert_eq!(after["id"], ids[0], "{kind:?}: the key outlives a crash, and so does the session");
    assert_eq!(petugas.all("/incidents?").await.len(), 3);
    server.verify().await;
}
