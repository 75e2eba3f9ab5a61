//! The words of a notification: one SMS, a page, a letter. Indonesian, because it goes to an agency's people.

use dispatch_core::time::{Timestamp, Zone, zone};

use crate::{Notification, Task};

/// Characters of one SMS in the alphabet of GSM (3GPP TS 23.038 section 6.2.1); one more makes two of it.
pub(crate) const SMS_CHARS_MAX: usize = 160;
/// Longer names are not listened to.
const NAME_CHARS_MAX: usize = 80;

/// At most 160 characters that every telephone has.
pub(crate) fn short(notification: &Notification) -> String {
    let Some(task) = &notification.task else {
        return "UJI saluran 112, bukan tugas. Balas 1 bila pesan ini sampai.".to_owned();
    };
    let head = format!("112 {} {}", task.priority, plain(&task.category_label).to_uppercase());
    let number = plain(task.short_number());
    let tail = format!(". No {number}. Balas: 1 {number} = terima, 2 {number} = tidak mampu");
    let room = SMS_CHARS_MAX.saturating_sub(head.len() + tail.len());
    let about: Vec<String> = [Some(what(task)), place(task)].into_iter().flatten().collect();
    let about = plain(&about.iter().filter(|part| !part.is_empty()).fold(String::new(), |text, part| {
        if text.is_empty() { format!(": {part}") } else { format!("{text}. {part}") }
    }));
    let about: String = about.chars().take(room).collect();
    format!("{head}{}{tail}", about.trim_end_matches([' ', '.', ',']))
}

/// A page for a printer and the body of a letter, line by line.
pub(crate) fn page(notification: &Notification) -> String {
    let Some(task) = &notification.task else {
        return "UJI SALURAN 112\nIni hanya uji saluran. BUKAN TUGAS. Tidak perlu berangkat.\n".to_owned();
    };
    let mut lines = vec![
        format!("TUGAS 112 - {}", task.priority),
        format!("Insiden : {}", line(&task.number)),
        format!("Kategori: {}", line(&task.category_label)),
    ];
    lines.extend(task.type_label.as_ref().map(|label| format!("Jenis   : {}", line(label))));
    lines.extend(task.area.as_ref().map(|area| format!("Wilayah : {}", line(area))));
    lines.extend(task.landmark.as_ref().map(|mark| format!("Patokan : {}", line(mark))));
    lines.push(format!("Dikirim : {}", written(notification.sent_at, zone::here())));
    lines.push("Terima tugas ini di konsol atau lewat telepon ke 112.".to_owned());
    lines.join("\n") + "\n"
}

/// The line that a letter is found by.
pub(crate) fn subject(notification: &Notification) -> String {
    match &notification.task {
        Some(task) => line(&format!("[112 {}] {} {}", task.priority, task.category_label, task.number)),
        None => "[UJI 112] Uji saluran, bukan tugas".to_owned(),
    }
}

/// What a speech program says to whoever picks up a duty phone. Nothing that a person told is in it: neither the
/// landmark nor a word of the narrative.
pub(crate) fn spoken(notification: &Notification) -> String {
    let Some(task) = &notification.task else {
        return "Ini uji saluran 1 1 2. Bukan tugas, tidak perlu berangkat. Tekan 1 bila pesan ini terdengar.".to_owned();
    };
    let area = task.area.as_deref().map(|area| format!("Wilayah {}. ", sayable(area))).unwrap_or_default();
    format!(
        "Tugas baru dari 1 1 2. {}. Prioritas {}. {area}Nomor insiden {}. Tekan 1 untuk menerima. Tekan 2 bila tidak \
         mampu.",
        sayable(&task.category_label),
        digits(task.priority.code()),
        digits(task.short_number()),
    )
}

/// Words and no more: what else a name holds could mean something to a speech program.
fn sayable(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_alphanumeric() || "-',".contains(c) { c } else { ' ' });
    let words: String = letters.take(NAME_CHARS_MAX).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each by itself, as numbers are told over a telephone.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).map(String::from).collect::<Vec<_>>().join(" ")
}

/// A value on one line: what somebody typed makes no lines of its own.
fn line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `2026-11-22T03:00:00Z` as `22-11-2026 10.00 WIB`, as people there write it.
fn written(at: Timestamp, zone: Zone) -> String {
    let (date, minutes) = (at.date_in(zone), at.minute_of_day_in(zone));
    let day: Vec<&str> = date.rsplit('-').collect();
    format!("{} {:02}.{:02} {}", day.join("-"), minutes / 60, minutes % 60, zone.word())
}

fn what(task: &Task) -> String {
    task.type_label.clone().unwrap_or_default()
}

fn place(task: &Task) -> Option<String> {
    match (&task.area, &task.landmark) {
        (Some(area), Some(mark)) => Some(format!("{area}, {mark}")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

/// What the GSM alphabet has in one place each: the rest becomes what looks like it, or a question mark.
fn plain(text: &str) -> String {
    let letter = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => c,
        ' ' | '!' | '"' | '#' | '%' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '-' | '.' | '/' | ':'
        | ';' | '<' | '=' | '>' | '?' => c,
        '[' | '{' => '(',
        ']' | '}' => ')',
        '\u{2018}' | '\u{2019}' | '`' => '\'',
        '\u{201C}' | '\u{201D}' => '"',
        '\u{2013}' | '\u{2014}' | '_' | '~' => '-',
        '|' | '\\' => '/',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'á' | 'à' | 'â' | 'ä' => 'a',
        'í' | 'ì' | 'ï' => 'i',
        'ó' | 'ò' | 'ö' => 'o',
        'ú' | 'ù' | 'ü' => 'u',
        c if c.is_whitespace() || c.is_control() => ' ',
        _other => '?',
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use dispatch_core::category::{Category, Priority};
    use dispatch_core::escalation::Step;
    use dispatch_core::ids::{AgencyCode, AssignmentId, IncidentId};

    /// A fire near a crossing.
    pub(crate) fn notification() -> Notification {
        let task = Task {
            assignment_id: AssignmentId("01935a00-0000-7abc-8123-456789abcdef".parse().unwrap()),
            incident_id: IncidentId("01935a00-0000-7abc-8123-456789abcdee".parse().unwrap()),
            number: "2026-000123".into(),
            category: Category::A,
            category_label: "Kebakaran".into(),
            kind: None,
            type_label: Some("Kebakaran rumah".into()),
            priority: Priority::P1,
            area_code: Some("19.03.01".into()),
            area: Some("Toboali".into()),
            landmark: Some("simpang tiga \u{201C}Pasar\u{201D}".into()),
            step: Step::SecondChannel,
        };
        let sent_at = "2026-11-22T03:00:00Z".parse().unwrap();
        Notification {
            id: "0193.0.1".into(),
            agency: AgencyCode::new("pln"),
            sent_at,
            test: false,
            task: Some(task),
        }
    }

    #[test]
    fn one_sms_holds_what_is_needed_to_move() {
        let mut told = notification();
        assert_eq!(
            short(&told),
            "112 P1 KEBAKARAN: Kebakaran rumah. Toboali, simpang tiga \"Pasar\". No 123. Balas: 1 123 = terima, \
             2 123 = tidak mampu"
        );
        if let Some(task) = &mut told.task {
            task.landmark = Some("dekat masjid 漢字 ".repeat(40));
        }
        let long = short(&told);
        assert!(long.chars().count() <= SMS_CHARS_MAX && long.is_ascii(), "{long}");
        assert!(long.ends_with("2 123 = tidak mampu"), "what to answer is never cut off: {long}");
        if let Some(task) = &mut told.task {
            task.landmark = Some("kios\r\nNo 9\tbiru\u{7}".into());
        }
        assert!(short(&told).contains("kios  No 9 biru"), "one line: {}", short(&told));
        let test = short(&Notification::test("t".into(), AgencyCode::new("pln"), told.sent_at));
        assert!(test.starts_with("UJI") && test.len() <= SMS_CHARS_MAX);
    }

    #[test]
    fn what_is_spoken_says_what_where_and_which_keys_and_nothing_that_a_person_told() {
        let mut told = notification();
        assert_eq!(
            spoken(&told),
            "Tugas baru dari 1 1 2. Kebakaran. Prioritas 1. Wilayah Toboali. Nomor insiden 1 2 3. Tekan 1 untuk \
             menerima. Tekan 2 bila tidak mampu."
        );
        if let Some(task) = &mut told.task {
            task.area = Some("Lepar <break/>[[x]]\n Pongok".repeat(90));
        }
        let long = spoken(&told);
        assert!(long.contains("Wilayah Lepar break x Pongok") && long.len() < 300, "{long}");
        assert!(!long.contains(['<', '[', '/', '\n']) && long.ends_with("tidak mampu."), "{long}");
        if let Some(task) = &mut told.task {
            task.area = None;
        }
        assert!(spoken(&told).contains("Prioritas 1. Nomor insiden"), "{}", spoken(&told));
        assert!(
            spoken(&Notification::test("t".into(), AgencyCode::new("pln"), told.sent_at))
                .contains("Bukan tugas")
        );
    }

    #[test]
    fn a_page_has_its_own_lines_only_and_the_time_of_the_place() {
        let mut told = notification();
        let lines = page(&told).lines().count();
        assert!(page(&told).contains("\nDikirim : 22-11-2026 10.00 WIB\n"), "{}", page(&told));
        told.sent_at = "2026-12-31T17:05:00Z".parse().unwrap();
        if let Some(task) = &mut told.task {
            task.landmark = Some("kios\r\nTUGAS 112 - P0\rbiru\u{85}".into());
            task.category_label = "Kebakaran\r\nBcc: x@y".into();
        }
        let page = page(&told);
        assert_eq!(page.lines().count(), lines, "{page}");
        assert!(page.contains("Patokan : kios  TUGAS 112 - P0 biru \n"), "{page}");
        assert!(page.contains("Dikirim : 01-01-2027 00.05 WIB"), "the next day: {page}");
        let at = |zone| written(told.sent_at, zone);
        assert_eq!(
            (at(Zone::Wita), at(Zone::Wit)),
            ("01-01-2027 01.05 WITA".into(), "01-01-2027 02.05 WIT".into())
        );
        assert!(!page.contains('\r') && !subject(&told).contains(char::is_control));
    }
}
