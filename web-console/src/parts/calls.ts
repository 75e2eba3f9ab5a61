import type { Call, User } from '../api/types';

/** The caller waits for a person: before any answer, or again because a call-taker's audio was lost. */
export function isWaiting(call: Call): boolean {
  return (call.state === 'ringing' && !ringsOut(call)) || call.state === 'queued' || call.state === 'offered';
}

/** The centre calls somebody who has not picked up yet. */
export function ringsOut(call: Call): boolean {
  return call.direction === 'out' && call.state === 'ringing';
}

/** Somebody is on the line with the caller, has put them on hold, or is calling them. */
export function isLive(call: Call): boolean {
  return call.state === 'connected' || call.state === 'held' || ringsOut(call);
}

/** Whether a call belongs to somebody's desk: they have it, or had it last and owe its outcome. */
export function isMine(call: Call, user: string | undefined): boolean {
  const who = isLive(call) ? call.call_taker : (call.taken_over_by ?? call.answered_by);
  return who !== null && who.id === user;
}

/** It waits because this person's audio broke, and is theirs again as soon as the audio is back. */
export function comesBackTo(call: Call, user: string | undefined): boolean {
  return isWaiting(call) && call.seat_lost !== null && call.seat_lost.id === user;
}

/** Whether a call rings at somebody's desk. */
export function isOfferedTo(call: Call, user: string | undefined): boolean {
  return call.state === 'offered' && call.offered_to.some((one) => one.id === user);
}

/** Whether somebody listens to a call as a supervisor, whispers in it or speaks on it. */
export function isSupervisedBy(call: Call, user: string | undefined): boolean {
  return (call.supervisors ?? []).some((one) => one.user.id === user);
}

/** The others on a call, those that still ring included. */
export function partiesOn(call: Call): Call['parties'] {
  return call.parties.filter((party) => party.state !== 'left');
}

/** Whether this person may hear a call's recording: supervisors and auditors each, call-takers their own. */
export function mayHear(call: Call, user: User | null): boolean {
  if (call.recording === null || user === null) return false;
  switch (user.role) {
    case 'supervisor':
    case 'auditor':
      return true;
    case 'call_taker':
      return call.answered_by?.id === user.id || call.taken_over_by?.id === user.id;
    case 'dispatcher':
    case 'admin':
    case 'wall':
      return false;
  }
}
