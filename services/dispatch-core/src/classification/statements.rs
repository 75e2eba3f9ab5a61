//! The example statements that the model learns from and is judged by: `data/statements.tsv`.

use crate::category::{Category, Priority, TypeCode};

/// The statements of this version.
pub const STATEMENTS: &str = include_str!("../../data/statements.tsv");

/// What a statement may be used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Split {
    /// To learn from.
    Train,
    /// To judge by; neither trained with nor looked at when rules are written.
    HeldOut,
}

/// One example: what was said, and what is right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What it may be used for.
    pub split: Split,
    /// Whether somebody has to come, or nobody can tell.
    pub emergency: bool,
    /// The categories that are right, the best first; none when the text names none.
    pub categories: Vec<Category>,
    /// The type, where it is judged.
    pub kind: Option<TypeCode>,
    /// The priorities that are right.
    pub priorities: Vec<Priority>,
    /// The caller cannot speak freely.
    pub covert: bool,
    /// What was said or noted.
    pub text: String,
}

/// A line that is no statement.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is no statement: {what}")]
pub struct StatementError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads statements, one a line, fields separated by tabs; `#` starts a remark.
pub fn read_statements(file: &str) -> Result<Vec<Statement>, StatementError> {
    let lines = file.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    lines.map(|(place, line)| read(line).map_err(|what| StatementError { line: place + 1, what })).collect()
}

fn read(line: &str) -> Result<Statement, &'static str> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [split, emergency, categories, kind, priorities, what, text] = fields[..] else {
        return Err("seven fields are wanted");
    };
    Ok(Statement {
        split: match split {
            "train" => Split::Train,
            "held_out" => Split::HeldOut,
            _ => return Err("the split is train or held_out"),
        },
        emergency: match emergency {
            "yes" => true,
            "no" => false,
            _ => return Err("the emergency is yes or no"),
        },
        categories: categories
            .split(',')
            .filter(|one| *one != "*")
            .map(category)
            .collect::<Option<_>>()
            .ok_or("unknown category")?,
        kind: Some(kind).filter(|kind| *kind != "-").map(TypeCode::new),
        priorities: priorities.split(',').map(priority).collect::<Option<_>>().ok_or("unknown priority")?,
        covert: what == "covert",
        text: text.to_owned(),
    })
}

fn category(letter: &str) -> Option<Category> {
    Category::ALL.into_iter().find(|category| category.letter() == letter)
}

fn priority(code: &str) -> Option<Priority> {
    Priority::ALL.into_iter().find(|priority| priority.code() == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_and_a_broken_line_is_named() {
        let line = "train\tyes\tb,f\ttawuran\tP1,P2\t-\tada tawuran";
        let read = read_statements(&format!("# remark\n\n{line}\n")).unwrap();
        assert_eq!(read[0].categories, [Category::B, Category::F]);
        assert_eq!((read[0].split, read[0].emergency, read[0].covert), (Split::Train, true, false));
        for (from, to) in [("train", "trial"), ("yes", "maybe"), ("b,f", "b,z"), ("P1,P2", "P9"), ("\t-", "")]
        {
            let broken = read_statements(&format!("{line}\n{}", line.replacen(from, to, 1)));
            assert_eq!(broken.unwrap_err().line, 2, "{from} -> {to}");
        }
    }
}
