//! Words of official documents (glossary): Indonesian, because they go to Indonesian offices.

use dispatch_core::call::DispositionKind;
use dispatch_core::incident::{AssignmentState, IncidentStatus};
use dispatch_core::routing::Role;
use dispatch_core::time::{Timestamp, zone};

use crate::views;

/// The months, for dates that are written out.
const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// A time by the clocks in the room.
pub(crate) fn zoned(at: Timestamp) -> jiff::Zoned {
    let offset = i8::try_from(zone::here().minutes() / 60).unwrap_or(0);
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(offset)))
}

/// A day: "24 November 2026".
pub(crate) fn day(at: Timestamp) -> String {
    let at = zoned(at);
    let month = usize::try_from(at.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{} {} {}", at.day(), month.unwrap_or(&""), at.year())
}

/// A day and a time: "24 November 2026 08.30.15 WIB".
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{} {} {}", day(at), zoned(at).strftime("%H.%M.%S"), zone::here().word())
}

/// A day and a time in figures, for tables of many days: "24/11/2026 08.30.15 WIB".
pub(crate) fn stamp(at: Timestamp) -> String {
    format!("{} {}", zoned(at).strftime("%d/%m/%Y %H.%M.%S"), zone::here().word())
}

/// A short day and a time, for tables: "24/11 08.30.15".
pub(crate) fn short(at: Timestamp) -> String {
    zoned(at).strftime("%d/%m %H.%M.%S").to_string()
}

/// A number of things: "1.204".
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// A share of 0 to 1: "87,5 %".
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0).replace('.', ",")
}

/// A span: "0.07", "12.30", "1.02.30": minutes and seconds.
pub(crate) fn span(seconds: f64) -> String {
    let whole = seconds.round().max(0.0) as u64;
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}.{minutes:02}.{seconds:02}") } else { format!("{minutes}.{seconds:02}") }
}

/// How far an incident is.
pub(crate) const fn status(status: IncidentStatus) -> &'static str {
    match status {
        IncidentStatus::New => "baru",
        IncidentStatus::Dispatched => "dikirim ke instansi",
        IncidentStatus::Acknowledged => "diterima instansi",
        IncidentStatus::EnRoute => "menuju TKP",
        IncidentStatus::OnScene => "tiba di TKP",
        IncidentStatus::Working => "penanganan",
        IncidentStatus::UnderControl => "terkendali",
        IncidentStatus::Completed => "selesai di lapangan",
        IncidentStatus::Closed => "ditutup",
        IncidentStatus::Cancelled => "dibatalkan",
        IncidentStatus::Merged => "digabung",
    }
}

/// How far an agency is.
pub(crate) const fn state(state: AssignmentState) -> &'static str {
    match state {
        AssignmentState::Sent => "dikirim",
        AssignmentState::Delivered => "sampai di layar",
        AssignmentState::Acknowledged => "diterima",
        AssignmentState::EnRoute => "menuju TKP",
        AssignmentState::OnScene => "tiba di TKP",
        AssignmentState::Working => "penanganan",
        AssignmentState::UnderControl => "terkendali",
        AssignmentState::Completed => "selesai",
        AssignmentState::Declined => "ditolak",
        AssignmentState::Cancelled => "ditarik",
    }
}

/// What an agency does on an incident.
pub(crate) const fn role(role: Role) -> &'static str {
    match role {
        Role::Lead => "utama",
        Role::Support => "pendukung",
        Role::Notify => "tembusan",
    }
}

/// What a call turned out to be.
pub(crate) const fn disposition(kind: DispositionKind) -> &'static str {
    match kind {
        DispositionKind::Incident => "insiden",
        DispositionKind::Prank => "iseng",
        DispositionKind::Ghost => "kosong",
        DispositionKind::Accidental => "tidak sengaja",
        DispositionKind::Information => "informasi",
        DispositionKind::Complaint => "pengaduan",
        DispositionKind::Abandoned => "terputus",
        DispositionKind::WrongNumber => "salah sambung",
        DispositionKind::Duplicate => "laporan ganda",
        DispositionKind::Test => "uji saluran",
        DispositionKind::CallBack => "panggilan balik",
        DispositionKind::Diverted => "dialihkan",
    }
}

/// Who did something.
pub(crate) fn actor(actor: &views::Actor) -> String {
    match (&actor.name, actor.kind) {
        (Some(name), _) => name.clone(),
        (None, "unit") => "awak unit".to_owned(),
        (None, "trunk") => "saluran telepon".to_owned(),
        (None, _) => "sistem".to_owned(),
    }
}

/// A place in words, as far as it is known.
pub(crate) fn place(location: &views::Location) -> String {
    let point = location.lat.zip(location.lon).map(|(lat, lon)| {
        let radius = location.accuracy_m.map(|radius| format!(" (± {radius:.0} m)")).unwrap_or_default();
        format!("{lat:.6}, {lon:.6}{radius}")
    });
    let parts = [location.landmark.clone(), location.address.clone(), location.area_name.clone(), point];
    parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_indonesia() {
        assert_eq!(
            [count(0), count(999), count(1_204), count(1_000_000)],
            ["0", "999", "1.204", "1.000.000"]
        );
        assert_eq!(percent(0.875), "87,5 %");
        assert_eq!([span(7.2), span(750.0), span(3_750.0)], ["0.07", "12.30", "1.02.30"]);
    }
}
