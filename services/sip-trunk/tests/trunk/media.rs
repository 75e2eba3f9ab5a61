use std::time::{Duration, Instant};

use call_link::order::Order;
use call_media::announcement::{Announcement, Sounds};
use call_media::rtp::Codec;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::client::*;

async fn hear(rtp: &UdpSocket) -> Vec<u8> {
    let mut packet = vec![0; 1_500];
    let bytes = timeout(PATIENCE, rtp.recv(&mut packet)).await.expect("sound").unwrap();
    packet.truncate(bytes);
    packet
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_announcement_is_heard_frame_by_frame_and_changes_when_a_person_answers() {
    let queue_answer_after = Duration::from_millis(100);
    let centre = centre_with(sip_trunk::TrunkConfig { queue_answer_after, ..config() }).await;
    let mut phone = Phone::new(&centre).await;
    let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let sdp = SDP.replace("audio 9", &format!("audio {}", rtp.local_addr().unwrap().port()));
    phone.send(phone.invite_with("", "application/sdp", &sdp)).await;
    phone.expect("SIP/2.0 200").await;
    phone.ack().await;
    let sounds = Sounds::built_in().unwrap();
    let first = hear(&rtp).await;
    let begin = Instant::now();
    assert_eq!((first.len(), first[1]), (172, 0x88), "marker and payload type 8");
    assert_eq!(first[12..], sounds.frame(Announcement::Queue, Codec::Pcma, 0)[..]);
    let sequence = |packet: &[u8]| u16::from_be_bytes([packet[2], packet[3]]);
    let timestamp = |packet: &[u8]| u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
    let mut last = first.clone();
    for n in 1..=50 {
        let packet = hear(&rtp).await;
        assert_eq!(sequence(&packet), sequence(&last).wrapping_add(1));
        let step = timestamp(&packet).wrapping_sub(timestamp(&last));
        // A machine that slept for more than 200 ms leaves out what nobody wants to hear in a burst.
        assert!(step == 160 || (step >= 10 * 160 && step.is_multiple_of(160)), "a step of {step}");
        assert_eq!(packet[8..12], first[8..12]);
        assert_eq!(packet[12..], sounds.frame(Announcement::Queue, Codec::Pcma, n)[..], "frame {n}");
        last = packet;
    }
    let took = begin.elapsed();
    assert!((600..5_000).contains(&took.as_millis()), "50 frames of 20 ms took {took:?}");

    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let change = loop {
        let packet = hear(&rtp).await;
        assert_eq!(sequence(&packet), sequence(&last).wrapping_add(1));
        last = packet;
        if last[1] & 0x80 != 0 {
            break last;
        }
    };
    assert_eq!(change[12..], sounds.frame(Announcement::Connected, Codec::Pcma, 0)[..]);
    phone.bye().await;
    centre.end_of(call).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    while rtp.try_recv(&mut [0; 1_500]).is_ok() {}
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(rtp.try_recv(&mut [0; 1_500]).is_err(), "the port is closed with the call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_offer_the_answer_in_the_ack_tells_where_to_send() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite_with("", "application/sdp", "")).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let ok = phone.expect("SIP/2.0 200").await;
    assert!(ok.body.contains("RTP/AVP 8 0 101"), "our offer: {}", ok.body);
    let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let answer =
        format!("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {} RTP/AVP 0\r\n", rtp.local_addr().unwrap().port());
    phone.send(phone.request("ACK", "Content-Type: application/sdp\r\n", &answer)).await;
    assert_eq!(hear(&rtp).await[1] & 0x7F, 0, "PCMU as answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_broken_offer_the_first_packet_tells_where_to_send() {
    let centre = centre().await;
    let mut phone = Phone::new(&centre).await;
    phone.send(phone.invite_with("", "application/sdp", "broken")).await;
    phone.expect("SIP/2.0 180").await;
    let (call, _) = centre.arrival(0).await;
    centre.orders().answer(call, petugas(1)).await.unwrap();
    let port = phone.expect("SIP/2.0 200").await.audio_port();
    phone.ack().await;
    let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut packet = [0u8; 172];
    packet[0] = 0x80;
    packet[1] = 8;
    rtp.send_to(&packet, ("127.0.0.1", port)).await.unwrap();
    assert_eq!(hear(&rtp).await.len(), 172);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_disaster_mode_who_waits_hears_the_disaster_text_and_after_it_the_usual_one() {
    let queue_answer_after = Duration::from_millis(100);
    let centre = centre_with(sip_trunk::TrunkConfig { queue_answer_after, ..config() }).await;
    let sounds = Sounds::built_in().unwrap();
    for (disaster, text) in [(true, Announcement::Disaster), (false, Announcement::Queue)] {
        centre.orders().carry_out(Order::MassEvent { open: false, disaster }).await.unwrap();
        let mut phone = Phone::new(&centre).await;
        let rtp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let sdp = SDP.replace("audio 9", &format!("audio {}", rtp.local_addr().unwrap().port()));
        phone.send(phone.invite_with("", "application/sdp", &sdp)).await;
        phone.expect("SIP/2.0 200").await;
        phone.ack().await;
        // The first word is the same; the second differs.
        let heard = async {
            for n in 0..100 {
                let packet = hear(&rtp).await;
                assert_eq!(packet[12..], sounds.frame(text, Codec::Pcma, n)[..], "frame {n}, {text:?}");
            }
        };
        timeout(PATIENCE, heard).await.unwrap();
        phone.bye().await;
    }
}
