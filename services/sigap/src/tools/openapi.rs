//! `sigap openapi`: the description of the API, for the console's types and for integrators.

use std::process::ExitCode;

/// Prints the document as JSON.
pub fn run() -> anyhow::Result<ExitCode> {
    println!("{}", console_api::openapi().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}
