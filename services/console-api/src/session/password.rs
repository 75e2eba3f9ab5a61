//! Passwords: Argon2id (RFC 9106), a few at a time, off the event loop.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::oneshot;

use crate::limits::{HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX};
use crate::problem::{Code, Problem};
use crate::random;

/// 19 MiB, 2 passes, 1 lane: the first recommendation of the OWASP Password Storage Cheat Sheet that a small
/// server can pay for; about 50 ms on one core.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies passwords. Cheap to clone.
///
/// The work is done by threads of its own, as many as may hash at once: each hash takes 19 MiB, and an allocator
/// keeps what a thread once had, so the threads are few and stay.
#[derive(Clone)]
pub struct Passwords {
    jobs: SyncSender<Job>,
    /// A hash of a password that nobody has: an unknown user name costs the same time as a known one.
    nobody: Arc<str>,
}

type Job = Box<dyn FnOnce() + Send>;

impl Passwords {
    /// Starts the threads and makes the stand-in for unknown users; takes as long as one hash. The threads end
    /// with the last clone.
    ///
    /// # Errors
    /// When Argon2 cannot get its memory.
    pub fn new() -> Result<Self, HashFailed> {
        let nobody = hash_password(&hex::encode(random::bytes::<16>()))?.into();
        let (jobs, waiting) = sync_channel::<Job>(HASHES_WAITING_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..HASHES_AT_ONCE_MAX {
            let waiting = waiting.clone();
            std::thread::spawn(move || {
                while let Some(job) = next(&waiting) {
                    job();
                }
            });
        }
        Ok(Self { jobs, nobody })
    }

    /// Whether the password is the one of this hash; without a hash it is not, and takes as long to say so.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let matches = self.run(move || {
            let parsed = PasswordHash::new(&hash).ok()?;
            Some(argon2().ok()?.verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(matches.await?.unwrap_or(false) && known)
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        let hashed = self.run(move || hash_password(&password)).await?;
        hashed.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "A password could not be hashed");
            Problem::new(Code::Internal)
        })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let (done, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever asked may have gone.
            done.send(work()).ok();
        });
        self.jobs.try_send(job).map_err(|_| Problem::new(Code::Busy).retry_after(1))?;
        answer.await.map_err(|_| Problem::new(Code::Internal))
    }
}

fn next(waiting: &Mutex<Receiver<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("Argon2 failed")]
pub struct HashFailed(#[source] argon2::password_hash::Error);

/// The Argon2id hash of a password, in PHC format; the salt is random. Takes about 50 ms: not for the event loop.
///
/// # Errors
/// When Argon2 cannot get its memory.
pub fn hash_password(password: &str) -> Result<String, HashFailed> {
    let argon2 = argon2().map_err(HashFailed)?;
    let hashed: PasswordHash =
        argon2.hash_password_with_salt(password.as_bytes(), &random::bytes::<16>()).map_err(HashFailed)?;
    Ok(hashed.to_string())
}

fn argon2() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_is_right() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("rahasia sekali".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify("rahasia sekali".into(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify("rahasia".into(), Some(stored)).await.unwrap());
        assert!(!passwords.verify("rahasia".into(), None).await.unwrap());
        assert!(!passwords.verify("rahasia".into(), Some("not a hash".into())).await.unwrap());
    }
}
