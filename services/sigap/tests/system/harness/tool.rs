//! The tools of the binary: runs that end.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// Longest run of a tool.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// What a tool did.
#[derive(Debug)]
pub struct Ran {
    /// Exit status; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// The number that follows a word on standard output.
    pub fn number_after(&self, word: &str) -> u64 {
        let rest = self.out.split_once(word).map(|(_, rest)| rest).unwrap_or_default();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or_else(|_| panic!("no number after {word}: {self:?}"))
    }
}

/// Runs `sigap` with these arguments.
pub async fn tool<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    sigap(arguments, &[], "").await
}

/// Runs `sigap` with these arguments, variables, and text on standard input.
pub async fn sigap<S: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = S>,
    variables: &[(&str, &str)],
    input: &str,
) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigap"));
    command.args(arguments).envs(variables.iter().copied());
    run(command, input).await
}

/// Runs any program to its end.
async fn run(mut command: Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("standard input is piped");
    // A program that reads nothing may be gone already.
    let _written = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let Ok(done) = timeout(ENDS_WITHIN, child.wait_with_output()).await else {
        panic!("{command:?} did not end within {} s", ENDS_WITHIN.as_secs());
    };
    let done = done.expect("the end can be seen");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: done.status.code(), out: text(&done.stdout), err: text(&done.stderr) }
}

/// Runs python3; `None` when there is none.
pub async fn run_python(arguments: &[&str]) -> Option<Ran> {
    let mut probe = Command::new("python3");
    let there = probe.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().await.is_ok();
    let mut command = Command::new("python3");
    command.args(arguments);
    if there { Some(run(command, "").await) } else { None }
}
