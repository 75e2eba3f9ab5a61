use super::*;

/// Packet `n` of a stream: its number is its sound.
fn packet(payload: &[u8], n: u32, timestamp: u32) -> Received<'_> {
    Received { payload_type: 8, sequence: n as u16, timestamp, ssrc: 1, payload }
}

fn push(buffer: &mut JitterBuffer, n: u32) {
    let payload = [n as u8; FRAME_BYTES];
    buffer.push(&packet(&payload, n, 1_000 + n * FRAME), Codec::Pcma);
}

fn heard(buffer: &mut JitterBuffer) -> Option<u8> {
    buffer.pull().map(|sound| {
        assert!(sound.bytes.iter().all(|byte| *byte == sound.bytes[0]));
        sound.bytes[0]
    })
}

#[test]
fn an_even_stream_comes_out_bit_by_bit_one_frame_later_also_over_the_wrap() {
    let mut buffer = JitterBuffer::default();
    let mut out = Vec::new();
    for n in 0..100u32 {
        let payload: Vec<u8> = (0..160).map(|k| (n * 7 + k) as u8).collect();
        let timestamp = (u32::MAX - 40 * FRAME).wrapping_add(n * FRAME);
        buffer.push(&packet(&payload, n, timestamp), Codec::Pcmu);
        if let Some(sound) = buffer.pull() {
            assert_eq!(sound.codec, Codec::Pcmu);
            out.extend_from_slice(&sound.bytes);
        }
    }
    let sent: Vec<u8> = (0..100u32).flat_map(|n| (0..160).map(move |k| (n * 7 + k) as u8)).collect();
    assert_eq!(out[..], sent[..out.len()]);
    assert_eq!(out.len(), 99 * 160);
    assert_eq!(buffer.counts(), JitterCounts { restarts: 1, ..JitterCounts::default() });
}

#[test]
fn any_packet_length_gives_frames_of_20_ms() {
    for samples in [80usize, 160, 240, 320, 480] {
        let mut buffer = JitterBuffer::default();
        let sent: Vec<u8> = (0..samples * 40).map(|n| (n / 3) as u8).collect();
        let mut out = Vec::new();
        let mut next = 0;
        for tick in 1..=(samples * 40 / 160) {
            while next + samples <= tick * 160 + samples / 2 && next + samples <= sent.len() {
                let payload = &sent[next..next + samples];
                buffer.push(&packet(payload, (next / samples) as u32, 77 + next as u32), Codec::Pcma);
                next += samples;
            }
            if let Some(sound) = buffer.pull() {
                out.extend_from_slice(&sound.bytes);
            }
        }
        let begin = out.windows(80).position(|window| window == &sent[..80]).expect("the beginning is heard");
        let length = out.len() - begin;
        assert!(length > sent.len() / 2, "{samples}: {length}");
        assert_eq!(out[begin..], sent[..length], "{samples}");
    }
}

#[test]
fn reordering_and_duplicates_are_not_heard() {
    let mut buffer = JitterBuffer::default();
    let mut out = Vec::new();
    push(&mut buffer, 0);
    out.extend(heard(&mut buffer));
    push(&mut buffer, 1);
    out.extend(heard(&mut buffer));
    // The buffer is one frame deep: pairs that change places within 20 ms are put right.
    for pair in 1..20 {
        push(&mut buffer, pair * 2 + 1);
        push(&mut buffer, pair * 2);
        push(&mut buffer, pair * 2);
        out.extend(heard(&mut buffer));
        out.extend(heard(&mut buffer));
    }
    let begin = out.iter().position(|byte| *byte == 1).unwrap();
    let wanted: Vec<u8> = (1..).take(out.len() - begin).collect();
    assert_eq!(out[begin..], wanted);
    assert_eq!(buffer.counts().useless, 19, "one duplicate of each pair");
}

#[test]
fn a_lost_packet_is_an_echo_of_the_last_and_a_long_gap_is_silence() {
    let mut buffer = JitterBuffer::default();
    let loud = [Codec::Pcma.encode(8_000); FRAME_BYTES];
    let mut out = Vec::new();
    for n in 0..30u32 {
        if n != 10 && !(14..29).contains(&n) {
            buffer.push(&packet(&loud, n, n * FRAME), Codec::Pcma);
        }
        out.push(buffer.pull().map(|sound| Codec::Pcma.linear(sound.bytes[0])));
    }
    let level = |n: usize| out[n].map(|sample| sample / 1_000);
    assert_eq!((level(10), level(11), level(12)), (Some(8), Some(4), Some(8)), "{out:?}");
    assert_eq!((level(14), level(15), level(16), level(17)), (Some(8), Some(4), Some(2), None), "{out:?}");
    assert_eq!(buffer.counts().restarts, 2, "after the pause it begins anew");
}

#[test]
fn another_stream_and_another_law_begin_anew() {
    let mut buffer = JitterBuffer::default();
    push(&mut buffer, 0);
    heard(&mut buffer);
    assert_eq!(heard(&mut buffer), Some(0));
    let payload = [9; FRAME_BYTES];
    buffer.push(&Received { ssrc: 2, ..packet(&payload, 77, 900_000_000) }, Codec::Pcma);
    buffer.pull();
    assert_eq!(heard(&mut buffer), Some(9));
    buffer.push(&Received { ssrc: 2, ..packet(&payload, 78, 900_000_160) }, Codec::Pcmu);
    buffer.pull();
    assert_eq!(buffer.pull().unwrap(), Sound { codec: Codec::Pcmu, bytes: payload });
    buffer.push(&Received { ssrc: 2, ..packet(&payload, 79, 5) }, Codec::Pcmu);
    buffer.pull();
    assert_eq!(heard(&mut buffer), Some(9), "a jump of the clock");
    assert_eq!(buffer.counts().restarts, 4);
}

#[test]
fn packets_that_are_late_again_and_again_make_it_deeper_and_a_burst_makes_it_no_slower() {
    let mut buffer = JitterBuffer::default();
    // Again and again two packets come together, after the first of them should have been heard.
    let mut missing = 0;
    for n in 0..300u32 {
        if !matches!(n % 7, 3 | 4) {
            push(&mut buffer, n);
        }
        let sound = buffer.pull();
        if n > 150 && sound.is_none() {
            missing += 1;
        }
        if n % 7 == 4 {
            push(&mut buffer, n - 1);
            push(&mut buffer, n);
        }
    }
    assert_eq!(missing, 0);
    let concealed = buffer.counts().concealed;
    assert!(concealed < 10, "after the first ones there is room: {concealed}");

    let mut burst = JitterBuffer::default();
    for n in 0..20 {
        push(&mut burst, n);
    }
    heard(&mut burst);
    let first = heard(&mut burst).unwrap();
    assert!(first >= 17, "the oldest of a burst is left out: {first}");
}

#[test]
fn a_sender_whose_clock_is_fast_is_followed() {
    let mut buffer = JitterBuffer::default();
    let (mut sent, mut last) = (0u32, 0u8);
    for tick in 0..3_000u32 {
        push(&mut buffer, sent);
        sent += 1;
        if tick % 200 == 199 {
            push(&mut buffer, sent);
            sent += 1;
        }
        last = heard(&mut buffer).unwrap_or(last);
    }
    let behind = (sent as u8).wrapping_sub(last);
    assert!(behind <= 6, "{behind} frames behind");
}

#[test]
fn loss_with_late_repeats_and_reordering_makes_the_stream_no_later() {
    let mut buffer = JitterBuffer::default();
    let mut last = 0;
    let mut heard_frames = 0;
    for n in 0..240u32 {
        // Of ten packets one is lost and two change places; every one comes again 100 ms later.
        match n % 10 {
            3 => {}
            6 => push(&mut buffer, n + 1),
            7 => push(&mut buffer, n - 1),
            _ => push(&mut buffer, n),
        }
        if n >= 5 && (n - 5) % 10 != 3 {
            push(&mut buffer, n - 5);
        }
        if let Some(sound) = buffer.pull() {
            last = sound.bytes[0];
            heard_frames += 1;
        }
    }
    assert!(heard_frames > 225, "{heard_frames}");
    let behind = 239u8.wrapping_sub(last);
    assert!(behind <= 3, "{behind} frames behind");
}

#[test]
fn garbage_never_panics_and_never_stops_the_next_good_stream() {
    let mut buffer = JitterBuffer::default();
    let mut seed = 0x1234_5678_9ABC_DEF0u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for _ in 0..200_000 {
        let mut bytes = [0u8; 220];
        for chunk in bytes.chunks_exact_mut(4) {
            chunk.copy_from_slice(&(random() as u32).to_be_bytes());
        }
        bytes[0] = 0x80 | (random() as u8 & 0x3F);
        let length = (random() % 220) as usize;
        if let Some(read) = crate::rtp::parse(&bytes[..length]) {
            // Mostly one stream, with timestamps near and far.
            let near = if random() % 3 == 0 { read.timestamp } else { read.timestamp % 6_000 };
            buffer.push(&Received { ssrc: read.ssrc % 2, timestamp: near, ..read }, Codec::Pcma);
        }
        if random() % 2 == 0 {
            buffer.pull();
        }
    }
    let mut good = Vec::new();
    for n in 0..20 {
        let payload = [n as u8; FRAME_BYTES];
        buffer.push(&Received { ssrc: 99, ..packet(&payload, n, n * FRAME) }, Codec::Pcma);
        good.extend(heard(&mut buffer));
    }
    // The garbage may have made the buffer deep, no more.
    let wanted: Vec<u8> = (0..).take(good.len()).collect();
    assert!(good.len() >= 13, "{good:?}");
    assert_eq!(good, wanted);
}

#[test]
fn the_farthest_timestamps_of_one_stream_begin_it_anew() {
    for ahead in [i32::MAX as u32, i32::MAX as u32 - 159, i32::MIN as u32, i32::MIN as u32 + 1] {
        let mut buffer = JitterBuffer::default();
        let payload = [7; FRAME_BYTES];
        buffer.push(&packet(&payload, 0, 0), Codec::Pcma);
        let begun = buffer.play;
        buffer.push(&packet(&payload, 1, begun.wrapping_add(ahead)), Codec::Pcma);
        assert_eq!(buffer.counts().restarts, 2, "{ahead:#x} away");
        heard(&mut buffer);
        assert_eq!(heard(&mut buffer), Some(7));
    }
}
