//! `[speech]`: the program that says tasks to duty phones.

use std::time::Duration;

use sip_trunk::SpeechProgram;

use super::toml_file::{only_known, texts};

/// Whoever picks up waits in silence for what is missing of it; the couriers reckon with at most 10 s.
const WITHIN_MS: std::ops::RangeInclusive<i64> = 200..=10_000;
const WITHIN_MS_DEFAULT: i64 = 4_000;

/// Reads it.
pub(super) fn read(table: &toml::Table, mistakes: &mut Vec<String>) -> Option<SpeechProgram> {
    let mut own = Vec::new();
    only_known(table, &["command", "within_ms"], &mut own);
    let command = texts(table, "command", &mut own);
    let within = table.get("within_ms").map_or(Some(WITHIN_MS_DEFAULT), toml::Value::as_integer);
    let within = within.filter(|ms| WITHIN_MS.contains(ms)).and_then(|ms| u64::try_from(ms).ok());
    if within.is_none() {
        let (low, high) = WITHIN_MS.into_inner();
        own.push(format!("within_ms: a number of milliseconds from {low} to {high} is needed"));
    }
    let program = match command.split_first() {
        Some((program, arguments)) if !program.trim().is_empty() => Some((program, arguments)),
        Some(_) | None => {
            own.push("command: a program and its arguments are needed".to_owned());
            None
        }
    };
    mistakes.extend(own.into_iter().map(|mistake| format!("[speech] {mistake}")));
    let (program, arguments) = program?;
    Some(SpeechProgram {
        program: program.clone(),
        arguments: arguments.to_vec(),
        within: Duration::from_millis(within?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> (Option<SpeechProgram>, String) {
        let mut mistakes = Vec::new();
        let program = read(&text.parse().unwrap(), &mut mistakes);
        (program, mistakes.join("\n"))
    }

    #[test]
    fn a_program_has_its_arguments_and_its_time() {
        let (program, mistakes) = given(r#"command = ["espeak-ng", "-v", "id", "--stdout"]"#);
        let program = program.unwrap();
        assert_eq!(
            (program.program.as_str(), program.arguments.len(), mistakes.as_str()),
            ("espeak-ng", 3, "")
        );
        assert_eq!(program.within, Duration::from_secs(4));
        let (program, _) = given("command = [\"piper\"]\nwithin_ms = 900");
        assert_eq!(program.unwrap().within, Duration::from_millis(900));
    }

    #[test]
    fn every_mistake_is_named() {
        let (program, mistakes) = given("command = []\nwithin_ms = 60000\nvoice = \"id\"");
        assert!(program.is_none());
        for named in
            ["[speech] command: a program", "[speech] within_ms: a number", "[speech] voice: unknown"]
        {
            assert!(mistakes.contains(named), "{named} is missing in\n{mistakes}");
        }
        assert!(given("command = \"espeak-ng\"").1.contains("command: a list of texts"));
        assert!(given("command = [\"a\"]\nwithin_ms = \"4s\"").0.is_none());
    }
}
