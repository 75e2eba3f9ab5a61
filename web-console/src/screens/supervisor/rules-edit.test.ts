import { expect, test } from 'vitest';
import type { WholeRules } from '../../api/types';
import { copy } from './card-edit';
import {
  changeOf,
  linesOfRules,
  nextRung,
  placeOfMistake,
  rulesDifferences,
  withChange,
  type RulesNaming,
} from './rules-edit';

const rung = (after: number) =>
  ({ after, only_if_undelivered: false, step: 'supervisor_and_next_agency' }) as const;

const holding: WholeRules = {
  decree: 'SK 1',
  owner: 'Diskominfo',
  ladders: { P1: [rung(15), rung(60)], P2: [rung(60)] },
  ladder_exceptions: [],
  dispatch_within: { P1: 60 },
  en_route_within: { P1: 180, P2: null },
  welfare_check_after: 1800,
  close_within: 3600,
  call_back_within: 300,
  routing: [
    { code: 'banjir', priority: 'P2', lead: ['bpbd'], support: [], notify: [] },
    { code: 'gempa', priority: 'P1', lead: ['bpbd'], support: ['damkar'], notify: [] },
  ],
  plans: [
    {
      code: 'api',
      label_id: 'ada api',
      label_en: 'fire',
      types: [],
      categories: [],
      flags: ['fire'],
      areas: [],
      from_level: 1,
      lead: [],
      support: ['damkar'],
      notify: [],
      units: [],
      source: 'usulan',
    },
  ],
  plans_gone: [],
  fallback: ['bpbd'],
};

const names: RulesNaming = {
  field: (name) => name,
  step: (step) => step,
  undelivered: 'undelivered',
  seconds: 's',
  type: (code) => code,
  role: (role) => role,
  agency: (code) => code,
  flag: (code) => code,
  category: (code) => `category ${code}`,
  plan: (plan) => plan.label_id || plan.code,
  kind: (code) => `kind ${code}`,
  bySea: (must) => (must ? 'by sea' : 'by land'),
  area: (code) => `area ${code}`,
  level: (level) => `from ${level}`,
  hours: (from, to) => `${from}-${to}`,
  nobody: '-',
  noLimit: 'none',
  always: 'always',
};

test('only what differs is a change, and it leads back to what was written', () => {
  const wanted = copy(holding);
  [wanted.decree, wanted.owner] = ['SK 2', 'BPBD'];
  wanted.ladders['P1']![1]!.after = 45;
  wanted.en_route_within['P1'] = null;
  wanted.close_within = 1800;
  wanted.routing[1]!.lead = ['basarnas'];
  wanted.plans = [{ ...copy(holding.plans[0]!), code: 'baru' }];
  const change = changeOf(holding, wanted);
  expect(change).toEqual({
    decree: 'SK 2',
    owner: 'BPBD',
    ladders: { P1: [rung(15), rung(45)] },
    ladder_exceptions: null,
    dispatch_within: {},
    en_route_within: { P1: null },
    welfare_check_after: null,
    close_within: 1800,
    call_back_within: null,
    routing: [wanted.routing[1]],
    plans: wanted.plans,
    plans_gone: ['api'],
    fallback: null,
  });
  expect(withChange(holding, change)).toEqual(wanted);
  expect(withChange(holding, changeOf(holding, holding))).toEqual(holding);
});

test('differences name the rung, the agency and the limit', () => {
  const wanted = copy(holding);
  wanted.ladders['P2'] = [rung(90)];
  wanted.routing[0]!.support = ['damkar'];
  wanted.en_route_within['P1'] = null;
  const before = changeOf(wanted, holding);
  expect(rulesDifferences(before, changeOf(holding, wanted), names)).toEqual([
    {
      where: 'ladders P2 · 1',
      before: '60: supervisor_and_next_agency',
      after: '90: supervisor_and_next_agency',
    },
    { where: 'en_route_within P1', before: '180 s', after: 'none' },
    { where: 'banjir · support', before: '-', after: 'damkar' },
  ]);
});

test('a new rung comes later than the last one', () => {
  expect(nextRung(holding.ladders['P1']!).after).toBe(120);
  expect(nextRung([]).after).toBe(60);
});

test('whoever reads a change reads names, never codes', () => {
  const [plan] = copy(holding.plans);
  const [categories, units] = [['a' as const], [{ function: 'damkar', kind: 'engine' as const, count: 2 }]];
  const wanted = { ...copy(holding), plans: [{ ...plan!, categories, units, by_sea: true, from_level: 2 }] };
  const lines = linesOfRules(changeOf(holding, wanted), names).map((one) => `${one.where}: ${one.text}`);
  expect(lines).toEqual([
    'plan ada api: ada api / fire · usulan',
    'plan ada api: category a, fire, by sea, from 2',
    'plan ada api · support: damkar',
    'plan ada api: 2 kind engine (damkar)',
  ]);
  const place = (field: string) =>
    placeOfMistake(field, holding.plans, { ...names, type: (code) => `type ${code}` });
  expect(
    [
      'routing.banjir',
      'plans.api',
      'ladders.P1',
      'ladder_exceptions[0]',
      'welfare_check_after',
      'decree',
    ].map(place),
  ).toEqual(['type banjir', 'plan ada api', 'ladders P1', 'exceptions 1', 'welfare', 'decree']);
});

test('the areas of a plan stand in the comparison by their names', () => {
  const wanted = copy(holding);
  wanted.plans[0]!.areas = ['19.03.02'];
  const found = rulesDifferences(changeOf(wanted, holding), changeOf(holding, wanted), names);
  expect(found).toHaveLength(1);
  expect(found[0]?.after).toContain('area 19.03.02');
});
