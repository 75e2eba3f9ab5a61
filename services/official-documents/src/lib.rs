//! Official documents as PDF: what a centre hands to a Bupati, a court or an archive.
//!
//! A [`Document`] is content: a letterhead, a title, and [`Block`]s of words, facts, tables and charts. [`pdf`] lays it
//! out on A4 and writes PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1): its fonts lie in it, a screen reader finds
//! headings, tables and what a chart says, and the data that it was printed from can be attached.
//!
//! Architecture invariant: this crate is pure. Words, numbers and times come in as arguments; no clock, file or network
//! is read. Equal documents give equal bytes. Deliberately not here: what a report says, and its signature.

mod chart;
mod content;
mod flow;
mod ink;
mod render;
mod table;
mod type_face;

pub use content::{Align, Attachment, Bar, Bars, Block, Column, Document, Grid, Letterhead, Table};
pub use render::{PrintError, pdf};
