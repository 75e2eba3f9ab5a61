//! The tables of a report as a workbook (Office Open XML).

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::tables::{Cell, Table, TableName, frame, table};
use crate::views::ResponseReport;

/// Characters of the widest column.
const WIDTH_MAX: f64 = 48.0;

/// The bytes of a workbook: what was counted, then every table on a sheet of its own. Texts are written as texts: nothing
/// in them is a formula.
pub fn write(report: &ResponseReport) -> Result<Vec<u8>, XlsxError> {
    let tables = TableName::ALL.map(|name| table(report, name));
    write_tables(std::iter::once(&frame(report)).chain(&tables))
}

/// The bytes of a workbook with these tables, each on a sheet of its own.
pub(crate) fn write_tables<'a>(tables: impl IntoIterator<Item = &'a Table>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    for table in tables {
        sheet(&mut workbook, table)?;
    }
    workbook.save_to_buffer()
}

fn sheet(workbook: &mut Workbook, table: &Table) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name(table.title)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, word) in (0u16..).zip(&table.head) {
        sheet.write_string_with_format(0, column, *word, &bold)?;
        let widest = table.rows.iter().filter_map(|row| row.get(usize::from(column))).map(width);
        sheet.set_column_width(column, widest.fold(10.0, f64::max).min(WIDTH_MAX))?;
    }
    for (line, row) in (1u32..).zip(&table.rows) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(words) => sheet.write_string(line, column, words)?,
                #[allow(clippy::cast_precision_loss)] // counts stay below 2^53
                Cell::Count(count) => sheet.write_number(line, column, *count as f64)?,
                Cell::Real(real) => sheet.write_number(line, column, *real)?,
                Cell::YesNo(yes) => sheet.write_string(line, column, if *yes { "ya" } else { "tidak" })?,
                Cell::Nothing => sheet,
            };
        }
    }
    Ok(())
}

fn width(cell: &Cell) -> f64 {
    match cell {
        Cell::Text(words) => f64::from(u16::try_from(words.chars().count()).unwrap_or(u16::MAX)) + 1.0,
        Cell::Count(_) | Cell::Real(_) | Cell::YesNo(_) | Cell::Nothing => 10.0,
    }
}
