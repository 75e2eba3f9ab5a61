//! Nothing is heard of a caller any more: we ask, and only a caller who is gone is lost.

use std::time::Duration;

use dispatch_core::call::fact::EndReason;
use sip_trunk::TrunkConfig;

use crate::client::*;
use crate::inside::talking;

async fn centre_that_notices() -> Centre {
    centre_with(TrunkConfig { silent_after: Duration::from_millis(400), ..config() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_falls_silent_and_says_nothing_is_lost() {
    for says in ["", "481 Call/Transaction Does Not Exist"] {
        let centre = centre_that_notices().await;
        let mut phone = talking(&centre).await;
        let (call, _) = centre.arrival(0).await;
        let asked = phone.expect("OPTIONS ").await;
        if !says.is_empty() {
            phone.reply_with(&asked, says, "").await;
        }
        let bye = phone.expect("BYE ").await;
        phone.reply(&bye, 200, "OK").await;
        let (reason, facts) = centre.end_of(call).await;
        assert_eq!(reason, EndReason::Lost);
        assert_eq!(names_of(&facts), ["arrived", "answered", "confirmed", "ended Lost"]);
        centre.assert_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_caller_who_is_there_stays() {
    let centre = centre_that_notices().await;
    let mut phone = talking(&centre).await;
    let (call, _) = centre.arrival(0).await;
    let asked = phone.expect("OPTIONS ").await;
    phone.reply(&asked, 200, "OK").await;
    // Longer than the question could have waited for its answer.
    phone.expect_silence(Duration::from_millis(2_000), "").await;
    assert_eq!(centre.live().await[0].call, call);
    phone.bye().await;
    assert_eq!(centre.end_of(call).await.0, EndReason::CallerHungUp);
    centre.assert_clean().await;
}
