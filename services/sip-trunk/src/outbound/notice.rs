//! Calls of the program itself: a duty phone is rung, a task is spoken, a key is awaited. Nobody of the centre takes
//! part: such a call has no room, no seat, no recording and no place in the queue, and it goes out only where the trunk
//! keeps places for callers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_link::order::{VoiceNotice, VoiceState};
use call_link::random::new_call_id;
use call_media::sdp::{Offer, Ours};
use call_media::spoken;
use call_media::srtp::MasterKey;
use dispatch_core::call::fact::PartyEnd;
use dispatch_core::private::Private;
use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Response, StatusCode, StatusCodeKind, Uri};
use tokio::time::{Instant, timeout};
use tracing::info;

use super::words::Words;
use super::{Route, SocketAddr, is_down, resolve, routes, sip_address, why};
use crate::call::contact;
use crate::config::Srtp;
use crate::encryption::{self, Stream};
use crate::guard::reply::ALLOW;
use crate::peers::test_sound::TestSound;
use crate::shared::Core;

/// Such calls at once: a few lines of the trunk, never most of them.
const NOTICES_AT_ONCE_MAX: usize = 4;
/// Places of a trunk that stay for callers, whatever there is to say.
const PLACES_FOR_CALLERS: usize = 4;
/// Ringing longer than this is no answer; a voice mail comes after 20 to 30 s.
const RING_FOR: Duration = Duration::from_secs(40);
/// No further way is begun after this: whoever asked goes on to another channel.
const WAYS_FOR: Duration = Duration::from_secs(60);
/// After the words were said twice, this long for a key.
const THINK_FOR: Duration = Duration::from_secs(8);
/// How long it is remembered how one ended: longer than anybody asks.
const KEPT_FOR: Duration = Duration::from_secs(900);
/// Of more, the oldest are forgotten.
const KEPT_MAX: usize = 1_024;
/// A BYE is answered or given up within 64*T1.
const BYE_WITHIN: Duration = Duration::from_secs(40);

/// Every such call, and how it went.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<BTreeMap<String, Kept>>);

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Kept {
    since: Instant,
    state: VoiceState,
    /// The trunk that it goes over now, by its place in the configuration.
    trunk: Option<usize>,
}

impl Notices {
    /// How far a call is, and whether it is to begin now. None begins while the program `drains`; one that runs is
    /// told of all the same, or its key would be lost.
    fn ask(&self, id: &str, drains: bool) -> (VoiceState, bool) {
        let mut kept = self.lock();
        if let Some(one) = kept.get(id).copied() {
            // Nothing rang: whoever asks again wants it tried again.
            if one.state == VoiceState::NoRoom {
                kept.remove(id);
            }
            return (one.state, false);
        }
        let running = kept.values().filter(|one| !one.state.is_over()).count();
        if drains || running >= NOTICES_AT_ONCE_MAX {
            return (VoiceState::NoRoom, false);
        }
        let now = Instant::now();
        kept.retain(|_, one| !one.state.is_over() || now.duration_since(one.since) < KEPT_FOR);
        if kept.len() >= KEPT_MAX {
            let over = kept.iter().filter(|(_, one)| one.state.is_over());
            let oldest = over.min_by_key(|(_, one)| one.since).map(|(id, _)| id.clone());
            oldest.and_then(|id| kept.remove(&id));
        }
        kept.insert(id.to_owned(), Kept { since: now, state: VoiceState::Calling, trunk: None });
        (VoiceState::Calling, true)
    }

    fn set(&self, id: &str, state: VoiceState) {
        let mut kept = self.lock();
        let trunk = kept.get(id).and_then(|one| one.trunk);
        kept.insert(id.to_owned(), Kept { since: Instant::now(), state, trunk });
    }

    /// Takes a line of a trunk for a call that runs; `false` when callers may need what is left. `live` are the calls
    /// of the centre on it.
    fn takes_line(&self, id: &str, trunk: usize, live: usize, channels: usize) -> bool {
        let mut kept = self.lock();
        let same = |(other, one): &(&String, &Kept)| {
            other.as_str() != id && one.trunk == Some(trunk) && !one.state.is_over()
        };
        let notices = kept.iter().filter(same).count();
        let takes = leaves_places(live, notices, channels);
        if let Some(one) = kept.get_mut(id) {
            one.trunk = takes.then_some(trunk);
        }
        takes
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins a call, or says how far it is.
pub(crate) fn notify(
    core: &Arc<Core>,
    id: &str,
    target: &Private<String>,
    notice: &VoiceNotice,
) -> VoiceState {
    let (state, begins) = core.notices.ask(id, core.is_draining());
    if begins {
        let (core, id, target, notice) = (core.clone(), id.to_owned(), target.clone(), notice.clone());
        core.tasks.clone().spawn(async move {
            let state = match Words::of(&core, &notice) {
                Ok(words) => call(&core, &id, &target, &words).await,
                Err(_) => VoiceState::Failed,
            };
            info!(notification.id = id, ?state, "A duty phone was called");
            core.notices.set(&id, state);
        });
    }
    state
}

/// Over one way after the other, until one is not down.
async fn call(core: &Arc<Core>, id: &str, target: &Private<String>, words: &Words) -> VoiceState {
    let ways = routes(core, target.reveal());
    let mut last = if ways.is_empty() { VoiceState::Failed } else { VoiceState::NoRoom };
    let begun = Instant::now();
    for route in ways.iter().filter(|route| has_room(core, id, route)) {
        if begun.elapsed() > WAYS_FOR {
            break;
        }
        match over(core, id, route, words).await {
            Ok(state) => return state,
            Err(down) => last = down,
        }
    }
    last
}

/// Whether the trunk has a line beside those that are kept for callers; takes it when it has.
fn has_room(core: &Core, id: &str, route: &Route) -> bool {
    let trunks = &core.config.trunks;
    let Some(place) = trunks.iter().position(|trunk| trunk.name == route.trunk) else { return true };
    let Some(channels) = trunks.get(place).and_then(|trunk| trunk.channels) else { return true };
    let live = core.registry.load_of_trunks().get(&place).copied().unwrap_or(0);
    core.notices.takes_line(id, place, live, channels)
}

/// Whether one more such call leaves callers their places: of few lines half are theirs, of a single one all of it.
fn leaves_places(live: usize, notices: usize, channels: usize) -> bool {
    let kept = PLACES_FOR_CALLERS.min(channels / 2).max(1);
    live + notices + 1 + kept <= channels
}

/// One way: `Err` when it is down and another may work.
async fn over(core: &Arc<Core>, id: &str, route: &Route, words: &Words) -> Result<VoiceState, VoiceState> {
    let trunk = core.config.trunks.iter().find(|trunk| trunk.name == route.trunk);
    let demanded = trunk.is_some_and(|trunk| trunk.srtp == Srtp::Required);
    let keys = [MasterKey::random().filter(|_| demanded), None];
    for key in if demanded { &keys[..] } else { &keys[1..] } {
        let Some(mut line) = Line::ring(core, route, *key).await else { return Err(VoiceState::Failed) };
        let rung = line.rung.take();
        match rung {
            None => return Ok(VoiceState::NoAnswer),
            Some((dialog, response)) if response.status_code.kind() == StatusCodeKind::Successful => {
                core.notices.set(id, VoiceState::Talking);
                let state = line.talk(&response, *key, words).await;
                // The key counts now, whenever the other side takes the BYE.
                core.notices.set(id, state);
                hang_up(core, dialog).await;
                return Ok(state);
            }
            Some((_, response)) if is_down(&response.status_code) => return Err(VoiceState::Failed),
            Some((_, response)) => {
                let plain_may_do = key.is_some() && encryption::may_be_refused_by(&response.status_code);
                if !plain_may_do {
                    return Ok(refusal(&response.status_code));
                }
            }
        }
    }
    Ok(VoiceState::Refused)
}

fn refusal(code: &StatusCode) -> VoiceState {
    match why(code) {
        PartyEnd::Refused => VoiceState::Refused,
        PartyEnd::NoAnswer => VoiceState::NoAnswer,
        PartyEnd::Failed | PartyEnd::HungUp | PartyEnd::Dropped => VoiceState::Failed,
    }
}

async fn hang_up(core: &Core, dialog: InviteDialog) {
    timeout(BYE_WITHIN, dialog.bye()).await.ok();
    core.dialogs.remove_dialog(&dialog.id());
}

/// An INVITE that was answered one way or the other, and its sound.
struct Line {
    sound: TestSound,
    states: DialogStateReceiver,
    peer: SocketAddr,
    /// The dialog and its final answer; none when nobody answered in time.
    rung: Option<(InviteDialog, Response)>,
    /// Lets in what whom we called sends, from wherever.
    _expected: crate::guard::expected::Expected,
}

impl Line {
    /// Rings; `None` when nothing could be sent.
    async fn ring(core: &Arc<Core>, route: &Route, key: Option<MasterKey>) -> Option<Self> {
        let peer = resolve(route).await?;
        let address = core.address_towards(peer.ip());
        let sound = TestSound::open(core, address).await?;
        let ours = SocketAddr::new(address, core.sip_port(route.wire));
        let own = Uri::try_from(format!("sip:112@{ours}")).ok()?;
        let call_id = new_call_id(&core.clock).to_string();
        let expected = core.ours.expect(call_id.clone());
        let offer = encryption::offer(Ours { address, port: sound.port(), session: 1, version: 1 }, key);
        let option = InviteOption {
            caller_display_name: Some("112".to_owned()),
            caller: own.clone(),
            callee: route.uri.clone(),
            destination: Some(sip_address(route.wire, peer)),
            content_type: Some("application/sdp".to_owned()),
            contact: contact(core, address, route.wire)?,
            offer: Some(offer.into_bytes()),
            headers: Some(vec![
                Header::PAssertedIdentity(format!("<{own}>").into()),
                Header::Allow(ALLOW.into()),
            ]),
            call_id: Some(call_id),
            ..InviteOption::default()
        };
        let (sender, states) = core.dialogs.new_dialog_state_channel();
        let rung = match timeout(RING_FOR, core.dialogs.do_invite(option, sender)).await {
            // Dropped while it rings, it cancels.
            Err(_) | Ok(Ok((_, None))) => None,
            Ok(Ok((dialog, Some(response)))) => Some((dialog, response)),
            Ok(Err(_)) => return None,
        };
        Some(Self { sound, states, peer, rung, _expected: expected })
    }

    /// Says it twice and waits for a key.
    async fn talk(&mut self, response: &Response, key: Option<MasterKey>, words: &Words) -> VoiceState {
        let answer = Offer::parse(&response.body).ok();
        let Some(stream) = answer.and_then(|answer| Stream::of_answer(&answer, key)) else {
            return VoiceState::Failed;
        };
        self.sound.encrypt(stream.keys());
        let voice = stream.voice;
        let to = SocketAddr::new(voice.address.unwrap_or(self.peer.ip()), voice.port);
        let words = words.ready().await;
        let twice = [words.as_slice(), words.as_slice()].concat();
        let mut speaking = self.sound.speaks_to(to, &voice);
        let state = tokio::select! {
            state = async {
                loop {
                    match speaking.say(&twice, THINK_FOR).await {
                        Some('1') => return VoiceState::Accepted,
                        Some('2') => return VoiceState::Declined,
                        // Another key is a slip of the finger: it is said again from the beginning, until it is over.
                        Some(_) if speaking.has_patience() => {}
                        Some(_) | None => return VoiceState::NoKey,
                    }
                }
            } => state,
            () = gone(&mut self.states) => return VoiceState::NoKey,
        };
        if matches!(state, VoiceState::Accepted | VoiceState::Declined)
            && let Ok(thanks) = spoken::thanks()
        {
            tokio::select! {
                _ = speaking.say(&thanks, Duration::ZERO) => {}
                () = gone(&mut self.states) => {}
            }
        }
        state
    }
}

/// Until the other side hangs up.
async fn gone(states: &mut DialogStateReceiver) {
    while let Some(state) = states.recv().await {
        if matches!(state, rsipstack::dialog::dialog::DialogState::Terminated(..)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_keep_their_lines() {
        // Lines of a trunk, and how many such calls go out over it while nobody calls.
        for (channels, most) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (8, 4), (30, 26)] {
            let fits = (0..40).take_while(|notices| leaves_places(0, *notices, channels)).count();
            assert_eq!(fits, most, "{channels} lines");
        }
        assert!(leaves_places(1, 0, 4) && !leaves_places(2, 0, 4) && !leaves_places(1, 1, 4));
    }

    #[test]
    fn lines_are_counted_by_trunk_until_the_call_is_over() {
        let notices = Notices::default();
        for id in ["a", "b", "c"] {
            assert_eq!(notices.ask(id, false), (VoiceState::Calling, true));
        }
        assert!(notices.takes_line("a", 0, 0, 4) && notices.takes_line("b", 0, 0, 4));
        assert!(notices.takes_line("b", 0, 0, 4), "its own line is not counted twice");
        assert!(!notices.takes_line("c", 0, 0, 4), "two of four stay for callers");
        assert!(notices.takes_line("c", 1, 0, 4), "another trunk has lines of its own");
        notices.set("a", VoiceState::Talking);
        assert!(!notices.takes_line("c", 0, 0, 4), "it talks, so it holds its line");
        notices.set("a", VoiceState::NoKey);
        assert!(notices.takes_line("c", 0, 0, 4));
    }

    #[test]
    fn a_call_that_found_no_line_is_tried_again_by_whoever_asks_again() {
        let notices = Notices::default();
        assert_eq!(notices.ask("a", false), (VoiceState::Calling, true));
        notices.set("a", VoiceState::NoRoom);
        assert_eq!(notices.ask("a", false), (VoiceState::NoRoom, false), "told once");
        assert_eq!(notices.ask("a", false), (VoiceState::Calling, true), "then it begins anew");
        notices.set("a", VoiceState::NoAnswer);
        assert_eq!(notices.ask("a", false), (VoiceState::NoAnswer, false));
        assert_eq!(notices.ask("a", false), (VoiceState::NoAnswer, false), "what rang is not rung again");
    }

    #[test]
    fn a_running_call_is_told_of_while_the_program_drains() {
        let notices = Notices::default();
        assert_eq!(notices.ask("a", false), (VoiceState::Calling, true));
        notices.set("a", VoiceState::Accepted);
        assert_eq!(notices.ask("a", true), (VoiceState::Accepted, false));
        assert_eq!(notices.ask("b", true), (VoiceState::NoRoom, false));
        assert_eq!(notices.ask("b", false), (VoiceState::Calling, true), "a refusal is not kept");
    }
}
