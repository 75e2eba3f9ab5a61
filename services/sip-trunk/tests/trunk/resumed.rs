//! The process dies while a caller waits, and another one takes its place on the same port.

use std::net::SocketAddr;
use std::time::Duration;

use call_link::journal::{Journal, JournalError};
use call_link::order::{LiveState, NumberPast, Order, OrderError};
use dispatch_core::call::fact::{CallFact, CallerClass, EndReason, Prompt};
use dispatch_core::ids::CallId;
use sip_trunk::TrunkConfig;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::client::*;

/// T1 of the process that comes after: callers have 64 times this to come back.
const T1_AFTER: Duration = Duration::from_millis(200);

/// A centre on a thread of its own. It has one thread only, so that at its death no task is run that could see
/// another one vanish: after `kill -9` nobody writes a last fact either.
pub struct Doomed {
    kill: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
    pub centre: Centre,
}

impl Doomed {
    pub async fn new(config: TrunkConfig) -> Self {
        // Nothing may end by its own timer before the process dies.
        Self::of(centre_with(TrunkConfig { t1: Duration::from_millis(500), ..config })).await
    }

    pub async fn of(centre: impl Future<Output = Centre> + Send + 'static) -> Self {
        let (kill, killed) = oneshot::channel();
        let (started, start) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                assert!(started.send(centre.await).is_ok());
                killed.await.unwrap();
            });
        });
        Self { kill, thread, centre: start.await.unwrap() }
    }

    /// All tasks stop where they stand, no socket stays open, nobody is told: what is left is the journal.
    pub fn die(self) -> Left {
        self.kill.send(()).unwrap();
        self.thread.join().unwrap();
        let Centre { trunk, journal: _, dir } = self.centre;
        Left { dir, address: trunk.sip_udp }
    }
}

/// What a dead process leaves.
pub struct Left {
    dir: TempDir,
    address: SocketAddr,
}

impl Left {
    /// The one file of a young journal.
    pub fn journal_file(&self) -> std::path::PathBuf {
        let files = std::fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files =
            files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("journal-"));
        files.next().unwrap()
    }

    pub async fn start(self) -> Centre {
        self.start_with(TrunkConfig { t1: T1_AFTER, ..config() }).await
    }

    pub async fn start_with(self, config: TrunkConfig) -> Centre {
        let until = Instant::now() + PATIENCE;
        let (journal, recovery) = loop {
            match Journal::open(self.dir.path(), clock()) {
                Err(JournalError::Locked { .. }) if Instant::now() < until => {}
                opened => break opened.unwrap(),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let config = TrunkConfig { bind: self.address, ..config };
        let trunk = loop {
            match sip_trunk::start(config.clone(), journal.clone(), &recovery, clock()).await {
                Err(sip_trunk::TrunkError::Bind { .. }) if Instant::now() < until => {}
                started => break started.unwrap(),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        Centre { trunk, journal, dir: self.dir }
    }
}

/// What the first process sent is not mistaken for the second one's.
pub fn hear_nothing_old(phone: &mut Phone) {
    while phone.socket.try_recv_from(&mut [0; 8_192]).is_ok() {}
    phone.to = "<sip:112@centre>".to_owned();
}

fn first_call(facts: &[call_link::journal::Entry]) -> CallId {
    facts[0].call
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_rings_on_after_a_crash_is_the_same_call() {
    let doomed = Doomed::new(config()).await;
    let mut phone = Phone::new(&doomed.centre).await;
    phone.ring().await;
    let (call, _) = doomed.centre.arrival(0).await;
    let centre = doomed.die().start().await;
    hear_nothing_old(&mut phone);

    // Until the caller is back nobody can talk to it.
    assert_eq!(centre.live().await, []);
    assert_eq!(centre.orders().answer(call, petugas(1)).await, Err(OrderError::Ended));
    assert_eq!(centre.orders().hangup(call, petugas(1)).await, Err(OrderError::Ended));

    phone.send(phone.invite()).await;
    phone.send(phone.invite()).await;
    phone.expect("SIP/2.0 180").await;
    let live = centre.live().await;
    let arrived_at = centre.facts().await[0].at;
    assert_eq!((live[0].call, live[0].state, live[0].since), (call, LiveState::Ringing, arrived_at));
    assert!(!centre.orders().answer(call, petugas(1)).await.unwrap().was_queued);
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.bye().await;
    let (_, facts) = centre.end_of(call).await;
    assert_eq!(names_of(&facts), ["arrived", "answered", "confirmed", "ended CallerHungUp"]);
    assert_eq!(centre.facts().await.len(), 4, "there is no other call");
    assert_eq!((centre.trunk.snapshot().resumed, centre.trunk.snapshot().recorded), (1, 0));
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queued_caller_whose_200_was_lost_hears_the_queue_at_once() {
    let doomed = Doomed::new(TrunkConfig { queue_answer_after: Duration::from_millis(50), ..config() }).await;
    let mut phone = Phone::new(&doomed.centre).await;
    phone.ring().await;
    phone.expect("SIP/2.0 200").await;
    // The second process has a long wait before the queue: this 200 comes from what the journal knows.
    let centre = doomed.die().start().await;
    hear_nothing_old(&mut phone);
    phone.send(phone.invite()).await;
    assert!(phone.expect("SIP/2.0 200").await.audio_port() > 0);
    phone.ack().await;
    let call = first_call(&centre.facts().await);
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    assert_eq!((centre.live().await[0].call, centre.live().await[0].state), (call, LiveState::Queued));
    assert!(centre.orders().answer(call, petugas(2)).await.unwrap().was_queued);
    phone.bye().await;
    centre.end_of(call).await;
    assert_eq!(
        names(&centre.facts().await),
        ["arrived", "queued", "confirmed", "answered", "ended CallerHungUp"]
    );
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answered_caller_whose_200_was_lost_is_still_the_call_takers() {
    let doomed = Doomed::new(config()).await;
    let mut phone = Phone::new(&doomed.centre).await;
    phone.ring().await;
    let (call, _) = doomed.centre.arrival(0).await;
    doomed.centre.orders().answer(call, petugas(3)).await.unwrap();
    // Two crashes: the second process goes on with the call and dies before the ACK.
    let doomed = Doomed::of(doomed.die().start()).await;
    hear_nothing_old(&mut phone);
    phone.send(phone.invite()).await;
    phone.expect("SIP/2.0 200").await;
    let centre = doomed.die().start().await;
    hear_nothing_old(&mut phone);
    phone.send(phone.invite()).await;
    phone.expect("SIP/2.0 200").await;
    let live = centre.live().await;
    assert_eq!((live[0].state, live[0].answered_by), (LiveState::Connected, Some(petugas(3))));
    assert_eq!(
        centre.orders().answer(call, petugas(4)).await,
        Err(OrderError::AlreadyAnswered { by: petugas(3) })
    );
    phone.ack().await;
    centre.wait_for(|facts| names(facts).contains(&"confirmed".to_owned()).then_some(())).await;
    phone.bye().await;
    centre.end_of(call).await;
    assert_eq!(names(&centre.facts().await), ["arrived", "answered", "confirmed", "ended CallerHungUp"]);
    centre.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_do_not_come_back_end_in_time_and_a_later_invite_is_a_new_call() {
    let doomed = Doomed::new(config()).await;
    let mut phones = Vec::new();
    for n in 0..3 {
        let mut phone = Phone::new(&doomed.centre).await;
        phone.ring().await;
        doomed.centre.arrival(n).await;
        phones.push(phone);
    }
    let begin = Instant::now();
    let centre = doomed.die().start_with(TrunkConfig { t1: Duration::from_millis(10), ..config() }).await;
    assert_eq!(names(&centre.facts().await), ["arrived", "arrived", "arrived"]);
    centre.wait_for(|facts| (facts.len() == 6).then_some(())).await;
    assert!(begin.elapsed() >= Duration::from_millis(640), "{:?}", begin.elapsed());
    assert!(names(&centre.facts().await[3..]).iter().all(|name| name == "ended Restarted"));

    hear_nothing_old(&mut phones[0]);
    phones[0].ring().await;
    let (again, _) = centre.arrival(3).await;
    assert!(centre.facts().await[..6].iter().all(|entry| entry.call != again));
    assert_eq!(centre.trunk.snapshot().resumed, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_gives_up_after_a_crash_ends_its_call_early() {
    let doomed = Doomed::new(config()).await;
    let mut phones = Vec::new();
    for n in 0..5 {
        let mut phone = Phone::new(&doomed.centre).await;
        phone.ring().await;
        let (call, _) = doomed.centre.arrival(n).await;
        if n == 2 || n == 3 {
            doomed.centre.orders().answer(call, petugas(1)).await.unwrap();
            phone.expect("SIP/2.0 200").await;
        }
        phones.push((phone, call));
    }
    // So long that the timer cannot be what ends them.
    let centre = doomed.die().start_with(TrunkConfig { t1: Duration::from_secs(1), ..config() }).await;
    let [(cancels, a), (early_bye, b), (hangs_up, c), (acknowledges, d), (comes_back, e)] = &mut phones[..]
    else {
        panic!("five callers")
    };
    cancels.to = "<sip:112@centre>".to_owned();
    cancels.send(cancel(cancels)).await;
    cancels.expect("SIP/2.0 481").await;
    for phone in [early_bye, hangs_up] {
        phone.cseq += 1;
        phone.send(phone.request("BYE", "", "")).await;
        phone.expect("SIP/2.0 481").await;
    }
    acknowledges.ack().await;
    assert_eq!(centre.end_of(*a).await.0, EndReason::CallerCancelled);
    assert_eq!(centre.end_of(*b).await.0, EndReason::CallerCancelled);
    assert_eq!(centre.end_of(*c).await.0, EndReason::CallerHungUp);
    assert_eq!(centre.end_of(*d).await.0, EndReason::Restarted);

    // The INVITE and what follows it in the same breath belong together: one call, not an end and a new one.
    hear_nothing_old(comes_back);
    comes_back.send(comes_back.invite()).await;
    comes_back.send(cancel(comes_back)).await;
    comes_back.expect("SIP/2.0 487").await;
    assert_eq!(centre.end_of(*e).await.0, EndReason::CallerCancelled);
    assert_eq!(centre.trunk.snapshot().resumed, 1);
    assert_eq!(arrivals(&centre.facts().await).count(), 5);
    centre.assert_clean().await;
}

/// A CANCEL has the branch of its INVITE, and no To tag.
fn cancel(phone: &Phone) -> String {
    format!("{}Content-Length: 0\r\n\r\n", phone.head("CANCEL", &phone.branch))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_caller_with_the_same_call_id_never_gets_the_record() {
    let doomed = Doomed::new(config()).await;
    let mut phone = Phone::new(&doomed.centre).await;
    phone.ring().await;
    let (call, _) = doomed.centre.arrival(0).await;
    let centre = doomed.die().start().await;
    hear_nothing_old(&mut phone);
    let mut stranger = Phone::new(&centre).await;
    stranger.call_id = phone.call_id.clone();
    stranger.send(stranger.invite().replace("0811717171", "0822828282")).await;
    stranger.expect("SIP/2.0 180").await;
    let (other, _) = centre.arrival(1).await;
    assert_ne!(other, call);
    // The one it belongs to is not locked out by it.
    phone.ring().await;
    let live: Vec<_> = centre.live().await.iter().map(|live| live.call).collect();
    assert_eq!(live, [call, other]);
    assert_eq!(arrivals(&centre.facts().await).count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_leave_open_what_waits_for_its_caller() {
    let doomed = Doomed::new(config()).await;
    let mut phone = Phone::new(&doomed.centre).await;
    phone.ring().await;
    let centre = doomed.die().start_with(TrunkConfig { t1: Duration::from_secs(1), ..config() }).await;
    let begin = Instant::now();
    centre.trunk.shutdown(Duration::ZERO).await;
    assert!(begin.elapsed() < Duration::from_secs(2), "the stop waits for nobody: {:?}", begin.elapsed());
    let facts = centre.journal.read_after(0, 10).await.unwrap();
    assert_eq!(names(&facts), ["arrived", "ended Restarted"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_keeps_their_class_through_a_crash() {
    let doomed = Doomed::new(config()).await;
    let mut first = Phone::new(&doomed.centre).await;
    first.ring().await;
    let number = doomed.centre.arrival(0).await.1.caller.unwrap().number;
    let numbers = vec![NumberPast {
        number,
        pranks: 3,
        ghosts: 0,
        incidents: 0,
        lifted_until: None,
        restricted_until: None,
    }];
    doomed.centre.orders().carry_out(Order::Learn { numbers, begins: true }).await.unwrap();
    let mut phone = Phone::new(&doomed.centre).await;
    phone.ring().await;
    let (call, _) = doomed.centre.arrival(1).await;
    let screened = |fact: &CallFact| matches!(fact, CallFact::Screened { class: CallerClass::Suspect, .. });
    let has = |facts: &[call_link::journal::Entry], like: &dyn Fn(&CallFact) -> bool| {
        facts.iter().any(|entry| entry.call == call && like(&entry.fact)).then_some(())
    };
    doomed.centre.wait_for(|facts| has(facts, &screened)).await;
    // The next process knows nothing of the number, only of the call.
    let config = TrunkConfig { queue_answer_after: Duration::from_millis(300), ..config() };
    let centre = doomed.die().start_with(config).await;
    hear_nothing_old(&mut phone);
    phone.send(phone.invite()).await;
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    let asked = |fact: &CallFact| *fact == CallFact::Prompted { prompt: Prompt::Challenge };
    centre.wait_for(|facts| has(facts, &asked)).await;
}
