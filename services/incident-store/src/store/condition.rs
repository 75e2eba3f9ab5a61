//! The WHERE of a question whose parts may be absent.

use crate::engine::Value;
use crate::records::PageCursor;

#[derive(Default)]
pub(super) struct Conditions {
    clauses: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl Conditions {
    pub(super) fn fixed(&mut self, clause: &str) {
        self.clauses.push(clause.to_owned());
    }

    /// Adds a clause in which every `?` stands for the value.
    pub(super) fn with(&mut self, clause: &str, value: impl Into<Value>) {
        let place = self.place(value);
        self.clauses.push(clause.replace('?', &place));
    }

    pub(super) fn before(&mut self, time_column: &str, cursor: PageCursor) {
        let (at, id) = (self.place(cursor.at), self.place(Value::of(cursor.id)));
        self.clauses.push(format!("({time_column}, id) < ({at}, {id})"));
    }

    /// `$n` of a new value.
    pub(super) fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    pub(super) fn clause(&mut self, clause: String) {
        self.clauses.push(clause);
    }

    pub(super) fn text(&self) -> String {
        if self.clauses.is_empty() { String::new() } else { format!(" WHERE {}", self.clauses.join(" AND ")) }
    }
}
