import { api } from '../api/endpoints';
import type { DutyState } from '../api/types';
import { board } from '../feed/board.svelte';
import { player } from '../sound/player.svelte';
import { tellFailure } from './failure';

/** One gesture at the start of a shift: sound on and tested, notifications allowed, ready for calls. */
export async function beginShift(takesCalls: boolean): Promise<void> {
  await player.begin();
  if (typeof Notification !== 'undefined' && Notification.permission === 'default') {
    void Notification.requestPermission();
  }
  if (takesCalls) await setDuty('ready');
}

export async function setDuty(state: DutyState): Promise<void> {
  try {
    board.duty = await api.setDuty(state);
  } catch (error) {
    tellFailure(error);
  }
}
