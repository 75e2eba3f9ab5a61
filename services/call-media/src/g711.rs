//! A-law to µ-law by table (ITU-T G.711, tables 3 and 4): for callers that speak PCMU only.

/// A-law silence.
pub const ALAW_SILENCE: u8 = 0xD5;
/// µ-law silence.
pub const ULAW_SILENCE: u8 = 0xFF;

const ALAW_TO_ULAW: [u8; 256] = table();

/// The µ-law byte that sounds most like the A-law byte.
pub const fn ulaw_from_alaw(alaw: u8) -> u8 {
    ALAW_TO_ULAW[alaw as usize]
}

/// A-law byte to a linear sample of 16 bits.
pub const fn linear_from_alaw(alaw: u8) -> i16 {
    let value = alaw ^ 0x55;
    let exponent = (value >> 4) & 7;
    let mantissa = (value & 0x0F) as i16;
    let magnitude =
        if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    if value & 0x80 == 0 { -magnitude } else { magnitude }
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

const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = ulaw_from_linear(linear_from_alaw(i as u8));
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear_from_ulaw(ulaw: u8) -> i32 {
        let value = !ulaw;
        let magnitude = ((i32::from(value & 0x0F) << 3) + 0x84) << ((value >> 4) & 7);
        if value & 0x80 == 0 { magnitude - 0x84 } else { 0x84 - magnitude }
    }

    #[test]
    fn silence_stays_silence_and_the_ends_stay_ends() {
        assert!(linear_from_alaw(ALAW_SILENCE).abs() <= 8);
        assert!(linear_from_ulaw(ulaw_from_alaw(ALAW_SILENCE)).abs() <= 8);
        assert_eq!(ulaw_from_linear(0), ULAW_SILENCE);
        assert_eq!(linear_from_alaw(0xAA), 32_256);
        assert_eq!(linear_from_alaw(0x2A), -32_256);
    }

    #[test]
    fn no_byte_changes_its_sound_by_more_than_one_step_of_either_law() {
        for byte in 0..=255u8 {
            let before = i32::from(linear_from_alaw(byte));
            let after = linear_from_ulaw(ulaw_from_alaw(byte));
            // A step is at most a sixteenth of the magnitude, and never under 16.
            let step = (before.abs() / 16).max(16);
            assert!((before - after).abs() <= step, "{byte:#x}: {before} became {after}");
        }
    }
}
