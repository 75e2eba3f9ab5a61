//! Each order, as the trunk's memory decides it.

use call_link::order::{
    Answered, Floor, LineEvent, LineEvents, LiveCall, LiveState, Order, OrderError, OrderReply, SeatAudio,
};
use dispatch_core::call::fact::{
    CallFact, CallerClass, Direction, EndReason, OfferEnd, PartyEnd, ScreenReason, Speaker,
};
use dispatch_core::ids::{CallId, PartyId, UserId};
use dispatch_core::private::Private;

use super::{Memory, arrived, ringing, trunks};
use crate::world::{new_id, now};

type Done = Result<(OrderReply, Vec<(CallId, CallFact)>), OrderError>;

pub(super) fn obey(memory: &mut Memory, line: &LineEvents, order: &Order) -> Done {
    let nothing = |reply| Ok((reply, Vec::new()));
    let by_fact = |call: &CallId, fact| Ok((OrderReply::Done, vec![(*call, fact)]));
    if memory.silent {
        return Err(OrderError::TrunkBusy);
    }
    match order {
        Order::Live => nothing(OrderReply::Live { calls: memory.live.values().cloned().collect() }),
        Order::Floor => nothing(OrderReply::Floor(Floor {
            run: memory.run + 1,
            seats: memory.seats.iter().copied().collect(),
            away: memory.away.iter().copied().collect(),
            phones_ringing: memory.phones_ringing.iter().copied().collect(),
            waiting: memory.waiting.clone(),
            trunks: trunks(),
        })),
        Order::Drain => nothing(OrderReply::Draining),
        Order::OpenSeat { user, sdp } => {
            if !sdp.reveal().contains("m=audio") {
                return Err(OrderError::UnusableOffer);
            }
            memory.seats.insert(*user);
            line.tell(LineEvent::SeatState { user: *user, connected: true });
            nothing(OrderReply::SeatOpened { sdp: "v=0\r\ns=jawaban\r\n".into() })
        }
        Order::CloseSeat { user } => {
            if memory.seats.remove(user) {
                line.tell(LineEvent::SeatState { user: *user, connected: false });
            }
            nothing(OrderReply::Done)
        }
        Order::Echo { user, .. } => {
            if !memory.seats.contains(user) {
                return Err(OrderError::NoSeat);
            }
            nothing(OrderReply::Done)
        }
        Order::SetSeat { user, state, skills, supervisor, console, .. } => {
            if let Some(word) = console {
                memory.consoles.insert(*user, word.open);
            }
            memory.duties.insert(*user, (*state, skills.clone(), *supervisor));
            nothing(OrderReply::Done)
        }
        Order::Learn { numbers, begins } => {
            if *begins {
                memory.pasts.clear();
                memory.restricted.clear();
            }
            for past in numbers {
                let counts = [past.pranks, past.ghosts, past.incidents];
                match past.restricted_until {
                    Some(until) => memory.restricted.insert(past.number.reveal().clone(), until),
                    None => memory.restricted.remove(past.number.reveal()),
                };
                memory.pasts.insert(past.number.reveal().clone(), (counts, past.lifted_until));
            }
            nothing(OrderReply::Done)
        }
        Order::Notify { .. } => {
            Ok((OrderReply::Notified { state: call_link::order::VoiceState::NoRoom }, vec![]))
        }
        Order::MassEvent { open, disaster } => {
            (memory.mass_event, memory.disaster) = (*open, *disaster);
            nothing(OrderReply::Done)
        }
        Order::SetRingRules { rules } => {
            memory.rules = Some((**rules).clone());
            nothing(OrderReply::Done)
        }
        Order::Answer { call, by } => answer(memory, *call, *by),
        Order::Hangup { call, .. } => {
            memory.live.remove(call).ok_or(OrderError::UnknownCall)?;
            Ok((OrderReply::HungUp, vec![(*call, CallFact::Ended { reason: EndReason::CentreHungUp })]))
        }
        Order::Refuse { call, by } => {
            let live = memory.live.get_mut(call).ok_or(OrderError::UnknownCall)?;
            if live.offered_to != Some(*by) {
                return Err(OrderError::NotYours);
            }
            (live.offered_to, live.state) = (None, LiveState::Ringing);
            by_fact(call, CallFact::OfferEnded { to: *by, why: OfferEnd::Refused })
        }
        Order::Hold { call, by } => {
            own(memory, *call, *by)?.state = LiveState::Held;
            by_fact(call, CallFact::Held { by: *by })
        }
        Order::Resume { call, by } => {
            own(memory, *call, *by)?.state = LiveState::Connected;
            by_fact(call, CallFact::Resumed { by: *by })
        }
        Order::AddParty { call, by, target, label, .. } => {
            let (party, fact) = add(memory, *call, *by, target, label)?;
            Ok((OrderReply::PartyAdded { party }, vec![(*call, fact)]))
        }
        Order::Transfer { call, by, target, label, .. } => {
            let (_, fact) = add(memory, *call, *by, target, label)?;
            by_fact(call, fact)
        }
        Order::DropParty { call, by, party } => {
            own(memory, *call, *by)?;
            let there = memory.parties.entry(*call).or_default().remove(party);
            if !there {
                return Err(OrderError::NotPossible);
            }
            by_fact(call, CallFact::PartyLeft { party: *party, why: PartyEnd::Dropped })
        }
        Order::Leave { call, by } => {
            own(memory, *call, *by)?;
            if memory.parties.get(call).is_none_or(std::collections::BTreeSet::is_empty) {
                return Err(OrderError::NotPossible);
            }
            by_fact(call, CallFact::CallTakerLeft { by: *by })
        }
        Order::Supervise { call, by, mode } => {
            let live = memory.live.get(call).ok_or(OrderError::UnknownCall)?;
            if live.answered_by.is_none() {
                return Err(OrderError::NotPossible);
            }
            if !memory.seats.contains(by) {
                return Err(OrderError::NoSeat);
            }
            by_fact(call, CallFact::SupervisorJoined { by: *by, mode: *mode })
        }
        Order::LiftRestriction { call, by } => {
            let live = memory.live.get(call).ok_or(OrderError::UnknownCall)?;
            // The real one knows what is held against it.
            if live.answered_by.is_some() {
                return Err(OrderError::NotPossible);
            }
            let because = vec![ScreenReason::EarlierPrank, ScreenReason::RestrictionLifted];
            let screened = CallFact::Screened { class: CallerClass::Unknown, because };
            Ok((OrderReply::Done, vec![(*call, CallFact::RestrictionLifted { by: *by }), (*call, screened)]))
        }
        Order::StopSupervising { call, by } => {
            memory.live.get(call).ok_or(OrderError::UnknownCall)?;
            by_fact(call, CallFact::SupervisorLeft { by: *by })
        }
        Order::Dial { by, number, call_back_of, .. } => dial(memory, *by, number, *call_back_of),
        Order::PressDigits { call, by, digits } => {
            own(memory, *call, *by)?;
            let press = |digit| CallFact::Digit { from: Speaker::Centre, digit: Private::new(digit) };
            Ok((OrderReply::Done, digits.reveal().chars().map(|digit| (*call, press(digit))).collect()))
        }
        Order::Prompt { call, by, prompt } => {
            own(memory, *call, *by)?;
            by_fact(call, CallFact::Prompted { prompt: *prompt })
        }
    }
}

/// A call that this person has.
fn own(memory: &mut Memory, call: CallId, by: UserId) -> Result<&mut LiveCall, OrderError> {
    let live = memory.live.get_mut(&call).ok_or(OrderError::UnknownCall)?;
    match live.answered_by {
        Some(owner) if owner == by => Ok(live),
        Some(_) => Err(OrderError::NotYours),
        None => Err(OrderError::NotPossible),
    }
}

fn answer(memory: &mut Memory, call: CallId, by: UserId) -> Done {
    let audio = if memory.seats.contains(&by) { SeatAudio::Browser } else { SeatAudio::None };
    let live = memory.live.get_mut(&call).ok_or(OrderError::UnknownCall)?;
    if let Some(winner) = live.answered_by {
        return Err(OrderError::AlreadyAnswered { by: winner });
    }
    (live.answered_by, live.state, live.offered_to) = (Some(by), LiveState::Connected, None);
    let answered = Answered { at: now(), was_queued: false, audio };
    Ok((OrderReply::Answered(answered), vec![(call, CallFact::Answered { by })]))
}

fn add(
    memory: &mut Memory,
    call: CallId,
    by: UserId,
    target: &Private<String>,
    label: &str,
) -> Result<(PartyId, CallFact), OrderError> {
    own(memory, call, by)?;
    let party = PartyId(new_id());
    memory.parties.entry(call).or_default().insert(party);
    Ok((party, CallFact::PartyAdded { party, by, label: label.to_owned(), target: target.clone() }))
}

fn dial(memory: &mut Memory, by: UserId, number: &Private<String>, call_back_of: Option<CallId>) -> Done {
    if !memory.seats.contains(&by) {
        return Err(OrderError::NoSeat);
    }
    let call = CallId(new_id());
    let direction = Direction::Out { by, call_back_of };
    memory.live.insert(call, LiveCall { answered_by: Some(by), direction, ..ringing(call, number.clone()) });
    let fact = arrived(call, number.clone(), direction);
    Ok((OrderReply::Dialled { call }, vec![(call, fact)]))
}
