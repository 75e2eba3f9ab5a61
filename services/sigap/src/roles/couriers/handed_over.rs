//! What reaches the system of a neighbouring centre, and in which order: on a real store, with a system that answers from a
//! list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agency_channels::{Client, Ends, Networks, SignedDoor};
use dispatch_core::category::Priority;
use dispatch_core::ids::AreaCode;
use dispatch_core::incident::{
    Edit, Effect, IncidentCommand, Neighbour, PacketState, Transfer, TransferAnswer, TransferCommand,
};
use dispatch_core::private::Private;
use dispatch_core::time::{Seconds, Timestamp};
use incident_store::OutboxItem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::carried::Centre;
use crate::config::NeighbourCentre;

/// A centre of ours that has offered an incident, and what the other system has got.
struct Handover {
    centre: Centre,
    got: Arc<Mutex<Vec<serde_json::Value>>>,
    /// Where the other system's answers are held up, when a story wants that.
    on_the_way: Arc<Semaphore>,
}

/// Answers with these status codes, then with 200, each as soon as it is let through; notes what came.
async fn their_system(
    statuses: &[u16],
    on_the_way: Arc<Semaphore>,
) -> (String, Arc<Mutex<Vec<serde_json::Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let got = Arc::new(Mutex::new(Vec::new()));
    let (noted, mut statuses) = (Arc::clone(&got), statuses.iter().copied().collect::<VecDeque<_>>());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let body = body_of(&mut socket).await;
            noted.lock().unwrap().push(body);
            on_the_way.acquire().await.unwrap().forget();
            let status = statuses.pop_front().unwrap_or(200);
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, got)
}

async fn body_of(socket: &mut TcpStream) -> serde_json::Value {
    let mut bytes = Vec::new();
    loop {
        socket.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let body = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
        if let Some(body) = body {
            return body;
        }
    }
}

impl Handover {
    async fn offered(statuses: &[u16]) -> Self {
        let on_the_way = Arc::new(Semaphore::new(100));
        let (url, got) = their_system(statuses, Arc::clone(&on_the_way)).await;
        let mut centre = Centre::new([]).await;
        let who = Neighbour { code: AreaCode("19.04".into()), name: "112 Bangka Tengah".into() };
        let ends = Some(Ends { us: "19.03".into(), them: "19.04".into() });
        let system = Some(SignedDoor { url, secret: Private::new(b"rahasia".to_vec()), ends });
        centre.shared.client = Client::new(Networks::and(["127.0.0.0/8".parse().unwrap()])).unwrap();
        let telephone = Private::new("112".to_owned());
        centre.shared.neighbours = vec![NeighbourCentre { who: who.clone(), telephone, system }];
        let handover = Self { centre, got, on_the_way };
        handover.step(TransferCommand::Offer { to: who }).await;
        handover
    }

    async fn step(&self, command: TransferCommand) {
        self.centre.incident(IncidentCommand::Transfer(command)).await;
    }

    /// The messages that are due at this moment; what the agency is asked is another story.
    async fn due(&self, at: Timestamp) -> Vec<OutboxItem> {
        let mut items = self.centre.due(at).await;
        items.retain(|item| matches!(item.effect, Effect::TellNeighbour { .. }));
        items
    }

    async fn item(&self) -> OutboxItem {
        self.due(self.centre.work.clock.now()).await.pop().expect("a message")
    }

    async fn offer(&self) -> Transfer {
        self.centre.now().await.transfers[0].clone()
    }

    fn got(&self) -> Vec<String> {
        let kind = |body: &serde_json::Value| body["kind"].as_str().unwrap_or_default().to_owned();
        self.got.lock().unwrap().iter().map(kind).collect()
    }
}

#[tokio::test]
async fn what_was_taken_on_the_telephone_still_reaches_their_system() {
    let handover = Handover::offered(&[503]).await;
    let item = handover.item().await;
    handover.centre.carries(&item).await;
    assert_eq!(handover.offer().await.packet, PacketState::Pending);
    let id = handover.offer().await.id;
    let answer = TransferAnswer::Accepted { name: Private::new("Rina".into()), reference: None };
    handover.step(TransferCommand::Heard { id, answer }).await;
    for item in handover.due(handover.centre.later()).await {
        handover.centre.carries(&item).await;
    }
    assert_eq!(handover.got(), ["offer", "offer"], "tried again, because their system needs it");
    assert!(matches!(handover.offer().await.packet, PacketState::Delivered { .. }));
    handover.centre.ends().await;
}

#[tokio::test]
async fn that_an_offer_was_taken_back_waits_for_the_offer() {
    let handover = Handover::offered(&[]).await;
    let offered = handover.item().await;
    let id = handover.offer().await.id;
    handover.step(TransferCommand::Withdraw { id }).await;
    let taken_back = handover.item().await;
    handover.centre.carries(&taken_back).await;
    assert_eq!(handover.got(), Vec::<String>::new(), "the try that was begun before it may still bring it");
    handover.centre.carries(&offered).await;
    let result = PacketState::NOT_NEEDED.to_owned();
    let at = handover.centre.work.clock.now();
    assert_eq!(handover.offer().await.packet, PacketState::Failed { at, result });
    let again = handover.due(at.after(Seconds(2))).await;
    assert_eq!(again.len(), 1, "it is due again");
    handover.centre.carries(&again[0]).await;
    assert_eq!(handover.got(), ["taken_back"]);
    handover.centre.ends().await;
}

#[tokio::test]
async fn an_offer_that_the_network_held_up_until_it_was_taken_back_is_no_failure() {
    let handover = Handover::offered(&[409]).await;
    let offered = handover.item().await;
    let id = handover.offer().await.id;
    handover.on_the_way.forget_permits(100);
    let withdrawn = async {
        while handover.got().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        handover.step(TransferCommand::Withdraw { id }).await;
        handover.on_the_way.add_permits(100);
    };
    tokio::join!(handover.centre.carries(&offered), withdrawn);
    let (at, result) = (handover.centre.work.clock.now(), PacketState::NOT_NEEDED.to_owned());
    assert_eq!(handover.offer().await.packet, PacketState::Failed { at, result }, "nobody has to telephone");
    for item in handover.due(handover.centre.later()).await {
        handover.centre.carries(&item).await;
    }
    assert_eq!(handover.got(), ["offer", "taken_back"]);
    handover.centre.ends().await;
}

#[tokio::test]
async fn that_it_is_more_urgent_follows_the_offer_and_says_until_when() {
    let handover = Handover::offered(&[503]).await;
    let offered = handover.item().await;
    let more_urgent = |version, priority| {
        let edit = Box::new(Edit { priority: Some(priority), ..Edit::default() });
        handover.centre.incident(IncidentCommand::Edit { version, edit })
    };
    let incident = handover.centre.now().await;
    more_urgent(incident.version, Priority::P3).await;
    handover.centre.carries(&offered).await;
    let incident = handover.centre.now().await;
    assert!(handover.due(handover.centre.work.clock.now()).await.is_empty(), "less urgent is told nobody");
    more_urgent(incident.version, Priority::P1).await;
    let hastened = handover.item().await;
    handover.centre.carries(&hastened).await;
    assert_eq!(handover.got(), ["offer"], "the offer is still on its way, and will say it itself");
    // Whichever a courier takes first.
    for _turn in 0..2 {
        for item in handover.due(handover.centre.later()).await {
            handover.centre.carries(&item).await;
        }
    }
    assert_eq!(handover.got()[1..], ["offer", "hastened"]);
    let told = handover.got.lock().unwrap().clone();
    let due_at = serde_json::to_value(handover.offer().await.due_at).unwrap();
    for one in &told[1..] {
        assert_eq!((&one["answer_by"], &one["priority"]), (&due_at, &"P1".into()), "{one}");
    }
    assert!(matches!(handover.offer().await.packet, PacketState::Delivered { .. }));
    handover.centre.ends().await;
}
