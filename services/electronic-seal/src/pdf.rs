//! Signed PDF: PAdES B-B (ETSI EN 319 142-1), as an incremental update (ISO 32000-1 section 7.5.6).
//!
//! What is signed are all bytes but the hexadecimal text of the signature itself (section 12.8.1). Only files with
//! the plain tables of references that our own printer writes are signed; any is checked.

use jiff::Zoned;
use p256::ecdsa::SigningKey;
use sha2::{Digest, Sha256};

use crate::certificate::Chain;
use crate::{Checked, SealError, cades};

/// A PDF could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the PDF cannot be signed: {0}")]
pub struct PdfError(&'static str);

/// A place in a file in as many digits as are left for it.
const DIGITS: usize = 10;
const RANGE: &[u8] = b"/ByteRange [";
const CONTENTS: &[u8] = b"/Contents <";

/// An ECDSA signature in DER is 70 to 72 bytes, sometimes shorter.
const SLACK: usize = 16;

pub(crate) fn sign(
    key: &SigningKey,
    chain: &Chain,
    pdf: &[u8],
    reason: &str,
    at: &Zoned,
) -> Result<Vec<u8>, PdfError> {
    let encode = |digest| cades::sign(key, chain, digest).map_err(|_| PdfError("the signature"));
    let room = 2 * (encode([0; 32])?.len() + SLACK);
    let mut out = prepared(pdf, reason, at, room)?;
    let contents = rfind(&out, CONTENTS).ok_or(PdfError("the place of the signature"))? + CONTENTS.len() - 1;
    let after = contents + room + 2;
    let range = [0, contents, after, out.len() - after].map(|number| format!("{number:0DIGITS$}")).join(" ");
    let place = rfind(&out, RANGE).ok_or(PdfError("the place of the range"))? + RANGE.len();
    out[place..place + range.len()].copy_from_slice(range.as_bytes());
    let digest = Sha256::new().chain_update(&out[..contents]).chain_update(&out[after..]).finalize();
    let signature = hex::encode(encode(digest.into())?);
    let taken = contents + 1..contents + 1 + signature.len();
    if taken.end >= after {
        return Err(PdfError("the room for the signature"));
    }
    out[taken].copy_from_slice(signature.as_bytes());
    Ok(out)
}

/// The file with an empty signature of `room` digits at its end.
fn prepared(pdf: &[u8], reason: &str, at: &Zoned, room: usize) -> Result<Vec<u8>, PdfError> {
    let old = Old::read(pdf)?;
    let (signature, field) = (old.size, old.size + 1);
    let catalogue =
        inserted(old.object(old.root)?, &format!("/AcroForm<</Fields[{field} 0 R]/SigFlags 3>>"))?;
    let page_number = old.first_page()?;
    let page_dictionary = old.object(page_number)?;
    if find(page_dictionary, b"/Annots").is_some() {
        return Err(PdfError("its first page has annotations"));
    }
    // A page with a field is walked in the order of its structure (ISO 14289-1 section 7.18.3).
    let tabs = if find(page_dictionary, b"/Tabs").is_some() { "" } else { "/Tabs/S" };
    let page = inserted(page_dictionary, &format!("/Annots[{field} 0 R]{tabs}"))?;
    let zeros = "0".repeat(room);
    let blank = " ".repeat(4 * DIGITS + 3);
    let (when, why) = (pdf_date(at), literal(reason));
    let objects = [
        (page_number, page),
        (old.root, catalogue),
        (
            signature,
            format!(
                "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M({when})/Reason{why}\n\
                 /ByteRange [{blank}]\n/Contents <{zeros}>>>"
            )
            .into_bytes(),
        ),
        (
            field,
            format!(
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(Segel)/TU(Segel elektronik)/V {signature} 0 R/F 132\
                 /Rect[0 0 0 0]/P {page_number} 0 R>>"
            )
            .into_bytes(),
        ),
    ];
    let mut out = pdf.to_vec();
    let mut table = String::new();
    for (number, dictionary) in objects {
        table.push_str(&format!("{number} 1\n{:010} 00000 n \n", out.len()));
        out.extend(format!("{number} 0 obj\n").bytes());
        out.extend(dictionary);
        out.extend(b"\nendobj\n");
    }
    let begin = out.len();
    let (size, root, rest, previous) = (old.size + 2, old.root, old.rest, old.table);
    let trailer = format!(
        "xref\n{table}trailer\n<</Size {size}/Root {root} 0 R{rest}/Prev {previous}>>\nstartxref\n{begin}\n%%EOF\n"
    );
    out.extend(trailer.bytes());
    Ok(out)
}

/// What must be known of the file that is signed.
struct Old<'a> {
    pdf: &'a [u8],
    table: usize,
    size: usize,
    root: usize,
    rest: String,
}

impl<'a> Old<'a> {
    fn read(pdf: &'a [u8]) -> Result<Self, PdfError> {
        let begin = rfind(pdf, b"startxref").ok_or(PdfError("no startxref"))?;
        let table = number_after(&pdf[begin..], b"startxref").ok_or(PdfError("startxref"))?;
        let trailer = rfind(pdf, b"trailer").filter(|at| *at > table).ok_or(PdfError("no plain trailer"))?;
        let trailer = &pdf[trailer..begin];
        let known = |name: &[u8]| number_after(trailer, name);
        let info = known(b"/Info").map(|info| format!("/Info {info} 0 R")).unwrap_or_default();
        let id = between(trailer, b"/ID[", b"]").map(|id| format!("/ID[{}]", String::from_utf8_lossy(id)));
        Ok(Self {
            pdf,
            table,
            size: known(b"/Size").ok_or(PdfError("no size"))?,
            root: known(b"/Root").ok_or(PdfError("no root"))?,
            rest: info + &id.unwrap_or_default(),
        })
    }

    /// The dictionary of an object, by the table of references: lines of twenty bytes behind `xref` and `0 n`.
    fn object(&self, number: usize) -> Result<&'a [u8], PdfError> {
        let table = self.pdf.get(self.table..).ok_or(PdfError("xref"))?;
        let lines = table.strip_prefix(b"xref\n").ok_or(PdfError("no plain xref"))?;
        let first = lines.iter().position(|byte| *byte == b'\n').ok_or(PdfError("xref"))? + 1;
        let line = lines.get(first + 20 * number..first + 20 * number + 10).ok_or(PdfError("xref"))?;
        let at = std::str::from_utf8(line).ok().and_then(|text| text.parse::<usize>().ok());
        let object = at.and_then(|at| self.pdf.get(at..)).ok_or(PdfError("xref"))?;
        let head = format!("{number} 0 obj\n");
        let body = object.strip_prefix(head.as_bytes()).ok_or(PdfError("an object"))?;
        let end = find(body, b"\nendobj").ok_or(PdfError("an object"))?;
        Ok(&body[..end])
    }

    fn first_page(&self) -> Result<usize, PdfError> {
        let pages = number_after(self.object(self.root)?, b"/Pages").ok_or(PdfError("no pages"))?;
        number_after(self.object(pages)?, b"/Kids[").ok_or(PdfError("no page"))
    }
}

/// A dictionary with something more in it.
fn inserted(dictionary: &[u8], more: &str) -> Result<Vec<u8>, PdfError> {
    let body = dictionary.strip_suffix(b">>").ok_or(PdfError("an object"))?;
    Ok([body, more.as_bytes(), b">>"].concat())
}

/// A text string in UTF-16, which needs no escapes (ISO 32000-1 section 7.9.2.2).
fn literal(text: &str) -> String {
    let units = text.encode_utf16().map(|unit| format!("{unit:04X}"));
    format!("<FEFF{}>", units.collect::<String>())
}

fn pdf_date(at: &Zoned) -> String {
    let minutes = at.offset().seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    format!("D:{}{sign}{hours:02}'{minutes:02}'", at.strftime("%Y%m%d%H%M%S"))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

fn between<'a>(bytes: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a [u8]> {
    let rest = &bytes[find(bytes, open)? + open.len()..];
    Some(&rest[..find(rest, close)?])
}

fn number_after(bytes: &[u8], name: &[u8]) -> Option<usize> {
    let rest = &bytes[find(bytes, name)? + name.len()..];
    let digits: String = rest
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace())
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    digits.parse().ok()
}

/// Checks the last signature of a PDF with the certificate in it. It must cover the whole file.
///
/// # Errors
/// When there is none, the file was changed, or goes on behind it.
pub fn check_pdf(pdf: &[u8]) -> Result<Checked, SealError> {
    let form = SealError::Form;
    let place = rfind(pdf, RANGE).ok_or(form("no signature"))?;
    let range = between(&pdf[place..], RANGE, b"]").ok_or(form("no range"))?;
    let range = std::str::from_utf8(range).map_err(|_| form("no range"))?;
    let numbers: Vec<usize> = range
        .split_ascii_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| form("no range"))?;
    let [0, end, after, more] = numbers[..] else { return Err(form("no range")) };
    let whole = after.checked_add(more).ok_or(form("no range"))?;
    if whole < pdf.len() {
        return Err(SealError::Added);
    }
    let gap = pdf.get(end..after).filter(|_| whole == pdf.len()).ok_or(form("no range"))?;
    let digits = gap.strip_prefix(b"<").and_then(|gap| gap.strip_suffix(b">")).ok_or(form("no signature"))?;
    // Nothing but the signature may lie between: what is left over is zeros.
    let padded = hex::decode(digits).map_err(|_| form("no signature"))?;
    let length = der_length(&padded).ok_or(form("no signature"))?;
    let (signature, rest) = padded.split_at_checked(length).ok_or(form("no signature"))?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(SealError::Changed);
    }
    let digest = Sha256::new().chain_update(&pdf[..end]).chain_update(&pdf[after..]).finalize();
    let chain = cades::check(signature, digest.into())?;
    Ok(Checked { content: pdf.to_vec(), chain })
}

/// How long the DER value is with which some bytes begin.
fn der_length(bytes: &[u8]) -> Option<usize> {
    let (first, rest) = (*bytes.get(1)?, bytes.get(2..)?);
    if first < 0x80 {
        return Some(2 + usize::from(first));
    }
    let count = usize::from(first & 0x7f);
    let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
    let length = digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
    length.checked_add(2 + count)
}
