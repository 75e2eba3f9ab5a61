//! Callers who call again. However often a person redials, they are owed one call, and none once they were
//! answered.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::call::fact::{Arrival, CallFact};
use dispatch_core::call::{Call, CallCommand};
use dispatch_core::ids::CallId;
use dispatch_core::limits::SUBMISSIONS_PER_BATCH_MAX;

use super::book::Book;
use super::load::load_streams;
use crate::change::StreamId;
use crate::engine::{Connection, Value, in_list};
use crate::error::StoreError;
use crate::store::number_hash;
use crate::submission::{DeskCommand, Submission};

/// Duties of one number that are looked at. There is one; more only where they were made before they were tied.
const OWED_TO_A_NUMBER_MAX: usize = 16;

/// Calls that are read for one batch: one for each number, and room for those made before they were tied.
const OWING_READ_MAX: usize = 4 * SUBMISSIONS_PER_BATCH_MAX;

/// Reads which calls owe a call-back to the numbers of the calls that are answered or end in this batch: one
/// question over an index, and none when there is no such call.
pub(super) async fn load_owing(
    connection: &mut Connection,
    book: &mut Book,
    batch: &[&Submission],
) -> Result<(), StoreError> {
    let numbers = numbers_in_question(book, batch);
    if numbers.is_empty() {
        return Ok(());
    }
    let (list, values) = in_list(1, numbers.into_iter().map(Value::from));
    let sql = format!(
        "SELECT number_hash, id FROM call WHERE call_back = 'open' AND number_hash IN {list} \
         ORDER BY arrived_us, id LIMIT {OWING_READ_MAX}"
    );
    let mut unknown = BTreeSet::new();
    for row in connection.rows(&sql, values).await? {
        let call: CallId = row.parse(1)?;
        let number = row.maybe_blob(0)?.map(<[u8]>::to_vec).unwrap_or_default();
        book.owing.entry(number).or_default().insert(call);
        if book.call(call).is_none() {
            unknown.insert(StreamId::Call(call));
        }
    }
    load_streams(connection, book, &unknown).await
}

fn numbers_in_question(book: &Book, batch: &[&Submission]) -> BTreeSet<Vec<u8>> {
    let mut arrived: BTreeMap<CallId, &Arrival> = BTreeMap::new();
    let mut numbers = BTreeSet::new();
    for command in batch.iter().flat_map(|submission| &submission.commands) {
        let DeskCommand::Call(id, CallCommand::Fact { fact, .. }) = command else { continue };
        if let CallFact::Arrived(arrival) = fact {
            arrived.insert(*id, arrival);
        }
        if !matches!(fact, CallFact::Ended { .. } | CallFact::Answered { .. }) {
            continue;
        }
        let number = match book.call(*id) {
            Some(call) => number_hash(&book.number_key, &call.arrival),
            None => arrived.get(id).and_then(|arrival| number_hash(&book.number_key, arrival)),
        };
        numbers.extend(number);
    }
    numbers
}

/// The other calls of the same number that owe a call-back now, the oldest first.
pub(super) fn owed_to_number_of(book: &Book, call: &Call) -> Vec<CallId> {
    if call.is_ended() || book.owing.is_empty() {
        return Vec::new();
    }
    let number = number_hash(&book.number_key, &call.arrival);
    let calls = number.and_then(|number| book.owing.get(&number)).into_iter().flatten();
    let mut owing: Vec<_> = calls
        .filter(|id| **id != call.id)
        .filter_map(|id| book.call(*id))
        .filter(|other| other.owes_call_back())
        .map(|other| (other.arrived_at, other.id))
        .collect();
    owing.sort_unstable();
    owing.into_iter().map(|(_, id)| id).take(OWED_TO_A_NUMBER_MAX).collect()
}

/// Keeps in mind that a call owes a call-back, for the submissions that follow in this batch.
pub(super) fn remember(book: &mut Book, call: &Call) {
    if !call.owes_call_back() {
        return;
    }
    if let Some(number) = number_hash(&book.number_key, &call.arrival) {
        book.owing.entry(number).or_default().insert(call.id);
    }
}

/// Whether a person of the centre has just come to speak with somebody who called.
pub(super) fn reaches_the_caller(before: Option<&Call>, now: &Call) -> bool {
    let answered_now = now.answered.is_some() && before.is_some_and(|before| before.answered.is_none());
    answered_now && !now.is_outbound() && !now.arrival.test
}
