import { beforeEach, describe, expect, it } from 'vitest';
import { assignment, incident } from '../../../test/samples';
import type { Agency, IncidentType, Policy } from '../../api/types';
import { reference } from '../../app/reference.svelte';
import { board } from '../../feed/board.svelte';
import { learnIncident } from '../../feed/reducer';
import { Draft } from './draft.svelte';
import { drafts } from './drafts.svelte';

const agency = (code: string): Agency => ({ id: code, code, name: code, functions: [code], active: true });
const fire = {
  code: 'kebakaran_bangunan',
  category: 'a',
  priority: 'P1',
  lead: ['damkar'],
  support: ['polres'],
  notify: [],
} as unknown as IncidentType;

beforeEach(() => {
  reference.agencies = ['damkar', 'polres', 'pln'].map(agency);
  reference.policy = { types: [fire], categories: [], plans: [], sea_areas: [] } as unknown as Policy;
  board.forget();
  drafts.forget();
});

describe('the agencies of a report', () => {
  it('are nobody when everybody is ticked off, which is not "all of the plan"', () => {
    const draft = new Draft('c1');
    draft.choose({ category: 'a', type: fire.code, priority: 'P1' });
    expect(draft.namedAgencies).toBeUndefined();
    expect(draft.namesNobody).toBe(false);
    draft.toggleAgency('damkar');
    draft.toggleAgency('polres');
    expect(draft.namesNobody).toBe(true);
    draft.toggleAgency('polres');
    expect(draft.namedAgencies).toEqual(['polres']);
    expect(draft.namesNobody).toBe(false);
  });

  it('are asked once: later only those that were ticked in addition', () => {
    const damkar = assignment({ agency: { id: 'damkar', code: 'damkar', name: 'Damkar' } });
    const sent = incident({ assignments: [damkar] });
    learnIncident(board, sent);
    const draft = Draft.correcting(sent);
    expect(draft.furtherAgencies).toEqual([]);
    draft.toggleAgency('pln');
    expect(draft.furtherAgencies).toEqual(['pln']);
    draft.toggleAgency('polres');
    expect(draft.furtherAgencies.sort()).toEqual(['pln', 'polres']);
  });
});

describe('a correction', () => {
  it('is none until somebody types', () => {
    const draft = Draft.correcting(incident({ narrative: 'api' }));
    expect(draft.isCorrected).toBe(false);
    draft.form.narrative = 'api, dua korban';
    expect(draft.isCorrected).toBe(true);
  });

  it('is overtaken by another report, not by what the agencies do', () => {
    const draft = Draft.correcting(incident({}));
    expect(draft.isOvertakenBy(incident({ version: 7, status: 'on_scene' }))).toBe(false);
    expect(draft.isOvertakenBy(incident({ version: 7, priority: 'P3' }))).toBe(true);
  });

  it('that was typed and not sent is found again', () => {
    const first = drafts.correct(incident({}));
    first.form.narrative = 'pelapor menambah: ada anak di dalam';
    drafts.begin('c9', '+62812');
    const again = drafts.correct(incident({ version: 3 }));
    expect(again.form.narrative).toBe('pelapor menambah: ada anak di dalam');
  });

  it('outlives its call, and the outcome of the call', () => {
    drafts.begin('c1', '+62812');
    const draft = drafts.of('c1');
    draft.took(incident({}));
    draft.form.narrative = 'api sudah padam';
    drafts.end('c1');
    expect(drafts.held).toBe(draft);
    expect(draft.hasUnsentWords).toBe(true);
  });
});

describe('what was written for an incident that has ended', () => {
  it('becomes an incident of its own, with all words and the proposal of its type', () => {
    const asked = assignment({ agency: { id: 'damkar', code: 'damkar', name: 'Damkar' } });
    const ended = incident({ type: fire.code, status: 'closed', assignments: [asked], narrative: 'api' });
    learnIncident(board, ended);
    const draft = Draft.correcting(ended);
    draft.form.narrative = 'api lagi';
    const key = draft.dispatchKey;
    draft.startAnew();
    expect([draft.created, draft.dispatched, draft.form.narrative]).toEqual([null, false, 'api lagi']);
    expect(draft.choices.filter((one) => one.ticked).map((one) => one.agency.id)).toEqual([
      'damkar',
      'polres',
    ]);
    expect(draft.dispatchKey).not.toBe(key);
  });

  it('lends place and kind to another report, never over what was typed', () => {
    const { location } = incident({});
    const ended = incident({ type: fire.code, category: 'a', location: { ...location, landmark: 'pasar' } });
    const empty = new Draft('c1');
    empty.takeFrom(ended);
    expect([empty.form.landmark, empty.form.type, empty.form.narrative]).toEqual(['pasar', fire.code, '']);
    const typed = new Draft('c2');
    typed.form.landmark = 'jembatan';
    typed.takeFrom(ended);
    expect(typed.form.landmark).toBe('jembatan');
  });
});

describe('the form of a call that is being answered', () => {
  it('takes what is typed from the key on, and gives way to the one before when the call does not come', () => {
    const before = new Draft(null);
    drafts.held = before;
    before.form.landmark = 'pasar';
    const giveBack = drafts.begin('c7', '+62812');
    expect(drafts.held).toBe(drafts.of('c7'));
    giveBack();
    expect(drafts.held).toBe(before);
    const again = drafts.begin('c7', '+62812');
    drafts.of('c7').form.landmark = 'terminal';
    again();
    expect(drafts.held?.form.landmark).toBe('terminal');
  });
});
