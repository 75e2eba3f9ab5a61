import type { Call } from '../../api/types';
import type { Command } from '../../app/commands.svelte';
import { local, t } from '../../app/i18n/words.svelte';
import { reference } from '../../app/reference.svelte';
import { board } from '../../feed/board.svelte';
import { isOpen } from '../../feed/reducer';
import { byUrgency } from '../../map/pins';
import { placeOf } from '../../parts/place';
import { callerNumber } from './describe';
import { desk } from './desk.svelte';
import type { Draft } from './draft.svelte';

/** What a call-taker can say by words beside the keys: whom to answer, what to open, and what to put into the form. */
export function callTakerCommands(
  draft: Draft,
  open: (incident: string) => void,
  answer: (call: Call) => void,
): Command[] {
  return [
    ...(desk.isLive ? [] : desk.waiting.map((call) => answering(call, answer))),
    ...[...board.incidents.values()]
      .filter(isOpen)
      .sort(byUrgency)
      .map((one) => ({
        label: t('command.incident', { number: one.number }),
        detail: `${reference.kindLabel(one)} · ${placeOf(one.location)}`,
        act: () => open(one.id),
      })),
    ...[...board.incidents.values()]
      .filter((one) => one.status === 'completed')
      .map((one) => ({
        label: t('command.close', { number: one.number }),
        detail: placeOf(one.location),
        act: () => void desk.closeIncident(one.id),
      })),
    ...types(draft),
    ...agencies(draft),
    ...areas(draft),
  ];
}

function answering(call: Call, answer: (call: Call) => void): Command {
  return { label: t('command.answer', { number: callerNumber(call) }), act: () => answer(call) };
}

function types(draft: Draft): Command[] {
  return (reference.policy?.types ?? []).map((type) => ({
    label: t('command.type', { name: local(type.label_id, type.label_en) }),
    detail: type.priority,
    act: () => draft.choose({ category: type.category, type: type.code, priority: type.priority }),
  }));
}

function agencies(draft: Draft): Command[] {
  const chosen = new Map(draft.choices.map((one) => [one.agency.id, one]));
  return reference.agencies
    .filter((agency) => agency.active !== false && (chosen.get(agency.id)?.state ?? null) === null)
    .map((agency) => ({
      label: t(chosen.get(agency.id)?.ticked ? 'command.leave_out' : 'command.add', { name: agency.name }),
      detail: agency.code,
      act: () => draft.toggleAgency(agency.id),
    }));
}

function areas(draft: Draft): Command[] {
  const names = new Map(reference.areas.map((area) => [area.code, area.name]));
  // A desa has the code of its kecamatan in front of its own (Kemendagri: 19.03.01.2001).
  const above = (code: string) => names.get(code.split('.').slice(0, -1).join('.')) ?? '';
  return reference.areas.map((area) => ({
    label: t('command.area', { name: area.name }),
    detail: above(area.code),
    act: () => (draft.form.areaCode = area.code),
  }));
}
