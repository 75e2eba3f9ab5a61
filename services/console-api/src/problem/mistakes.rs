//! Mistakes of question cards and of rules, in words.

use dispatch_core::card::{CardFault, CardMistake};
use dispatch_core::policy::PolicyMistake;

use super::FieldError;

/// A mistake of a card, in words.
pub fn card_mistake(mistake: &CardMistake) -> FieldError {
    let (code, id, en) = match &mistake.fault {
        CardFault::Empty => ("empty", "Harus diisi.".to_owned(), "Must not be empty.".to_owned()),
        CardFault::TooLong => {
            ("too_long", "Terlalu panjang untuk dibacakan.".into(), "Too long to be read out.".into())
        }
        CardFault::NotACode => (
            "unknown_value",
            "Kode: huruf kecil, angka, dan _ saja.".into(),
            "A code: small letters, digits and _ only.".into(),
        ),
        CardFault::Twice => ("twice", "Sudah dipakai.".into(), "There already.".into()),
        CardFault::UnknownType(of) => {
            ("unknown", format!("Jenis {of} tidak dikenal."), format!("There is no type {of}."))
        }
        CardFault::TypeWithoutCard(of) => {
            ("missing", format!("Jenis {of} menjadi tanpa kartu."), format!("Type {of} would have no card."))
        }
        CardFault::TypeOnTwoCards(of) => (
            "twice",
            format!("Jenis {of} sudah ada di kartu lain."),
            format!("Type {of} is on another card."),
        ),
        CardFault::Count { min, max } => {
            ("out_of_range", format!("Harus {min} sampai {max}."), format!("{min} to {max} are needed."))
        }
        CardFault::NotAKey => (
            "unknown_value",
            "Satu huruf A sampai Z, bukan M atau P.".into(),
            "One letter A to Z, not M or P.".into(),
        ),
        CardFault::UnknownInstruction(of) => {
            ("unknown", format!("Petunjuk {of} tidak dikenal."), format!("There is no instruction {of}."))
        }
        CardFault::NotLater => (
            "unknown_value",
            "Harus pertanyaan yang lebih bawah di kartu ini.".into(),
            "Must be a later question of this card.".into(),
        ),
        CardFault::Range { min, max } => (
            "out_of_range",
            format!("Harus antara {min} dan {max}."),
            format!("Must be between {min} and {max}."),
        ),
        CardFault::NothingRaises(of) => (
            "missing",
            format!("Aturan menyebut kapan {of} lebih mendesak, tetapi tidak ada jawaban yang menaikkannya."),
            format!("The rules say when {of} is more urgent, and no answer makes it so."),
        ),
        CardFault::RaisesAndLowers => (
            "unknown_value",
            "Tidak boleh menaikkan dan menurunkan sekaligus.".into(),
            "It cannot raise and lower at once.".into(),
        ),
        CardFault::NotADate => ("unknown_value", "Tanggal TTTT-BB-HH.".into(), "A date YYYY-MM-DD.".into()),
    };
    FieldError { field: mistake.field.clone(), code, message: id, message_en: en }
}

/// A mistake of the rules, in words. Only those that a change can make have words of their own; the others name a fault
/// of the rules that were brought along.
pub fn policy_mistake(mistake: &PolicyMistake) -> FieldError {
    let (field, code, id, en) =
        times_in_words(mistake).or_else(|| routing_in_words(mistake)).unwrap_or_else(|| {
            let text = mistake.to_string();
            ("rules".to_owned(), "unknown_value", format!("Aturan tidak utuh: {text}"), text)
        });
    FieldError { field, code, message: id, message_en: en }
}

type Words = (String, &'static str, String, String);

fn said(field: impl Into<String>, code: &'static str, id: impl Into<String>, en: impl Into<String>) -> Words {
    (field.into(), code, id.into(), en.into())
}

fn times_in_words(mistake: &PolicyMistake) -> Option<Words> {
    let words = if let PolicyMistake::NoDecree { field } = mistake {
        said(*field, "empty", "Nomor SK harus diisi.", "The decree must be named.")
    } else if *mistake == PolicyMistake::NoOwner {
        said("owner", "empty", "Penanggung jawab harus diisi.", "Who answers for it must be named.")
    } else if *mistake == PolicyMistake::Nothing {
        said("change", "empty", "Belum ada yang diubah.", "Nothing is changed yet.")
    } else if let PolicyMistake::NoLadder { priority } = mistake {
        said(format!("ladders.{priority}"), "missing", "Tangga kosong.", "The ladder is empty.")
    } else if let PolicyMistake::LadderOrder { priority } = mistake {
        let id = "Setiap anak tangga harus lebih lambat daripada yang di atasnya.";
        said(
            format!("ladders.{priority}"),
            "out_of_range",
            id,
            "Each rung must come later than the one above.",
        )
    } else if let PolicyMistake::LadderSteps { priority } = mistake {
        let id = "Tangga harus sampai ke pengawas, juga bila tugas sudah sampai di layar; paling banyak 12 anak tangga.";
        said(
            format!("ladders.{priority}"),
            "missing",
            id,
            "A ladder must reach the supervisor, also when a screen has the task; 12 rungs at most.",
        )
    } else if let PolicyMistake::LadderException { place } = mistake {
        let id = "Perlu alasan, dan tangga yang mulai setelah 0 detik, menaik, dan sampai ke pengawas.";
        let en = "It needs a reason, and a ladder that begins after 0 seconds, ascends and reaches the supervisor.";
        said(format!("ladder_exceptions[{}]", place - 1), "missing", id, en)
    } else if let PolicyMistake::NoDispatchLimit { priority } = mistake {
        said(format!("dispatch_within.{priority}"), "missing", "Harus diisi.", "Must be given.")
    } else if let PolicyMistake::Zero { field } = mistake {
        said(field, "out_of_range", "Harus lebih dari nol detik.", "Must be more than zero seconds.")
    } else if let PolicyMistake::TooLong { field } = mistake {
        said(field, "out_of_range", "Paling lama tujuh hari.", "Seven days at most.")
    } else {
        return None;
    };
    Some(words)
}

fn routing_in_words(mistake: &PolicyMistake) -> Option<Words> {
    let words = if let PolicyMistake::NoLead { code } = mistake {
        said(format!("routing.{code}"), "missing", "Harus ada yang memimpin.", "Somebody must lead.")
    } else if let PolicyMistake::UnknownFunction { of, function } = mistake {
        let id = format!("Fungsi {function} tidak dikenal.");
        said(named(of), "unknown", id, format!("There is no function {function}."))
    } else if let PolicyMistake::FunctionTwice { code, function } = mistake {
        let id = format!("{function} disebut lebih dari sekali.");
        said(format!("routing.{code}"), "twice", id, format!("{function} is named more than once."))
    } else if let PolicyMistake::UnknownType { of, code } = mistake {
        said(
            named(of),
            "unknown",
            format!("Jenis {code} tidak dikenal."),
            format!("There is no type {code}."),
        )
    } else if *mistake == PolicyMistake::NoFallback {
        said("fallback", "empty", "Harus ada satu instansi atau lebih.", "One agency or more must be named.")
    } else if let PolicyMistake::UnknownPlan { code } = mistake {
        let id = format!("Rencana {code} tidak ada.");
        said("plans_gone", "unknown", id, format!("There is no plan {code}."))
    } else if let PolicyMistake::PlanTwice { code } = mistake {
        said(format!("plans.{code}"), "twice", "Kode sudah dipakai.", "The code is taken.")
    } else if let PolicyMistake::PlanEmpty { code } = mistake {
        let id = "Rencana ini tidak menambah siapa pun.";
        said(format!("plans.{code}"), "empty", id, "This plan adds nobody.")
    } else if let PolicyMistake::NotACode { code } = mistake {
        let id = "Kode: huruf kecil, angka, dan _ saja.";
        said(format!("plans.{code}"), "unknown_value", id, "A code: small letters, digits and _ only.")
    } else if let PolicyMistake::NoLabel { of } = mistake {
        said(named(of), "empty", "Nama harus diisi dalam dua bahasa.", "It must be named in both languages.")
    } else if let PolicyMistake::PlanSource { of } = mistake {
        said(named(of), "empty", "Dasar harus diisi.", "Who says so must be named.")
    } else if let PolicyMistake::NotAnArea { of, code } = mistake {
        said(
            named(of),
            "unknown",
            format!("Kode wilayah {code} salah."),
            format!("{code} is not an area code."),
        )
    } else if let PolicyMistake::UnitFigure { of, .. } = mistake {
        said(
            named(of),
            "out_of_range",
            "Tingkat 1 sampai 3, unit paling sedikit 1.",
            "Levels 1 to 3, one unit or more.",
        )
    } else if let PolicyMistake::TooMany { of } = mistake {
        said(of, "too_long", "Terlalu banyak.", "Too many.")
    } else if let PolicyMistake::TextTooLong { of } = mistake {
        said(of, "too_long", "Teks terlalu panjang.", "A text is too long.")
    } else {
        return None;
    };
    Some(words)
}

/// Who names something, as a field: the rules say `plan CODE` for a plan, and the bare code for a type.
fn named(of: &str) -> String {
    match of.strip_prefix("plan ") {
        Some(plan) => format!("plans.{plan}"),
        None if ["fallback", "ladder_exceptions", "routing"].contains(&of) => of.to_owned(),
        None => format!("routing.{of}"),
    }
}
