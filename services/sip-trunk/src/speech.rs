//! A program of the site that turns words into sound. It runs apart, for one text, and for so long as it was given: what
//! it does wrong costs the recorded pieces nothing.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_media::announcement::Frame;
use call_media::speech::{self, SpeechSoundError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;

/// 30 s at 22050 Hz are 1.3 MB; no announcement is longer.
const SOUND_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Texts whose sound is kept, 240 kB each at most: the same task goes to several telephones and up the ladder.
const KEPT_MAX: usize = 32;
/// What a program needs of our environment. The rest may hold secrets.
const ENVIRONMENT: [&str; 3] = ["PATH", "HOME", "LANG"];

/// The program: words on its standard input (UTF-8), a WAV on its standard output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpeechProgram {
    /// Its name or path; no shell reads it.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// It is killed when it takes longer.
    pub within: Duration,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// No such program, or it may not be run.
    #[error("the program does not start: {0}")]
    Start(std::io::Error),
    /// Its sound could not be read.
    #[error("the program's output cannot be read: {0}")]
    Read(std::io::Error),
    /// Longer than it was given.
    #[error("the program took longer than {} ms", .0.as_millis())]
    Late(Duration),
    /// It says that it failed.
    #[error("the program failed: {0}")]
    Failed(std::process::ExitStatus),
    /// More than an announcement can be.
    #[error("the program wrote more than {SOUND_BYTES_MAX} bytes")]
    TooMuch,
    /// Not what a call can carry.
    #[error("its sound cannot be used: {0}")]
    Sound(#[from] SpeechSoundError),
    /// We are stopping.
    #[error("the process is stopping")]
    Stopping,
}

impl SpeechProgram {
    /// The sound of a text.
    ///
    /// # Errors
    /// When the program fails, is late, or makes what cannot be said in a call.
    pub async fn say(&self, text: &str) -> Result<Vec<Frame>, SpeechError> {
        // What is dropped here kills its program.
        let made = timeout(self.within, self.run(text)).await;
        let sound = made.map_err(|_| SpeechError::Late(self.within))??;
        let frames = tokio::task::spawn_blocking(move || speech::frames(&sound)).await;
        Ok(frames.map_err(|_| SpeechError::Stopping)??)
    }

    async fn run(&self, text: &str) -> Result<Vec<u8>, SpeechError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .envs(ENVIRONMENT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(SpeechError::Start)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let write = async {
            if let Some(mut stdin) = stdin {
                // A program that does not read all of it is judged by its sound.
                stdin.write_all(text.as_bytes()).await.ok();
            }
        };
        let read = async {
            let mut sound = Vec::new();
            if let Some(stdout) = stdout {
                stdout.take(SOUND_BYTES_MAX + 1).read_to_end(&mut sound).await?;
            }
            Ok(sound)
        };
        let ((), sound) = tokio::join!(write, read);
        let sound = sound.map_err(SpeechError::Read)?;
        if sound.len() as u64 > SOUND_BYTES_MAX {
            return Err(SpeechError::TooMuch);
        }
        let status = child.wait().await.map_err(SpeechError::Read)?;
        if status.success() { Ok(sound) } else { Err(SpeechError::Failed(status)) }
    }
}

/// What was said last, by its words.
#[derive(Debug, Default)]
pub(crate) struct Said(Mutex<VecDeque<(String, Arc<Vec<Frame>>)>>);

impl Said {
    /// The sound of a text, and whether the program made it just now.
    pub(crate) async fn say(
        &self,
        program: &SpeechProgram,
        text: &str,
    ) -> Result<(Arc<Vec<Frame>>, bool), SpeechError> {
        let known = self.lock().iter().find(|(said, _)| said == text).map(|(_, sound)| sound.clone());
        if let Some(sound) = known {
            return Ok((sound, false));
        }
        let sound = Arc::new(program.say(text).await?);
        let mut kept = self.lock();
        if kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((text.to_owned(), sound.clone()));
        Ok((sound, true))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Arc<Vec<Frame>>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Instant;

    use super::*;

    const WITHIN: Duration = Duration::from_secs(5);

    fn script(text: &str, within: Duration) -> SpeechProgram {
        let arguments = vec!["-c".to_owned(), text.to_owned()];
        SpeechProgram { program: "/bin/sh".to_owned(), arguments, within }
    }

    /// A WAV of 2 s at 16000 Hz.
    fn sound_in(dir: &Path) -> PathBuf {
        let mut file = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3E\0\0".to_vec();
        file.extend_from_slice(b"\0\x7D\0\0\x02\0\x10\0data\0\xF0\xFF\x7F");
        file.resize(file.len() + 2 * 32_000, 0x11);
        let path = dir.join("suara.wav");
        std::fs::write(&path, file).unwrap();
        path
    }

    #[tokio::test]
    async fn the_words_go_in_and_the_sound_comes_out_once_for_each_text() {
        let dir = tempfile::tempdir().unwrap();
        let (sound, heard) = (sound_in(dir.path()), dir.path().join("kata"));
        let program = script(
            &format!("cat >>'{}'; test -z \"$CARGO\" && cat '{}'", heard.display(), sound.display()),
            WITHIN,
        );
        let said = Said::default();
        let (first, new) = said.say(&program, "Tugas baru.").await.unwrap();
        assert_eq!((first.len(), new), (100, true), "2 s, and nothing of our environment");
        let (again, new) = said.say(&program, "Tugas baru.").await.unwrap();
        assert!(Arc::ptr_eq(&first, &again) && !new);
        assert_eq!(std::fs::read_to_string(&heard).unwrap(), "Tugas baru.", "run once");
        for n in 0..KEPT_MAX {
            said.say(&program, &format!("{n}")).await.unwrap();
        }
        assert_eq!(said.lock().len(), KEPT_MAX);
        assert!(said.say(&program, "Tugas baru.").await.unwrap().1, "the oldest was forgotten");
    }

    #[tokio::test]
    async fn one_that_hangs_is_killed_and_one_that_fails_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (sound, late) = (sound_in(dir.path()), dir.path().join("terlambat"));
        let begun = Instant::now();
        let hangs = script(&format!("sleep 3; touch '{}'", late.display()), Duration::from_millis(200));
        assert!(matches!(hangs.say("a").await, Err(SpeechError::Late(_))));
        assert!(begun.elapsed() < Duration::from_millis(2_800), "{:?}", begun.elapsed());
        let fails = script(&format!("cat '{}'; exit 3", sound.display()), WITHIN);
        assert!(matches!(fails.say("a").await, Err(SpeechError::Failed(status)) if status.code() == Some(3)));
        assert!(matches!(script("echo maaf", WITHIN).say("a").await, Err(SpeechError::Sound(_))));
        assert!(matches!(script("exec yes", WITHIN).say("a").await, Err(SpeechError::TooMuch)));
        let none = SpeechProgram { program: "/tidak/ada".to_owned(), ..fails };
        assert!(matches!(none.say("a").await, Err(SpeechError::Start(_))));
        tokio::time::sleep(Duration::from_millis(3_500)).await;
        assert!(!late.exists(), "it went on after its time");
    }
}
