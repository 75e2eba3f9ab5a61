use dispatch_core::call::fact::EndReason;
use sip_trunk::TrunkProfile;

use crate::client::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_on_one_trunk_leaves_the_other_its_places() {
    let mut config = config();
    config.trunks.push(TrunkProfile::new("other", vec!["127.0.0.2/32".parse().unwrap()]));
    config.live_calls_max = 4;
    let centre = centre_with(config).await;
    let mut flood = Vec::new();
    for _ in 0..3 {
        let mut phone = Phone::new(&centre).await;
        phone.ring().await;
        flood.push(phone);
    }
    let mut too_many = Phone::new(&centre).await;
    too_many.send(too_many.invite()).await;
    let refused = too_many.expect("SIP/2.0 503").await;
    assert_eq!(refused.value("Retry-After"), "", "it would keep all calls away");
    let (call, _) = centre.arrival(3).await;
    assert_eq!(centre.end_of(call).await.0, EndReason::Overloaded);

    let mut other = Phone::at("127.0.0.2:0", &centre).await;
    other.ring().await;
    assert_eq!(centre.trunk.snapshot().overload, 1);
}
