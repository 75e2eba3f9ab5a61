//! What cannot be so about the disaster mode and words to agencies, in words.

use dispatch_core::broadcast::BroadcastRefusal;
use dispatch_core::disaster::DisasterRefusal;

use super::{Code, Problem};

/// A refusal of a step with the switch.
pub fn disaster(refusal: DisasterRefusal) -> Problem {
    match refusal {
        DisasterRefusal::Stands => Problem::new(Code::DisasterStands),
        DisasterRefusal::Unknown => Problem::new(Code::NotFound),
        DisasterRefusal::SamePerson => Problem::new(Code::SecondPersonNeeded),
        DisasterRefusal::Over | DisasterRefusal::NotOn => Problem::new(Code::DisasterOver),
        DisasterRefusal::NotAPerson => Problem::new(Code::Forbidden),
        DisasterRefusal::Text { field } => {
            Problem::field(field, "empty", "Kosong atau terlalu panjang.", "Empty or too long.")
        }
    }
}

/// A refusal of a word.
pub fn broadcast(refusal: BroadcastRefusal) -> Problem {
    match refusal {
        BroadcastRefusal::Text => {
            Problem::field("text", "empty", "Kosong atau terlalu panjang.", "Empty or too long.")
        }
        BroadcastRefusal::Agencies => {
            Problem::field("agencies", "unknown", "Instansi tidak dikenal.", "There is no such agency.")
        }
        BroadcastRefusal::Unknown => Problem::new(Code::NotFound),
        BroadcastRefusal::NotAPerson => Problem::new(Code::Forbidden),
    }
}
