import { api } from '../../api/endpoints';
import type { Call, Whom } from '../../api/types';
import { seat } from '../../audio/seat.svelte';
import { tellFailure } from '../../app/failure';
import { board } from '../../feed/board.svelte';
import { learnCall } from '../../feed/reducer';
import { drafts } from './drafts.svelte';

/** What a call-taker does with the line of a call. True when the server has done it. */
async function carryOut(order: Promise<Call>): Promise<boolean> {
  try {
    learnCall(board, await order);
    return true;
  } catch (error) {
    tellFailure(error);
    return false;
  }
}

export const telephone = {
  refuse: (call: Call) => carryOut(api.refuse(call.id)),
  holdOrResume: (call: Call) => carryOut(call.state === 'held' ? api.resume(call.id) : api.hold(call.id)),
  confer: (call: Call, whom: Whom) => carryOut(api.confer(call.id, whom)),
  transfer: (call: Call, whom: Whom) => carryOut(api.transfer(call.id, whom)),
  drop: (call: Call, party: string) => carryOut(api.dropParty(call.id, party)),
  leave: (call: Call) => carryOut(api.leave(call.id)),
  takeCallBack: (call: Call) => carryOut(api.takeCallBack(call.id)),
  promptSilentCall: (call: Call) => carryOut(api.promptSilentCall(call.id)),

  /** In the line itself where this desk has one, so that a key lasts as long as it was pressed; else by the server. */
  press: async (call: Call, digits: string) =>
    seat.press(digits) || carryOut(api.pressDigits(call.id, digits)),

  /** Rings the person who could not wait, over the line of this desk. */
  dial: async (call: Call): Promise<boolean> => {
    try {
      const { call: dialled } = await api.dial(call.id);
      learnCall(board, dialled);
      drafts.begin(dialled.id, dialled.caller?.number ?? '');
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    }
  },
};
