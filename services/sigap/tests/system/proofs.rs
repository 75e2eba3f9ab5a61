//! Proofs out of a running system, checked with nothing but the key.

use std::time::Duration;

use supervision_log::{Claim, Trust, parse_public_key_pem, verify_proof};

use super::harness::{Kind, Server, Setup, fire, open_incident};

#[tokio::test]
async fn an_entry_and_the_growth_of_the_log_are_proven_by_files_of_the_api() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let mut server = Server::start(Setup::demo(kind).fixed_ports()).await;
        // A checkpoint is signed with the last entry before each end.
        for _ in 0..2 {
            let taker = server.log_in("petugas1").await;
            open_incident(&taker, &fire()).await;
            assert_eq!(server.terminate(Duration::from_secs(20)).await.code(), Some(0));
            server.start_again().await;
        }
        let auditor = server.log_in("auditor").await;
        let key = auditor.get("/log/public-key").await.expect(200);
        let key = parse_public_key_pem(key["public_key"].as_str().expect("a key")).expect("a key");
        let trust = Trust { key: Some(key), ..Trust::default() };

        let listed = auditor.get("/log/checkpoints?limit=500").await.expect(200);
        let sizes: Vec<u64> = listed["items"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|one| one["size"].as_str()?.parse().ok())
            .collect();
        assert!(sizes.is_sorted_by(|newer, older| newer > older) && sizes.len() > 1, "{sizes:?}");
        let (newest, oldest) = (sizes[0], sizes[sizes.len() - 1]);

        for index in [1, newest / 2, newest] {
            let proof = auditor.get(&format!("/log/{index}/proof")).await.text();
            let verified = verify_proof(&proof, &trust).expect("the proof holds");
            assert!(matches!(verified.claim, Claim::Inclusion { index: of, .. } if of == index));
            let mut other: serde_json::Value = serde_json::from_str(&proof).expect("JSON");
            let first = &mut other["hashes"][0];
            *first = first.as_str().expect("a hash").chars().rev().collect::<String>().into();
            assert!(verify_proof(&other.to_string(), &trust).is_err(), "another hash proves nothing");
        }
        let grown = auditor.get(&format!("/log/checkpoints/{oldest}/growth")).await.text();
        let verified = verify_proof(&grown, &trust).expect("the proof holds");
        assert!(
            matches!(verified.claim, Claim::Consistency { older, .. } if older.checkpoint.size == oldest)
        );

        assert_eq!(auditor.get("/log/99999999/proof").await.problem(404), "not_found");
        assert_eq!(auditor.get("/log/0/proof").await.problem(404), "not_found");
        assert_eq!(auditor.get("/log/checkpoints/99999999/growth").await.problem(404), "not_found");
    }
}
