//! Two dispatchers take one assignment at once: one wins, the other is told who, and the log has one taker.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::harness::{Api, Kind, PASSWORD, Server, dispatch, fire, kinds, open_incident};

/// How often they race.
const RACES: usize = 100;
/// Races under way at once: enough to make them meet other people's commits, few enough for two cores.
const AT_ONCE: usize = 8;

#[tokio::test]
async fn one_dispatcher_wins_each_of_a_hundred_races() {
    tokio::join!(races(Kind::Sqlite), races(Kind::Postgres));
}

async fn races(kind: Kind) {
    let server = Server::demo(kind).await;
    let admin = server.log_in("admin").await;
    let second = json!({
        "username": "damkar2", "password": PASSWORD, "name": "Petugas Damkar Dua", "role": "dispatcher", "agency": "damkar",
    });
    admin.post("/users", &second).await.expect(201);
    let petugas = server.log_in("petugas1").await;
    let crew = [server.log_in("damkar").await, server.log_in("damkar2").await];
    let wins: Vec<usize> =
        stream::iter(0..RACES).map(|_| race(&petugas, &crew)).buffer_unordered(AT_ONCE).collect().await;
    let first = wins.iter().filter(|winner| **winner == 0).count();
    println!("{kind:?}: of {RACES} races the first dispatcher won {first}, the second {}", RACES - first);
    assert_eq!(wins.len(), RACES);
    server.verify().await;
}

/// Both acknowledge at once; answers with the index of the winner.
async fn race(petugas: &Api, crew: &[Api; 2]) -> usize {
    let incident = open_incident(petugas, &fire()).await;
    let assignment = dispatch(petugas, &incident, &["damkar"]).await.pop().expect("one assignment");
    let path = format!("/assignments/{}/acknowledge", assignment["id"].as_str().expect("an id"));
    let nothing = json!({});
    let (one, two) = tokio::join!(crew[0].post(&path, &nothing), crew[1].post(&path, &nothing));
    let winner = match (one.status, two.status) {
        (200, 409) => 0,
        (409, 200) => 1,
        both => panic!("one wins and one is told so, not {both:?}"),
    };
    let (won, lost) = if winner == 0 { (one, two) } else { (two, one) };
    let person: &Value = &crew[winner].user;
    assert_eq!(won.body["acknowledged_by"]["id"], person["id"]);
    assert_eq!(lost.problem(409), "already_acknowledged");
    assert_eq!((&lost.body["winner"]["id"], &lost.body["winner"]["name"]), (&person["id"], &person["name"]));
    let steps = kinds(petugas, &incident).await;
    assert_eq!(steps.iter().filter(|step| *step == "acknowledged").count(), 1, "{steps:?}");
    winner
}
