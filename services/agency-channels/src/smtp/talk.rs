//! Command and reply (RFC 5321 section 4.2).

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// Bytes of one line of a reply (RFC 5321 section 4.5.3.1.5 says 512).
const LINE_BYTES_MAX: u64 = 2_048;
/// Lines of one reply; a server offers a dozen extensions.
const LINES_MAX: usize = 100;

/// Bytes both ways, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Wire for T {}

/// Why a letter is not on its way.
#[derive(Debug)]
pub(super) enum Fault {
    /// It may go later: the line, or a reply 4xx.
    Later(String),
    /// It will not: a reply 5xx.
    Never(String),
}

impl From<std::io::Error> for Fault {
    fn from(_: std::io::Error) -> Self {
        Self::Later("no connection".into())
    }
}

/// A conversation with a server.
pub(super) struct Talk {
    wire: BufReader<Box<dyn Wire>>,
    /// What it said to EHLO.
    extensions: Vec<String>,
}

impl Talk {
    pub(super) fn new(wire: Box<dyn Wire>) -> Self {
        Self { wire: BufReader::new(wire), extensions: Vec::new() }
    }

    /// Waits for the greeting and says hello.
    pub(super) async fn greeted(&mut self) -> Result<(), Fault> {
        self.reply(&[220]).await?;
        self.hello().await
    }

    /// Says hello, and learns what the server can.
    pub(super) async fn hello(&mut self) -> Result<(), Fault> {
        self.extensions = self.ask("EHLO sigap", 250).await?;
        Ok(())
    }

    /// Whether it offers an extension.
    pub(super) fn offers(&self, name: &str) -> bool {
        self.extension(name).is_some()
    }

    /// Whether the extension has this parameter.
    pub(super) fn offers_in(&self, name: &str, parameter: &str) -> bool {
        let line = self.extension(name).unwrap_or_default();
        line.split_ascii_whitespace().skip(1).any(|word| word.eq_ignore_ascii_case(parameter))
    }

    fn extension(&self, name: &str) -> Option<&str> {
        let is = |line: &&String| {
            line.split_ascii_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case(name))
        };
        self.extensions.iter().find(is).map(String::as_str)
    }

    /// Says a line and wants this reply.
    pub(super) async fn ask(&mut self, line: &str, wanted: u16) -> Result<Vec<String>, Fault> {
        self.ask_any(line, &[wanted]).await
    }

    /// Says a line and wants one of these replies.
    pub(super) async fn ask_any(&mut self, line: &str, wanted: &[u16]) -> Result<Vec<String>, Fault> {
        self.wire.write_all(line.as_bytes()).await?;
        self.wire.write_all(b"\r\n").await?;
        self.wire.flush().await?;
        self.reply(wanted).await
    }

    async fn reply(&mut self, wanted: &[u16]) -> Result<Vec<String>, Fault> {
        let mut lines = Vec::new();
        while lines.len() < LINES_MAX {
            let mut line = Vec::new();
            (&mut self.wire).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await?;
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let code = code.ok_or_else(|| Fault::Later("no SMTP reply".into()))?;
            lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) == Some(&b'-') {
                continue;
            }
            return match code {
                _ if wanted.contains(&code) => Ok(lines),
                500..=599 => Err(Fault::Never(code.to_string())),
                _ => Err(Fault::Later(code.to_string())),
            };
        }
        Err(Fault::Later("endless SMTP reply".into()))
    }

    /// The bare wire; `None` when the server has said more than was asked.
    pub(super) fn into_wire(self) -> Option<Box<dyn Wire>> {
        self.wire.buffer().is_empty().then(|| self.wire.into_inner())
    }
}
