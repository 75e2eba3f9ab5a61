import type { Call } from '../../api/types';
import { seat } from '../../audio/seat.svelte';
import { t } from '../../app/i18n/words.svelte';
import type { KeyBinding } from '../../app/keys';
import { partiesOn } from '../../parts/calls';
import { telephone } from './telephone';

/** The keys of a telephone: they act on the call that is up, and are left to the browser without one. */
export function lineKeys(live: () => Call | null, connect: () => void): KeyBinding[] {
  const onLine = () => live() !== null;
  const toCall = (act: (call: Call) => void) => () => {
    const call = live();
    if (call) act(call);
  };
  return [
    {
      key: 'F3',
      reach: 'always',
      says: () => t('line.mute'),
      act: () => seat.mute(!seat.muted),
      possible: () => onLine() && seat.state === 'open',
    },
    {
      key: 'F4',
      reach: 'always',
      says: () => t('line.hold_key'),
      act: toCall(telephone.holdOrResume),
      possible: onLine,
    },
    { key: 'F10', reach: 'always', says: () => t('line.connect'), act: connect, possible: onLine },
    {
      key: 'Alt+L',
      reach: 'always',
      says: () => t('line.leave_hint'),
      act: toCall(telephone.leave),
      possible: () => {
        const call = live();
        return call !== null && partiesOn(call).some((party) => party.state === 'talking');
      },
    },
    {
      key: 'Alt+S',
      reach: 'always',
      says: () => t('line.prompt_hint'),
      act: toCall(telephone.promptSilentCall),
      possible: onLine,
    },
  ];
}
