import type { line as source } from '../id/line';

/** The line of a call: hold, keys, parties, whom to ask in. */
export const line: Record<keyof typeof source, string> = {
  'line.mute': 'Mute the microphone',
  'line.hold': 'Hold: the caller hears music',
  'line.resume': 'Resume',
  'line.hold_key': 'Hold or resume the call',
  'line.connect': 'Connect somebody else',
  'line.keypad': 'Keypad',
  'line.prompt': 'Press 5?',
  'line.prompt_hint': 'Play to a silent caller: “press 5 if you cannot speak”',
  'line.me': 'You',
  'line.caller': 'Caller',
  'line.centre': 'Centre',
  'line.level_caller': 'Voice of the caller',
  'line.level_centre': 'Voice of the centre',
  'line.no_voice': 'No voice yet',
  'line.digits': 'Keys',
  'line.parties': 'Parties on this call',
  'line.drop': 'Disconnect {name}',
  'line.drop_key': 'Disconnect whoever was connected last',
  'line.leave': 'Leave',
  'line.leave_hint': 'Leave the call: the others stay connected',
  'line.without_recording': 'Not recorded',

  'party.calling': 'being called…',
  'party.talking': 'connected',

  'connect.title': 'Connect to',
  'connect.whom': 'Agency or number',
  'connect.whom_hint': 'find an agency, or type a number / sip:',
  'connect.means': 'Conference: you stay on the call. Transfer: you leave as soon as they pick up.',
  'connect.confer': 'Conference',
  'connect.confer_key': 'Conference with the first in the list',
  'connect.transfer': 'Transfer',
  'connect.transfer_key': 'Transfer to the first in the list',
  'connect.nobody': 'Nobody of that name in the phone book.',
};
