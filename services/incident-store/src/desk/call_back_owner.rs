//! Who is to call a lost caller back: a call-taker who is ready, has no call, and owes the fewest call-backs; of
//! several the one who has been ready for the longest time.

use dispatch_core::call::fact::CallFact;
use dispatch_core::call::{Call, CallCommand};
use dispatch_core::duty::Duty;

use super::book::{Book, FreeCallTaker};
use crate::engine::Connection;
use crate::error::StoreError;
use crate::submission::{DeskCommand, Submission};

/// Nobody is given more than so many at a time: in a storm the list is everybody's, and the supervisor sees it.
const OWED_MAX: u64 = 5;

const FREE: &str = "SELECT duty.state, (SELECT COUNT(*) FROM call \
    WHERE call.call_back = 'open' AND call.call_back_owner = duty.id) \
    FROM duty JOIN users ON users.id = duty.id \
    WHERE duty.duty_state = 'ready' AND users.role = 'call_taker' AND users.active = 1 \
    AND NOT EXISTS (SELECT 1 FROM call WHERE call.call_taker = duty.id) ORDER BY duty.id LIMIT 256";

/// Reads who is free, when a call ends in this batch.
pub(super) async fn load_free(
    connection: &mut Connection,
    book: &mut Book,
    batch: &[&Submission],
) -> Result<(), StoreError> {
    let ends = |command: &DeskCommand| {
        matches!(command, DeskCommand::Call(_, CallCommand::Fact { fact: CallFact::Ended { .. }, .. }))
    };
    if !batch.iter().flat_map(|submission| &submission.commands).any(ends) {
        return Ok(());
    }
    for row in connection.rows(FREE, vec![]).await? {
        let duty: Duty = row.json(0)?;
        book.free_call_takers.push(FreeCallTaker { user: duty.user, since: duty.since, owed: row.count(1)? });
    }
    Ok(())
}

/// Whose the next call-back is.
pub(super) fn next(book: &Book) -> Option<dispatch_core::ids::UserId> {
    let free = book.free_call_takers.iter().filter(|person| person.owed < OWED_MAX);
    free.min_by_key(|person| (person.owed, person.since, person.user)).map(|person| person.user)
}

/// Counts a call-back that was just given to somebody, so that the next one of this batch goes to another.
pub(super) fn count(book: &mut Book, before: Option<&Call>, now: &Call) {
    if before.is_some_and(|before| before.call_back.is_some()) {
        return;
    }
    let owner = now.call_back.as_ref().and_then(|duty| duty.owner);
    if let Some(person) = book.free_call_takers.iter_mut().find(|person| Some(person.user) == owner) {
        person.owed += 1;
    }
}
