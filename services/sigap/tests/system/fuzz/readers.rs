//! Every reader of what comes from outside or from a disk that a crash has cut: SIP messages and streams, multipart,
//! locations, session descriptions, RTP, RTCP, keys, WAV files, recordings, the journal, orders and facts as JSON.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use call_link::journal::Journal;
use call_link::order::{Order, OrderReply};
use call_media::dtmf::EventReceiver;
use call_media::jitter::JitterBuffer;
use call_media::recorder::{header, recover_recordings};
use call_media::rtcp::{self, Block, Compound, NAME_BYTES, Sent};
use call_media::rtp::{self, Codec};
use call_media::sdp::{Offer, Ours, write_answer};
use call_media::wav::read_alaw;
use dispatch_core::call::fact::{CallFact, EndReason};
use dispatch_core::ids::{CallId, UserId};
use dispatch_core::time::{Clock, Timestamp};
use simulator::seeded::Seeded;
use sip_trunk::readers::Readers;

use super::super::harness::loads_the_machine_blocking;
use super::{INPUT_WITHIN, budget, mutated, seed};

/// One reader with inputs that it takes as they are.
struct Reader {
    name: &'static str,
    /// One run of it costs some disk: only every so many rounds.
    every: u32,
    inputs: Vec<Vec<u8>>,
    read: Read,
}

/// Reads one input; chance decides what is left open, such as which way it came.
type Read = Box<dyn FnMut(&[u8], &mut Seeded)>;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 8 0 101\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\r\nm=video 0 RTP/AVP 31\r\n";
const PIDF: &str = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
    xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" xmlns:gml=\"http://www.opengis.net/gml\"><tuple id=\"a\"><status><gp:geopriv><gp:location-info>\
    <gs:Circle srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:pos>-3.0047 106.4551</gml:pos><gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">250</gs:radius></gs:Circle>\
    </gp:location-info></gp:geopriv></status></tuple></presence>";

/// An INVITE with everything that a telco sends.
fn invite() -> Vec<u8> {
    let body = format!(
        "--b1\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b1\r\nContent-Type: application/pidf+xml\r\nContent-ID: <loc@x>\r\n\r\n{PIDF}\r\n--b1--\r\n"
    );
    format!(
        "INVITE urn:service:sos SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\n\
         From: \"Budi\" <sip:anonymous@anonymous.invalid>;tag=1\r\nTo: <sip:112@centre>\r\nCall-ID: a@b\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:budi@127.0.0.1>\r\nP-Asserted-Identity: \"B\" <tel:+000;phone-context=x>, <sip:000@x>\r\nPrivacy: id\r\n\
         P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=1\r\nGeolocation: <cid:loc@x>, <https://x/y>\r\n\
         Require: 100rel, timer\r\nSession-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\nSupported: timer\r\n\
         Content-Type: multipart/mixed;boundary=b1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn others() -> Vec<Vec<u8>> {
    let head = "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK2\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: a@b\r\n";
    vec![
        format!("BYE sip:x SIP/2.0\r\n{head}CSeq: 2 BYE\r\nl: 0\r\n\r\n").into_bytes(),
        format!("PRACK sip:x SIP/2.0\r\n{head}RAck: 1 1 INVITE\r\nCSeq: 2 PRACK\r\nl: 0\r\n\r\n")
            .into_bytes(),
        format!("SIP/2.0 200 OK\r\n{head}CSeq: 1 INVITE\r\nContent-Length: {}\r\n\r\n{SDP}", SDP.len())
            .into_bytes(),
    ]
}

fn signalling() -> Vec<Reader> {
    let messages: Vec<_> = [invite()].into_iter().chain(others()).collect();
    let (by_message, by_stream, by_location) = (Readers::default(), Readers::default(), Readers::default());
    vec![
        Reader {
            name: "message",
            every: 1,
            inputs: messages.clone(),
            read: Box::new(move |bytes, _| drop(by_message.message(bytes))),
        },
        Reader {
            name: "stream",
            every: 2,
            inputs: vec![messages.concat()],
            read: Box::new(move |bytes, chance| {
                let piece = 1 + chance.below(1_500);
                let kept: usize = by_stream.stream(bytes, piece).iter().map(Vec::len).sum();
                assert!(kept <= bytes.len(), "more came out than went in");
            }),
        },
        Reader {
            name: "location",
            every: 1,
            inputs: vec![PIDF.into()],
            read: Box::new(move |bytes, _| {
                by_location.location(bytes);
            }),
        },
        Reader {
            name: "session description",
            every: 1,
            inputs: vec![SDP.into()],
            read: Box::new(|bytes, _| {
                if let Ok(offer) = Offer::parse(bytes)
                    && let Ok(voice) = offer.voice()
                {
                    let ours = Ours { address: [127, 0, 0, 1].into(), port: 4_000, session: 1, version: 1 };
                    assert!(Offer::parse(write_answer(&offer, &voice, ours).as_bytes()).is_ok());
                }
            }),
        },
    ]
}

fn media() -> Vec<Reader> {
    let mut packet = vec![0x80, 8, 0, 1, 0, 0, 0, 160, 0, 0, 0, 7];
    packet.extend([0xD5; 160]);
    let event = vec![0x80, 101, 0, 2, 0, 0, 1, 64, 0, 0, 0, 7, 5, 0x8A, 3, 0x20];
    let mut extended =
        vec![0xB1, 0x80, 0, 3, 0, 0, 2, 0, 0, 0, 0, 7, 0, 0, 0, 9, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4];
    extended.extend([0xD5; 80]);
    extended.push(1);
    let mut buffer = JitterBuffer::default();
    let mut events = EventReceiver::default();
    let mut wav = header(320).to_vec();
    wav.extend([0xD5; 320]);
    let folder = tempfile::tempdir().expect("a folder");
    let (sent, block) =
        (Sent { ntp: 1, timestamp: 2, packets: 3, octets: 4 }, Block { ssrc: 7, ..Block::default() });
    let report = Compound::report(9, Some(&sent), Some(&block), &[b'0'; NAME_BYTES]).and_goodbye(9);
    vec![
        Reader {
            name: "RTCP",
            every: 1,
            inputs: vec![report.bytes().to_vec()],
            read: Box::new(|bytes, _| {
                let about_us = rtcp::read(bytes, 7).and_then(|told| told.about_us);
                assert!(about_us.is_none_or(|block| block.ssrc == 7), "about another stream");
            }),
        },
        Reader {
            name: "RTP and keys",
            every: 1,
            inputs: vec![packet, event, extended],
            read: Box::new(move |bytes, _| {
                if let Some(received) = rtp::parse(bytes) {
                    buffer.push(&received, Codec::Pcma);
                    events.take(received.ssrc, received.timestamp, received.payload);
                }
                buffer.pull();
            }),
        },
        Reader {
            name: "WAV",
            every: 1,
            inputs: vec![wav.clone()],
            read: Box::new(|bytes, _| drop(read_alaw(bytes).map(<[u8]>::len))),
        },
        Reader {
            name: "recording that a crash cut",
            every: 100,
            inputs: vec![wav],
            read: Box::new(move |bytes, _| {
                std::fs::write(folder.path().join("a.wav"), bytes).expect("written");
                recover_recordings(folder.path(), &[]).expect("a folder that can be read");
            }),
        },
    ]
}

fn clock() -> Clock {
    Clock::new(|| Timestamp::from_micros(1_790_000_000_000_000))
}

/// A journal with some facts, as its file.
fn journal_file(runtime: &tokio::runtime::Runtime) -> (String, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let arrived = Readers::default().message(&invite()).expect("an INVITE is a call");
    let call = CallId(uuid::Uuid::from_u64_pair(1, 2));
    runtime.block_on(async {
        let (journal, _) = Journal::open(folder.path(), clock()).expect("a journal");
        for fact in [CallFact::Arrived(Box::new(arrived)), CallFact::QueueAnswered, CallFact::Confirmed] {
            journal.append(call, fact).await.expect("appended");
        }
        journal.append(call, CallFact::Ended { reason: EndReason::CallerHungUp }).await.expect("appended");
    });
    let longest = std::fs::read_dir(folder.path())
        .expect("a folder")
        .flatten()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, std::fs::read(entry.path()).ok()?)))
        .max_by_key(|(_, bytes)| bytes.len());
    longest.expect("a journal has a file")
}

fn records() -> Vec<Reader> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (name, file) = journal_file(&runtime);
    let (call, by) = (CallId(uuid::Uuid::from_u64_pair(1, 2)), UserId(uuid::Uuid::from_u64_pair(3, 4)));
    let json = |value: &dyn Fn() -> serde_json::Result<Vec<u8>>| value().expect("JSON");
    let arrived = Readers::default().message(&invite()).expect("an INVITE is a call");
    vec![
        Reader {
            name: "journal",
            every: 200,
            inputs: vec![file],
            read: Box::new(move |bytes, _| {
                let folder = tempfile::tempdir().expect("a folder");
                std::fs::write(folder.path().join(&name), bytes).expect("written");
                runtime.block_on(async {
                    // A file that is no journal is refused by name; one that is goes on after its last good entry.
                    if let Ok((journal, _)) = Journal::open(folder.path(), clock()) {
                        journal.append(call, CallFact::Confirmed).await.expect("appended");
                    }
                });
            }),
        },
        Reader {
            name: "orders and facts",
            every: 1,
            inputs: vec![
                json(&|| serde_json::to_vec(&Order::Answer { call, by })),
                json(&|| serde_json::to_vec(&CallFact::Answered { by })),
                json(&|| serde_json::to_vec(&CallFact::Arrived(Box::new(arrived.clone())))),
            ],
            read: Box::new(|bytes, _| {
                serde_json::from_slice::<Order>(bytes).ok();
                serde_json::from_slice::<OrderReply>(bytes).ok();
                serde_json::from_slice::<CallFact>(bytes).ok();
            }),
        },
    ]
}

#[test]
fn no_reader_panics_or_takes_long() {
    let _turn = loads_the_machine_blocking();
    let seed = seed("readers");
    let mut chance = Seeded::new(seed);
    let mut readers: Vec<_> = signalling().into_iter().chain(media()).chain(records()).collect();
    let until = Instant::now() + budget();
    let mut counts = vec![0_u64; readers.len()];
    let mut round = 0_u32;
    while Instant::now() < until || counts.contains(&0) {
        round += 1;
        for (reader, count) in readers.iter_mut().zip(&mut counts) {
            if !round.is_multiple_of(reader.every) {
                continue;
            }
            // As it is once, so that a reader that takes nothing at all is seen.
            let input =
                if *count == 0 { reader.inputs[0].clone() } else { mutated(&mut chance, &reader.inputs) };
            let began = Instant::now();
            let ended = catch_unwind(AssertUnwindSafe(|| (reader.read)(&input, &mut chance)));
            let took = began.elapsed();
            let shown = || input.escape_ascii().to_string();
            assert!(ended.is_ok(), "{}: panic, seed {seed}, input {}: {}", reader.name, *count, shown());
            assert!(
                took < INPUT_WITHIN,
                "{}: {took:?}, seed {seed}, input {}: {}",
                reader.name,
                *count,
                shown()
            );
            *count += 1;
        }
    }
    for (reader, count) in readers.iter().zip(&counts) {
        println!("{}: {count} inputs", reader.name);
    }
}
