//! The two laws of ITU-T G.711: between each other by table (tables 3 and 4) for callers that speak PCMU only, and to
//! linear samples and back for the mixer.

/// A-law silence.
pub const ALAW_SILENCE: u8 = 0xD5;
/// µ-law silence.
pub const ULAW_SILENCE: u8 = 0xFF;

const ALAW_TO_ULAW: [u8; 256] = alaw_to_ulaw();
const ULAW_TO_ALAW: [u8; 256] = ulaw_to_alaw();
const ALAW_LINEAR: [i16; 256] = linear_of(true);
const ULAW_LINEAR: [i16; 256] = linear_of(false);

/// The µ-law byte that sounds most like the A-law byte.
pub const fn ulaw_from_alaw(alaw: u8) -> u8 {
    ALAW_TO_ULAW[alaw as usize]
}

/// The A-law byte that sounds most like the µ-law byte.
pub const fn alaw_from_ulaw(ulaw: u8) -> u8 {
    ULAW_TO_ALAW[ulaw as usize]
}

/// A-law byte to a linear sample of 16 bits.
pub const fn linear_from_alaw(alaw: u8) -> i16 {
    ALAW_LINEAR[alaw as usize]
}

/// µ-law byte to a linear sample of 16 bits.
pub const fn linear_from_ulaw(ulaw: u8) -> i16 {
    ULAW_LINEAR[ulaw as usize]
}

/// Linear sample to A-law byte.
pub const fn alaw_from_linear(sample: i16) -> u8 {
    // One's complement of a negative sample, as the standard counts: -1 lies beside 0.
    let (sign, magnitude) = if sample < 0 { (0x00, !sample) } else { (0x80, sample) };
    let magnitude = magnitude >> 3;
    let mut exponent = 7;
    while exponent > 0 && magnitude & (0x10 << exponent) == 0 {
        exponent -= 1;
    }
    let shift = if exponent == 0 { 1 } else { exponent };
    let mantissa = ((magnitude >> shift) & 0x0F) as u8;
    (sign | ((exponent as u8) << 4) | mantissa) ^ 0x55
}

/// Linear sample to µ-law byte.
pub const fn ulaw_from_linear(sample: i16) -> u8 {
    const BIAS: i32 = 0x84;
    const CLIP: i32 = 32_635;
    let sign: u8 = if sample < 0 { 0x80 } else { 0 };
    let mut magnitude = (sample as i32).abs();
    if magnitude > CLIP {
        magnitude = CLIP;
    }
    magnitude += BIAS;
    let mut exponent = 7;
    while exponent > 0 && magnitude & (0x80 << exponent) == 0 {
        exponent -= 1;
    }
    let mantissa = ((magnitude >> (exponent + 3)) & 0x0F) as u8;
    !(sign | ((exponent as u8) << 4) | mantissa)
}

const fn linear_of(alaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = if alaw { expand_alaw(i as u8) } else { expand_ulaw(i as u8) };
        i += 1;
    }
    table
}

const fn expand_alaw(alaw: u8) -> i16 {
    let value = alaw ^ 0x55;
    let exponent = (value >> 4) & 7;
    let mantissa = (value & 0x0F) as i16;
    let magnitude =
        if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    if value & 0x80 == 0 { -magnitude } else { magnitude }
}

const fn expand_ulaw(ulaw: u8) -> i16 {
    let value = !ulaw;
    let magnitude = ((((value & 0x0F) as i32) << 3) + 0x84) << ((value >> 4) & 7);
    (if value & 0x80 == 0 { magnitude - 0x84 } else { 0x84 - magnitude }) as i16
}

const fn alaw_to_ulaw() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = ulaw_from_linear(expand_alaw(i as u8));
        i += 1;
    }
    table
}

const fn ulaw_to_alaw() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = alaw_from_linear(expand_ulaw(i as u8));
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_stays_silence_and_the_ends_stay_ends() {
        assert!(linear_from_alaw(ALAW_SILENCE).abs() <= 8);
        assert!(linear_from_ulaw(ulaw_from_alaw(ALAW_SILENCE)).abs() <= 8);
        assert!(linear_from_alaw(alaw_from_ulaw(ULAW_SILENCE)).abs() <= 8);
        assert_eq!(alaw_from_linear(0), ALAW_SILENCE);
        assert_eq!((alaw_from_linear(i16::MAX), alaw_from_linear(i16::MIN)), (0xAA, 0x2A));
        assert_eq!(ulaw_from_linear(0), ULAW_SILENCE);
        assert_eq!(linear_from_alaw(0xAA), 32_256);
        assert_eq!(linear_from_alaw(0x2A), -32_256);
    }

    #[test]
    fn no_byte_changes_its_sound_by_more_than_one_step_of_either_law() {
        for byte in 0..=255u8 {
            let before = i32::from(linear_from_alaw(byte));
            let after = i32::from(linear_from_ulaw(ulaw_from_alaw(byte)));
            // A step is at most a sixteenth of the magnitude, and never under 16.
            let step = (before.abs() / 16).max(16);
            assert!((before - after).abs() <= step, "{byte:#x}: {before} became {after}");
        }
    }

    #[test]
    fn every_byte_survives_the_way_over_linear_samples() {
        for byte in 0..=255u8 {
            assert_eq!(alaw_from_linear(linear_from_alaw(byte)), byte, "{byte:#x}");
            let again = ulaw_from_linear(linear_from_ulaw(byte));
            assert_eq!(linear_from_ulaw(again), linear_from_ulaw(byte), "{byte:#x}");
        }
    }
}
