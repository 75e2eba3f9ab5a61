//! The folder for the auditor, out of a system that goes on.

use std::process::Command;

use electronic_seal::check_json;
use serde_json::{Value, json};

use super::harness::{Kind, Server, fire, open_incident, tool};

#[tokio::test]
async fn one_command_collects_the_evidence_while_the_server_goes_on() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let server = Server::demo(kind).await;
        let (taker, admin) = (server.log_in("petugas1").await, server.log_in("admin").await);
        let incident = open_incident(&taker, &fire()).await;
        let id = incident["id"].as_str().expect("an id");
        let supervisor = server.log_in("pengawas").await;
        supervisor.post(&format!("/incidents/{id}/reports"), &json!({ "purpose": "Polres" })).await;
        let account = json!({
            "username": "petugas.baru", "name": "Petugas Baru", "role": "call_taker",
            "password": "kata sandi panjang 112", "decree": "SK 800/12",
        });
        admin.post("/users", &account).await.expect(201);

        let out = server.scratch().join("audit");
        let mut words = vec!["audit-pack".to_owned()];
        words.extend(server.place());
        if kind == Kind::Postgres {
            words.extend(["--data-dir".to_owned(), server.data_dir().display().to_string()]);
        }
        words.extend(["--out".to_owned(), out.display().to_string()]);
        let packed = tool(words.clone()).await;
        assert_eq!(packed.code, Some(0), "{packed:?}");
        assert!(packed.out.starts_with("ok entries="), "{packed:?}");

        let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_else(|_| panic!("{name}"));
        let mut sums = Command::new("sha256sum");
        let sums = sums.args(["--quiet", "-c", "SHA256SUMS"]).current_dir(&out).status();
        assert!(sums.expect("coreutils").success(), "every hash is right");
        let manifest = check_json(&read("manifes.jws.json")).expect("sealed").content;
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        assert_eq!(manifest["files"].as_array().expect("files").len(), read("SHA256SUMS").lines().count());
        assert!(read("akun.tsv").contains("petugas.baru\tcall_taker\t-\taktif"), "{}", read("akun.tsv"));
        let changes = read("perubahan.tsv");
        assert!(changes.contains("site.user_added") && changes.contains("SK 800/12"), "{changes}");
        assert!(!changes.contains("session_opened"), "who logged in is no change");
        assert!(read("akses-data.tsv").contains("incident.report_issued"), "{}", read("akses-data.tsv"));
        // No personal value is in the folder but the names to log in with.
        for name in ["log.jsonl", "perubahan.tsv", "akses-data.tsv"] {
            assert!(!read(name).contains("Samsudin"), "{name}");
        }
        let months = std::fs::read_dir(out.join("kinerja")).expect("a folder").count();
        assert_eq!(months, 48, "24 months, JSON and CSV");

        let again = tool(words).await;
        assert!(again.code == Some(1) && again.err.contains("must not exist"), "{again:?}");
    }
}
