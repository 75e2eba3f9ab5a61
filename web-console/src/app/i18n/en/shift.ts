import type { shift as source } from '../id/shift';

/** The beginning of a shift: duty, devices, the check of the audio. */
export const shift: Record<keyof typeof source, string> = {
  'shift.begin': 'Begin shift',
  'shift.begin_hint':
    'Sound is not active yet. Press Begin shift: the sound is tested and the alarms turned on.',
  'shift.audio_off': 'Sound off',
  'shift.audio_on': 'Sound on',
  'shift.mute': 'Mute 60 s',
  'shift.heard': 'Did you hear the test?',
  'shift.heard_yes': 'Yes',
  'shift.heard_no': 'No',
  'shift.heard_yes_long': 'The test was heard',
  'shift.heard_no_long': 'The test was not heard',
  'shift.unheard': 'The test was not heard',
  'shift.unheard_detail':
    'It is written down. Check the speaker and its volume; the test sounds again now. Do not begin without sound.',
  'shift.muted': 'Muted {seconds} s',
  'shift.duty': 'Duty',
  'shift.line_off': 'Call audio is off',
  'shift.line_off_hint': 'Callers hear only the announcement. Press to check microphone and line.',
  'shift.microphone_gone': 'No microphone: the caller does not hear you',
  'shift.microphone_gone_hint':
    'Plug the headset in again: the audio comes back by itself, the call goes on. Press to choose another microphone or a desk telephone.',
  'shift.line_elsewhere': 'Audio is in another window: use it here',
  'shift.line_elsewhere_hint':
    'Calls are heard in another window or PC with this account. Press to move them here; the call goes on.',
  'shift.line_reopening': 'Connecting call audio again…',
  'shift.devices': 'Audio devices',
  'shift.by_phone': 'Desk phone',

  'duty.ready': 'Ready',
  'duty.paused': 'Break',
  'duty.away': 'Ready, console closed',
  'duty.away_means': 'No console is open: no call is offered to this person.',
  'duty.off': 'Off duty',

  'check.title': 'Audio check',
  'check.by': 'Talk by',
  'check.by_headset': 'Headset on this computer',
  'check.by_phone': 'Desk phone (SIP)',
  'check.phone_uri': 'Address of the phone',
  'check.use_phone': 'Use this phone',
  'check.phone_hint': 'After you press Answer this phone rings; pick it up to talk to the caller.',
  'check.microphone': 'Microphone',
  'check.headset': 'Headset',
  'check.ring': 'Ringing',
  'check.ring_test': 'Test',
  'check.system_device': 'System choice',
  'check.level_mine': 'Your voice',
  'check.level_theirs': 'What you hear',
  'check.asking': 'Allow the microphone if the browser asks.',
  'check.trying_line': 'Trying the line: a short tone is sent to the server and back…',
  'check.line_good': 'The line is good: the test tone came back in {milliseconds} ms.',
  'check.line_open': 'The line is connected.',
  'check.line_bad': 'The test tone did not come back. Check the network; calls can still be answered.',
  'check.line_refused': 'The line did not open: {reason}',
  'check.skills': 'Skills',
  'check.skills_mean': 'Calls that need them ring here first.',
  'skill.en': 'English',
  'skill.zh': 'Mandarin',
  'skill.polisi': 'Police',
  'skill.damkar': 'Fire',
  'skill.medis': 'Medical',
  'skill.sar': 'Rescue',
  'check.ready': 'You are ready for calls.',
  'check.again': 'Check again',
  'check.without': 'Ready without two-way audio',
  'check.without_means':
    'Calls can be answered and recorded, but callers hear only the announcement. Choose a desk phone if there is one.',

  'microphone.denied':
    'The microphone is not allowed yet. Click the lock in the address bar, allow the microphone, then Check again.',
  'microphone.missing': 'There is no microphone. Plug in a headset and Check again, or choose a desk phone.',
  'microphone.busy': 'Another program uses the microphone. Close it, then Check again.',
  'microphone.insecure':
    'The browser withholds the microphone because this address is not HTTPS. Ask the administrator, or choose a desk phone.',

  'seat.connected': 'audio connected',
  'seat.phone': 'desk phone',
  'seat.none': 'no two-way audio',
};
