//! What was asked for.

use std::ffi::OsString;

use electronic_seal::Chain;
use supervision_log::{Certificate, SignedCheckpoint, Trust, parse_public_key_pem};

/// What the program is to do.
pub enum Request {
    /// Say how it is used.
    Help,
    /// Check a file.
    Check(Box<Arguments>),
}

/// A file and what the verifying person holds against it.
#[derive(Default)]
pub struct Arguments {
    /// The export or proof; `-` is the standard input.
    pub file: OsString,
    public_key: Option<OsString>,
    certificate: Option<OsString>,
    checkpoints: Vec<OsString>,
    from: Option<OsString>,
    seal: Option<OsString>,
}

/// Reads the command line.
pub fn read(words: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let (mut words, mut arguments, mut file) = (words, Arguments::default(), None);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{} FILE?", word.to_string_lossy()));
        match word.to_str() {
            Some("--help" | "-h") => return Ok(Request::Help),
            Some("--public-key") => arguments.public_key = Some(value()?),
            Some("--certificate") => arguments.certificate = Some(value()?),
            Some("--checkpoint") => arguments.checkpoints.push(value()?),
            Some("--seal-certificate") => arguments.seal = Some(value()?),
            Some("--from") => arguments.from = Some(value()?),
            Some(flag) if flag.starts_with("--") => return Err(format!("{flag}?")),
            Some(_) | None if file.is_none() => file = Some(word),
            Some(_) | None => return Err(format!("{}?", word.to_string_lossy())),
        }
    }
    arguments.file = file.ok_or("FILE?")?;
    Ok(Request::Check(Box::new(arguments)))
}

impl Arguments {
    /// Reads the certificate of the seal, if one was given.
    pub fn seal(&self) -> Result<Option<Chain>, String> {
        self.seal.as_ref().map(|name| read_with(name, Chain::from_pem)).transpose()
    }

    /// Reads the files that the verdict rests on.
    pub fn trust(&self) -> Result<Trust, String> {
        let by_key =
            self.public_key.as_ref().map(|name| read_with(name, parse_public_key_pem)).transpose()?;
        let by_certificate =
            self.certificate.as_ref().map(|name| read_with(name, Certificate::key_in_pem)).transpose()?;
        if let (Some(key), Some(other)) = (by_key, by_certificate)
            && key != other
        {
            return Err("--public-key, --certificate: two different keys".to_owned());
        }
        let checkpoint = |name: &OsString| read_with(name, SignedCheckpoint::parse);
        Ok(Trust {
            key: by_key.or(by_certificate),
            checkpoints: self.checkpoints.iter().map(checkpoint).collect::<Result<_, _>>()?,
            from: self.from.as_ref().map(checkpoint).transpose()?,
        })
    }
}

fn read_with<T, E: ToString>(name: &OsString, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, String> {
    let shown = name.to_string_lossy();
    let text = std::fs::read_to_string(name).map_err(|error| format!("{shown}: {error}"))?;
    parse(&text).map_err(|error| format!("{shown}: {}", error.to_string()))
}
