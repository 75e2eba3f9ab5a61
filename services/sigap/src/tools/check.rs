//! `sigap check`: reads the configuration as `sigap serve` does, opens nothing, and tries the speech program.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use agency_channels::Notification;
use dispatch_core::ids::AgencyCode;
use sip_trunk::SpeechProgram;

use crate::clock;
use crate::config::{self, Flags, Role};

/// Sound of one frame.
const FRAME_MS: usize = 20;

/// Says what is right and what is not.
pub fn run(flags: &Flags) -> anyhow::Result<ExitCode> {
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let config = config::read(flags, &environment, Role::Serve)?;
    println!("configuration: right");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (line, right) = runtime.block_on(speech(config.speech.as_ref()));
    println!("speech: {line}");
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The words of a channel's test, as a duty phone would hear them.
async fn speech(program: Option<&SpeechProgram>) -> (String, bool) {
    let Some(program) = program else {
        return ("no program; duty phones hear the recorded pieces".to_owned(), true);
    };
    let words =
        Notification::test("check".to_owned(), AgencyCode::new("check"), clock::system().now()).spoken();
    let begun = Instant::now();
    match program.say(&words).await {
        Ok(sound) => {
            let (sound, took) = (sound.len() * FRAME_MS, begun.elapsed().as_millis());
            (format!("works; {sound} ms of sound after {took} ms"), true)
        }
        Err(error) => (format!("{error}; duty phones would hear the recorded pieces"), false),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_program_that_fails_is_told_and_none_is_no_mistake() {
        assert!(speech(None).await.1);
        let program = SpeechProgram {
            program: "/bin/sh".to_owned(),
            arguments: vec!["-c".to_owned(), "cat >/dev/null; exit 4".to_owned()],
            within: Duration::from_secs(4),
        };
        let (line, right) = speech(Some(&program)).await;
        assert!(!right && line.contains("exit status: 4") && line.contains("recorded pieces"), "{line}");
    }

    #[tokio::test]
    async fn a_program_that_works_is_told_with_the_length_of_its_sound() {
        // 1.5 s at 8000 Hz.
        let head = r"RIFF\377\377\377\177WAVEfmt \020\0\0\0\001\0\001\0\100\037\0\0\200\076\0\0\002\0\020\0data\377\377\377\177";
        let script = format!("printf '{head}'; head -c 24000 /dev/zero");
        let program = SpeechProgram {
            program: "/bin/sh".to_owned(),
            arguments: vec!["-c".to_owned(), script],
            within: Duration::from_secs(4),
        };
        let (line, right) = speech(Some(&program)).await;
        assert!(right && line.starts_with("works; 1500 ms of sound"), "{line}");
    }
}
