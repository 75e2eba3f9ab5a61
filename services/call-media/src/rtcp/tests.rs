//! What is written is read again, and numbers come out as the RFC has them.

use std::time::Duration;

use super::*;

const NAME: &[u8; NAME_BYTES] = b"0123456789abcdef01234567";

fn packet(sequence: u16, timestamp: u32) -> Received<'static> {
    Received { payload_type: 8, sequence, timestamp, ssrc: 7, payload: &[0; 160] }
}

#[test]
fn loss_is_told_for_the_interval_and_for_the_whole_over_a_rollover() {
    let begun = Instant::now();
    let mut reception = Reception::new(begun);
    assert_eq!(reception.report(begun), None);
    // 65526 to 65535 and 0 to 9, every fourth missing.
    for n in (0..20u32).filter(|n| n % 4 != 3) {
        let at = begun + Duration::from_millis(u64::from(n) * 20);
        reception.take_sound(&packet(65_526u16.wrapping_add(n as u16), n * 160), at);
    }
    let (block, since) = reception.report(begun + Duration::from_secs(1)).unwrap();
    // The last one of them is not known to be missing.
    assert_eq!((since.expected, since.lost, block.lost), (19, 4, 4));
    assert_eq!((block.ssrc, block.fraction_lost, block.highest), (7, (4 * 256 / 19) as u8, 0x1_0008));
    assert_eq!((block.jitter, block.last_report, block.delay), (0, 0, 0));
    // What came late is lost no more.
    reception.take_sound(&packet(65_529, 480), begun + Duration::from_millis(500));
    let (block, since) = reception.report(begun + Duration::from_secs(2)).unwrap();
    assert_eq!((since, block.fraction_lost, block.lost), (Since::default(), 0, 3));
}

#[test]
fn jitter_grows_as_the_rfc_says_and_keys_do_not_count() {
    let begun = Instant::now();
    let mut reception = Reception::new(begun);
    let mut jitter = 0f64;
    for n in 0..200u32 {
        // Every second packet is 10 ms late.
        let late = u64::from(n % 2) * 10;
        reception
            .take_sound(&packet(n as u16, n * 160), begun + Duration::from_millis(u64::from(n) * 20 + late));
        if n > 0 {
            jitter += (80.0 - jitter) / 16.0;
        }
    }
    for _ in 0..10 {
        reception.take_key(&Received { payload_type: 101, ..packet(200, 0) });
    }
    let (block, _) = reception.report(begun + Duration::from_secs(5)).unwrap();
    assert!((f64::from(block.jitter) - jitter).abs() <= 1.0, "{} instead of {jitter}", block.jitter);
}

#[test]
fn another_stream_and_a_great_leap_begin_anew() {
    let now = Instant::now();
    let mut reception = Reception::new(now);
    reception.take_sound(&packet(10, 0), now);
    reception.take_sound(&packet(40_000, 160), now);
    assert_eq!(reception.report(now).unwrap().0.lost, 0);
    reception.take_sound(&Received { ssrc: 8, ..packet(5, 0) }, now);
    assert_eq!((reception.ssrc(), reception.report(now).unwrap().0.lost), (Some(8), 0));
}

#[test]
fn what_is_written_is_read_again() {
    let heard =
        Block { ssrc: 7, fraction_lost: 3, lost: -2, highest: 9, jitter: 4, last_report: 5, delay: 6 };
    let sent = Sent { ntp: ntp(1_500_000), timestamp: 8_000, packets: 50, octets: 8_000 };
    for (sent, heard) in
        [(Some(&sent), Some(&heard)), (Some(&sent), None), (None, Some(&heard)), (None, None)]
    {
        let report = Compound::report(42, sent, heard, NAME);
        let told = Told {
            ssrc: 42,
            // 2208988801.5 s: the lower half of the seconds and the upper half of the fraction.
            sent_at: sent.map(|_| (2_208_988_801u64 as u32) << 16 | 0x8000),
            about_us: heard.copied(),
            leaves: false,
        };
        assert_eq!(read(report.bytes(), 7), Some(told));
        assert_eq!(read(report.and_goodbye(42).bytes(), 7), Some(Told { leaves: true, ..told }));
        assert_eq!(read(report.bytes(), 8).unwrap().about_us, None, "it is about another stream");
        assert_eq!(report.bytes().len() % 4, 0);
        for cut in 1..report.bytes().len() {
            // A cut between two packets leaves a whole one; it must never panic.
            let _ = read(&report.bytes()[..cut], 7);
        }
    }
}

#[test]
fn what_is_no_compound_packet_is_not_believed() {
    let good = Compound::report(42, None, None, NAME);
    assert_eq!(read(&[], 7), None);
    assert_eq!(read(&good.bytes()[8..], 7), None, "it begins with a name");
    for (place, byte) in [(0, 0x40), (0, 0xA0), (0, 0x9F), (2, 0xFF)] {
        let mut bad = good.bytes().to_vec();
        bad[place] = byte;
        assert_eq!(read(&bad, 7), None, "byte {place} is {byte:#x}");
    }
    let mut longer = good.bytes().to_vec();
    longer.extend_from_slice(&[1, 2, 3]);
    assert_eq!(read(&longer, 7), None);
}
