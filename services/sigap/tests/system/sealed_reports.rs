//! Sealed reports of a running system, checked with nothing but the keys, and by other programs.

use std::process::Command;
use std::time::Duration;

use electronic_seal::{Chain, check_json, check_pdf};
use serde_json::{Value, json};
use supervision_log::{Evidence, Trust, parse_public_key_pem};

use super::harness::{
    Answer, Api, Kind, Server, Setup, acknowledge, dispatch, fire, kinds, open_incident, tool,
};

const JWS: &str = "application/jose+json";

/// Asks for a report of an incident.
async fn report(api: &Api, incident: &Value, accept: &str, purpose: &str) -> Answer {
    let id = incident["id"].as_str().expect("an id");
    let path = format!("/incidents/{id}/reports");
    let request = api.request("POST", &path).header("idempotency-key", &super::harness::new_key());
    api.must(request.header("accept", accept).json(&json!({ "purpose": purpose }))).await
}

/// What a program says; it must be content.
fn said(program: &str, arguments: &[&str], dir: &std::path::Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(dir).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error} (see .ci/needs.sh)"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_report_proves_each_of_its_lines_and_says_what_the_log_says() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let server = Server::demo(kind).await;
        let (taker, supervisor) = (server.log_in("petugas1").await, server.log_in("pengawas").await);
        let incident = open_incident(&taker, &fire()).await;
        let sent = dispatch(&taker, &incident, &["damkar"]).await;
        acknowledge(&server.log_in("damkar").await, &sent[0]).await;

        let answer = report(&supervisor, &incident, JWS, "Permintaan Polres, surat B/112/XI/2026").await;
        assert_eq!((answer.status, answer.header("content-type")), (201, JWS));
        let checked = check_json(&answer.text()).expect("the seal is good");
        let own =
            std::fs::read_to_string(server.data_dir().join("keys/seal-certificate.pem")).expect("a file");
        assert_eq!(checked.chain, Chain::from_pem(&own).expect("a certificate"));

        let mut data: Value = serde_json::from_slice(&checked.content).expect("JSON");
        assert_eq!(data["incident"]["number"], incident["number"]);
        assert_eq!(data["purpose"], "Permintaan Polres, surat B/112/XI/2026");
        let key = supervisor.get("/log/public-key").await.expect(200);
        let key = parse_public_key_pem(key["public_key"].as_str().expect("a key")).expect("a key");
        let trust = Trust { key: Some(key), ..Trust::default() };
        let evidence = Evidence::from_json(data["log"].take()).expect("evidence");
        let proven = evidence.verify(&trust).expect("every entry is in the log");
        let lines = data["timeline"].as_array().expect("lines");
        assert_eq!(lines.len(), proven.len());
        for (line, entry) in lines.iter().zip(&proven) {
            assert_eq!(line["index"], entry.leaf.index.to_string());
            assert_eq!(line["data"], entry.body);
        }
        let opened = proven[0].body.to_string();
        assert!(
            opened.contains("Pak Samsudin"),
            "the value behind the commitment stands in the line: {opened}"
        );

        // Another value behind a commitment, another leaf, another way: nothing passes.
        let mut forged = evidence.clone();
        forged.openings[0].value = "\"bukan itu\"".to_owned();
        assert_eq!(forged.verify(&trust).expect_err("another value").entry, forged.openings[0].index);
        let mut forged = evidence.clone();
        let last = forged.entries.last_mut().expect("entries");
        last.leaf[30] ^= 1;
        let index = last.index;
        assert_eq!(forged.verify(&trust).expect_err("another leaf").entry, index);

        // That it was given out stands in the log, with the hash of what was given out.
        let known = kinds(&supervisor, &incident).await;
        assert_eq!(known.last().map(String::as_str), Some("report_issued"));
        let id = incident["id"].as_str().expect("an id");
        let shown = supervisor.get(&format!("/incidents/{id}")).await.expect(200);
        let line = shown["timeline"].as_array().and_then(|lines| lines.last()).expect("a line").clone();
        assert_eq!(line["actor"]["name"], data["made_by"]["name"]);
        let issued = line["data"].to_string();
        assert!(issued.contains(&digest(answer.text().as_bytes())), "{issued}");
        // The agency sees its incident, but not for whom reports were given out.
        assert!(
            !kinds(&server.log_in("damkar").await, &incident).await.contains(&"report_issued".to_owned())
        );
        server.verify().await;
    }
}

/// SHA-256 in hex, by coreutils.
fn digest(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("file"), bytes).expect("a file");
    said("sha256sum", &["file"], dir.path()).split(' ').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_paper_is_signed_readable_and_carries_the_data() {
    let server = Server::demo(Kind::Sqlite).await;
    let (taker, auditor) = (server.log_in("petugas1").await, server.log_in("auditor").await);
    let incident = open_incident(&taker, &fire()).await;
    dispatch(&taker, &incident, &["damkar", "polres"]).await;
    let answer = report(&auditor, &incident, "application/pdf", "Pemeriksaan Inspektorat").await;
    assert_eq!((answer.status, answer.header("content-type")), (201, "application/pdf"));
    let number = incident["number"].as_str().expect("a number");
    assert!(answer.header("content-disposition").contains(&format!("laporan-insiden-{number}.pdf")));
    check_pdf(&answer.bytes).expect("the seal is good");

    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("laporan.pdf"), &answer.bytes).expect("a file");
    let text = said("pdftotext", &["-layout", "laporan.pdf", "-"], dir.path());
    for words in [
        number,
        "Pak Samsudin",
        "Pemeriksaan Inspektorat",
        "Kronologi",
        "Pembuktian",
        "belakang Masjid Agung",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let signed = said("pdfsig", &["-nocert", "laporan.pdf"], dir.path());
    assert!(signed.contains("Signature is Valid") && signed.contains("Total document signed"), "{signed}");
    let name = format!("laporan-insiden-{number}.jws.json");
    said("pdfdetach", &["-saveall", "laporan.pdf"], dir.path());
    let attached = std::fs::read_to_string(dir.path().join(name)).expect("the data lies in it");
    let data: Value = serde_json::from_slice(&check_json(&attached).expect("sealed").content).expect("JSON");
    assert_eq!(data["incident"]["number"], number);

    let nobody = report(&auditor, &json!({ "id": uuid::Uuid::nil().to_string() }), JWS, "x").await;
    assert_eq!(nobody.problem(404), "not_found");
    let without = report(&auditor, &incident, JWS, "  ").await;
    assert_eq!((without.problem(422), without.fields()), ("invalid_fields", vec!["purpose"]));
}

#[tokio::test]
async fn a_recap_is_sealed_and_its_going_out_is_in_the_log() {
    let server = Server::demo(Kind::Sqlite).await;
    let (taker, supervisor) = (server.log_in("petugas1").await, server.log_in("pengawas").await);
    let incident = open_incident(&taker, &fire()).await;
    dispatch(&taker, &incident, &["damkar", "polres"]).await;
    let opened = incident["opened_at"].as_str().expect("a time");
    let period = json!({ "what": "sent", "from": opened, "to": "2099-01-01T00:00:00Z" });
    assert_eq!(supervisor.post("/reports/recap", &period).await.problem(422), "invalid_fields");
    let day = &opened[..10];
    let ask = |accept: &str| {
        let request = supervisor.request("POST", "/reports/recap");
        let request = request.header("idempotency-key", &super::harness::new_key()).header("accept", accept);
        // The room is ahead of UTC: the day of the report may be the next one there.
        let from = json!({ "what": "sent", "from": format!("{day}T00:00:00Z"), "to": format!("{day}T23:59:59.999999Z") });
        request.json(&from)
    };
    let csv = supervisor.must(ask("text/csv")).await;
    assert_eq!(csv.status, 201);
    let lines: Vec<_> = csv.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3, "a head and two agencies: {lines:?}");
    assert!(lines[1].contains("Pemadam Kebakaran") && lines[1].contains("Pak Samsudin"), "{}", lines[1]);
    let paper = supervisor.must(ask("application/pdf")).await;
    check_pdf(&paper.bytes).expect("the seal is good");
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("rekap.pdf"), &paper.bytes).expect("a file");
    let text = said("pdftotext", &["-layout", "rekap.pdf", "-"], dir.path());
    assert!(text.contains("REKAP INFORMASI TERKIRIM") && text.contains("huruf e"), "{text}");
    let log = supervisor.get("/log?limit=1000").await.expect(200);
    let entries = log["entries"].as_array().expect("entries");
    let given = entries.iter().filter(|entry| entry["kind"] == "site.recap_given").count();
    assert_eq!(given, 2, "two recaps went out");
    assert_eq!(taker.post("/reports/recap", &period).await.problem(403), "forbidden");
}

#[tokio::test]
async fn an_authoritys_certificate_is_used_from_the_next_report_on() {
    let mut server = Server::start(Setup::demo(Kind::Sqlite).fixed_ports()).await;
    let data_dir = server.data_dir().display().to_string();
    let place = ["--data-dir", data_dir.as_str()];
    let asked = ["certificate", "request", "--organisation", "Pemerintah Kabupaten Uji"];
    let request = tool(asked.iter().chain(&place)).await;
    assert_eq!(request.code, Some(0), "{}", request.err);
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("request.pem"), &request.out).expect("a file");
    let new =
        "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj /C=ID/CN=Balai_Uji -days 30";
    let sign = "x509 -req -in request.pem -CA root.pem -CAkey root.key -CAcreateserial -out own.pem -days 20";
    for command in [new, sign] {
        said("openssl", &command.split(' ').collect::<Vec<_>>(), dir.path());
    }
    let chain =
        ["own.pem", "root.pem"].map(|name| std::fs::read_to_string(dir.path().join(name)).expect("a file"));
    let file = dir.path().join("chain.pem");
    std::fs::write(&file, chain.concat()).expect("a file");
    let taken = ["certificate", "import", "--chain", file.to_str().expect("a path")];
    let taken = tool(taken.iter().chain(&place)).await;
    assert!(taken.code == Some(0) && taken.out.contains("Pemerintah Kabupaten Uji"), "{taken:?}");

    let (taker, supervisor) = (server.log_in("petugas1").await, server.log_in("pengawas").await);
    let incident = open_incident(&taker, &fire()).await;
    let sealed = report(&supervisor, &incident, JWS, "uji").await.text();
    let seal = check_json(&sealed).expect("sealed").chain;
    assert!(seal.subject().contains("Pemerintah Kabupaten Uji"), "{}", seal.subject());
    let listed = tool(["certificate", "list"].iter().chain(&place)).await;
    for words in ["Balai_Uji", "seal, replaced", "ends in 19 days"] {
        assert!(listed.out.contains(words), "{words} is not in {}", listed.out);
    }
    server.terminate(Duration::from_secs(20)).await;
}
