//! A table as CSV (RFC 4180): UTF-8, comma, decimal point, a header, lines that end with CR LF.

use super::tables::{Cell, Table};

/// With these a spreadsheet takes a text for a formula.
const FORMULA_BEGINS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text of a table.
pub fn write(table: &Table) -> String {
    let head = table.head.iter().map(|word| text(word));
    let mut lines = vec![head.collect::<Vec<_>>().join(",")];
    lines.extend(table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",")));
    lines.push(String::new());
    lines.join("\r\n")
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => text(words),
        Cell::Count(count) => count.to_string(),
        Cell::Real(real) => real.to_string(),
        Cell::YesNo(true) => "ya".to_owned(),
        Cell::YesNo(false) => "tidak".to_owned(),
        Cell::Nothing => String::new(),
    }
}

/// A text that no spreadsheet carries out, in quotes where it needs them.
fn text(words: &str) -> String {
    let guarded = if words.starts_with(FORMULA_BEGINS) { format!("'{words}") } else { words.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_stays_a_text() {
        let rows =
            ["=HYPERLINK(\"http://x\")", "+62811", "-1", "@SUM(A1)", "\tx", "Damkar, Toboali", "biasa"];
        let rows = rows.map(|words| vec![Cell::Text(words.to_owned()), Cell::Real(0.5)]).to_vec();
        let table = Table { title: "uji", head: vec!["nama", "nilai"], rows };
        let expected = "nama,nilai\r\n\"'=HYPERLINK(\"\"http://x\"\")\",0.5\r\n'+62811,0.5\r\n'-1,0.5\r\n'@SUM(A1),0.5\r\n\
            '\tx,0.5\r\n\"Damkar, Toboali\",0.5\r\nbiasa,0.5\r\n";
        assert_eq!(write(&table), expected);
    }
}
